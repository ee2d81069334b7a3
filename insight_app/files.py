"""Files that appear whole or not at all.

Standard library only, below all floors: concepts, project, exchange and window write with it. Knows
no format and no project; says nothing in words (see `disk_errors`).
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4
from zlib import crc32

STALE_SECONDS = 24 * 3600.0
"""What a killed program left beside a file is removed after so long: nobody writes one file for a
day."""


PROBE = 1 << 16
"""Bytes that are written to see whether they can be."""


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
    start = f".{path.name[:40]}-{crc32(os.fsencode(path.name)):08x}."
    part = path.with_name(f"{start}{uuid4().hex[:12]}.part")
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
    part = folder.absolute().with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
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
    """Let `write` fill a file, and make it durable: for a place where nobody looks yet."""
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def why_not_longer(path: Path) -> OSError | None:
    """Return what the system says to a new file that is a little longer than `path`; None if fine.

    For errors that come without a number, as SQLite's do. What it stands for is removed again.
    """
    try:
        # What a database writes beside a file may be longer.
        sizes = [one.stat().st_size for one in path.parent.iterdir() if one.stem == path.stem]
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


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _remove(folder: Path, start: str, *, older_than: float = 0.0) -> None:
    """Remove new files that never came to their place, and what a database wrote beside them."""
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name.startswith(start) and ".part" in entry.name:
                age = time.time() - entry.stat(follow_symlinks=False).st_mtime
                if not older_than or age > older_than:
                    os.unlink(entry.path)  # noqa: PTH108
