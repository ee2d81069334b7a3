"""Which images show a concept, strongest first: per-image maxima sorted by concept.

A postings file is a *segment* over some images; segments of other images stand beside it and are
merged while reading, so that adding photos never rewrites what is there. Looking at one concept
reads only its entries. Nothing is mapped into memory: where a mapped file becomes shorter (a sync
program, a share), the system ends the process that looks at it. Knows nothing of SQL and of codes.

File = 64-byte header, offsets int64 (F + 1), image uint32, value float16, cell uint16 (each: all
entries, by concept, then value descending, then image). Little-endian.
"""

import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.statistics import Maxima
from insight_app.disk_errors import disk_error
from insight_app.errors import WorldError
from insight_app.files import open_regular
from insight_app.project.results.stored_columns import Numbers

_HEADER = struct.Struct("<16sIIQ32x")
_MAGIC = b"INSIGHT POSTING\n"
VERSION = 1
Entries = tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.float16]]
"""(image, cell, value), each (n,): strongest first, ties by image."""
_CANNOT = "The strongest images cannot be read"
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


class Segment:
    """Hold an open segment of n entries; `offsets[c]:offsets[c + 1]` are those of concept c.

    offsets (F + 1,). Stays open, also when its file is removed, as long as somebody holds it.
    """

    def __init__(self, path: Path, file: BinaryIO, offsets: NDArray[np.int64]) -> None:
        self.path, self.offsets = path, offsets
        self._numbers = Numbers(file)

    def entries(self, start: int, end: int) -> Entries:
        """Read (image, cell, value) of the entries from `start` up to `end`; WorldError where the
        file is not as long any more.
        """
        place, size = _HEADER.size + self.offsets.nbytes, int(self.offsets[-1])
        columns = []
        with _as_damage(self.path):
            for dtype in ("<u4", "<f2", "<u2"):
                width = np.dtype(dtype).itemsize
                columns.append(self._numbers.read(dtype, place + start * width, end - start))
                place += size * width
        image, value, cell = columns
        return image, cell, value

    def images(self, concept: int) -> NDArray[np.uint32]:
        """Read the images (n,) of a concept alone, which is half of what its entries are."""
        start, end = int(self.offsets[concept]), int(self.offsets[concept + 1])
        place = _HEADER.size + self.offsets.nbytes + 4 * start
        with _as_damage(self.path):
            image: NDArray[np.uint32] = self._numbers.read("<u4", place, end - start)
        return image


def open_segment(path: Path, concepts: int) -> Segment:
    """Open a segment over F = concepts; WorldError where it is damaged or newer than this."""
    try:
        with open_regular(path) as file:
            return _opened(path, file, concepts)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise disk_error(error, _CANNOT, where=path, do=_REPAIR) from error


def _opened(path: Path, file: BinaryIO, concepts: int) -> Segment:
    head = file.read(_HEADER.size)
    if len(head) < _HEADER.size or not head.startswith(_MAGIC):
        raise WorldError("This is not a file of strongest images.", where=str(path))
    _, version, of, entries = _HEADER.unpack(head)
    expected = _HEADER.size + 8 * (concepts + 1) + 8 * entries
    if version > VERSION or of != concepts or os.fstat(file.fileno()).st_size != expected:
        raise WorldError(
            "The file of strongest images is damaged or newer than this Insight.",
            where=str(path),
            do=_REPAIR,
        )
    data = file.read(8 * (concepts + 1))
    if len(data) < 8 * (concepts + 1):
        raise _damaged(path)
    offsets = np.frombuffer(data, "<i8")
    if offsets[0] or offsets[-1] != entries or (np.diff(offsets) < 0).any():
        raise _damaged(path)
    return Segment(path, file, offsets)


