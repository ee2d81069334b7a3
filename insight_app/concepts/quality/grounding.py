"""Whether concepts lie where things are: places measured against masks (METRICS.md, "Grounding").

Owns the definitions of locality, consistency, impurity, pointing game, energy in mask and what is
said of average precision. Arrays in, arrays out. N images, K concepts, L labels; a label occurs in
an image if a cell of the grid has it, a concept if it is active in a cell.

Every figure takes weights (draws, N) of the images, so that a bootstrap over images is one call;
which concept answers a label is chosen once, on all images.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.quality.average_precision import (
    GROUNDED,
    Entries,
    average_precisions,
    drawn,
    entries_of,
)
from insight_app.concepts.quality.concept_maps import LabelledMaps, ious, supports

FEWEST_IMAGES = 5
"""A concept's impurity counts if it is active in so many images."""

Weights = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Entropies:
    """Of each of e (image, concept) pairs: over how many labels the retained mass is spread."""

    image: NDArray[np.int64]
    concept: NDArray[np.int64]
    entropy: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PlacedConcepts:
    """What N images with labels say of K concepts. All (N, L) are nan where nothing was asked.

    best_iou (N, L): of any concept's support, where the label occurs; same_iou (N, L): of the
    support of the label's most consistent concept, where that concept or the label occurs; entropy:
    of all pairs of image and concept.

    precision, overlap (K, L): average precision, best IoU along the thresholds; answer (L,): the
    concept with the highest average precision; hit, energy (N, L): whether its strongest cell lies
    in the mask, and how much of its mass does, 0 where it is silent; entries: the cells behind it.
    """

    best_iou: NDArray[np.float64]
    consistent: NDArray[np.int64]
    same_iou: NDArray[np.float64]
    entropy: Entropies
    precision: NDArray[np.float64]
    overlap: NDArray[np.float64]
    answer: NDArray[np.int64]
    hit: NDArray[np.float64]
    energy: NDArray[np.float64]
    entries: Entries

    @property
    def occurs(self) -> NDArray[np.bool_]:
        """(L,) labels that at least one image has."""
        occurs: NDArray[np.bool_] = self.entries.positives.sum(0) > 0
        return occurs

    @property
    def best_precision(self) -> NDArray[np.float64]:
        """(K,) each concept's best average precision over the labels."""
        if not self.occurs.any():
            return np.zeros(len(self.precision))
        best: NDArray[np.float64] = np.nanmax(self.precision[:, self.occurs], 1)
        return best


def placed(images: Sequence[LabelledMaps], concepts: int, labels: int) -> PlacedConcepts:
    """Measure N labelled images over K = `concepts` and L = `labels`."""
    pairs = [_of_image(one) for one in images]
    best_iou = np.full((len(images), labels), np.nan)
    for number, (one, pair) in enumerate(zip(images, pairs, strict=True)):
        best_iou[number, one.labels] = pair[0].max(0, initial=0.0)
    consistent, same_iou = _consistent(images, [pair[0] for pair in pairs], concepts, labels)
    entries = entries_of(images, concepts, labels)
    precision, overlap = average_precisions(entries)
    answer = np.where(np.isnan(precision), -1.0, precision).argmax(0)
    hit, energy = _pointing(images, answer, labels)
    entropy = Entropies(
        np.repeat(np.arange(len(images)), [one.concepts.size for one in images]),
        np.concatenate([np.zeros(0, np.int64), *(one.concepts for one in images)]),
        np.concatenate([np.zeros(0), *(pair[1] for pair in pairs)]),
    )
    return PlacedConcepts(
        best_iou, consistent, same_iou, entropy, precision, overlap, answer, hit, energy, entries
    )


def _of_image(one: LabelledMaps) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (m, n) IoU of supports and masks, and (m,) entropy of the retained mass."""
    kept = supports(one.values)
    # A cell in several dilated parts gives each of them its share.
    several = one.masks.sum(0)
    shares = one.masks / np.maximum(several, 1)
    over = np.concatenate([shares, (several == 0)[None]]).astype(np.float64)
    mass = (one.values * kept).astype(np.float64) @ over.T
    share = mass / np.maximum(mass.sum(1, keepdims=True), 1e-300)
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    return ious(kept, one.masks), -(share * logs).sum(1)


def _consistent(
    images: Sequence[LabelledMaps],
    pairs: Sequence[NDArray[np.float64]],
    concepts: int,
    labels: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the most consistent concept of each label (L,), and its IoU (N, L) in each image."""
    summed, together = np.zeros((concepts, labels)), np.zeros((concepts, labels))
    active, present = np.zeros(concepts), np.zeros(labels)
    for one, pair in zip(images, pairs, strict=True):
        where = np.ix_(one.concepts, one.labels)
        summed[where] += pair
        together[where] += 1
        active[one.concepts] += 1
        present[one.labels] += 1
    either = active[:, None] + present[None] - together
    chosen = (summed / np.maximum(either, 1)).argmax(0)
    found = np.full((len(images), labels), np.nan)
    for number, (one, pair) in enumerate(zip(images, pairs, strict=True)):
        at = _rows_of(one, chosen)
        found[number, at >= 0] = 0.0
        found[number, one.labels] = 0.0
        here = at[one.labels]
        known = np.flatnonzero(here >= 0)
        found[number, one.labels[known]] = pair[here[known], known]
    return chosen, found


