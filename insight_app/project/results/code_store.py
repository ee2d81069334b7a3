"""The store of sparse codes: append-only shards, one record (`code_record`) for each image.

A record is written once and never changed, so a place (shard, offset, size) handed out stays good
while the writer appends, and readers need no lock. What counts as written is what the manifest (the
table `shard` of analysis.sqlite) says: bytes past it are the rest of a killed commit and are cut
off by the next writer. Knows nothing of SQL, concepts or pictures.

Shard = 32-byte header, then records. Little-endian.
"""

import os
import shutil
import struct
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from insight_app.concepts.codes import Codes
from insight_app.disk_errors import disk_error, disk_errors
from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.files import has_other_names, open_in_place, open_regular, write_whole
from insight_app.project.results import code_record
from insight_app.project.results.code_record import Notes, Record, pack, unpack

VERSION = 1
_SHARD = struct.Struct("<16sHHI8x")
_MAGIC = b"INSIGHT CODES\r\n\x1a"
HEADER_SIZE = _SHARD.size
SUFFIX, DAMAGED = ".codes", ".damaged"


@dataclass(frozen=True)
class Place:
    """Tell where an image's record lies."""

    shard: int
    offset: int
    size: int


def shard_path(folder: Path, shard: int) -> Path:
    """Return the file of shard number `shard` (1, 2, ...)."""
    return folder / f"{shard:06d}{SUFFIX}"


def last_shard(folder: Path) -> int:
    """Return the number of the last shard that has or had a file, 0 if there is none."""
    return max((*_files(folder), *_files(folder, DAMAGED)), default=0)


def set_aside(folder: Path, shard: int) -> None:
    """Take a shard out of use, if it has a file, which is kept; its number is not used again."""
    path = shard_path(folder, shard)
    if path.is_symlink() or path.exists():
        path.replace(path.with_suffix(DAMAGED))


def remove_others(folder: Path, shards: Collection[int]) -> None:
    """Remove the files of all shards but these, except those that another program holds open."""
    for shard, path in _files(folder).items():
        if shard not in shards:
            with suppress(OSError):
                path.unlink()


def _files(folder: Path, suffix: str = SUFFIX) -> dict[int, Path]:
    paths = folder.glob(f"*{suffix}")
    return {int(path.stem): path for path in paths if path.stem.isdecimal()}


class ShardWriter:
    """Append records to one shard.

    `commit` makes them durable; only then may the manifest name them.
    """

    def __init__(self, folder: Path, shard: int, concepts: int, size: int, checksum: int) -> None:
        """Open shard `shard` for appending after its first `size` bytes (0 = a new shard)."""
        folder.mkdir(parents=True, exist_ok=True)
        self.shard = shard
        self.path = shard_path(folder, shard)
        self.size = size
        self.checksum = checksum
        if size == 0:
            self.path.unlink(missing_ok=True)  # of a killed writer, which named nothing in it
            self._file: BinaryIO = self.path.open("xb")
            header = _SHARD.pack(_MAGIC, VERSION, 0, concepts)
            self._write(header)
        else:
            if self.path.stat().st_size < size:
                raise WorldError(
                    "The file of codes is shorter than the project's record of it.",
                    where=str(self.path),
                    do="Run `insight-app check`.",
                )
            self._file = _own(self.path)
            self._file.truncate(size)
            self._file.seek(size)

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self.size += len(data)
        self.checksum = zlib.crc32(data, self.checksum)

    def append(self, image: int, codes: Codes, notes: Notes) -> Place:
        """Write the record of one image; return where it lies."""
        return self.append_packed(pack(image, codes, notes))

    def append_packed(self, record: bytes) -> Place:
        """Write a record that is packed already; return where it lies."""
        place = Place(self.shard, self.size, len(record))
        self._write(record)
        return place

    def commit(self) -> None:
        """Make all that was appended durable."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; what was not committed may be lost."""
        self._file.close()


def _own(path: Path) -> BinaryIO:
    """Open a shard to be appended to; one that a copy of the project shares is copied first."""
    file = open_in_place(path)
    if not has_other_names(file):
        return file
    with file:
        write_whole(path, partial(shutil.copyfileobj, file))
    return open_in_place(path)


class CodeReader:
    """Read any record of a store; safe from several threads."""

    def __init__(self, folder: Path, concepts: int) -> None:
        self.folder = folder
        self.concepts = concepts

    def read(self, place: Place, image: int) -> Record:
        """Read the record of an image at a place.

        WorldError where it cannot be read, is damaged or another's.
        """
        path = shard_path(self.folder, place.shard)
        return unpack(_bytes_at(path, place), self.concepts, str(path), image)


def read_places(
    folder: Path, shard: int, wanted: Iterable[tuple[int, Place]], concepts: int
) -> Iterator[tuple[int, Record]]:
    """Yield (image, record) of images with places in one shard, which is opened once.

    wanted: best in the order of their places. Raises as `CodeReader.read` does.
    """
    path = shard_path(folder, shard)
    with disk_errors("The codes cannot be read", where=path), open_regular(path) as file:
        for image, place in wanted:
            file.seek(place.offset)
            data = file.read(min(place.size, code_record.MOST_BYTES + 1))
            yield image, unpack(data, concepts, str(path), image)


def read_packed(folder: Path, place: Place, image: int) -> bytes:
    """Return the record of an image as it lies at a place, also in a shard that was set aside.

    WorldError where it cannot be read, is damaged or another's.
    """
    path = shard_path(folder, place.shard)
    if not path.exists():
        path = path.with_suffix(DAMAGED)
    data = _bytes_at(path, place)
    unpack(data, 0, str(path), image)
    return data


def concepts_of(folder: Path, shard: int) -> int:
    """Return of how many concepts the codes of a shard are, as it says itself; 0 if it does not."""
    for path in (shard_path(folder, shard), shard_path(folder, shard).with_suffix(DAMAGED)):
        with suppress(OSError, KnownError), open_regular(path) as file:
            return _read_header(file, path)
    return 0


def _bytes_at(path: Path, place: Place) -> bytes:
    try:
        with open_regular(path) as file:
            file.seek(place.offset)
            return file.read(min(place.size, code_record.MOST_BYTES + 1))
    except OSError as error:
        raise disk_error(error, "The codes cannot be read", where=path) from error


def read_shard(folder: Path, shard: int, size: int) -> Iterator[tuple[Place, Record]]:
    """Yield all records in the first `size` bytes of a shard, in order, each checked."""
    path = shard_path(folder, shard)
    with open_regular(path) as file:
        concepts = _read_header(file, path)
        offset = HEADER_SIZE
        while offset < size:
            head = file.read(code_record.HEADER_SIZE)
            if len(head) < code_record.HEADER_SIZE:
                raise WorldError("A file of codes ends in the middle.", where=str(path))
            rest = file.read(min(code_record.size_after(head), code_record.MOST_BYTES))
            record = unpack(head + rest, concepts, str(path))
            place = Place(shard, offset, len(head) + len(rest))
            yield place, record
            offset += place.size


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


def checksum_of(
    folder: Path, shard: int, size: int, was_read: Callable[[int], object] = lambda size: None
) -> int:
    """Return the CRC-32 of the first `size` bytes of a shard, as the manifest keeps it.

    was_read: told how many more bytes were read.
    """
    check, left = 0, size
    with open_regular(shard_path(folder, shard)) as file:
        while left and (data := file.read(min(left, 1 << 20))):
            check, left = zlib.crc32(data, check), left - len(data)
            was_read(len(data))
    return check
