"""How well the maps of concepts tell the cells of a label from all others, over all images.

Average precision and the best intersection over union along all thresholds, exact from the cells
where a concept is active: all others share the value 0 and come last, together. K concepts, L
labels, N images.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.quality.concept_maps import LabelledMaps

GROUNDED = 0.3
"""Average precision from which a concept counts as grounded in a label (saev)."""
DRAWS_AT_ONCE = 50


@dataclass(frozen=True, eq=False)
class Entries:
    """The active cells of all images, concept by concept, the strongest first.

    starts (K + 1,): where each concept begins; value, image (nnz,); hits (nnz, L) bool: in which
    labels' masks the cell lies; positives (N, L), cells (N,): of each image, how many cells a label
    has, and how many there are.
    """

    starts: NDArray[np.int64]
    value: NDArray[np.float32]
    image: NDArray[np.int64]
    hits: NDArray[np.bool_]
    positives: NDArray[np.float64]
    cells: NDArray[np.float64]

    def of(self, concept: int) -> slice:
        """Return where a concept's entries are."""
        return slice(int(self.starts[concept]), int(self.starts[concept + 1]))


def entries_of(images: Sequence[LabelledMaps], concepts: int, labels: int) -> Entries:
    """Collect the active cells of N images, over K = `concepts` and L = `labels`."""
    concept_of, value_of, hits_of = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)], []
    positives = np.zeros((len(images), labels))
    for number, one in enumerate(images):
        positives[number, one.labels] = one.masks.sum(1)
        row, cell = np.nonzero(one.values)
        concept_of.append(one.concepts[row])
        value_of.append(one.values[row, cell])
        hits_of.append(np.zeros((row.size, labels), bool))
        hits_of[-1][:, one.labels] = one.masks.T[cell]
    concept, value = np.concatenate(concept_of), np.concatenate(value_of)
    hits = np.concatenate([np.zeros((0, labels), bool), *hits_of])
    image = np.repeat(np.arange(len(images)), [len(one) for one in hits_of])
    order = np.lexsort((-value, concept))
    starts = np.concatenate([[0], np.cumsum(np.bincount(concept, minlength=concepts))])
    cells = np.array([float(one.values.shape[1]) for one in images])
    return Entries(
        starts.astype(np.int64), value[order], image[order], hits[order], positives, cells
    )


def average_precisions(entries: Entries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (K, L) average precision, and the best IoU along the thresholds above 0.

    AP = sum over thresholds of (recall gained) x (precision there), the last of them taking in
    every cell. nan for a label that no image has.
    """
    positives, cells = entries.positives.sum(0), entries.cells.sum()
    shape = (entries.starts.size - 1, positives.size)
    precision = np.full(shape, np.nan)
    overlap = np.full(shape, np.nan)
    known = positives > 0
    for concept in range(shape[0]):
        part = entries.of(concept)
        ends = _last_of_ties(entries.value[part])
        found = entries.hits[part][:, known].cumsum(0, dtype=np.float64)[ends]
        taken = (ends + 1).astype(np.float64)[:, None]
        precision[concept, known] = _precision(found, taken, positives[known], cells)
        either = taken + positives[known] - found
        overlap[concept, known] = (found / either).max(0, initial=0.0)
    return precision, overlap


def drawn(
    entries: Entries, concept: int, label: int, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (draws,) one concept's average precision for one label, images weighted (draws, N).

    nan where the label is in none of the images drawn.
    """
    part = entries.of(concept)
    ends = _last_of_ties(entries.value[part])
    image, hits = entries.image[part], entries.hits[part, label]
    values = np.full(len(weights), np.nan)
    for start in range(0, len(weights), DRAWS_AT_ONCE):
        some = weights[start : start + DRAWS_AT_ONCE]
        positives, cells = some @ entries.positives[:, label], some @ entries.cells
        each = some[:, image]
        taken, found = each.cumsum(1)[:, ends].T, (each * hits).cumsum(1)[:, ends].T
        known = positives > 0
        if known.any():
            values[start : start + len(some)][known] = _precision(
                found[:, known], taken[:, known], positives[known], cells[known]
            )
    return values


def _last_of_ties(value: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return where each run of equal values ends: the thresholds there are."""
    if not value.size:
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.append(value[1:] != value[:-1], True))


def _precision(
    found: NDArray[np.float64],
    taken: NDArray[np.float64],
    positives: NDArray[np.float64],
    cells: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    """Return (n,) average precision from counts at t thresholds: found (t, n), taken (t, n or 1).

    The cells where the concept is silent come last, all at once.
    """
    gained = np.diff(found, axis=0, prepend=0.0)
    exact = np.divide(found, taken, out=np.zeros_like(found), where=taken > 0)
    at_last = found[-1] if len(found) else np.zeros_like(positives)
    sums: NDArray[np.float64] = (gained * exact).sum(0) + (positives - at_last) * positives / cells
    return sums / positives
