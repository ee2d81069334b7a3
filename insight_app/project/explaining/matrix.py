"""What a project's photos show as a whole: the values of `concepts.explain.image_values`.

Made from the codes, shard by shard, and kept in `explain/` in one file a shard, which is read
instead the next time. A file counts only while the shard is what it was made from; what is wanted
and not in it is read from the codes and added. Numpy and file reads only; safe on any thread.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from insight_app.concepts.explain import image_values
from insight_app.concepts.explain.image_values import ImageValues, OfImage
from insight_app.concepts.explain.sparse import SparseRows, entries_of
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import KnownError, Refusal
from insight_app.files import write_whole
from insight_app.plain_arrays import read_npz
from insight_app.project.folder import CODES, EXPLAIN
from insight_app.project.results import code_store
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.code_store import Place, read_places
from insight_app.project.results.schema import Shard
from insight_app.project.results.snapshot import Results
from insight_app.project.storage.plain_files import must_be_plain

READING = "Reading what each photo shows"
VERSION = 1
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
    `results.image_ids(status="coded")` has them. Takes 0.1 s for 10,000 photos that were read
    before, 3 s for others; 3 kB of memory a photo. between: called now and then. May raise
    Cancelled.
    """
    wanted = results.image_ids(status="coded") if images is None else np.asarray(images)
    token = cancel or CancelToken()
    with results.reading() as files:
        places = files.places
        ids = np.unique(wanted).astype(np.int64)
        inside = (ids > 0) & (ids < files.is_coded.size)
        if not inside.all() or not places["shard"][ids].all():
            raise Refusal(
                "Some of these photos have not been analyzed yet.",
                where=str(results.project),
                do="Continue or repeat the analysis.",
            )
        shards = places["shard"][ids].astype(np.int64)
        order = np.lexsort((places["offset"][ids], shards))
        ids, shards = ids[order], shards[order]
        with reading(files.engine) as connection:
            known = {
                int(one.id): (int(one.bytes), int(one.checksum))
                for one in connection.execute(select(Shard.id, Shard.bytes, Shard.checksum))
            }
        parts: list[_Kept] = []
        done = 0
        for shard in np.unique(shards).tolist():
            own = ids[shards == shard]
            offsets = places["offset"][own].astype(np.int64)
            sizes = places["bytes"][own].astype(np.int64)

            def told(more: int, before: int = done) -> None:
                token.check()
                between()
                progress(before + more, ids.size, READING)

            told(0)
            source = _Shard(results, shard, known.get(shard))
            parts.append(source.values(own, offsets, sizes, told))
            done += own.size
        progress(ids.size, ids.size, READING)
    _tidy(results.project, known)
    return _in_order(parts, wanted, results.F)


def _in_order(parts: "list[_Kept]", wanted: NDArray[np.integer], concepts: int) -> ImageValues:
    """Return the values of photos (N,) from what was read of each shard."""
    all_parts = [_Kept.none(), *parts]
    image = np.concatenate([part.image for part in all_parts])
    counts = np.concatenate([np.diff(part.indptr) for part in all_parts])
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    concept = np.concatenate([part.concept for part in all_parts]).astype(np.int32)
    maximum = np.concatenate([part.maximum for part in all_parts]).astype(np.float32)
    mean = np.concatenate([part.mean for part in all_parts])
    by_id = np.argsort(image)
    rows = by_id[np.searchsorted(image[by_id], wanted)]
    found = ImageValues(
        SparseRows(indptr, concept, maximum, concepts), SparseRows(indptr, concept, mean, concepts)
    )
    return found if np.array_equal(rows, np.arange(image.size)) else found.take(rows)


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
    def none(cls) -> "_Kept":
        nothing = np.zeros(0, np.int64)
        half, single = nothing.astype(np.float16), nothing.astype(np.float32)
        return cls(nothing, nothing, np.zeros(1, np.int64), nothing.astype(np.uint16), half, single)

    @classmethod
    def of(
        cls, image: NDArray[np.int64], offset: NDArray[np.int64], found: list[OfImage]
    ) -> "_Kept":
        nothing = cls.none()
        counts = [one.concepts.size for one in found]
        return cls(
            image,
            offset,
            np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
            np.concatenate([nothing.concept, *(one.concepts for one in found)]),
            np.concatenate([nothing.maximum, *(one.maxima for one in found)]),
            np.concatenate([nothing.mean, *(one.means for one in found)]),
        )

    def take(self, rows: NDArray[np.integer]) -> "_Kept":
        indptr, entries = entries_of(self.indptr, rows)
        return _Kept(
            self.image[rows],
            self.offset[rows],
            indptr,
            self.concept[entries],
            self.maximum[entries],
            self.mean[entries],
        )

    def plus(self, other: "_Kept") -> "_Kept":
        return _Kept(
            np.concatenate([self.image, other.image]),
            np.concatenate([self.offset, other.offset]),
            np.concatenate([self.indptr, other.indptr[1:] + self.indptr[-1]]),
            np.concatenate([self.concept, other.concept]),
            np.concatenate([self.maximum, other.maximum]),
            np.concatenate([self.mean, other.mean]),
        )


