"""Two concepts in the photos where the first fires: how many cells, how much activation, where.

Reads codes photo by photo; of very many photos a sample, which is the same every time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.progress import CancelToken
from insight_app.concepts.statistics.image_weights import DRAWS, interval, weights
from insight_app.concepts.statistics.pair_counts import TAU
from insight_app.project.results.records import Example
from insight_app.project.results.snapshot import Results

MOST_READ = 1500
"""Photos that are read to count; of more a sample of so many."""


@dataclass(frozen=True, eq=False)
class PairCount:
    """Hold what was counted of two concepts over n photos in which the first fires.

    photos (n,) int64: which; of: how many there are in all; only_second: photos in which only the
    second fires.  both, first, second (n,) int64: cells; shared, own (n,) float64: the first's
    activation where the second is active, and in all; back (n,) float64: the second's where the
    first is active.  examples_both, examples_first, examples_second: cells where both fire or only
    one, one a photo, the strongest first.
    """

    photos: NDArray[np.int64]
    of: int
    only_second: int
    both: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    shared: NDArray[np.float64]
    own: NDArray[np.float64]
    back: NDArray[np.float64]
    examples_both: tuple[Example, ...]
    examples_first: tuple[Example, ...]
    examples_second: tuple[Example, ...]

    @property
    def is_whole(self) -> bool:
        """Whether all photos were read in which the first fires."""
        return self.photos.size == self.of

    def share(self, part: NDArray[np.number], whole: NDArray[np.number]) -> float:
        """Return the share of sums over photos: part (n,) of whole (n,); 0 of nothing."""
        total = float(whole.sum())
        return float(part.sum()) / total if total else 0.0

    def bounds(self, part: NDArray[np.number], whole: NDArray[np.number]) -> tuple[float, float]:
        """Return the 95 % interval of part (n,) / whole (n,) over photos; NaN for none."""
        drawn = np.zeros((2, 1, DRAWS))
        for photo, one, other in zip(self.photos.tolist(), part, whole, strict=True):
            weight = weights(b"%d" % photo)
            drawn[0, 0] += float(one) * weight
            drawn[1, 0] += float(other) * weight
        low, high = interval(drawn[0], drawn[1])
        return float(low[0]), float(high[0])


def count(
    results: Results,
    first: Sequence[int],
    second: Sequence[int],
    limit: int,
    cancel: CancelToken,
) -> PairCount:
    """Count two concepts, each the strongest of some of the dictionary's; `limit` examples each."""
    photos, others = _photos(results, first), _photos(results, second)
    sample = photos
    if photos.size > MOST_READ:
        sample = np.random.default_rng(0).choice(photos, MOST_READ, replace=False)
    have_both = photos[np.isin(photos, others)]
    most = 4 * limit
    looked_at = np.concatenate([photos[:most], have_both[:most], others[:most]])
    is_counted = set(sample.tolist())
    tables = [_table(results.F, concepts) for concepts in (first, second)]
    rows: list[tuple[float, ...]] = []
    counted: list[int] = []
    found: tuple[list[Example], ...] = ([], [], [])
    for photo in np.union1d(sample, looked_at).tolist():
        cancel.check()
        codes = results.codes(photo)
        a, b = (_strength(codes, table) for table in tables)
        has_a, has_b = a > TAU, b > TAU
        values = np.where(has_a & has_b, np.minimum(a, b), 0), np.where(has_b, 0, a), b * ~has_a
        for examples, value in zip(found, values, strict=True):
            cell = int(value.argmax())
            if value[cell] > TAU:
                examples.append(Example(photo, cell, float(value[cell])))
        if photo in is_counted:
            counted.append(photo)
            cells = (has_a & has_b).sum(), has_a.sum(), has_b.sum()
            masses = (one.sum(dtype=np.float64) for one in (a[has_b], a[has_a], b[has_a]))
            rows.append((*map(float, cells), *map(float, masses)))
    columns = np.array(rows, np.float64).reshape(-1, 6).T
    strongest = (
        tuple(sorted(examples, key=lambda one: (-one.value, one.image_id))[:limit])
        for examples in found
    )
    return PairCount(
        np.array(counted, np.int64),
        int(photos.size),
        int(others.size - have_both.size),
        *columns[:3].astype(np.int64),
        *columns[3:],
        *strongest,
    )


def _photos(results: Results, concepts: Sequence[int]) -> NDArray[np.int64]:
    """Return the photos (n,) in which any of some concepts fires, the strongest first."""
    found = [results.strongest_images(concept, results.image_count) for concept in concepts]
    if not found:
        return np.zeros(0, np.int64)
    photos, value = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((photos, -value))
    _, first = np.unique(photos[order], return_index=True)
    strongest: NDArray[np.int64] = photos[order][np.sort(first)]
    return strongest


def _table(concepts: int, chosen: Sequence[int]) -> NDArray[np.bool_]:
    table = np.zeros(concepts, bool)
    table[list(chosen)] = True
    return table


def _strength(codes: Codes, table: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return (cells,) the strongest of the chosen concepts; table: (F,) which these are."""
    hits = np.flatnonzero(table[codes.indices])
    strength = np.zeros(codes.cells, np.float32)
    np.maximum.at(strength, codes.rows[hits], codes.values[hits].astype(np.float32))
    return strength
