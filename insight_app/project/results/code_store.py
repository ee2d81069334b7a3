"""The store of sparse codes: append-only shards, one compressed record per image.

A record is written once and never changed, so a place (shard, offset, size) handed out stays good
while the writer appends, and readers need no lock. What counts as written is what the manifest (the
table `shard` of analysis.sqlite) says: bytes past it are the rest of a killed commit and are cut
off by the next writer. Knows nothing of SQL, concepts or pictures.

Shard = 32-byte header, then records. Record = header (magic, image, cells, checksum, three sizes),
codes (zlib; byte planes of counts, steps between indices, values), notes (zlib; see Notes). All
little-endian.
"""

import os
import struct
import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.disk_errors import disk_error
from insight_app.errors import Refusal, WorldError

VERSION = 1
_SHARD = struct.Struct("<16sHHI8x")
_RECORD = struct.Struct("<4sIIIIII")
_MAGIC = b"INSIGHT CODES\r\n\x1a"
_RECORD_MAGIC = b"CODE"
HEADER_SIZE = _SHARD.size


@dataclass(frozen=True)
class Place:
    """Where an image's record lies."""

    shard: int
    offset: int
    size: int


@dataclass(frozen=True, eq=False)
class Notes:
    """What is kept of an image beside its codes, half precision.

    unexplained: (cells,) share of each token's energy that its codes leave unexplained;
    norms: (cells,) length of each token; pooled: (D,) mean token, empty where not kept.
    """

    unexplained: NDArray[np.float16]
    norms: NDArray[np.float16]
    pooled: NDArray[np.float16]


def shard_path(folder: Path, shard: int) -> Path:
    """The file of shard number `shard` (1, 2, ...)."""
    return folder / f"{shard:06d}.codes"


def last_shard(folder: Path) -> int:
    """Return the number of the last shard that has a file, 0 if there is none."""
    return max(_files(folder), default=0)


def remove_others(folder: Path, shards: Collection[int]) -> None:
    """Remove the files of all shards but these, except those that another program holds open."""
    for shard, path in _files(folder).items():
        if shard not in shards:
            with suppress(OSError):
                path.unlink()


def _files(folder: Path) -> dict[int, Path]:
    paths = folder.glob("*.codes")
    return {int(path.stem): path for path in paths if path.stem.isdecimal()}


def _planes(values: NDArray[np.uint16]) -> bytes:
    """Low bytes, then high bytes: equal bytes side by side compress better."""
    little = np.ascontiguousarray(values, dtype="<u2").view(np.uint8).reshape(-1, 2)
    return little.T.tobytes()


def _from_planes(data: memoryview, size: int) -> NDArray[np.uint16]:
    pairs = np.frombuffer(data, np.uint8, 2 * size).reshape(2, size).T
    return np.ascontiguousarray(pairs).view("<u2").reshape(size).astype(np.uint16, copy=False)


def _steps(indices: NDArray[np.uint16], indptr: NDArray[np.int64]) -> NDArray[np.uint16]:
    """Indices ascend within a row: steps from one to the next are smaller numbers."""
    steps = np.diff(indices, prepend=np.uint16(0))
    first = indptr[:-1][np.diff(indptr) > 0]
    steps[first] = indices[first]
    return steps


def _from_steps(steps: NDArray[np.uint16], indptr: NDArray[np.int64]) -> NDArray[np.uint16]:
    summed = np.cumsum(steps, dtype=np.int64)
    before = np.concatenate(([0], summed))[indptr[:-1]]
    indices: NDArray[np.int64] = summed - np.repeat(before, np.diff(indptr))
    return indices.astype(np.uint16)


def pack(image: int, codes: Codes, notes: Notes) -> bytes:
    """One image's record."""
    counts = np.diff(codes.indptr).astype(np.uint16)
    steps = _steps(codes.indices, codes.indptr)
    raw = _planes(counts) + _planes(steps) + _planes(codes.stored.view(np.uint16))
    body = zlib.compress(raw, 6)
    half = np.concatenate([notes.unexplained, notes.norms, notes.pooled]).astype(np.float16)
    extra = zlib.compress(_planes(half.view(np.uint16)), 6)
    sizes = (codes.cells, notes.pooled.size, len(body), len(extra))
    check = zlib.crc32(extra, zlib.crc32(body, zlib.crc32(struct.pack("<5I", image, *sizes))))
    return _RECORD.pack(_RECORD_MAGIC, image, check, *sizes) + body + extra


