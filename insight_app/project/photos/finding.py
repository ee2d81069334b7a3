"""Photo files as people have them: where they are now, what is in them.

Only regular files are read, wherever a link to one may point. Opens no picture; knows nothing of
projects and SQL.
"""

import os
import stat
from hashlib import blake2b
from pathlib import Path

from insight_app.disk_errors import disk_error
from insight_app.errors import Refusal, WorldError

MOST_BYTES = 2**31
"""A larger file is not read: no photo needs as much, and it would take as much memory."""
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe that took the photo's place since it was looked at must not be waited for."""


def is_there(path: Path) -> bool:
    """Return whether there is something at `path` now; a drive that fails holds nothing."""
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def locate(project: Path, path: str, relative: str) -> Path:
    """Return where a source is now: its own place, or the same place seen from a moved project."""
    absolute = Path(path)
    if not is_folder(absolute) and relative:
        moved = seen_from(project, relative)
        if is_folder(moved):
            return moved
    return absolute


def is_folder(path: Path) -> bool:
    """Return whether there is a folder at `path`; not one that may not be looked at."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def seen_from(project: Path, relative: str) -> Path:
    """Return the place that lies to a project as `relative` says."""
    return Path(os.path.normpath(project.resolve() / relative))


def read_bytes(path: Path) -> bytes:
    """Return the file's content; KnownError if it is gone, forbidden, empty or no regular file."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise Refusal("This is no file but a folder, a pipe or a device.", where=str(path))
        if found.st_size > MOST_BYTES:
            raise Refusal("The photo's file is larger than 2 GB.", where=str(path))
        with open(os.open(path, os.O_RDONLY | _AT_ONCE), "rb") as file:  # noqa: PTH123
            data = file.read()
    except OSError as error:
        raise disk_error(error, "The photo cannot be read", where=path) from error
    if not data:
        raise WorldError("The photo is an empty file.", where=str(path))
    return data


def content_hash(data: bytes) -> bytes:
    """Return 16 bytes that tell one content from another."""
    return blake2b(data, digest_size=16).digest()
