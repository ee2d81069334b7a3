"""PNG files: 16 bits a channel as they are, damaged ones as far as they go.

Only what pixels need is kept of a file before it is decoded, so that nothing else can stop it.
"""

import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from insight_app.errors import WorldError
from insight_app.project.photos import colour, deep, plain
from insight_app.project.photos.apart import DecodingRequest
from insight_app.project.photos.formats import PNG
from insight_app.project.photos.reading import limits, pillow_formats
from insight_app.project.photos.upright import ORIENTATION, Stored

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT")
_GREY, _COLOURED, _PALETTE = 0, 2, 3
_SAMPLES = {_GREY: 1, _COLOURED: 3, _PALETTE: 1, 4: 2, 6: 4}
"""A colour type's channels."""
_DEEP = 12
"""Bytes that each pixel of 16 bits a channel takes beside the picture that is made of it."""
_BROKEN = "Parts of the file that are not pixels are broken and were ignored."
Chunk = tuple[bytes, bytes]
"""A part of the file: its name and what it holds."""


def read(file: BinaryIO, request: DecodingRequest) -> Stored:
    """Return the photo, or the part of it that is there."""
    if not request.managed or request.page:
        try:
            return pillow_formats.strictly(file, request, PNG)
        except (OSError, SyntaxError, ValueError):
            file.seek(0)
    notes: list[str] = []
    chunks = list(_chunks(file.read(), notes))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise WorldError("The photo is damaged: its header is missing.", where=request.path)
    orientation, profile = _orientation(chunks, notes), _profile(chunks, notes)
    needed = [chunk for chunk in chunks if chunk[0] in _NEEDED and _fits(chunk, chunks[0][1][9])]
    if len(needed) < sum(name in _NEEDED for name, _ in chunks):
        notes.append(_BROKEN)
    try:
        stored = _decoded(_written(needed), request, profile)
    except (OSError, SyntaxError, ValueError, EOFError):
        mended = _written(_mended(needed, request, notes))
        stored = _decoded(mended, request, profile)
    return replace(stored, orientation=orientation, notes=tuple(dict.fromkeys(notes)))


def _fits(chunk: Chunk, kind: int) -> bool:
    """Return whether a part can be meant for a colour type; pixels go without those that cannot."""
    name, content = chunk
    if name == b"tRNS":
        sizes = {_GREY: (2,), _COLOURED: (6,), _PALETTE: range(1, 257)}
        return len(content) in sizes.get(kind, ())
    return name != b"PLTE" or kind == _PALETTE or (bool(content) and not len(content) % 3)


def _decoded(data: bytes, request: DecodingRequest, profile: bytes) -> Stored:
    with pillow_formats.strict(), Image.open(io.BytesIO(data), formats=PNG.pillow) as opened:
        pixels = opened.width * opened.height
        is_deep = request.managed and plain.is_deep_colour(opened)
        needed = limits.memory(opened.mode, pixels) + (_DEEP * pixels if is_deep else 0)
        limits.must_fit(needed, opened.size, request)
        if not is_deep:
            stored = pillow_formats.stored(opened, opened.size, request)
            return replace(stored, profile=b"" if stored.window[1] > 255 else profile)
    values = _deep_values(data)
    size = (values.shape[1], values.shape[0])
    if values.shape[2] == 2:
        grey, window = deep.grey(values[..., 0].astype(np.float32))
        grey.putalpha(Image.fromarray(deep.scaled(values[..., 1], (0.0, 65535.0))))
        return Stored(grey, size, window)
    picture, window = deep.colours(values, is_described=bool(profile))
    return Stored(picture, size, window, profile=profile)


def _deep_values(data: bytes) -> NDArray[np.uint16]:
    """Return (h, w, channels) of a PNG with 16 bits a channel.

    Pillow keeps one byte of the two; told that they are the other way round, it keeps the other.
    """
    with Image.open(io.BytesIO(data), formats=PNG.pillow) as opened:
        mode = opened.mode
        if any(tile.args == "LA;16B" for tile in opened.tile):  # type: ignore[attr-defined]
            return _unpacked(opened, "RGBA", "RGBA").view(">u2").astype(np.uint16)
        values = _unpacked(opened, mode, f"{mode};16B").astype(np.uint16)
    values <<= 8
    with Image.open(io.BytesIO(data), formats=PNG.pillow) as opened:
        values |= _unpacked(opened, mode, f"{mode};16L")
    return values