@dataclass(frozen=True, eq=False)
class Record:
    """A record as read: decompressed when asked, checked already."""

    image: int
    cells: int
    concepts: int
    _pooled: int
    _body: bytes
    _extra: bytes

    def codes(self) -> Codes:
        raw = memoryview(zlib.decompress(self._body))
        counts = _from_planes(raw, self.cells)
        indptr = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        entries = int(indptr[-1])
        if len(raw) != 2 * self.cells + 4 * entries:
            raise WorldError(f"The codes of image {self.image} have the wrong length.")
        start = 2 * self.cells
        indices = _from_steps(_from_planes(raw[start:], entries), indptr)
        values = _from_planes(raw[start + 2 * entries :], entries).view(np.float16)
        return Codes(indptr, indices, values, self.concepts)

    def notes(self) -> Notes:
        raw = memoryview(zlib.decompress(self._extra))
        half = _from_planes(raw, 2 * self.cells + self._pooled).view(np.float16)
        return Notes(half[: self.cells], half[self.cells : 2 * self.cells], half[2 * self.cells :])


def unpack(data: bytes, concepts: int, where: str = "") -> Record:
    """The record in `data`; raises KnownError where its checksum does not fit."""
    damaged = WorldError(
        "A record of codes is damaged.",
        where=where,
        do="Run `insight-app check`, then analyze again.",
    )
    if len(data) < _RECORD.size:
        raise damaged
    magic, image, check, cells, pooled, body_size, extra_size = _RECORD.unpack_from(data)
    if magic != _RECORD_MAGIC or len(data) != _RECORD.size + body_size + extra_size:
        raise damaged
    sizes = struct.pack("<5I", image, cells, pooled, body_size, extra_size)
    if zlib.crc32(data[_RECORD.size :], zlib.crc32(sizes)) != check:
        raise damaged
    body = data[_RECORD.size : _RECORD.size + body_size]
    return Record(image, cells, concepts, pooled, body, data[_RECORD.size + body_size :])


class ShardWriter:
    """Appends records to one shard. `commit` makes them durable; only then may the manifest
    name them.
    """

    def __init__(self, folder: Path, shard: int, concepts: int, size: int, checksum: int) -> None:
        """Open shard `shard` for appending after its first `size` bytes (0 = a new shard)."""
        folder.mkdir(parents=True, exist_ok=True)
        self.shard = shard
        self.path = shard_path(folder, shard)
        self.size = size
        self.checksum = checksum
        if size == 0:
            self._file: BinaryIO = self.path.open("wb")
            header = _SHARD.pack(_MAGIC, VERSION, 0, concepts)
            self._write(header)
        else:
            if self.path.stat().st_size < size:
                raise WorldError(
                    "The file of codes is shorter than the project's record of it.",
                    where=str(self.path),
                    do="Run `insight-app check`.",
                )
            self._file = self.path.open("r+b")
            self._file.truncate(size)
            self._file.seek(size)

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self.size += len(data)
        self.checksum = zlib.crc32(data, self.checksum)

    def append(self, image: int, codes: Codes, notes: Notes) -> Place:
        record = pack(image, codes, notes)
        place = Place(self.shard, self.size, len(record))
        self._write(record)
        return place

    def commit(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class CodeReader:
    """Random access to the records of a store; safe from several threads."""

    def __init__(self, folder: Path, concepts: int) -> None:
        self.folder = folder
        self.concepts = concepts

    def read(self, place: Place) -> Record:
        path = shard_path(self.folder, place.shard)
        try:
            with path.open("rb") as file:
                file.seek(place.offset)
                data = file.read(place.size)
        except OSError as error:
            raise disk_error(error, "The codes cannot be read", where=path) from error
        return unpack(data, self.concepts, str(path))


def read_shard(folder: Path, shard: int, size: int) -> Iterator[tuple[Place, Record]]:
    """All records in the first `size` bytes of a shard, in order, each checked."""
    path = shard_path(folder, shard)
    with path.open("rb") as file:
        concepts = _read_header(file, path)
        offset = HEADER_SIZE
        while offset < size:
            head = file.read(_RECORD.size)
            if len(head) < _RECORD.size:
                raise WorldError("A file of codes ends in the middle.", where=str(path))
            *_, body_size, extra_size = _RECORD.unpack(head)
            record = unpack(head + file.read(body_size + extra_size), concepts, str(path))
            length = _RECORD.size + body_size + extra_size
            yield Place(shard, offset, length), record
            offset += length


def _read_header(file: BinaryIO, path: Path) -> int:
    head = file.read(HEADER_SIZE)
    if len(head) < HEADER_SIZE or not head.startswith(_MAGIC):
        raise WorldError("This is not a file of codes.", where=str(path))
    _, version, _, concepts = _SHARD.unpack(head)
    if version > VERSION:
        raise Refusal(
            "These codes were written by a newer Insight.",
            where=str(path),
            do="Update Insight to open this project.",
        )
    return int(concepts)


def checksum_of(folder: Path, shard: int, size: int) -> int:
    """CRC-32 of the first `size` bytes of a shard, as kept in the manifest."""
    check, left = 0, size
    with shard_path(folder, shard).open("rb") as file:
        while left and (data := file.read(min(left, 1 << 20))):
            check, left = zlib.crc32(data, check), left - len(data)
    return check