@contextmanager
def _as_damage(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a segment is read into a WorldError."""
    try:
        yield
    except EOFError as error:
        raise _damaged(path) from error
    except OSError as error:
        raise disk_error(error, _CANNOT, where=path, do=_REPAIR) from error


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


_NONE: Entries = (np.zeros(0, np.uint32), np.zeros(0, np.uint16), np.zeros(0, np.float16))
_BLOCK = 1024
"""Entries that are looked at first; four times as many each time that too few are kept."""


def _read(
    segments: Sequence[Segment], concept: int, keep: NDArray[np.bool_], wanted: int | None
) -> Entries:
    """Return the first `wanted` entries of each segment (None: all), in one order."""
    return _merged([_first(segment, concept, keep, wanted) for segment in segments])


def _first(segment: Segment, concept: int, keep: NDArray[np.bool_], wanted: int | None) -> Entries:
    """Return the first `wanted` kept entries of a concept in a segment (None: all)."""
    at, end = int(segment.offsets[concept]), int(segment.offsets[concept + 1])
    blocks: list[Entries] = []
    found, block = 0, end - at if wanted is None else max(_BLOCK, wanted)
    while at < end and (wanted is None or found < wanted):
        until = min(at + block, end)
        image, cell, value = segment.entries(at, until)
        if image.max() >= keep.size or not np.isfinite(value).all():
            raise _damaged(segment.path)
        kept = keep[image]
        blocks.append((image[kept], cell[kept], value[kept]))
        found, at, block = found + blocks[-1][0].size, until, 4 * block
    if not blocks:
        return _NONE
    image, cell, value = (np.concatenate(column)[:wanted] for column in zip(*blocks, strict=True))
    return image, cell, value


def _merged(found: Sequence[Entries]) -> Entries:
    """Join entries of several segments in one order: strongest first, ties by image."""
    full = [entries for entries in found if entries[0].size]
    if len(full) == 1:
        return full[0]
    if not full:
        return _NONE
    image, cell, value = (np.concatenate(column) for column in zip(*full, strict=True))
    order = np.lexsort((image, -value.astype(np.float32)))
    return image[order], cell[order], value[order]


def union(
    segments: Sequence[Segment],
    concepts: Sequence[int],
    keep: NDArray[np.bool_],
    limit: int | None = None,
) -> Entries:
    """Return the entries (n,) of several concepts as if they were one: each image's strongest cell.

    keep: as in `of_concept`. Ties go to the lower cell. limit: only the first so many. Among the
    first n of all are at most the first n of each, so that no more is read.
    """
    found = [_first(one, concept, keep, limit) for one in segments for concept in concepts]
    full = [entries for entries in found if entries[0].size]
    if not full:
        return _NONE
    image, cell, value = (np.concatenate(column) for column in zip(*full, strict=True))
    weakness = np.uint16(0xFFFF) - value.view(np.uint16)
    # One number sorts all three: image above weakness above cell, as 32 + 16 + 16 bits.
    packed = image.astype(np.uint64) << np.uint64(32)
    packed |= weakness.astype(np.uint64) << np.uint64(16) | cell.astype(np.uint64)
    order = np.argsort(packed)
    strongest = order[np.flatnonzero(np.diff(image[order], prepend=np.uint32(0xFFFF_FFFF)))]
    by_strength = weakness[strongest].astype(np.uint64) << np.uint64(32) | image[strongest]
    strongest = strongest[np.argsort(by_strength)][:limit]
    return image[strongest], cell[strongest], value[strongest]


def images_of(
    segments: Sequence[Segment], concept: int, keep: NDArray[np.bool_]
) -> NDArray[np.uint32]:
    """Return (n,) the images that show a concept, each once; keep: as in `of_concept`."""
    found = [_kept(segment, concept, keep) for segment in segments]
    return np.concatenate([_NONE[0], *found])


def images_with(
    segments: Sequence[Segment], concepts: Sequence[int], keep: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return (N + 1,) bool by image_id: which images show any of some concepts."""
    seen = np.zeros(keep.size, bool)
    for segment in segments:
        for concept in concepts:
            seen[_kept(segment, concept, keep)] = True
    return seen


def _kept(segment: Segment, concept: int, keep: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Return (n,) the images that a segment has of a concept, as far as they are kept."""
    image = segment.images(concept)
    if image.size and image.max() >= keep.size:
        raise _damaged(segment.path)
    return image[keep[image]]
