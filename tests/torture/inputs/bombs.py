"""Small files that are huge when read."""

import gzip
import struct
import zlib
from collections.abc import Callable

import numpy as np

from tests.torture.inputs.formats import chunk, tiff

MEGABYTE = b"\0" * (1 << 20)


def deflated_zeros(size: int) -> bytes:
    """Many zeros, deflated, at once: one block of them again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    end = last.compress(b"\0" * (size % len(MEGABYTE))) + last.flush()
    return block * (size // len(MEGABYTE)) + end


def _zlib_zeros(size: int) -> bytes:
    return b"\x78\x01" + deflated_zeros(size) + struct.pack(">I", size % 65521 << 16 | 1)


def zip_of_zeros(name: str, size: int, *more: tuple[str, bytes]) -> bytes:
    """An archive with a file of so many zeros, and others that are as they are given."""
    checksum = 0
    for _ in range(size // len(MEGABYTE)):
        checksum = zlib.crc32(MEGABYTE, checksum)
    checksum = zlib.crc32(b"\0" * (size % len(MEGABYTE)), checksum)
    made, entries = b"", b""
    members = [(name, deflated_zeros(size), size, checksum, 8)]
    members += [(one, data, len(data), zlib.crc32(data), 0) for one, data in more]
    for one, data, length, check, method in members:
        numbers = struct.pack("<HHHIIIHH", 0, method, 0, check, len(data), length, len(one), 0)
        numbers = numbers[:6] + b"\0\0" + numbers[6:]
        entries += b"PK\1\2\x14\0\x14\0" + numbers + struct.pack("<HHHII", 0, 0, 0, 0, len(made))
        entries += one.encode()
        made += b"PK\3\4\x14\0" + numbers + one.encode() + data
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(entries), len(made), 0)
    return made + entries + b"PK\5\6" + end


def _png(width: int, height: int, depth: int, colour: int, row: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    pixels = _zlib_zeros(height * (1 + row))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels)
            + chunk(b"IEND", b""))  # fmt: skip


def _gif() -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + b"\0" * 6
    return head + b"," + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\2\2\x4c\x01\0;"


def _bmp() -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, 60000, 60000, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 70, 0, 0, 54) + head + b"\0" * 16


def _large_tiff() -> bytes:
    made = tiff([np.zeros((8, 8), np.uint8)], 1)
    for tag in (256, 257):
        small, large = (struct.pack("<HHII", tag, 4, 1, side) for side in (8, 65_000))
        made = made.replace(small, large)
    return made


def _deflated_tiff(side: int, depth: int = 1) -> bytes:
    strip = _zlib_zeros(side * side * depth)
    values = [(256, 4, side), (257, 4, side), (258, 3, depth * 8), (259, 3, 8), (262, 3, 1),
              (273, 4, 8), (277, 3, 1), (278, 4, side), (279, 4, len(strip)),
              (339, 3, 3 if depth == 4 else 1)]  # fmt: skip
    found = struct.pack("<H", len(values))
    for tag, kind, value in values:
        found += struct.pack("<HHI", tag, kind, 1) + struct.pack("<I", value)
    return struct.pack("<2sHI", b"II", 42, 8 + len(strip)) + strip + found + b"\0\0\0\0"


BOMBS: dict[str, Callable[[], bytes]] = {
    "13,300 x 13,300 RGB .png": lambda: _png(13_300, 13_300, 8, 2, 39_900),
    "30,000 x 30,000 of one bit .png": lambda: _png(30_000, 30_000, 1, 0, 3_750),
    "10,000 x 10,000 RGBA of 16 bits .png": lambda: _png(10_000, 10_000, 16, 6, 80_000),
    "60,000 x 2,900 grey .png": lambda: _png(60_000, 2_900, 8, 0, 60_000),
    "65,535 x 65,535 .gif": _gif,
    "60,000 x 60,000 .bmp": _bmp,
    "a strip of 4 GB .tif": _large_tiff,
    "12,000 x 12,000 deflated .tif": lambda: _deflated_tiff(12_000),
    "12,000 x 12,000 floats .tif": lambda: _deflated_tiff(12_000, depth=4),
    "9,000 x 9,000 in words .ppm": lambda: b"P3 9000 9000 255 " + b"0 " * 99,
    "40,000 x 40,000 .ppm": lambda: b"P6 40000 40000 255\n" + b"\0" * 99,
    "gzip .svg": lambda: gzip.compress(MEGABYTE * 50, 1),
}
"""By what they are, with the suffix after a space."""
