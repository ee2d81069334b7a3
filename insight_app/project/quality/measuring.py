"""Measuring a project's dictionary, names and relations on its photos: one report.

Owns the order of the groups and what they share: the sample of photos, and an untrained dictionary
of the same size. The measures are those of `concepts.quality` (METRICS.md).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import Refusal
from insight_app.project.quality import grounding
from insight_app.project.quality import masks as label_masks
from insight_app.project.quality import sample as sampling
from insight_app.project.quality.grounding import LabelledPhotos
from insight_app.project.quality.report import (
    USUAL,
    Figure,
    QualityReport,
    SelfTest,
    known,
    without_nan,
)
from insight_app.project.quality.sample import Sample
from insight_app.project.quality.store import basis_of
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.project.analysis.encoder import Load


def measure(
    project: Path,
    *,
    photos: int = USUAL,
    device: str = "auto",
    encoder: DenseEncoder | None = None,
    load: Load | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
    second: Path | None = None,
    labels: Mapping[str, str] | None = None,
    masks: Path | None = None,
    classes: Path | None = None,
) -> QualityReport:
    """Return the report, not yet kept; a Refusal if nothing has been analyzed yet.

    photos: how many are read at most. encoder: instead of the one that the project names, which
    `load` (as `encoders.load`) gives; has the same fingerprint. between: called now and then.
    second: a project or a folder with another dictionary of the same encoder. labels: of photos, by
    which names are judged, None = the names of their folders. masks: a folder of label masks or a
    file of COCO's, classes: the table of their labels, for the figures of places. Raises Cancelled
    when cancelled.
    """
    began, token = time.monotonic(), cancel or CancelToken()

    def told(done: int, total: int, message: str) -> None:
        token.check()
        between()
        progress(done, total, message)

    results = Results.open(project)
    if results is None:
        raise _nothing_to_measure(project)
    with results:
        chosen = sampling.chosen(results, photos)
        if not chosen.size:
            raise _nothing_to_measure(project)
        used = encoder or _encoder(project, device, load)
        dictionary = _dictionary(project, used)
        given = label_masks.read(masks, classes) if masks is not None else None
        labelled = grounding.labelled_photos(results, given, told) if given is not None else None
        other = _second(second, used) if second is not None else None
        sample = sampling.read(results, used, dictionary, chosen, told)
        found, tests = _groups(results, used, dictionary, other, sample, labels or {}, told)
        found += _places(results, used, dictionary, labelled, told)
        return QualityReport(
            project=project.name,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - began, 1),
            photos=sample.size,
            cells=sample.cells,
            basis=replace(
                basis_of(results),
                asked=photos,
                sample=sample.digest,
                masks="" if given is None else given.digest,
                labels=_digest(labels) if labels else "",
                second=other.fingerprint if other else "",
            ),
            figures=tuple(map(without_nan, found)),
            self_tests=tuple(replace(one, value=known(one.value)) for one in tests),
        )


def _groups(
    results: Results,
    encoder: DenseEncoder,
    dictionary: HSAE,
    second: HSAE | None,
    sample: Sample,
    labels: Mapping[str, str],
    progress: Progress,
) -> tuple[list[Figure], list[SelfTest]]:
    """Return the figures of all groups but places, in order, and the self-tests."""
    from insight_app.project.quality import concepts, hierarchy, names, reconstruction

    bare = sampling.Bare.beside(dictionary, sample)
    found = [
        *reconstruction.figures(sample, dictionary, bare, encoder, results, progress),
        *concepts.figures(sample, dictionary, bare, second, results, progress),
        *names.figures(sample, encoder, results, labels, progress),
        *hierarchy.figures(sample, bare, results, progress),
    ]
    tests = [
        reconstruction.self_test(sample),
        concepts.self_test(sample),
        names.self_test(sample, dictionary),
    ]
    return found, tests


def _places(
    results: Results,
    encoder: DenseEncoder,
    dictionary: HSAE,
    labelled: LabelledPhotos | None,
    progress: Progress,
) -> list[Figure]:
    """Return the figures of places: those that need masks only if there are some."""
    from insight_app.project.quality import occlusion

    found = [occlusion.over_concepts(results, encoder, dictionary, progress)]
    if labelled is not None:
        found += grounding.figures(results, encoder, dictionary, labelled, progress)
    return found


def _digest(labels: Mapping[str, str]) -> str:
    text = "\n".join(f"{photo},{label}" for photo, label in sorted(labels.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _nothing_to_measure(project: Path) -> Refusal:
    return Refusal(
        "There is nothing to measure yet: no photo of this project has been analyzed.",
        where=str(project),
        do="Analyze it first: insight-app analyze FOLDER -o PROJECT",
    )


def _encoder(project: Path, device: str, load: Load | None) -> DenseEncoder:
    from insight_app.concepts import encoders
    from insight_app.project.analysis import encoder as encoder_of

    by_name = partial(load or encoders.load, device=device)
    return encoder_of.load(project, encoder_of.of_project(project), by_name)


def _second(folder: Path, encoder: DenseEncoder) -> HSAE:
    """Load a second dictionary, of a project or in a folder of its own."""
    from insight_app.concepts import hsae

    own = folder / "dictionary"
    place = own if own.is_dir() else folder
    return hsae.load(place, token_dim=encoder.token_dim, encoder_fingerprint=encoder.fingerprint)


def _dictionary(project: Path, encoder: DenseEncoder) -> HSAE:
    from insight_app.concepts import hsae

    return hsae.load(
        project / "dictionary",
        token_dim=encoder.token_dim,
        encoder_fingerprint=encoder.fingerprint,
    )