def _pointing(
    images: Sequence[LabelledMaps], answer: NDArray[np.int64], labels: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (N, L) the share of the strongest cells (one, but for ties) and of the mass within."""
    hit = np.full((len(images), labels), np.nan)
    energy = np.full((len(images), labels), np.nan)
    for number, one in enumerate(images):
        hit[number, one.labels] = energy[number, one.labels] = 0.0
        at = _rows_of(one, answer)[one.labels]
        known = np.flatnonzero(at >= 0)
        if not known.size:
            continue
        values, masks = one.values[at[known]].astype(np.float64), one.masks[known]
        strongest = values == values.max(1, keepdims=True)
        hit[number, one.labels[known]] = (strongest & masks).sum(1) / strongest.sum(1)
        energy[number, one.labels[known]] = (values * masks).sum(1) / values.sum(1)
    return hit, energy


def _rows_of(one: LabelledMaps, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (L,) where each chosen concept is among the image's maps; -1 where it is silent."""
    if not one.concepts.size:
        return np.full(chosen.shape, -1)
    at = np.minimum(np.searchsorted(one.concepts, chosen), one.concepts.size - 1)
    return np.where(one.concepts[at] == chosen, at, -1)


# ---- the figures: (draws,) of weights (draws, N); kept (L,): the labels that are asked for


def locality(
    found: PlacedConcepts, kept: NDArray[np.bool_], weights: Weights
) -> NDArray[np.float64]:
    """Return (draws,) the best IoU of any concept's support with a label.

    Mean over the images with the label, then over labels.
    """
    return _over_labels(found.best_iou, kept, weights)


def consistency(
    found: PlacedConcepts, kept: NDArray[np.bool_], weights: Weights
) -> NDArray[np.float64]:
    """Return (draws,) the IoU of a label's most consistent concept.

    Mean over the images with the label or the concept, then over labels.
    """
    return _over_labels(found.same_iou, kept & found.occurs, weights)


def pointing(
    found: PlacedConcepts, kept: NDArray[np.bool_], weights: Weights
) -> NDArray[np.float64]:
    """Return (draws,) how often the strongest cell of the concept that answers lies in the label.

    Mean over the images with the label, then over labels.
    """
    return _over_labels(found.hit, kept, weights)


def energy(found: PlacedConcepts, kept: NDArray[np.bool_], weights: Weights) -> NDArray[np.float64]:
    """Return (draws,) the share of the answering concept's mass that lies in the label.

    Mean over the images with the label, then over labels.
    """
    return _over_labels(found.energy, kept, weights)


def impurity(
    found: PlacedConcepts, kept: NDArray[np.bool_], weights: Weights
) -> NDArray[np.float64]:
    """Return (draws,) the entropy of the retained mass over all labels and the background.

    Mean over the images of a concept, then over concepts active in FEWEST_IMAGES; kept is not used.
    """
    pairs, count = found.entropy, len(found.precision)
    often = np.bincount(pairs.concept, minlength=count) >= FEWEST_IMAGES
    values = np.full(len(weights), np.nan)
    for draw, row in enumerate(weights):
        each = row[pairs.image]
        seen = np.bincount(pairs.concept, each, count)
        total = np.bincount(pairs.concept, each * pairs.entropy, count)
        counts = often & (seen > 0)
        if counts.any():
            values[draw] = (total[counts] / seen[counts]).mean()
    return values


def answered(found: PlacedConcepts, weights: Weights) -> NDArray[np.float64]:
    """Return (draws, L) the average precision of the concept that answers each label.

    nan where no image drawn has it.
    """
    each = np.full((len(weights), found.occurs.size), np.nan)
    for label in np.flatnonzero(found.occurs):
        each[:, label] = drawn(found.entries, int(found.answer[label]), int(label), weights)
    return each


def mean_average_precision(
    each: NDArray[np.float64], kept: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return (draws,) the mean over labels of what `answered` (draws, L) returned."""
    return _mean(each[:, kept])


def coverage(each: NDArray[np.float64], kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return (draws,) the share of labels with a concept of average precision >= GROUNDED."""
    some = each[:, kept]
    return _mean(np.where(np.isnan(some), np.nan, (some >= GROUNDED).astype(np.float64)))


def best_overlap(found: PlacedConcepts, kept: NDArray[np.bool_]) -> float:
    """Return the best IoU of the concept that answers, over all images; mean over labels.

    kept: (L,).
    """
    labels = np.flatnonzero(kept & found.occurs)
    return float(found.overlap[found.answer[labels], labels].mean()) if labels.size else np.nan


Measure = Callable[[PlacedConcepts, NDArray[np.bool_], Weights], NDArray[np.float64]]


def _over_labels(
    values: NDArray[np.float64], kept: NDArray[np.bool_], weights: Weights
) -> NDArray[np.float64]:
    """Return (draws,): values (N, L), mean over the images that have one, then over labels."""
    some = values[:, kept]
    known = ~np.isnan(some)
    seen = weights @ known
    total = weights @ np.where(known, some, 0.0)
    return _mean(np.divide(total, seen, out=np.full(seen.shape, np.nan), where=seen > 0))


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each row (draws, n) over what is a number; nan where nothing is."""
    known = ~np.isnan(values)
    count = known.sum(1)
    total = np.where(known, values, 0.0).sum(1)
    mean: NDArray[np.float64] = np.divide(
        total, count, out=np.full(len(values), np.nan), where=count > 0
    )
    return mean
