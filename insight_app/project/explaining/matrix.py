"""What a project's photos show as a whole: the values of `concepts.explain.image_values`.

Made from the codes, shard by shard, and kept (`by_shard`), which is read instead the next time.
What is wanted and not kept is read from the codes and added. Numpy and file reads only; safe on any
thread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain import image_values
from insight_app.concepts.explain.image_values import ImageValues, OfImage
from insight_app.concepts.explain.sparse import SparseRows, entries_of
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.project.explaining import by_shard
from insight_app.project.explaining.by_shard import ShardPart
from insight_app.project.folder import CODES
from insight_app.project.results.code_store import read_places
from insight_app.project.results.snapshot import Results

READING = "Reading what each photo shows"
_NAME = "values"
_VERSION = 1
"""Raised when the same codes would give other values."""
_EACH = 256
"""Photos between two looks at whether to stop."""


def read(
    results: Results,
    images: NDArray[np.integer] | None = None,
    *,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
) -> ImageValues:
    """Return the values of photos `images` (N,), a row each, in that order.

    images: ids of analyzed photos, each as often as wanted; None: all of them, as
    `results.image_ids(status="coded")` has them. Refusal for one without codes. between: called now
    and then. May raise Cancelled; what was read of whole shards is kept.
    """
    wanted = results.image_ids(status="coded") if images is None else np.asarray(images)
    token = cancel or CancelToken()
    found: list[_Kept] = []
    with results.reading() as files:
        shards = by_shard.parts(results, files, wanted)
        total = sum(part.image.size for part in shards)
        done = 0
        for part in shards:

            def told(more: int, before: int = done) -> None:
                token.check()
                between()
                progress(before + more, total, READING)

            found.append(_values(part, results.F, told))
            done += part.image.size
        progress(total, total, READING)
        by_shard.tidy(files, results.project, _NAME)
    return _in_order(found, wanted, results.F)


def _in_order(found: "list[_Kept]", wanted: NDArray[np.integer], concepts: int) -> ImageValues:
    """Return the values of photos (N,) from what was read of each shard."""
    every = [_Kept.of([], [], []), *found]
    image = np.concatenate([part.image for part in every])
    counts = np.concatenate([np.diff(part.indptr) for part in every])
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    concept = np.concatenate([part.concept for part in every]).astype(np.int32)
    maximum = np.concatenate([part.maximum for part in every]).astype(np.float32)
    mean = np.concatenate([part.mean for part in every])
    values = ImageValues(
        SparseRows(indptr, concept, maximum, concepts), SparseRows(indptr, concept, mean, concepts)
    )
    by_id = np.argsort(image)
    rows = by_id[np.searchsorted(image[by_id], wanted)]
    return values if np.array_equal(rows, np.arange(image.size)) else values.take(rows)


@dataclass(frozen=True, eq=False)
class _Kept:
    """The values of n photos of a shard, m entries; image, offset (n,), indptr (n + 1,)."""

    image: NDArray[np.int64]
    offset: NDArray[np.int64]
    indptr: NDArray[np.int64]
    concept: NDArray[np.uint16]
    maximum: NDArray[np.float16]
    mean: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        image: NDArray[np.int64] | list[int],
        offset: NDArray[np.int64] | list[int],
        found: list[OfImage],
    ) -> "_Kept":
        counts = [one.concepts.size for one in found]
        return cls(
            np.asarray(image, np.int64),
            np.asarray(offset, np.int64),
            np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
            np.concatenate([np.zeros(0, np.uint16), *(one.concepts for one in found)]),
            np.concatenate([np.zeros(0, np.float16), *(one.maxima for one in found)]),
            np.concatenate([np.zeros(0, np.float32), *(one.means for one in found)]),
        )

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], concepts: int) -> "_Kept":
        """Return what arrays of a file hold; nothing where they do not fit together."""
        nothing = cls.of([], [], [])
        expected = {name: array.dtype.str for name, array in vars(nothing).items()}
        if {name: array.dtype.str for name, array in arrays.items()} != expected:
            return nothing
        kept = cls(**arrays)
        sizes = {array.shape for array in (kept.concept, kept.maximum, kept.mean)}
        fits = (
            kept.image.ndim == 1
            and kept.offset.shape == kept.image.shape
            and kept.indptr.shape == (kept.image.size + 1,)
            and kept.indptr[0] == 0
            and sizes == {(int(kept.indptr[-1]),)}
            and bool((np.diff(kept.indptr) >= 0).all())
            and kept.concept.max(initial=0) < concepts
            and bool(np.isfinite(kept.maximum).all() and np.isfinite(kept.mean).all())
        )
        return kept if fits else nothing

    def take(self, rows: NDArray[np.integer]) -> "_Kept":
        indptr, entries = entries_of(self.indptr, rows)
        of_photos = self.image[rows], self.offset[rows], indptr
        return _Kept(*of_photos, self.concept[entries], self.maximum[entries], self.mean[entries])

    def plus(self, other: "_Kept") -> "_Kept":
        indptr = np.concatenate([self.indptr, other.indptr[1:] + self.indptr[-1]])
        joined = {
            name: np.concatenate([array, getattr(other, name)])
            for name, array in vars(self).items()
        }
        return _Kept(**joined | {"indptr": indptr})


def _values(part: ShardPart, concepts: int, told: Callable[[int], None]) -> _Kept:
    """Return the values of the photos of a shard, F = concepts, kept or read from their codes."""
    told(0)
    rules = [_VERSION, concepts]
    kept = _Kept.from_arrays(part.load(_NAME, rules), concepts)
    rows = part.rows_in(kept.image, kept.offset)
    missing = np.flatnonzero(rows < 0)
    if missing.size:
        found: list[OfImage] = []
        there = part.image.size - missing.size
        wanted = part.places(missing)
        for _image, record in read_places(part.project / CODES, part.shard, wanted, concepts):
            if len(found) % _EACH == 0:
                told(there + len(found))
            found.append(image_values.of_image(record.codes()))
        rows[missing] = kept.image.size + np.arange(missing.size)
        kept = kept.plus(_Kept.of(part.image[missing], part.offset[missing], found))
        part.save(_NAME, rules, vars(kept))
    return kept.take(rows)
