"""Strips and tiles of a TIFF, unpacked one by one: the whole page is never needed at once.

Gives the page's numbers as they are, whatever they mean. What libtiff can unpack, it unpacks,
through Pillow: each piece is dressed up as a grey picture of bytes.
"""

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import Any, BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from insight_app.project.photos import deep
from insight_app.project.photos.reading.limits import Box
from insight_app.project.photos.reading.pillow_formats import strict

_NONE, _DEFLATE, _OLD_DEFLATE = 1, 8, 32946
_BY_LIBTIFF = (5, 32773, 34925, 50000)
"""LZW, PackBits, LZMA, Zstandard."""
_DIFFERENCES, _FLOAT_DIFFERENCES = 2, 3
_SEPARATE = 2
_AT_ONCE = 2**23
"""Bytes that are unpacked together, if pieces are smaller."""
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


class Unsupported(Exception):
    """This page is built in a way that is not unpacked here."""


@dataclass(frozen=True)
class _Piece:
    """Where a strip or tile lies on the page, and where in the file."""

    plane: int
    row: int
    column: int
    offset: int
    length: int


@dataclass(frozen=True, eq=False)
class Page:
    """The numbers of a page.

    values: (h, w, bands); missing: share of it that is not there; gaps: where, on `values`.
    """

    values: NDArray[Any]
    missing: float
    gaps: tuple[Box, ...]


