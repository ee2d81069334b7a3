"""The file of a photo: a regular one, wherever a link to it may lie, and not more of it in memory
than is sensible. Opens no picture.
"""

import os
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from insight_app.disk_errors import disk_error, disk_errors
from insight_app.errors import WorldError
from insight_app.files import TooBig, open_regular

IN_MEMORY = 2**28
"""Bytes of a file that are read at once; larger ones are decoded from the disk."""
MOST_BYTES = 2**32
"""A larger file is not read: no photo needs as much."""
_PART = 2**22


@dataclass(frozen=True, eq=False)
class PhotoFile:
    """A photo's file; data: its bytes, None if they are too many to be held."""

    path: Path
    data: bytes | None
    content_hash: bytes


def read_photo(path: Path) -> PhotoFile:
    """Return the photo with the hash of its content.

    KnownError if it is gone, forbidden, empty or no regular file.
    """
    data, hashed = _read(path, wants_hash=True)
    return PhotoFile(path, data, hashed)


def read_bytes(path: Path) -> bytes | None:
    """Return the photo's bytes, None if they are too many to be held; KnownError as above."""
    return _read(path, wants_hash=False)[0]


def hash_content(path: Path) -> bytes:
    """Return the hash of a photo's content; KnownError as above."""
    return _read(path, wants_hash=True)[1]


def head_of(path: Path) -> bytes:
    """Return the beginning of a photo's file, enough to tell its kind; KnownError as above."""
    with (
        disk_errors("The photo cannot be read", where=path),
        open_regular(path, follow_links=True) as file,
    ):
        return file.read(_PART)


def content_hash(data: bytes) -> bytes:
    """Return 16 bytes that tell one content from another."""
    return blake2b(data, digest_size=16).digest()


def _read(path: Path, *, wants_hash: bool) -> tuple[bytes | None, bytes]:
    try:
        with open_regular(path, follow_links=True) as file:
            size = os.fstat(file.fileno()).st_size
            if size > MOST_BYTES:
                raise TooBig(path, size, MOST_BYTES)
            if size <= IN_MEMORY:
                data = file.read(IN_MEMORY + 1)
                if not data:
                    do = "Copy it again from where it came, if it is still there."
                    raise WorldError("The photo is an empty file.", where=str(path), do=do)
                if len(data) <= IN_MEMORY:
                    return data, content_hash(data) if wants_hash else b""
                file.seek(0)  # it grew meanwhile
            hashed = blake2b(digest_size=16)
            while wants_hash and (part := file.read(_PART)):
                hashed.update(part)
            return None, hashed.digest()
    except OSError as error:
        raise disk_error(error, "The photo cannot be read", where=path) from error
