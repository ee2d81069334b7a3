"""The figures of single concepts: how alike their photos are, and how alike they are to others.

The photos are the sample; they are compared by another layer of the encoder than the tokens, where
it shows one. The measures are those of `concepts.quality.pairs`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.progress import Progress
from insight_app.concepts.quality import pairs
from insight_app.concepts.quality.pairs import PairSums
from insight_app.concepts.quality.pursuit import random_dictionary
from insight_app.concepts.statistics.clarity import FEWEST_IMAGES
from insight_app.project.quality import beside, stability
from insight_app.project.quality.beside import (
    OVER_CONCEPTS,
    RANDOM,
    SHUFFLED,
    UNTRAINED,
    UNTRAINED_TITLE,
)
from insight_app.project.quality.report import CONCEPTS, Control, Figure, SelfTest
from insight_app.project.quality.sample import Bare, Sample

if TYPE_CHECKING:
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.project.results.snapshot import Results

MEASURING = "Comparing the photos of concepts"
EXEMPLARS = 30
FEWEST_OF_TWO = 6
"""Photos that a concept must have in the sample for two clusters."""
SHUFFLED_TITLE = "the same strengths, photos shuffled"
RANDOM_TITLE = "random directions"
OTHER_LAYER = "Photos are compared by another layer of the encoder than the concepts come from."
CIRCULAR = (
    "Photos are compared by their mean token, of which the concepts are made: circular, since this "
    "encoder shows no other layer."
)
SEED = 0


@dataclass(frozen=True, eq=False)
class Strengths:
    """How strong each concept is in each photo: own, bare (an untrained dictionary's) (N, F)."""

    own: NDArray[np.float32]
    bare: NDArray[np.float32]


def figures(
    sample: Sample,
    dictionary: HSAE,
    bare: Bare,
    second: HSAE | None,
    results: Results,
    progress: Progress,
) -> list[Figure]:
    """Measure concepts on a sample; second: another dictionary of the same encoder."""
    strengths = Strengths(_maxima(sample.codes), _maxima(bare.codes))
    note = CIRCULAR if sample.is_circular else OTHER_LAYER
    progress(0, 2, MEASURING)
    found = [
        _monosemanticity(sample, strengths, note),
        _coherence(sample, bare, note),
        _polysemanticity(sample, strengths, note),
    ]
    progress(1, 2, MEASURING)
    found += [
        _redundancy(sample, strengths, note),
        _collinearity(dictionary),
        _importance(sample, dictionary, bare),
        _nothing_in_common(results),
        *stability.figures(dictionary, second),
    ]
    progress(2, 2, MEASURING)
    return found


def self_test(sample: Sample) -> SelfTest:
    """Try monosemanticity on photos dealt out at random: it must be all pairs' mean cosine."""
    e = sample.features
    everything = PairSums.of(np.ones((len(e), 1)), e)
    expected = beside.mean(everything.monosemanticity)
    dealt = PairSums.of(_maxima(sample.codes), _shuffled(e)).monosemanticity
    value = beside.mean(dealt)
    return SelfTest(
        "shuffled_photos",
        "Photos dealt out at random are no more alike than any",
        value,
        f"{expected:.3f}, the mean cosine of all pairs, to 0.05",
        bool(abs(value - expected) < 0.05) or len(e) < 10,
    )


def _maxima(codes: list[Codes]) -> NDArray[np.float32]:
    """Return (N, F) float32 how strong each concept is in the strongest cell of each photo."""
    found = np.zeros((len(codes), codes[0].concepts), np.float32)
    for row, one in zip(found, codes, strict=True):
        np.maximum.at(row, one.indices, one.values.astype(np.float32))
    return found


def _shuffled(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    return rows[np.random.default_rng(SEED).permutation(len(rows))]


def _figure(sample: Sample, values: NDArray[np.floating], what: str) -> partial[Figure]:
    """Return a figure of the mean of values (F,) over concepts, all but its title filled in."""
    return partial(
        Figure,
        group=CONCEPTS,
        value=beside.mean(values),
        count=beside.known(values),
        count_of=f"concepts {what} of {sample.size:,} photos",
        unit="cosine",
    )


def _few(values: NDArray[np.floating]) -> str:
    """Say that no concept has a value, if none has."""
    return "" if beside.known(values) else "No concept is in enough photos of the sample. "


def _monosemanticity(sample: Sample, strengths: Strengths, note: str) -> Figure:
    e = sample.features
    own = PairSums.of(strengths.own, e).monosemanticity
    along = np.stack([x.numpy() @ _directions(x.shape[1]) for x in sample.tokens]).max(1)
    low, high = beside.drawn(
        lambda weights: PairSums.of(strengths.own * weights[:, None], e).monosemanticity,
        sample.size,
    )
    controls = {
        UNTRAINED: beside.control(UNTRAINED_TITLE, PairSums.of(strengths.bare, e).monosemanticity),
        SHUFFLED: beside.control(
            SHUFFLED_TITLE, PairSums.of(strengths.own, _shuffled(e)).monosemanticity
        ),
        RANDOM: beside.control(RANDOM_TITLE, PairSums.of(np.maximum(along, 0), e).monosemanticity),
    }
    return _figure(sample, own, "in 3 or more")(
        id="monosemanticity",
        title="Monosemanticity",
        formula="mean cosine over all pairs of photos, weighted by the product of the concept's "
        "strengths in them (Pach et al., 2504.02821); mean over concepts",
        low=low,
        high=high,
        controls=controls,
        is_higher_better=True,
        note=f"{_few(own)}{note}",
        standouts=beside.standouts(own, lowest=True),
    )


Region = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]


def _coherence(sample: Sample, bare: Bare, note: str) -> Figure:
    """Return monosemanticity by what the cells of a concept show, not by whole photos."""
    rng = np.random.default_rng(SEED)
    photos = list(zip(sample.codes, sample.local, strict=True))
    own = [pairs.regions(codes, local) for codes, local in photos]
    dealt = [pairs.regions(codes, rng.permutation(local)) for codes, local in photos]
    other = [pairs.regions(codes, one) for codes, one in zip(bare.codes, sample.local, strict=True)]

    def coherence(found: list[Region], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = PairSums.none(sample.codes[0].concepts, sample.local[0].shape[1])
        for (concepts, strengths, e), weight in zip(found, weights, strict=True):
            if weight:
                sums.add(concepts, weight * strengths, e)
        return sums.monosemanticity

    once = np.ones(sample.size)
    values = coherence(own, once)
    low, high = beside.drawn(lambda weights: coherence(own, weights), sample.size)
    return _figure(sample, values, "in 3 or more")(
        id="coherence_by_region",
        title="Coherence by region",
        formula="as monosemanticity, a photo's embedding being the activation-weighted mean of the "
        "features of the concept's cells (2510.25512); mean over concepts",
        low=low,
        high=high,
        controls={
            UNTRAINED: beside.control(UNTRAINED_TITLE, coherence(other, once)),
            "random_weights": beside.control(
                "the same strengths in random cells", coherence(dealt, once)
            ),
        },
        is_higher_better=True,
        note=f"{_few(values)}{note}",
        standouts=beside.standouts(values, lowest=True),
    )


def _nothing_in_common(results: Results) -> Figure:
    """Return how many concepts show no more in common than random directions do."""
    clarity = results.clarity[np.isfinite(results.clarity)]
    figure = Figure(
        id="nothing_in_common",
        group=CONCEPTS,
        title="Concepts that show nothing in common",
        formula="share of concepts whose clarity - mean cosine over all pairs of the ten strongest "
        "photos, less what all photos have in common - is under that of 95 % of random directions",
        count_of="concepts in 3 or more of all analyzed photos",
        controls={RANDOM: Control(RANDOM_TITLE, 0.95)},
        is_higher_better=False,
    )
    if not clarity.size:
        return replace(figure, controls={}, note="Clarity was not counted: analyze again.")
    if not np.isfinite(results.clarity_bound):
        few = f"Not said of fewer than {FEWEST_IMAGES} photos: any ten of so few are alike."
        return replace(figure, controls={}, note=few)
    under = int(np.count_nonzero(clarity < results.clarity_bound))
    return beside.of_share(figure, under, int(clarity.size))


def _directions(D: int) -> NDArray[np.float32]:
    rows: NDArray[np.float32] = random_dictionary(64, D).numpy().T
    return rows


def _polysemanticity(sample: Sample, strengths: Strengths, note: str) -> Figure:
    own, prototypes = _two(sample, strengths.own, sample.features)
    bare, _ = _two(sample, strengths.bare, sample.features)
    dealt, _ = _two(sample, strengths.own, _shuffled(sample.features))
    low, high = beside.over_concepts(own)
    return _figure(sample, own, f"in {FEWEST_OF_TWO} or more")(
        id="polysemanticity",
        low=low,
        high=high,
        title="Polysemanticity",
        formula=f"1 - cosine of the centroids of two k-means clusters of a concept's {EXEMPLARS} "
        "strongest photos; mean over concepts",
        controls={
            UNTRAINED: beside.control(UNTRAINED_TITLE, bare),
            SHUFFLED: beside.control(SHUFFLED_TITLE, dealt),
        },
        is_higher_better=False,
        note=f"{_few(own)}{note} {OVER_CONCEPTS} The concepts listed show two things the most, "
        "each with a photo of either.",
        standouts=beside.standouts(own, images=prototypes),
        unit="",
    )


def _two(
    sample: Sample, strengths: NDArray[np.float32], e: NDArray[np.floating]
) -> tuple[NDArray[np.float64], dict[int, tuple[int, ...]]]:
    """Return (F,) the distance of two clusters, and for each concept a photo of either."""
    found = np.full(strengths.shape[1], np.nan)
    photos = {}
    for concept, rows in enumerate(pairs.strongest(strengths, EXEMPLARS)):
        if rows.size >= FEWEST_OF_TWO:
            found[concept], near = pairs.two_clusters(e[rows])
            photos[concept] = tuple(int(sample.images[rows[one]]) for one in near)
    return found, photos


def _redundancy(sample: Sample, strengths: Strengths, note: str) -> Figure:
    own, partner = pairs.nearest_other(_centres(strengths.own, sample.features))
    bare, _ = pairs.nearest_other(_centres(strengths.bare, sample.features))
    dealt, _ = pairs.nearest_other(_centres(strengths.own, _shuffled(sample.features)))
    low, high = beside.over_concepts(own)
    return _figure(sample, own, "in 3 or more")(
        id="redundancy",
        low=low,
        high=high,
        title="Redundancy",
        formula=f"largest cosine of the mean embedding of a concept's {EXEMPLARS} strongest photos "
        "with that of another concept; mean over concepts",
        controls={
            UNTRAINED: beside.control(UNTRAINED_TITLE, bare),
            SHUFFLED: beside.control(SHUFFLED_TITLE, dealt),
        },
        is_higher_better=False,
        note=f"{_few(own)}{note} {OVER_CONCEPTS}",
        standouts=beside.standouts(own, partner),
    )


def _centres(strengths: NDArray[np.float32], e: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (F, w) the mean embedding of each concept's strongest photos, zeros of under 3."""
    found = np.zeros((strengths.shape[1], e.shape[1]))
    for concept, rows in enumerate(pairs.strongest(strengths, EXEMPLARS)):
        if rows.size >= pairs.FEWEST_PHOTOS:
            found[concept] = e[rows].mean(0)
    return found


def _collinearity(dictionary: HSAE) -> Figure:
    rows = dictionary.W_dec.cpu().numpy()
    own, partner = pairs.nearest_other(rows)
    bare, _ = pairs.nearest_other(random_dictionary(dictionary.F, dictionary.D).numpy())
    low, high = beside.over_concepts(own)
    return Figure(
        id="collinearity",
        group=CONCEPTS,
        title="Collinearity",
        formula="largest cosine of a concept's decoder row with another concept's; mean over "
        "concepts",
        value=beside.mean(own),
        low=low,
        high=high,
        count=beside.known(own),
        count_of="concepts of the dictionary",
        unit="cosine",
        controls={RANDOM: beside.control(RANDOM_TITLE, bare)},
        is_higher_better=False,
        note="Learned rows lie where tokens are; random ones are spread evenly, which is hard to "
        f"beat. {OVER_CONCEPTS}",
        standouts=beside.standouts(own, partner),
    )


def _importance(sample: Sample, dictionary: HSAE, bare: Bare) -> Figure:
    own = _importances(sample.codes, dictionary)
    other = _importances(bare.codes, bare.dictionary)
    return Figure(
        id="importance_of_the_first_tenth",
        group=CONCEPTS,
        title="Importance held by the most important tenth",
        formula="importance = |mean activation over all cells| · |decoder row|; share of its sum "
        "that the most important tenth of the concepts hold",
        value=_first_tenth(own),
        count=own.size,
        count_of=f"concepts in {sample.cells:,} {sample.words}",
        unit="share",
        controls={UNTRAINED: Control(UNTRAINED_TITLE, _first_tenth(other))},
        standouts=beside.standouts(own),
    )


def _importances(codes: list[Codes], dictionary: HSAE) -> NDArray[np.float64]:
    sums = np.zeros(dictionary.F)
    for one in codes:
        sums += np.bincount(one.indices, one.values.astype(np.float64), dictionary.F)
    lengths = dictionary.W_dec.norm(dim=1).cpu().numpy().astype(np.float64)
    importance: NDArray[np.float64] = sums / sum(one.cells for one in codes) * lengths
    return importance


def _first_tenth(importance: NDArray[np.float64]) -> float:
    first = np.sort(importance)[::-1][: max(1, importance.size // 10)]
    total = float(importance.sum())
    return float(first.sum()) / total if total else float("nan")
