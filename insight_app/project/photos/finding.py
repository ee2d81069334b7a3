"""Photo files as people have them: which there are in a folder, where it is now, what is in them.

Only regular files are read, wherever a link to one may point. Opens no picture; knows nothing of
projects and SQL.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from insight_app.disk_errors import disk_error
from insight_app.errors import Refusal, WorldError

_JPEG, _TIFF = (".jpg", ".jpeg", ".jpe", ".jfif"), (".tif", ".tiff")
_PLAIN = (".ppm", ".pgm", ".pnm")
SUFFIXES = frozenset((*_JPEG, *_TIFF, *_PLAIN, ".png", ".bmp", ".gif", ".webp", ".avif"))
MOST_BYTES = 2**31
"""A larger file is not read: no photo needs as much, and it would take as much memory."""
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe that took the photo's place since it was looked at must not be waited for."""


@dataclass(frozen=True)
class FoundFolder:
    """A folder of a scan, with the names of its images, sorted.

    source: the folder that was scanned; path: this one relative to it ('/' between names, '' = the
    source itself); undecodable: names of images that are no valid text, which no database can
    hold; error: why the folder cannot be listed, '' if it can.
    """

    source: Path
    path: str
    names: list[str]
    undecodable: list[str]
    error: str = ""


def scan(folders: Iterable[Path]) -> Iterator[FoundFolder]:
    """Yield every folder with images at or under `folders`, without hidden ones.

    Holds the names of one folder at a time.
    """
    for source in folders:
        yield from scan_below(source)


def scan_below(
    source: Path, start: str = "", leaves_out: Callable[[str], bool] = lambda path: False
) -> Iterator[FoundFolder]:
    """Yield every folder with images at or under `start`, a path relative to `source`.

    leaves_out(path): whether a folder under `start` is passed over with all below it.
    """
    waiting = [start]
    while waiting:
        path = waiting.pop()
        found, below = _list(source, path)
        if found.names or found.undecodable or found.error:
            yield found
        waiting.extend(sorted((path for path in below if not leaves_out(path)), reverse=True))


def is_passed_over(name: str) -> bool:
    """Return whether a scan passes over files and folders of this name: hidden ones, projects."""
    return name.startswith((".", "@", "__MACOSX")) or name.endswith(".insight")


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
    if not absolute.is_dir() and relative:
        moved = seen_from(project, relative)
        if moved.is_dir():
            return moved
    return absolute


def seen_from(project: Path, relative: str) -> Path:
    """Return the place that lies to a project as `relative` says."""
    return Path(os.path.normpath(project.resolve() / relative))


def _list(source: Path, path: str) -> tuple[FoundFolder, list[str]]:
    names: list[str] = []
    undecodable: list[str] = []
    below: list[str] = []
    try:
        with os.scandir(source / path) as entries:
            for entry in entries:
                name = entry.name
                if is_passed_over(name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    below.append(f"{path}/{name}" if path else name)
                elif os.path.splitext(name)[1].lower() in SUFFIXES:  # noqa: PTH122 - a hot loop
                    (names if is_text(name) else undecodable).append(name)
    except OSError as error:
        why = disk_error(error, "The folder cannot be listed").what
        return FoundFolder(source, path, [], [], why), []
    below = [name for name in below if is_text(name)]
    return FoundFolder(source, path, sorted(names), undecodable), below


def is_text(name: str) -> bool:
    """Return whether a file name is valid text; on some systems names are mere bytes."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


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
