"""Telling whether a process of this computer still runs, by its number and when it was started.

Numbers are given out again, and after a restart of the computer all of them. On Linux a start is
told by the boot's identity and ticks since then, as psutil's time of it moves with the clock.
"""

from pathlib import Path

import psutil

_STAT = "/proc/{pid}/stat"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_CREATED = "created "
"""How a start begins that psutil told: a time in seconds."""
_SAME_SECONDS = 1.0


def started(pid: int) -> str | None:
    """Return when process `pid` was started; None if it does not run."""
    if Path(_STAT.format(pid="self")).exists():
        return _started_linux(pid)
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return f"{_CREATED}{process.create_time():.2f}"
    except psutil.AccessDenied:
        return ""  # it runs, and is somebody else's
    except psutil.NoSuchProcess:
        return None


def is_running(pid: int, since: str) -> bool:
    """Return whether the process `pid` that was started at `since` still runs."""
    now = started(pid)
    if now is None:
        return False
    if now.startswith(_CREATED) and since.startswith(_CREATED):
        try:
            return abs(_seconds(now) - _seconds(since)) < _SAME_SECONDS
        except ValueError:
            return False
    if now.startswith(_CREATED) or not now:
        return True  # an older version noted it in another way, or nothing is told: it may run
    return now == since


def _started_linux(pid: int) -> str | None:
    try:
        fields = Path(_STAT.format(pid=pid)).read_text().rpartition(")")[2].split()
        boot = _BOOT.read_text().strip()
    except OSError:
        return None
    # Field 3 is the state (Z: dead but not yet waited for), field 22 the start since boot.
    return None if fields[0] in "ZX" else f"{boot}+{fields[19]}"


def _seconds(told: str) -> float:
    return float(told.removeprefix(_CREATED))