class _Shard:
    """One shard of codes, and the file of what was read of it."""

    def __init__(self, results: Results, shard: int, state: tuple[int, int] | None) -> None:
        """Name a shard; state: (bytes, checksum) of all that is committed, None if it is gone."""
        self._results, self._shard, self._state = results, shard, state
        self._codes = results.project / CODES
        self._path = results.project / EXPLAIN / f"values-{shard:06d}.npz"

    def values(
        self,
        image: NDArray[np.int64],
        offset: NDArray[np.int64],
        size: NDArray[np.int64],
        told: Callable[[int], None],
    ) -> _Kept:
        """Return the values of photos (n,) with places (n,) in this shard, in some order."""
        kept = self._kept()
        at = np.full(image.size, -1)
        if kept.image.size:
            by_offset = np.argsort(kept.offset)
            place = by_offset[
                np.searchsorted(kept.offset[by_offset], offset).clip(max=by_offset.size - 1)
            ]
            is_there = (kept.offset[place] == offset) & (kept.image[place] == image)
            at[is_there] = place[is_there]
        missing = np.flatnonzero(at < 0)
        if missing.size:
            there = image.size - missing.size
            wanted = zip(
                image[missing].tolist(),
                (
                    Place(self._shard, *one)
                    for one in zip(offset[missing].tolist(), size[missing].tolist(), strict=True)
                ),
                strict=True,
            )
            found: list[OfImage] = []
            for _image, record in read_places(self._codes, self._shard, wanted, self._results.F):
                if len(found) % _EACH == 0:
                    told(there + len(found))
                found.append(image_values.of_image(record.codes()))
            at[missing] = kept.image.size + np.arange(missing.size)
            kept = kept.plus(_Kept.of(image[missing], offset[missing], found))
            self._keep(kept)
        return kept.take(at)

    def _kept(self) -> _Kept:
        """Return what is kept, nothing where it is not of this shard as it is now."""
        if self._state is None:
            return _Kept.none()
        try:
            arrays = read_npz(self._path)
            kept = self._checked(arrays)
            size, checksum, *rules = (int(number) for number in arrays["of"])
            if rules != self._rules:
                return _Kept.none()
            if (size, checksum) == self._state:
                return kept
            is_same = size < self._state[0] and checksum == code_store.checksum_of(
                self._codes, self._shard, size
            )
            return kept if is_same else _Kept.none()
        except (OSError, ValueError, KeyError, KnownError):
            return _Kept.none()  # it is read from the codes again

    def _checked(self, arrays: dict[str, NDArray[Any]]) -> _Kept:
        """Return what arrays of a file hold; ValueError or KeyError where they do not fit."""
        kept = _Kept(
            arrays["image"].astype(np.int64, casting="safe"),
            arrays["offset"].astype(np.int64, casting="safe"),
            arrays["indptr"].astype(np.int64, casting="safe"),
            arrays["concept"],
            arrays["maximum"],
            arrays["mean"],
        )
        kinds = [one.dtype.str for one in (kept.concept, kept.maximum, kept.mean)]
        entries = (int(kept.indptr[-1]),) if kept.indptr.size else (-1,)
        if (
            kinds != ["<u2", "<f2", "<f4"]
            or kept.offset.shape != kept.image.shape
            or kept.indptr.shape != (kept.image.size + 1,)
            or kept.indptr[0] != 0
            or (np.diff(kept.indptr) < 0).any()
            or not kept.concept.shape == kept.maximum.shape == kept.mean.shape == entries
            or kept.concept.max(initial=0) >= self._results.F
            or not (np.isfinite(kept.maximum).all() and np.isfinite(kept.mean).all())
        ):
            raise ValueError("what is kept of the values of photos does not fit together")
        return kept

    @property
    def _rules(self) -> list[int]:
        return [VERSION, self._results.F]

    def _keep(self, kept: _Kept) -> None:
        """Keep values for the next time, if the disk lets us; nothing rests on it."""
        if self._state is None:
            return
        arrays = vars(kept) | {"of": np.array([*self._state, *self._rules], np.int64)}
        with suppress(OSError, KnownError):
            must_be_plain(self._results.project)
            self._path.parent.mkdir(exist_ok=True)
            write_whole(self._path, lambda file: np.savez(file, **arrays), sync=False)


def _tidy(project: Path, shards: Collection[int]) -> None:
    """Remove what is kept of shards that the project no longer has."""
    with suppress(OSError):
        for path in (project / EXPLAIN).glob("values-*.npz"):
            number = path.stem.removeprefix("values-")
            if number.isdecimal() and int(number) not in shards:
                path.unlink(missing_ok=True)