def unpack(file: BinaryIO, page: tifffile.TiffPage, bands: Sequence[int], reduced: int = 1) -> Page:
    """Return chosen bands of a page, each pixel the mean of `reduced` x `reduced` of its own."""
    _must_be_supported(page)
    width, height, planes = page.imagewidth, page.imagelength, page.planarconfig == _SEPARATE
    size = (ceil(height / reduced), ceil(width / reduced), len(bands))
    dtype = np.dtype(page.dtype) if reduced == 1 else np.dtype(np.float32)
    total = np.zeros(size, dtype)
    pieces = list(_pieces(page))
    wanted = [piece for piece in pieces if not planes or piece.plane in bands]
    gaps: list[Box] = []
    for piece, data in _contents(file, page, wanted):
        block = _block(data, page, piece)[: height - piece.row, : width - piece.column]
        gaps += _gap(page, piece, len(block))
        if planes:
            for at in (at for at, band in enumerate(bands) if band == piece.plane):
                _add(total[..., at : at + 1], block, piece, reduced)
        else:
            _add(total, block[..., list(bands)], piece, reduced)
    lost = sum((right - left) * (bottom - top) for left, top, right, bottom in gaps)
    missing = lost / (width * height * (len(bands) if planes else 1))
    if reduced > 1:
        total /= deep.numbers((height, width), reduced)
    scaled = [
        (left // reduced, top // reduced, ceil(right / reduced), ceil(bottom / reduced))
        for left, top, right, bottom in gaps
    ]
    return Page(total, missing, tuple(scaled))


def _gap(page: tifffile.TiffPage, piece: _Piece, rows: int) -> list[Box]:
    """Return the box of a piece, of which so many rows are there, that is missing."""
    full, columns, _ = _shape(page)
    bottom = min(piece.row + full, page.imagelength)
    if piece.row + rows >= bottom:
        return []
    return [(piece.column, piece.row + rows, min(piece.column + columns, page.imagewidth), bottom)]


def _add(total: NDArray[Any], block: NDArray[Any], piece: _Piece, reduced: int) -> None:
    rows, columns = block.shape[:2]
    if reduced == 1:
        total[piece.row : piece.row + rows, piece.column : piece.column + columns] = block
        return
    sums = deep.summed(block, reduced, (piece.row % reduced, piece.column % reduced))
    row, column = piece.row // reduced, piece.column // reduced
    total[row : row + sums.shape[0], column : column + sums.shape[1]] += sums


def _must_be_supported(page: tifffile.TiffPage) -> None:
    known = (_NONE, _DEFLATE, _OLD_DEFLATE, *_BY_LIBTIFF)
    bits = page.bitspersample
    if (
        page.compression not in known
        or page.predictor not in (1, _DIFFERENCES, _FLOAT_DIFFERENCES)
        or page.imagedepth != 1
        or page.dtype is None
        or np.dtype(page.dtype).kind not in "uif"
        or (isinstance(bits, int) and bits not in (8, 16, 32, 64) and page.predictor != 1)
        or not isinstance(bits, int)
    ):
        raise Unsupported


def _shape(page: tifffile.TiffPage) -> tuple[int, int, int]:
    """Return rows, columns and bands of a full piece."""
    bands = 1 if page.planarconfig == _SEPARATE else page.samplesperpixel
    if page.is_tiled:
        return page.tilelength, page.tilewidth, bands
    return min(page.rowsperstrip or page.imagelength, page.imagelength), page.imagewidth, bands


def _pieces(page: tifffile.TiffPage) -> Iterator[_Piece]:
    rows, columns, _ = _shape(page)
    down, across = ceil(page.imagelength / rows), ceil(page.imagewidth / columns)
    planes = page.samplesperpixel if page.planarconfig == _SEPARATE else 1
    if len(page.dataoffsets) < down * across * planes:
        raise Unsupported
    for number in range(down * across * planes):
        plane, place = divmod(number, down * across)
        yield _Piece(
            plane,
            place // across * rows,
            place % across * columns,
            page.dataoffsets[number],
            page.databytecounts[number],
        )


def _lengths(page: tifffile.TiffPage, piece: _Piece) -> tuple[int, int]:
    """Return how many rows a piece has, and the bytes of each."""
    rows, columns, bands = _shape(page)
    if not page.is_tiled:
        rows = min(rows, page.imagelength - piece.row)
    return rows, ceil(columns * bands * page.bitspersample / 8)


def _contents(
    file: BinaryIO, page: tifffile.TiffPage, pieces: Sequence[_Piece]
) -> Iterator[tuple[_Piece, bytes]]:
    """Yield pieces unpacked, as far as that goes, some of them at a time."""
    rows, row_bytes = _lengths(page, pieces[0])
    at_once = max(1, _AT_ONCE // max(1, rows * row_bytes))
    for start in range(0, len(pieces), at_once):
        some = pieces[start : start + at_once]
        packed = [_packed(file, page, piece) for piece in some]
        sizes = [rows * row_bytes for rows, row_bytes in (_lengths(page, piece) for piece in some)]
        yield from zip(some, unpacked(packed, page.compression, sizes), strict=True)


def _packed(file: BinaryIO, page: tifffile.TiffPage, piece: _Piece) -> bytes:
    rows, row_bytes = _lengths(page, piece)
    file.seek(piece.offset)
    packed = file.read(min(piece.length, 2 * rows * row_bytes + 2**16))
    return packed.translate(_REVERSED) if page.fillorder == 2 else packed


def _block(data: bytes, page: tifffile.TiffPage, piece: _Piece) -> NDArray[Any]:
    """Return (rows, columns, bands) of a piece's bytes, of the rows that are there."""
    _, columns, bands = _shape(page)
    rows, row_bytes = _lengths(page, piece)
    bits = page.bitspersample
    rows = min(rows, len(data) // row_bytes)
    data = data[: rows * row_bytes]
    dtype = np.dtype(page.dtype)
    if bits not in (8, 16, 32, 64):
        return _of_odd_bits(data, (rows, columns * bands), bits).astype(dtype).reshape(
            rows, columns, bands
        )  # fmt: skip
    if page.predictor == _FLOAT_DIFFERENCES:
        return _float_sums(data, (rows, columns, bands), bits // 8).astype(dtype)
    stored = np.frombuffer(data, dtype.newbyteorder(page.parent.byteorder), rows * columns * bands)
    block = stored.astype(dtype).reshape(rows, columns, bands)
    if page.predictor == _DIFFERENCES:
        whole = block.view(f"u{dtype.itemsize}")
        np.cumsum(whole, axis=1, dtype=whole.dtype, out=whole)
    return block


def _of_odd_bits(data: bytes, shape: tuple[int, int], bits: int) -> NDArray[np.uint32]:
    """Return whole numbers of a few bits each, rows padded to whole bytes."""
    rows, columns = shape
    single = np.unpackbits(np.frombuffer(data, np.uint8).reshape(rows, -1), axis=1)
    single = single[:, : columns * bits].reshape(rows, columns, bits)
    values = np.zeros((rows, columns), np.uint32)
    for bit in range(bits):
        values <<= np.uint32(1)
        values |= single[..., bit]
    return values


def _float_sums(data: bytes, shape: tuple[int, int, int], item: int) -> NDArray[Any]:
    """Undo Adobe's predictor for fractions: bytes by their weight, then differences of them."""
    rows, columns, bands = shape
    differences = np.frombuffer(data, np.uint8).reshape(rows, -1, bands)
    sums = np.cumsum(differences, axis=1, dtype=np.uint8).reshape(rows, item, columns * bands)
    values = np.ascontiguousarray(sums.transpose(0, 2, 1)).view(f">f{item}")
    return values.reshape(rows, columns, bands)


def unpacked(packed: Sequence[bytes], compression: int, sizes: Sequence[int]) -> list[bytes]:
    """Return up to so many bytes of each piece, fewer where one is damaged."""
    if compression == _NONE:
        return [piece[:size] for piece, size in zip(packed, sizes, strict=True)]
    if compression in (_DEFLATE, _OLD_DEFLATE):
        return [_inflated(piece, size) for piece, size in zip(packed, sizes, strict=True)]
    if len(packed) > 1 and len(set(sizes)) == 1:
        together = _by_libtiff(packed, compression, sizes[0])
        if together:
            size = sizes[0]
            return [together[at * size : (at + 1) * size] for at in range(len(packed))]
    return [
        _by_libtiff([piece], compression, size) for piece, size in zip(packed, sizes, strict=True)
    ]


def _inflated(packed: bytes, size: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, size)
    except zlib.error:
        return b""


def _by_libtiff(packed: Sequence[bytes], compression: int, size: int) -> bytes:
    """Return pieces of that size one after the other, nothing if one of them is damaged."""
    with suppress(OSError, ValueError, SyntaxError):
        dressed = io.BytesIO(_as_picture(packed, compression, size))
        with strict(), Image.open(dressed, formats=["TIFF"]) as one:
            return one.tobytes()
    return b""


def _as_picture(packed: Sequence[bytes], compression: int, size: int) -> bytes:
    """Return a TIFF of grey bytes, one piece a row, that unpacks to these pieces."""
    lengths = [len(piece) for piece in packed]
    offsets = [8 + before for before in accumulate((0, *lengths[:-1]))]
    body = b"".join(packed)
    body += b"\0" * (len(body) % 2)
    number, places = len(packed), 8 + len(body)
    first = (places, places + 4 * number) if number > 1 else (offsets[0], lengths[0])
    if number > 1:
        body += struct.pack(f"<{2 * number}I", *offsets, *lengths)
    tags = (
        (256, 4, 1, size), (257, 4, 1, number), (258, 3, 1, 8), (259, 3, 1, compression),
        (262, 3, 1, 1), (273, 4, number, first[0]), (277, 3, 1, 1), (278, 4, 1, 1),
        (279, 4, number, first[1]),
    )  # fmt: skip
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    start = struct.pack("<2sHI", b"II", 42, 8 + len(body))
    return start + body + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
