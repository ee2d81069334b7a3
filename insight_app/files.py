"""Files that appear whole or not at all, and reading nothing but files.

Standard library only, below all floors: concepts, project, exchange and window use it. Knows no
format and no project; says nothing in words (see `disk_errors`).
"""

import errno
import glob
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4
from zlib import crc32

STALE_SECONDS = 24 * 3600.0
"""What a killed program left beside a file is removed after so long: nobody writes one file for a
day."""

PROBE = 1 << 16
"""Bytes that are written to see whether they can be."""

_NOT_THROUGH_LINKS: int = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class NotRegular(OSError):
    """What stands in a file's place is none. kind: what it is instead: "a link", "a folder", ..."""

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(errno.EINVAL, "not a regular file", str(path))
        self.kind = kind


class TooBig(OSError):
    """A file has more bytes than may be read of it. size, most: both in bytes."""

    def __init__(self, path: Path, size: int, most: int) -> None:
        super().__init__(errno.EFBIG, "File too large", str(path))
        self.size, self.most = size, most


def open_regular(path: Path, *, follow_links: bool = False) -> BinaryIO:
    """Open a regular file for reading; raise NotRegular for all else, without waiting for it.

    follow_links: whether `path` itself may be a link to a regular file. Folders above it may always
    be reached through links. Raises OSError as `open` does where nothing is there.
    """
    _must_be_regular(path, path.stat() if follow_links else path.lstat())  # opening can do things
    links = 0 if follow_links else _NOT_THROUGH_LINKS
    file = os.fdopen(os.open(path, os.O_RDONLY | _AT_ONCE | links), "rb")
    try:
        _must_be_regular(path, os.fstat(file.fileno()))  # it may have been exchanged meanwhile
    except BaseException:
        file.close()
        raise
    return file


def read_regular(path: Path, most: int, *, follow_links: bool = False) -> bytes:
    """Return the bytes of a regular file; raise TooBig, before taking memory, if over `most`."""
    with open_regular(path, follow_links=follow_links) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise TooBig(path, size, most)
        data = file.read(min(most, max(size, PROBE)) + 1)  # systems have files that say 0
    if len(data) > most:
        raise TooBig(path, len(data), most)
    return data


def open_in_place(path: Path, *, create: bool = False) -> BinaryIO:
    """Open a regular file to be read and changed where it is; raise NotRegular for all else.

    create: make an empty one if nothing is there. A file that `has_other_names` must be replaced by
    `write_whole` instead, or what others hold under its other names changes too.
    """
    flags = os.O_RDWR | _AT_ONCE | _NOT_THROUGH_LINKS
    with suppress(FileNotFoundError) if create else nullcontext():
        _must_be_regular(path, path.lstat())
    file = os.fdopen(os.open(path, flags | (os.O_CREAT if create else 0), 0o666), "r+b")
    try:
        _must_be_regular(path, os.fstat(file.fileno()))
    except BaseException:
        file.close()
        raise
    return file


def has_other_names(file: BinaryIO) -> bool:
    """Return whether an open file is reached by other paths too, as hard links make them."""
    return os.fstat(file.fileno()).st_nlink > 1


def kind_of_file(mode: int) -> str:
    """Return what a mode (`st_mode`) stands for, in words: "a file", "a link", "a folder", ..."""
    return _KINDS.get(stat.S_IFMT(mode), "a special file")


_KINDS = {
    stat.S_IFREG: "a file",
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def _must_be_regular(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotRegular(path, kind_of_file(status.st_mode))


def write_whole(path: Path, write: Callable[[BinaryIO], object], *, sync: bool = True) -> None:
    """Let `write` fill a new file beside `path`, then put it in the place of the old one.

    Who reads sees the old file or the new one, also after a power cut; sync=False saves that wait
    for what can be made again. Nothing is written through a link. Raises OSError, with nothing
    changed and nothing left behind.
    """
    with aside(path, sync=sync) as part, part.open("xb") as file:
        write(file)


@contextmanager
def aside(path: Path, *, sync: bool = True) -> Iterator[Path]:
    """Give a name beside `path` for a new file; put that file in its place if all goes well.

    As `write_whole`, for what must open its file itself. Several can be open at once: then all are
    written before the first one is put in its place.
    """
    start, part = _beside(path)
    try:
        yield part
        if sync:
            _sync(part)
        with suppress(OSError):
            shutil.copymode(path, part)  # a file that is replaced keeps who may read it
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            _remove(path.parent, part.name)
        raise
    if sync:
        sync_folder(path.parent)
        with suppress(OSError):
            _remove(path.parent, start, older_than=STALE_SECONDS)


@contextmanager
def folder_aside(folder: Path, *, last: str, gone: Sequence[str] = ()) -> Iterator[Path]:
    """Give a folder beside `folder` to write into; move its files there once all are written.

    last: the file without which the others are nothing, moved in the end.  gone: files of `folder`
    that must not outlive the new ones. Other files of `folder` stay.
    """
    start, part = _beside(folder.absolute())
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        _remove_folders(part.parent, start)
        part.mkdir()
        yield part
        folder.mkdir(exist_ok=True)
        for name in gone:
            if not (part / name).exists():
                (folder / name).unlink(missing_ok=True)
        for file in sorted(part.iterdir(), key=lambda file: file.name == last):
            _sync(file)
            file.replace(folder / file.name)
        sync_folder(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_synced(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a new file, and make it durable: for a place where nobody looks yet."""
    with path.open("xb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def why_not_longer(path: Path) -> OSError | None:
    """Return what the system says to a new file that is a little longer than `path`; None if fine.

    For errors that come without a number, as SQLite's do. What it stands for is removed again.
    """
    try:
        # What a database writes beside a file may be longer.
        sizes = [one.lstat().st_size for one in path.parent.iterdir() if one.stem == path.stem]
        beside = path.with_name(f".{path.name[:40]}.{uuid4().hex[:12]}.part")
        try:
            with beside.open("xb") as file:
                file.seek(max(sizes, default=0))  # what lies before takes no room
                file.write(b"\0" * PROBE)
                file.flush()
                os.fsync(file.fileno())
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        return error
    return None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, if the system can."""
    if os.name == "posix":
        with suppress(OSError):  # some network folders cannot
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _beside(path: Path) -> tuple[str, Path]:
    """Return a new name beside `path` that nobody can guess, and what all such names begin with."""
    start = f".{path.name[:40]}-{crc32(os.fsencode(path.name)):08x}."
    return start, path.with_name(f"{start}{uuid4().hex[:12]}.part")


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _remove_folders(folder: Path, start: str) -> None:
    """Remove what killed programs left of `folder_aside`."""
    for left in folder.glob(f"{glob.escape(start)}*.part"):
        with suppress(OSError):
            if time.time() - left.lstat().st_mtime > STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)  # never through a link


def _remove(folder: Path, start: str, *, older_than: float = 0.0) -> None:
    """Remove new files that never came to their place, and what a database wrote beside them."""
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name.startswith(start) and ".part" in entry.name:
                age = time.time() - entry.stat(follow_symlinks=False).st_mtime
                if not older_than or age > older_than:
                    os.unlink(entry.path)  # noqa: PTH108
