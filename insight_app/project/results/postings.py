"""Which images show a concept, strongest first: per-image maxima sorted by concept.

A postings file is a *segment* over some images; segments of other images stand beside it and are
merged while reading, so that adding photos never rewrites what is there. Columns are memory-mapped:
looking at one concept touches only its entries, and releases their pages again: who looks at
thousands of concepts does not end up with the files in memory. Knows nothing of SQL and of codes.

File = 64-byte header, offsets int64 (F + 1), image uint32, value float16, cell uint16 (each: all
entries, by concept, then value descending, then image). Little-endian.
"""

import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.statistics import Maxima
from insight_app.disk_errors import disk_error
from insight_app.errors import WorldError
from insight_app.files import open_regular

_HEADER = struct.Struct("<16sIIQ32x")
_MAGIC = b"INSIGHT POSTING\n"
VERSION = 1
_REPAIR = "Run `insight-app check PROJECT --repair`."


def write(file: BinaryIO, maxima: Maxima, concepts: int) -> None:
    """Write a segment."""
    order = np.lexsort((maxima.image, -maxima.value.astype(np.float32), maxima.concept))
    counts = np.bincount(maxima.concept, minlength=concepts)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype("<i8")
    file.write(_HEADER.pack(_MAGIC, VERSION, concepts, order.size))
    file.write(offsets.tobytes())
    file.write(maxima.image[order].astype("<u4").tobytes())
    file.write(maxima.value[order].astype("<f2").tobytes())
    file.write(maxima.cell[order].astype("<u2").tobytes())


@dataclass(frozen=True, eq=False)
class Segment:
    """Hold an open segment of n entries; `offsets[c]:offsets[c + 1]` are those of concept c.

    path, mapped: the file that the columns are views of.  offsets (F + 1,); the columns (n,).
    """

    path: Path
    mapped: mmap.mmap
    offsets: NDArray[np.int64]
    image: NDArray[np.uint32]
    value: NDArray[np.float16]
    cell: NDArray[np.uint16]

    def release_pages(self) -> None:
        """Leave what was read to the system's cache, where the system can be told."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.mapped.madvise(mmap.MADV_DONTNEED)


def open_segment(path: Path, concepts: int) -> Segment:
    """Open a segment over F = concepts, mapped into memory.

    WorldError where it is damaged or newer than this.
    """
    try:
        with open_regular(path) as file:
            head = file.read(_HEADER.size)
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if head else None
    except FileNotFoundError:
        raise
    except OSError as error:
        what = "The strongest images cannot be read"
        raise disk_error(error, what, where=path, do=_REPAIR) from error
    if mapped is None or len(head) < _HEADER.size or not head.startswith(_MAGIC):
        raise WorldError("This is not a file of strongest images.", where=str(path))
    _, version, of, entries = _HEADER.unpack(head)
    expected = _HEADER.size + 8 * (concepts + 1) + 8 * entries
    if version > VERSION or of != concepts or len(mapped) != expected:
        raise WorldError(
            "The file of strongest images is damaged or newer than this Insight.",
            where=str(path),
            do=_REPAIR,
        )
    data = np.frombuffer(mapped, np.uint8)
    position = _HEADER.size

    def column(dtype: str, size: int) -> NDArray[Any]:
        nonlocal position
        start = position
        position += size * np.dtype(dtype).itemsize
        return data[start:position].view(dtype)

    offsets = np.array(column("<i8", concepts + 1))
    if offsets[0] or offsets[-1] != entries or (np.diff(offsets) < 0).any():
        raise _damaged(path)
    columns = [column(dtype, entries) for dtype in ("<u4", "<f2", "<u2")]
    return Segment(path, mapped, offsets, *columns)


def _damaged(path: Path) -> WorldError:
    return WorldError(
        "The file of strongest images is damaged.",
        where=str(path),
        kept="Codes and judgements are kept in other files.",
        do=_REPAIR,
    )


def strongest(
    segments: Sequence[Segment], concept: int, keep: NDArray[np.bool_], limit: int, offset: int = 0
) -> tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.float16]]:
    """Return what `of_concept` does, but only the `limit` entries from place `offset` on: (n,).

    Each segment is read from its strongest entry on, only as far as needed: among the first n of
    all are at most the first n of each.
    """
    wanted = offset + limit
    image, cell, value = _read(segments, concept, keep, wanted)
    part = slice(offset, wanted)
    return image[part], cell[part], value[part]


def of_concept(
    segments: Sequence[Segment], concept: int, keep: NDArray[np.bool_]
) -> tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.float16]]:
    """Return (image, cell, value), each (n,), of one concept: strongest first, ties by image.

    keep: (N + 1,) bool by image_id; entries of other images are left out.
    """
    return _read(segments, concept, keep, None)


_Entries = tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.float16]]
_BLOCK = 1024
"""Entries that are looked at first; four times as many each time that too few are kept."""


def _read(
    segments: Sequence[Segment], concept: int, keep: NDArray[np.bool_], wanted: int | None
) -> _Entries:
    """Return the first `wanted` entries of each segment (None: all), in one order."""
    found = []
    for segment in segments:
        found.append(_first(segment, concept, keep, wanted))
        segment.release_pages()
    return _merged(found)


def _first(segment: Segment, concept: int, keep: NDArray[np.bool_], wanted: int | None) -> _Entries:
    """Return the first `wanted` kept entries of a concept in a segment (None: all)."""
    at, end = int(segment.offsets[concept]), int(segment.offsets[concept + 1])
    places: list[NDArray[np.int64]] = []
    found, block = 0, end - at if wanted is None else max(_BLOCK, wanted)
    while at < end and (wanted is None or found < wanted):
        until = min(at + block, end)
        images = segment.image[at:until]
        if images.max() >= keep.size or not np.isfinite(segment.value[at:until]).all():
            raise _damaged(segment.path)
        kept = at + np.flatnonzero(keep[images])
        places.append(kept)
        found, at, block = found + kept.size, until, 4 * block
    chosen = np.concatenate(places)[:wanted] if places else np.zeros(0, np.int64)
    return segment.image[chosen], segment.cell[chosen], segment.value[chosen]


def _merged(found: Sequence[_Entries]) -> _Entries:
    """Join entries of several segments in one order: strongest first, ties by image."""
    full = [entries for entries in found if entries[0].size]
    if len(full) == 1:
        return full[0]
    if not full:
        return np.zeros(0, np.uint32), np.zeros(0, np.uint16), np.zeros(0, np.float16)
    image, cell, value = (np.concatenate(column) for column in zip(*full, strict=True))
    order = np.lexsort((image, -value.astype(np.float32)))
    return image[order], cell[order], value[order]
