"""Records of codes as older programs wrote and read them."""

import struct
import zlib
from collections.abc import Callable

import numpy as np


def record_without_sections(record: bytes) -> bytes:
    """The record as an Insight wrote it that kept three runs of numbers beside the codes."""
    cells, pooled = struct.unpack_from("<2I", record, 12)
    return _with_notes(record, lambda raw: raw[: 2 * (2 * cells + pooled)])


def with_more_notes(record: bytes, more: bytes) -> bytes:
    """The record with more at the end of what is kept beside the codes."""
    return _with_notes(record, lambda raw: raw + more)


def _with_notes(record: bytes, change: Callable[[bytes], bytes]) -> bytes:
    magic, image, _, cells, pooled, body_size, _ = struct.unpack_from("<4s6I", record)
    body = record[28 : 28 + body_size]
    extra = zlib.compress(change(zlib.decompress(record[28 + body_size :])), 6)
    sizes = [cells, pooled, body_size, len(extra)]
    check = zlib.crc32(extra, zlib.crc32(body, zlib.crc32(struct.pack("<5I", image, *sizes))))
    return struct.pack("<4s6I", magic, image, check, *sizes) + body + extra


def notes_read(record: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three runs of numbers, as such an Insight reads them; anything it refuses fails."""
    magic, image, check, cells, pooled, body_size, extra_size = struct.unpack_from("<4s6I", record)
    assert magic == b"CODE" and len(record) == 28 + body_size + extra_size
    sizes = struct.pack("<5I", image, cells, pooled, body_size, extra_size)
    assert zlib.crc32(record[28:], zlib.crc32(sizes)) == check
    raw = zlib.decompressobj().decompress(record[28 + body_size :], 64 << 20)
    size = 2 * cells + pooled
    assert 2 * size <= len(raw) < 64 << 20
    pairs = np.frombuffer(raw, np.uint8, 2 * size).reshape(2, size).T
    half = np.ascontiguousarray(pairs).view("<u2").reshape(size).view(np.float16)
    return half[:cells], half[cells : 2 * cells], half[2 * cells :]
