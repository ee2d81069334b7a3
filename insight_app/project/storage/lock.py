"""Who has a project open for writing: the file `lock` in its folder.

It names a process by number, start and computer, so that the lock of a program that died is taken
over. Knows nothing of what the folder holds.
"""

import errno
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO
from uuid import uuid4

from insight_app import plain_json
from insight_app.disk_errors import disk_errors
from insight_app.errors import WorldError
from insight_app.files import has_other_names, open_in_place, open_regular, write_whole
from insight_app.project.folder import LOCK
from insight_app.project.storage import processes

MOST_BYTES = 1 << 16
"""More is no lock of ours."""
_LONGEST_NAME = 80
_HIGHEST_PID = 2**31 - 1
_TRIES = 10
"""So often a lock is opened anew that was replaced meanwhile; some disks cannot tell that."""
_tokens: set[str] = set()
"""Of the locks that this very process holds."""


@dataclass(frozen=True)
class Holder:
    """A process that has a project open, for whom and since when."""

    token: str
    pid: int
    started: str
    host: str
    person: str
    since: str

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is a process of another computer, which cannot be asked from here."""
        return self.host != platform.node()

    @property
    def is_own(self) -> bool:
        """Whether this very process has the project open: it can show the window that has it."""
        return self.token in _tokens

    def describe(self) -> str:
        """Say who it is to somebody who wanted to open the project too."""
        who = f"{self.person} has had this project open{self._since()}"
        if self.is_elsewhere:
            return (
                f"{who} on the computer {self.host}. If that is over, or this is a copy, delete "
                f"the file {LOCK} in its folder."
            )
        if self.is_own:
            return f"{who} in another window of this program."
        return f"{who} in another program on this computer (process {self.pid})."

    def _since(self) -> str:
        try:
            when = datetime.fromisoformat(self.since).astimezone()
        except (ValueError, OverflowError, OSError):
            return ""
        return f" since {when:%d %b %Y, %H:%M}"


class Held(WorldError):
    """The project is open for writing already; holder: who has it."""

    def __init__(self, holder: Holder, path: Path) -> None:
        super().__init__(
            holder.describe(),
            where=str(path.parent),
            kept="Nothing was changed.",
            do="Close it there to change it here.",
        )
        self.holder = holder


class Lock:
    """A held lock; release it when the project is closed."""

    def __init__(self, path: Path, holder: Holder) -> None:
        self._path = path
        self._holder = holder

    def release(self) -> None:
        """Let others write; do nothing if somebody has taken the lock over."""
        _tokens.discard(self._holder.token)
        with suppress(OSError), _exclusive(self._path) as file:
            found = _read(file)
            if found is not None and found.token == self._holder.token:
                file.truncate(0)


def acquire(folder: Path, person: str, *, take_over: bool = False) -> Lock:
    """Take the lock of `folder`.

    Raises Held if a living process has it (take_over: even then take it, for the lock of another
    computer that is known to be off), another WorldError if the folder cannot be written.
    """
    path = folder / LOCK
    pid = os.getpid()
    mine = Holder(
        token=str(uuid4()),
        pid=pid,
        started=processes.started(pid) or "",
        host=platform.node(),
        person=person,
        since=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with disk_errors("This folder cannot be written to", where=folder), _exclusive(path) as file:
        holder = _read(file)
        if holder is not None and not take_over and _is_alive(holder):
            raise Held(holder, path)
        file.seek(0)
        file.truncate(0)
        file.write(json.dumps(asdict(mine)).encode())
        file.flush()
        os.fsync(file.fileno())
    _tokens.add(mine.token)
    return Lock(path, mine)


def holder(folder: Path) -> Holder | None:
    """Return the living process that has the lock of `folder`; None if nobody has it."""
    try:
        with open_regular(folder / LOCK) as file:
            found = _read(file)
    except OSError:
        return None
    return found if found is not None and _is_alive(found) else None


def _read(file: IO[bytes]) -> Holder | None:
    """Return who a lock names; None if it is empty, cut short by a crash, or names no process."""
    file.seek(0)
    try:
        found = plain_json.loads(file.read(MOST_BYTES))
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    pid = found.get("pid")
    token, started, host = (found.get(name) for name in ("token", "started", "host"))
    if not isinstance(pid, int) or not 0 < pid <= _HIGHEST_PID:
        return None
    if not (isinstance(token, str) and isinstance(started, str) and isinstance(host, str)):
        return None
    person, since = found.get("person"), found.get("since")
    return Holder(
        token,
        pid,
        started,
        _shown(host) if host != platform.node() else host,
        _shown(person) if isinstance(person, str) else "Somebody",
        since if isinstance(since, str) else "",
    )


def _shown(name: str) -> str:
    """Return a name of others as one line that is not too long to be read."""
    return " ".join(name.split())[:_LONGEST_NAME]


def _is_alive(holder: Holder) -> bool:
    if holder.is_elsewhere:
        return True
    return processes.is_running(holder.pid, holder.started)


@contextmanager
def _exclusive(path: Path) -> Iterator[BinaryIO]:
    """Open the file while no other process looks at it; it stays there empty when free."""
    for left in reversed(range(_TRIES)):
        with open_in_place(path, create=True) as file:
            _guard(file, True)
            try:
                if left and not _is_at(path, file):
                    continue  # another process has replaced it
                if not has_other_names(file):
                    yield file
                    return
                write_whole(path, partial(_copy, file))
            finally:
                file.flush()
                _guard(file, False)
    raise OSError(errno.EMLINK, "the file keeps having other names", str(path))


def _copy(old: BinaryIO, new: BinaryIO) -> None:
    new.write(old.read(MOST_BYTES))


def _is_at(path: Path, file: BinaryIO) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    return False


def _guard(file: IO[Any], on: bool) -> None:
    # Some network folders know no such locks; the file's content still tells who is there.
    with suppress(OSError):
        if sys.platform == "win32":
            import msvcrt

            # A byte far behind the content, so that others may read it meanwhile.
            file.seek(1 << 20)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if on else msvcrt.LK_UNLCK, 1)
            file.seek(0)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX if on else fcntl.LOCK_UN)
