"""Records of codes as older programs wrote and read them."""

import sqlite3
import struct
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from insight_app.project.results import analysis_database, code_store
from tests.older import with_results_of_version_2


def record_without_sections(record: bytes) -> bytes:
    """The record as an Insight wrote it that kept three runs of numbers beside the codes."""
    cells, pooled = struct.unpack_from("<2I", record, 12)
    return _with_notes(record, lambda raw: raw[: 2 * (2 * cells + pooled)])


def with_more_notes(record: bytes, more: bytes) -> bytes:
    """The record with more at the end of what is kept beside the codes."""
    return _with_notes(record, lambda raw: raw + more)


def _with_notes(
    record: bytes, change: Callable[[bytes], bytes], pooled: int | None = None
) -> bytes:
    magic, image, _, cells, as_it_was, body_size, _ = struct.unpack_from("<4s6I", record)
    pooled = as_it_was if pooled is None else pooled
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


def record_without_mean_token(record: bytes) -> bytes:
    """The record as an Insight wrote it that kept no mean token."""
    cells, pooled = struct.unpack_from("<2I", record, 12)
    size = 2 * cells + pooled

    def without(raw: bytes) -> bytes:
        planes = np.frombuffer(raw, np.uint8, 2 * size).reshape(2, size)
        return planes[:, : 2 * cells].tobytes() + raw[2 * size :]

    return _with_notes(record, without, pooled=0)


def with_records_of_before(project: Path) -> None:
    """Take from all records and counts what came with near misses and features, and since."""
    with_results_of_version_2(project)
    statistics = project / "statistics"
    for path in (*statistics.glob("*.npz"), *statistics.glob("*.postings")):
        path.unlink()
    moved: dict[int, code_store.Place] = {}
    with closing(sqlite3.connect(project / analysis_database.NAME)) as connection, connection:
        for shard, size in connection.execute("SELECT id, bytes FROM shard").fetchall():
            path = code_store.shard_path(project / "codes", shard)
            data = path.read_bytes()[:size]
            path.unlink()
            of = "SELECT id, offset, bytes FROM image WHERE shard = ? ORDER BY offset"
            concepts = struct.unpack_from("<I", data, 20)[0]
            writer = code_store.ShardWriter(project / "codes", shard, concepts, 0, 0)
            for image, start, length in connection.execute(of, [shard]).fetchall():
                record = record_without_mean_token(data[start : start + length])
                record = record_without_sections(record)
                place = writer.append_packed(record)
                row = place.offset, place.size, image
                connection.execute("UPDATE image SET offset = ?, bytes = ? WHERE id = ?", row)
                moved[image] = place
            writer.commit()
            writer.close()
            row = writer.size, writer.checksum, shard
            connection.execute("UPDATE shard SET bytes = ?, checksum = ? WHERE id = ?", row)
    newest = max(statistics.glob("generation-*"))
    for name, of in ("offset", "offset"), ("bytes", "size"):
        column = np.load(newest / f"places_{name}.npy")
        for image, place in moved.items():
            column[image] = getattr(place, of)
        np.save(newest / f"places_{name}.npy", column)
