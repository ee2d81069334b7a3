"""Making a project: there is a whole one or none, whenever this is stopped.

A new project is made in a hidden folder beside its place and then renamed. In a folder that is
there already, empty or half-made by an older Insight, the database of judgements comes last: with
it, all is there. Knows nothing of what the database holds.
"""

import errno
import os
import platform
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4
from zlib import crc32

from insight_app.disk_errors import disk_error, disk_errors
from insight_app.errors import Refusal
from insight_app.files import STALE_SECONDS, aside, sync_folder
from insight_app.project.folder import FILES, FOLDERS, JUDGEMENTS, LEFT, is_free
from insight_app.project.storage import lock, processes

_PART = re.compile(r"\..+\.(?P<host>[0-9a-f]{8})-(?P<pid>[0-9]{1,9})-[0-9a-f]{12}\.new", re.DOTALL)
"""How the folder of a project is called while it is made: by which computer and process."""
_CANNOT = "The project cannot be made here"
_ADVICE = "Choose a folder that you may write to."


def create(folder: Path, person: str, write_database: Callable[[Path], object]) -> None:
    """Make a project in `folder`, which must be new, empty or half-made; all of it or nothing.

    write_database: makes the database of judgements at the path that it is given. KnownError with
    nothing left behind; person: who makes it, for others who try the same.
    """
    if os.path.lexists(folder):
        _must_be_free(folder)
        held = lock.acquire(folder, person)
        try:
            _must_be_free(folder)  # nobody else can make it now
            with _emptied_if_it_fails(folder):
                _fill(folder, write_database)
        finally:
            held.release()
        return
    with disk_errors(_CANNOT, where=folder, do=_ADVICE), _parents_of(folder):
        _remove_leftovers(folder.parent)
        mine = f"{_this_computer()}-{os.getpid()}-{uuid4().hex[:12]}"
        part = folder.with_name(f".{folder.name[:40]}.{mine}.new")
        try:
            part.mkdir()
            _fill(part, write_database)
            _rename(part, folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        sync_folder(folder.parent)


def _fill(place: Path, write_database: Callable[[Path], object]) -> None:
    with disk_errors(_CANNOT, where=place, do=_ADVICE):
        for name in FOLDERS:
            (place / name).mkdir(exist_ok=True)
        with aside(place / JUDGEMENTS) as ready:
            write_database(ready)


def _rename(part: Path, folder: Path) -> None:
    """Give the finished project its name, unless somebody else has taken that meanwhile."""
    try:
        part.rename(folder)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
            raise taken(folder) from error
        raise


def taken(folder: Path) -> Refusal:
    """Return the refusal to make a project where something is."""
    return Refusal(
        "There is something here already.",
        where=str(folder),
        kept="Nothing was changed.",
        do="Open it, or choose another name.",
    )


def _must_be_free(folder: Path) -> None:
    """Raise Refusal unless `folder` is a folder with nothing in it but what we left half-made."""
    try:
        if not is_free(folder):
            raise taken(folder)
    except OSError as error:
        raise disk_error(error, _CANNOT, where=folder, do=_ADVICE) from error


@contextmanager
def _emptied_if_it_fails(folder: Path) -> Iterator[None]:
    """Take away what was made in a folder that stays."""
    before = {path.name for path in folder.iterdir()}
    for path in folder.iterdir():
        if path.name.startswith(LEFT):
            path.unlink()
    try:
        yield
    except BaseException:
        for name in FOLDERS:
            if name not in before:
                with suppress(OSError):
                    (folder / name).rmdir()
        raise


@contextmanager
def _parents_of(folder: Path) -> Iterator[None]:
    """Make the folders above, and take those away that were made if what follows fails."""
    made = []
    for above in folder.parents:
        if above.exists():
            break
        made.append(above)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for above in made:
            with suppress(OSError):
                above.rmdir()
        raise


def _remove_leftovers(place: Path) -> None:
    """Remove what killed programs left of projects that they were making in this folder."""
    with suppress(OSError):
        for path in place.iterdir():
            named = _PART.fullmatch(path.name)
            if named and not path.is_symlink() and _is_left(path, named["host"], named["pid"]):
                shutil.rmtree(path, ignore_errors=True)


def _is_left(part: Path, host: str, pid: str) -> bool:
    """Return whether nobody is making this any more."""
    with suppress(OSError):
        ours = (*FOLDERS, *FILES, LEFT)
        if not part.is_dir() or not all(path.name.startswith(ours) for path in part.iterdir()):
            return False
        if host == _this_computer():
            return processes.started(int(pid)) is None
        return time.time() - part.lstat().st_mtime > STALE_SECONDS
    return False


def _this_computer() -> str:
    return f"{crc32(platform.node().encode()):08x}"
