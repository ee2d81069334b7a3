"""The content of a file as two numbers, so that any change of it is noticed: size and BLAKE2b.

Computed while a file is written, or by reading it. Knows nothing of what files hold.
"""

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from insight_app.files import open_regular, write_synced

_BLOCK = 1 << 20
_SIZE = 32


class FileDigest(NamedTuple):
    """What a file must hold: so many bytes with this BLAKE2b, as hexadecimal digits."""

    size: int
    blake2b: str


class DigestWriter:
    """Write to a file and know the digest of what was written, in order."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = blake2b(digest_size=_SIZE)
        self._size = 0

    def write(self, data: bytes) -> int:
        """Write some bytes at the end."""
        self._hash.update(data)
        self._size += len(data)
        return self._file.write(data)

    @property
    def digest(self) -> FileDigest:
        """The digest of all that was written so far."""
        return FileDigest(self._size, self._hash.hexdigest())


def write_digested(path: Path, write: Callable[[BinaryIO], object]) -> FileDigest:
    """Let `write` fill a new file from its beginning to its end, durably; return its digest."""
    digests: list[FileDigest] = []

    def through(file: BinaryIO) -> None:
        digested = DigestWriter(file)
        write(cast(BinaryIO, digested))
        digests.append(digested.digest)

    write_synced(path, through)
    return digests[0]


def of_bytes(data: bytes) -> FileDigest:
    """Return the digest of a file that holds `data`."""
    return FileDigest(len(data), blake2b(data, digest_size=_SIZE).hexdigest())


def of_file(path: Path, was_read: Callable[[int], object] = lambda size: None) -> FileDigest:
    """Read a file and return its digest; raises OSError, also for what is no regular file.

    was_read: told how many more bytes were read.
    """
    found, size = blake2b(digest_size=_SIZE), 0
    with open_regular(path) as file:
        while data := file.read(_BLOCK):
            found.update(data)
            size += len(data)
            was_read(len(data))
    return FileDigest(size, found.hexdigest())
