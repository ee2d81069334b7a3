"""Two concepts in the photos where the first fires: how many cells, how much activation, where.

Reads codes photo by photo; of very many photos a sample, which is the same every time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.progress import CancelToken
from insight_app.concepts.statistics.image_weights import DRAWS, interval, weights
from insight_app.concepts.statistics.pair_counts import TAU
from insight_app.project.composites.reader import ConceptReader
from insight_app.project.results import postings
from insight_app.project.results.records import Example

MOST_READ = 1500
"""Photos that are read to count; of more a sample of so many."""


@dataclass(frozen=True, eq=False)
class PairCount:
    """Hold what was counted of two concepts over n photos in which the first fires.

    photos (n,) int64: which; of: in how many it fires in all, as far as that is known without
    reading them all; is_whole: whether all were read.  only_second: photos in which only the second
    fires, None if not known.  both, first, second (n,) int64: cells; shared, own (n,) float64: the
    first's activation where the second is active, and in all; back (n,) float64: the second's where
    the first is active.  examples_both, examples_first, examples_second: cells where both fire or
    only one, one a photo, the strongest first.
    """

    photos: NDArray[np.int64]
    of: int
    is_whole: bool
    only_second: int | None
    both: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    shared: NDArray[np.float64]
    own: NDArray[np.float64]
    back: NDArray[np.float64]
    examples_both: tuple[Example, ...]
    examples_first: tuple[Example, ...]
    examples_second: tuple[Example, ...]

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
    first: ConceptReader, second: ConceptReader, limit: int, cancel: CancelToken
) -> PairCount:
    """Count two concepts of the same results; `limit` examples each."""
    photos, others = _photos(first), _photos(second)
    sample = photos
    if photos.size > MOST_READ:
        sample = np.random.default_rng(0).choice(photos, MOST_READ, replace=False)
    have_both = photos[np.isin(photos, others)]
    most = 4 * limit
    looked_at = np.concatenate([photos[:most], have_both[:most], others[:most]])
    is_counted = set(sample.tolist())
    rows: list[tuple[float, ...]] = []
    counted: list[int] = []
    found: tuple[list[Example], ...] = ([], [], [])
    for photo in np.union1d(sample, looked_at).tolist():
        cancel.check()
        codes = first.results.codes(photo)
        a, b = first.map_of(codes), second.map_of(codes)
        has_a, has_b = a > TAU, b > TAU
        values = np.where(has_a & has_b, np.minimum(a, b), 0), np.where(has_b, 0, a), b * ~has_a
        for examples, value in zip(found, values, strict=True):
            cell = int(value.argmax())
            if value[cell] > TAU:
                examples.append(Example(photo, cell, float(value[cell])))
        if photo in is_counted and has_a.any():
            counted.append(photo)
            cells = (has_a & has_b).sum(), has_a.sum(), has_b.sum()
            masses = (one.sum(dtype=np.float64) for one in (a[has_b], a[has_a], b[has_a]))
            rows.append((*map(float, cells), *map(float, masses)))
    columns = np.array(rows, np.float64).reshape(-1, 6).T
    strongest = (
        tuple(sorted(examples, key=lambda one: (-one.value, one.image_id))[:limit])
        for examples in found
    )
    is_whole = sample.size == photos.size
    are_known = is_whole and not (_is_divided(first) or _is_divided(second))
    return PairCount(
        np.array(counted, np.int64),
        len(counted) if is_whole else int(photos.size),
        is_whole,
        int(others.size - have_both.size) if are_known else None,
        *columns[:3].astype(np.int64),
        *columns[3:],
        *strongest,
    )


def _photos(reader: ConceptReader) -> NDArray[np.int64]:
    """Return the photos (n,) in which a concept fires, the strongest first.

    Of a part those in which what it is a part of does: codes tell in which of them it fires.
    """
    results = reader.results
    if reader.composition is None:
        return reader.strongest_images(results.image_count)[0]
    with results.reading() as files:
        concepts = reader.composition.concepts
        image, _, _ = postings.union(files.segments, concepts, files.is_coded, None)
    return image.astype(np.int64)


def _is_divided(reader: ConceptReader) -> bool:
    return reader.composition is not None and reader.composition.is_divided
