"""The preloaded library (shim.c): a disk that fails, a wrong clock, a kill at a chosen call.

Compiled with the system's C compiler into build/; where there is none, what needs it is left out
and said to be.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from enum import IntEnum
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(__file__).with_name("shim.c")
BUILT = ROOT / "build" / "torture" / "shim.so"


class Fault(IntEnum):
    """As in shim.c. `at`: the number of the call that changes the disk (READ_ERROR: reads)."""

    NOTHING, KILL_BEFORE, KILL_AFTER, KILL_HALFWAY = 0, 1, 2, 3
    FULL, IO_ONCE, IO_ALWAYS, SHORT, READ_ERROR = 4, 5, 6, 7, 8


KILLS = (Fault.KILL_BEFORE, Fault.KILL_AFTER, Fault.KILL_HALFWAY)


def preloaded() -> dict[str, str]:
    """The environment in which a process has the library; {} where it cannot be made."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not sys.platform.startswith("linux") or compiler is None:
        return {}
    if not BUILT.exists() or BUILT.stat().st_mtime < SOURCE.stat().st_mtime:
        BUILT.parent.mkdir(parents=True, exist_ok=True)
        part = BUILT.with_suffix(f".{os.getpid()}.so")
        command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(part), str(SOURCE), "-ldl"]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return {}
        part.replace(BUILT)
    return {"LD_PRELOAD": str(BUILT)}


@cache
def _library() -> ctypes.CDLL | None:
    everything = ctypes.CDLL(None)
    return everything if hasattr(everything, "torture_arm") else None


def is_there() -> bool:
    return _library() is not None


def arm(fault: Fault, at: int, below: Path) -> None:
    """From now on the `at`-th change below a folder fails in this process, as `fault` says."""
    library = _library()
    assert library is not None
    library.torture_arm(int(fault), ctypes.c_long(at), os.fsencode(below))


def disarm() -> None:
    if (library := _library()) is not None:
        library.torture_arm(0, ctypes.c_long(0), b"")
        library.torture_clock(ctypes.c_long(0))


def set_clock(seconds: int) -> None:
    """Let the clock be wrong by so many seconds."""
    library = _library()
    assert library is not None
    library.torture_clock(ctypes.c_long(seconds))


def count() -> int:
    """How many changes were counted since `arm`."""
    library = _library()
    assert library is not None
    library.torture_count.restype = ctypes.c_long
    return int(library.torture_count())
