"""The mean raw token of each photo: what a classifier reads that knows no concepts.

Analyzing keeps it beside the codes. For photos that an older Insight analyzed, which kept none, the
encoder makes it again from the photo itself, and it is kept (`by_shard`): who is stopped goes on
where that was. In half precision wherever it comes from, so that both are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.project.explaining import by_shard, encoding_again
from insight_app.project.explaining.by_shard import ShardPart
from insight_app.project.folder import CODES
from insight_app.project.results.code_store import read_places
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder

READING, ENCODING = "Reading mean tokens", "Encoding photos of an older Insight again"
_NAME = "pooled"
_VERSION = 1
_EACH = 256
"""Photos between two looks at whether to stop, and photos encoded before they are kept."""


@dataclass(frozen=True, eq=False)
class Pooled:
    """Mean tokens (N, D) float32 of N photos, NaN where not known; is_known: (N,)."""

    tokens: NDArray[np.float32]
    is_known: NDArray[np.bool_]


def read(
    results: Results,
    images: NDArray[np.integer],
    encoder: Callable[[], DenseEncoder] | None = None,
    *,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
) -> Pooled:
    """Return the mean tokens of analyzed photos `images` (N,), in that order.

    encoder: loads the project's, asked for only if photos have to be encoded again; None: these are
    not known. Nor is a photo whose file is gone or has another content now. Refusal for a photo
    without codes. between: called now and then. May raise Cancelled; what was done is kept.
    """
    token = cancel or CancelToken()
    wanted = np.asarray(images)
    width = results.dictionary.token_dim
    found: list[_Kept] = []
    with results.reading() as files:
        parts = by_shard.parts(results, files, wanted)
        total = sum(part.image.size for part in parts)

        def told(done: int, of: int, message: str) -> None:
            token.check()
            between()
            progress(done, of, message)

        for part in parts:
            told(sum(one.image.size for one in found), total, READING)
            found.append(_of_records(part, width, token.check))
        by_shard.tidy(files, results.project, _NAME)
    missing = [_unknown(part, kept) for part, kept in zip(parts, found, strict=True)]
    if encoder is not None and any(rows.size for rows in missing):
        again = _Again(results, encoder(), sum(rows.size for rows in missing), told)
        for number, (part, rows) in enumerate(zip(parts, missing, strict=True)):
            found[number] = again.added_to(found[number], part, rows)
    told(total, total, READING)
    return _in_order(found, wanted, width)


def _in_order(found: list[_Kept], wanted: NDArray[np.integer], width: int) -> Pooled:
    every = [_Kept.none(width), *found]
    image = np.concatenate([kept.image for kept in every])
    pooled = np.concatenate([kept.pooled for kept in every])
    tokens = np.full((wanted.size, width), np.nan, np.float32)
    by_id = np.argsort(image)
    is_known = np.zeros(wanted.size, bool)
    if image.size:
        at = by_id[np.searchsorted(image[by_id], wanted).clip(max=image.size - 1)]
        is_known = image[at] == wanted
        tokens[is_known] = pooled[at[is_known]]
    return Pooled(tokens, is_known)


@dataclass(frozen=True, eq=False)
class _Kept:
    """The mean tokens pooled (n, D) of n photos of a shard; image, offset (n,)."""

    image: NDArray[np.int64]
    offset: NDArray[np.int64]
    pooled: NDArray[np.float16]

    @classmethod
    def none(cls, width: int) -> _Kept:
        nothing = np.zeros(0, np.int64)
        return cls(nothing, nothing, np.zeros((0, width), np.float16))

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], width: int) -> _Kept:
        """Return what arrays of a file hold; nothing where they do not fit together."""
        nothing = cls.none(width)
        kinds = {name: array.dtype for name, array in vars(nothing).items()}
        if {name: array.dtype for name, array in arrays.items()} != kinds:
            return nothing
        kept = cls(**arrays)
        fits = (
            kept.image.ndim == 1
            and kept.offset.shape == kept.image.shape
            and kept.pooled.shape == (kept.image.size, width)
            and bool(np.isfinite(kept.pooled).all())
        )
        return kept if fits else nothing

    def plus(self, part: ShardPart, rows: list[int], pooled: list[NDArray[np.float16]]) -> _Kept:
        """Return these and those of photos of the shard, by row (m,), each (D,)."""
        at = np.array(rows, np.int64)
        return _Kept(
            np.concatenate([self.image, part.image[at]]),
            np.concatenate([self.offset, part.offset[at]]),
            np.concatenate([self.pooled, *(one[None] for one in pooled)]),
        )


def _rules(width: int) -> list[int]:
    return [_VERSION, width]


def _unknown(part: ShardPart, kept: _Kept) -> NDArray[np.int64]:
    """Return the rows (m,) of a shard's photos that are not among the kept ones."""
    return np.flatnonzero(part.rows_in(kept.image, kept.offset) < 0)


def _of_records(part: ShardPart, width: int, check: Callable[[], None]) -> _Kept:
    """Return what is kept of a shard, in the file for it or beside the codes."""
    kept = _Kept.from_arrays(part.load(_NAME, _rules(width)), width)
    missing = _unknown(part, kept)
    rows, pooled = list[int](), list[NDArray[np.float16]]()
    places = part.places(missing)
    for number, (_image, record) in enumerate(
        read_places(part.project / CODES, part.shard, places, 1) if missing.size else ()
    ):
        if number % _EACH == 0:
            check()
        found = record.notes().pooled
        if found.size == width and np.isfinite(found).all():
            rows.append(int(missing[number]))
            pooled.append(found)
    if rows:
        kept = kept.plus(part, rows, pooled)
        part.save(_NAME, _rules(width), vars(kept))
    return kept


class _Again:
    """Encoding photos again, those of several shards one after the other."""

    def __init__(self, results: Results, encoder: DenseEncoder, total: int, told: Progress) -> None:
        self._results, self._encoder, self._told = results, encoder, told
        self._total, self._done = total, 0

    def added_to(self, kept: _Kept, part: ShardPart, rows: NDArray[np.int64]) -> _Kept:
        """Return what is kept with the photos of these rows (m,), kept after every few."""
        for start in range(0, rows.size, _EACH):
            some = rows[start : start + _EACH].tolist()
            found = self._encoded(part, some)
            known = [row for row in some if row in found]
            kept = kept.plus(part, known, [found[row] for row in known])
            if known:
                part.save(_NAME, _rules(kept.pooled.shape[1]), vars(kept))
        return kept

    def _encoded(self, part: ShardPart, rows: list[int]) -> dict[int, NDArray[np.float16]]:
        """Return row -> mean token (D,) of photos that are still what was analyzed."""
        from insight_app.project.analysis.coding.batches import mean_tokens

        row_of = {int(part.image[row]): row for row in rows}
        tokens = encoding_again.tokens_of(self._results, self._encoder, list(row_of), self._told_of)
        return {row_of[image]: mean_tokens(one[None])[0] for image, one in tokens}

    def _told_of(self, more: int) -> None:
        self._done += more
        self._told(self._done, self._total, ENCODING)