def _unpacked(opened: Image.Image, mode: str, stored_as: str) -> NDArray[np.uint8]:
    """Decode with other words about how bytes are stored than the file's."""
    tiles = opened.tile  # type: ignore[attr-defined]
    opened._mode, opened.tile = mode, [tile._replace(args=stored_as) for tile in tiles]  # type: ignore[attr-defined]
    return np.asarray(opened)


# ---- parts of the file


def _chunks(data: bytes, notes: list[str]) -> Iterator[Chunk]:
    at = len(_SIGNATURE)
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        if name == b"IEND":
            return
        check = data[at + 8 + length : at + 12 + length]
        if len(check) == 4 and int.from_bytes(check, "big") != zlib.crc32(name + content):
            notes.append("A checksum in the file is wrong." if name in _NEEDED else _BROKEN)
        yield name, content
        at += 12 + length


def _written(chunks: Sequence[Chunk]) -> bytes:
    parts = [_SIGNATURE]
    for name, content in (*chunks, (b"IEND", b"")):
        parts += [struct.pack(">I", len(content)), name, content]
        parts.append(struct.pack(">I", zlib.crc32(content, zlib.crc32(name))))
    return b"".join(parts)


def _profile(chunks: Sequence[Chunk], notes: list[str]) -> bytes:
    content = next((content for name, content in chunks if name == b"iCCP"), b"")
    if not content:
        return b""
    packed = content.partition(b"\0")[2][1:]
    try:
        unpacked = zlib.decompressobj()
        profile = unpacked.decompress(packed, colour.LARGEST)
        if unpacked.eof:
            return profile
    except zlib.error:
        pass
    notes.append("Its colour profile is broken or too large and was ignored.")
    return b""


def _orientation(chunks: Sequence[Chunk], notes: list[str]) -> int:
    content = next((content for name, content in chunks if name == b"eXIf"), b"")
    if not content:
        return 1
    exif = Image.Exif()
    try:
        exif.load(b"Exif\0\0" + content)
        return int(exif.get(ORIENTATION, 1))
    except Exception:  # foreign bytes
        notes.append("Its EXIF data are broken and were ignored.")
        return 1


def _mended(chunks: Sequence[Chunk], request: DecodingRequest, notes: list[str]) -> list[Chunk]:
    """Return the chunks with the rows that can be unpacked, and grey ones for all others."""
    width, height, bits, kind, _, _, is_interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    row = 1 + (width * bits * _SAMPLES.get(kind, 1) + 7) // 8
    size = row * height if not is_interlaced else row * height + 8 * (height + 7)
    limits.must_fit(3 * size, (width, height), request)
    raw = _unpacked_rows(b"".join(content for name, content in chunks if name == b"IDAT"), size)
    whole = len(raw) // row if not is_interlaced else int(height * len(raw) / size)
    if whole < height:
        notes.append(limits.missing(1 - whole / height, request))
    else:
        notes.append("The file is damaged; parts of the photo may be wrong.")
    grey = b"\0" if kind == 3 or is_interlaced else b"\x80"
    filled = (
        raw if is_interlaced else raw[: whole * row] + (b"\0" + grey * (row - 1)) * (height - whole)
    )
    filled += bytes(max(0, size - len(filled)))
    before = [chunk for chunk in chunks if chunk[0] != b"IDAT"]
    return [*before, (b"IDAT", zlib.compress(filled, 1))]


def _unpacked_rows(packed: bytes, most: int) -> bytes:
    """Return what comes out until the packed bytes end or make no sense."""
    unpacking, rows = zlib.decompressobj(), bytearray()
    for at in range(0, len(packed), _STEP):
        try:
            rows += unpacking.decompress(packed[at : at + _STEP], most - len(rows) or 1)
        except zlib.error:
            break
        if len(rows) >= most:
            break
    return bytes(rows[:most])


_STEP = 4096
