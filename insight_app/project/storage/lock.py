"""Who has a project open for writing: the file `lock` in its folder.

It names a process by number, start time and computer, so that the lock of a program that died is
taken over. Knows nothing of what the folder holds.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from insight_app.errors import WorldError

NAME = "lock"


@dataclass(frozen=True)
class Holder:
    """The process that has a project open, and for whom since when."""

    token: str
    pid: int
    started: str
    host: str
    person: str
    since: str

    def describe(self) -> str:
        """In words, for somebody who wanted to open the project too."""
        when = datetime.fromisoformat(self.since).astimezone().strftime("%d %b %Y, %H:%M")
        who = f"{self.person} has had this project open since {when}"
        if self.host != platform.node():
            return f"{who} on the computer {self.host}."
        if self.pid == os.getpid():
            return f"{who} in another window of this program."
        return f"{who} in another program on this computer (process {self.pid})."


class Held(WorldError):
    """Somebody else has the project open for writing."""

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
        """Let others write; does nothing where somebody has taken the lock over."""
        with suppress(OSError), _exclusive(self._path) as file:
            if _read(file) == self._holder:
                file.truncate(0)


def acquire(folder: Path, person: str, *, take_over: bool = False) -> Lock:
    """Take the lock of `folder`.

    Raises Held where a living process has it (take_over: even then take it, for the lock of another
    computer that is known to be off), OSError where the folder cannot be written.
    """
    path = folder / NAME
    pid = os.getpid()
    mine = Holder(
        token=str(uuid4()),
        pid=pid,
        started=process_started(pid) or "",
        host=platform.node(),
        person=person,
        since=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with _exclusive(path) as file:
        holder = _read(file)
        if holder is not None and not take_over and _is_alive(holder):
            raise Held(holder, path)
        file.seek(0)
        file.truncate(0)
        file.write(json.dumps(asdict(mine)).encode())
        file.flush()
        os.fsync(file.fileno())
    return Lock(path, mine)


def holder(folder: Path) -> Holder | None:
    """The living process that has the lock of `folder`, None where nobody has it."""
    try:
        with (folder / NAME).open("rb") as file:
            found = _read(file)
    except OSError:
        return None
    return found if found is not None and _is_alive(found) else None


def _read(file: IO[bytes]) -> Holder | None:
    file.seek(0)
    try:
        return Holder(**json.loads(file.read()))
    except (ValueError, TypeError):
        return None  # empty, or cut short by a crash: nobody holds it


def _is_alive(holder: Holder) -> bool:
    if holder.host != platform.node():
        return True  # no way to know from here
    started = process_started(holder.pid)
    return started is not None and started == holder.started


@contextmanager
def _exclusive(path: Path) -> Iterator[IO[bytes]]:
    """The open file, while no other process looks at it; it stays there empty when free."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b") as file:
        _guard(file, True)
        try:
            yield file
        finally:
            file.flush()
            _guard(file, False)


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


def process_started(pid: int) -> str | None:
    """When process `pid` of this computer was started, None where there is none."""
    if sys.platform == "win32":
        return _started_windows(pid)
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return None
        # Field 3 is the state (Z: dead but not yet waited for), field 22 the start since boot.
        return None if fields[0] in "ZX" else f"{boot}+{fields[19]}"
    told = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or None


def _started_windows(pid: int) -> str | None:
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return None
    times = [ctypes.c_ulonglong() for _ in range(4)]
    process = ctypes.c_void_p(handle)
    known = kernel.GetProcessTimes(process, *(ctypes.byref(time) for time in times))
    kernel.CloseHandle(process)
    has_ended = times[1].value != 0
    return str(times[0].value) if known and not has_ended else None
