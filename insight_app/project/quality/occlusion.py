"""The occlusion check on a photo: the photo greyed, encoded again, and what became of the concept.

For a person who looks at one photo, and for a figure over many concepts. Nothing of it is counted
or kept. The definitions are those of `concepts.quality.occlusion`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.geometry import Geometry
from insight_app.concepts.progress import Progress
from insight_app.concepts.quality import intervals
from insight_app.concepts.quality.concept_maps import supports
from insight_app.concepts.quality.occlusion import PLACEMENTS, elsewhere, fall, greyed
from insight_app.concepts.statistics.composite_codes import CompositeCodes
from insight_app.errors import KnownError, Refusal
from insight_app.project.analysis.coding.batches import Dictionary
from insight_app.project.analysis.coding.pixels import PhotoPixels, read_pixels
from insight_app.project.photos.parts import USUAL, FilePart
from insight_app.project.photos.photo_file import read_bytes
from insight_app.project.quality.report import PLACES, Control, Figure
from insight_app.project.results import reading_rule
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from insight_app.concepts.hsae.model import HSAE

CONCEPTS, IN_REPORT = 24, 3
"""So many concepts are tried in a report, each in its strongest photo, beside so many places
elsewhere: a minute at most."""
SEED = 0
CHECKING = "Greying out what concepts stand on"
ELSEWHERE, GREYED_ELSEWHERE = "elsewhere", "an equal area elsewhere greyed"


@dataclass(frozen=True, eq=False)
class Occlusion:
    """What became of a concept in a photo.

    before (cells,): its strength in each cell; support (cells,): where it stands, and what was
    greyed; after (cells,): its strength then; fell: the share of the support's mass that is gone.
    others (n, cells): equal areas elsewhere; after_others (n, cells), fell_others (n,): likewise.
    """

    geometry: Geometry
    before: NDArray[np.float32]
    support: NDArray[np.bool_]
    after: NDArray[np.float32]
    fell: float
    others: NDArray[np.bool_]
    after_others: NDArray[np.float32]
    fell_others: NDArray[np.float64]


def check(
    path: Path,
    encoder: DenseEncoder,
    dictionary: Dictionary,
    rule: int,
    concept: int | CompositeCodes,
    *,
    part: FilePart = USUAL,
    placements: int = PLACEMENTS,
    between: Callable[[], None] = lambda: None,
) -> Occlusion:
    """Check a concept in a photo; Refusal where it is silent there.

    concept: one of the dictionary's, or what turns codes into those of a single composite.
    placements: how many places elsewhere are greyed at most. between: called before every encoding;
    may raise Cancelled.
    """
    between()
    seen = read_pixels(read_bytes(path), path, encoder, rule, part=part)
    g = seen.geometry
    before = _map(seen, None, encoder, dictionary, concept)
    support = supports(before[None])[0]
    if not support.any():
        raise Refusal(
            "The concept is not in this photo, so that there is nothing to grey out.",
            where=str(path),
            do="Choose a photo in which it is.",
        )
    between()
    after = _map(seen, support, encoder, dictionary, concept)
    others = elsewhere(support, g.rows, g.cols, placements, SEED)
    after_others = np.zeros(others.shape, np.float32)
    for row, cells in zip(after_others, others, strict=True):
        between()
        row[:] = _map(seen, cells, encoder, dictionary, concept)
    fell_others = np.array([fall(before, row, support) for row in after_others], np.float64)
    return Occlusion(
        g,
        before,
        support,
        after,
        fall(before, after, support),
        others,
        after_others,
        fell_others,
    )


def _map(
    seen: PhotoPixels,
    grey: NDArray[np.bool_] | None,
    encoder: DenseEncoder,
    dictionary: Dictionary,
    concept: int | CompositeCodes,
) -> NDArray[np.float32]:
    """Return the concept's map (cells,) on the photo, with some cells grey."""
    import torch

    pixels, g = seen.pixels, seen.geometry
    if grey is not None:
        pixels = torch.from_numpy(greyed(pixels.numpy(), grey, g.rows, g.cols))
    tokens = encoder.encode(pixels[None]).reshape(g.cells, -1)
    codes = dictionary.encode(tokens).half()
    if isinstance(concept, CompositeCodes):
        codes, concept = concept.of(codes), 0
    return codes.map_of(concept)


def over_concepts(
    results: Results, encoder: DenseEncoder, dictionary: HSAE, progress: Progress
) -> Figure:
    """Return how far concepts fall where they stand, over a sample of them.

    progress may raise Cancelled.
    """
    rule = reading_rule.must_be_known(results.reading_rule, results.project)
    live = np.flatnonzero(results.images > 0)
    tried = np.sort(np.random.default_rng(SEED).permutation(live)[:CONCEPTS])
    fell, beside = [], []
    for done, concept in enumerate(tried.tolist()):
        between = partial(progress, done, len(tried), CHECKING)
        between()
        images, _values = results.strongest_images(concept, 1)
        try:
            found = check(
                results.image(int(images[0])).path,
                encoder,
                dictionary,
                rule,
                concept,
                part=results.part,
                placements=IN_REPORT,
                between=between,
            )
        except KnownError:
            continue  # the photo is gone, or another by now
        if found.fell_others.size:
            fell.append(found.fell)
            beside.append(float(found.fell_others.mean()))
    progress(len(tried), len(tried), CHECKING)
    return _figure(np.array(fell), np.array(beside))


def _figure(fell: NDArray[np.float64], beside: NDArray[np.float64]) -> Figure:
    def mean(rows: NDArray[np.float64]) -> tuple[float, float | None, float | None]:
        drawn = intervals.bootstrap(lambda weights: weights @ rows / rows.size, rows.size)
        return float(rows.mean()), *drawn

    value, low, high = mean(fell) if fell.size else (None, None, None)
    control = {ELSEWHERE: Control(GREYED_ELSEWHERE, *mean(beside))} if fell.size else {}
    return Figure(
        id="occlusion",
        group=PLACES,
        title="Fall when the place is greyed out",
        formula="share of a concept's activation over its support that is gone when the support is "
        "greyed out and the photo encoded again, in the photo where it is strongest; mean over "
        f"concepts. Elsewhere: mean of {IN_REPORT} random places of the same area and, where it "
        "fits, shape",
        value=value,
        low=low,
        high=high,
        count=fell.size,
        count_of="concepts drawn at random, each in its strongest photo",
        unit="share",
        controls=control,
        is_higher_better=True,
        note="" if fell.size else "None of the photos where concepts are strongest could be tried.",
    )
