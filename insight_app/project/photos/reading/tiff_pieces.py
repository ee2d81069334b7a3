"""Strips and tiles of a TIFF, unpacked one by one: the whole page is never needed at once.

Gives the page's numbers as they are, whatever they mean. What libtiff can unpack, it unpacks,
through Pillow: each piece is dressed up as a grey picture of bytes.
"""

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

_NONE, _DEFLATE, _OLD_DEFLATE = 1, 8, 32946
_BY_LIBTIFF = (5, 32773, 34925, 50000)
"""LZW, PackBits, LZMA, Zstandard."""
_DIFFERENCES, _FLOAT_DIFFERENCES = 2, 3
_SEPARATE = 2
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
    """The numbers of a page. values: (h, w, bands); missing: share of it that is not there."""

    values: NDArray[Any]
    reduced: int
    missing: float


def unpack(file: BinaryIO, page: tifffile.TiffPage, bands: Sequence[int], reduced: int = 1) -> Page:
    """Return chosen bands of a page, each pixel the mean of `reduced` x `reduced` of its own."""
    _must_be_supported(page)
    width, height, planes = page.imagewidth, page.imagelength, page.planarconfig == _SEPARATE
    size = (ceil(height / reduced), ceil(width / reduced), len(bands))
    dtype = np.dtype(page.dtype) if reduced == 1 else np.dtype(np.float32)
    total = np.zeros(size, dtype)
    there = 0
    pieces = list(_pieces(page))
    for piece in pieces:
        if planes and piece.plane not in bands:
            there += 1
            continue
        block = _block(file, page, piece)
        if block is None:
            continue
        there += 1
        block = block[: height - piece.row, : width - piece.column]
        if planes:
            for at in (at for at, band in enumerate(bands) if band == piece.plane):
                _add(total[..., at : at + 1], block, piece, reduced)
        else:
            _add(total, block[..., list(bands)], piece, reduced)
    if reduced > 1:
        total /= _sizes(height, reduced)[:, None, None] * _sizes(width, reduced)[None, :, None]
    return Page(total, reduced, 1 - there / len(pieces))


def _sizes(length: int, reduced: int) -> NDArray[np.float32]:
    """Return how many of the page's rows (or columns) make up each row of the result."""
    sizes = np.full(ceil(length / reduced), reduced, np.float32)
    sizes[-1] = length - reduced * (len(sizes) - 1)
    return sizes


def _add(total: NDArray[Any], block: NDArray[Any], piece: _Piece, reduced: int) -> None:
    rows, columns = block.shape[:2]
    if reduced == 1:
        total[piece.row : piece.row + rows, piece.column : piece.column + columns] = block
        return
    sums = block.astype(np.float32)
    for axis, start, length in ((0, piece.row, rows), (1, piece.column, columns)):
        edges = np.arange(-start % reduced, length, reduced)
        edges = edges if edges.size and edges[0] == 0 else np.concatenate(([0], edges))
        sums = np.add.reduceat(sums, edges, axis=axis)
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


def _block(file: BinaryIO, page: tifffile.TiffPage, piece: _Piece) -> NDArray[Any] | None:
    """Return (rows, columns, bands) of a piece, None if it is not there or makes no sense."""
    rows, columns, bands = _shape(page)
    if not page.is_tiled:
        rows = min(rows, page.imagelength - piece.row)
    bits = page.bitspersample
    row_bytes = ceil(columns * bands * bits / 8)
    file.seek(piece.offset)
    packed = file.read(min(piece.length, 2 * rows * row_bytes + 2**16))
    if page.fillorder == 2:
        packed = packed.translate(_REVERSED)
    data = _unpacked(packed, page.compression, rows * row_bytes)
    if len(data) < rows * row_bytes:
        return None
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


def _unpacked(packed: bytes, compression: int, size: int) -> bytes:
    """Return up to `size` bytes, fewer where the piece is damaged."""
    if compression == _NONE:
        return packed[:size]
    if compression in (_DEFLATE, _OLD_DEFLATE):
        try:
            return zlib.decompressobj().decompress(packed, size)
        except zlib.error:
            return b""
    try:
        with Image.open(
            io.BytesIO(_as_picture(packed, compression, size)), formats=["TIFF"]
        ) as one:
            return one.tobytes()
    except (OSError, ValueError, SyntaxError):
        return b""


def _as_picture(packed: bytes, compression: int, size: int) -> bytes:
    """Return a TIFF of one strip, one grey byte a pixel, that unpacks to these bytes."""
    tags = (
        (256, 4, size), (257, 4, 1), (258, 3, 8), (259, 3, compression), (262, 3, 1),
        (273, 4, 8), (277, 3, 1), (278, 4, 1), (279, 4, len(packed)),
    )  # fmt: skip
    padded = packed + b"\0" * (len(packed) % 2)
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    start = struct.pack("<2sHI", b"II", 42, 8 + len(padded))
    return start + padded + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
