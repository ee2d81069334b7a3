"""One process in which everything is imported, and a fork of it for each case.

The fork has a limit on its memory and its time and a home of its own; what it did to the decoys is
looked at when it has ended. Knows no campaign.
"""

import json
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import psutil

from tests.torture.cases import Ended, Outcome, Verdict
from tests.torture.decoys import Decoys

SECONDS = 30.0
MEGABYTES = 2048
ROOM = 4 << 30
"""Bytes of addresses that a case may ask for beyond those in use: what is asked for is not what is
used, and the machine is to survive."""


Say = Callable[[str], None]
"""Tells what is tried, before it is: of a case that never comes back this alone is known."""
Attempt = Callable[[Path, Say], Verdict]


def run(
    number: int,
    attempt: Attempt,
    place: Path,
    decoys: Decoys,
    seconds: float = SECONDS,
) -> Ended:
    """Try one case in a fork, in the new folder `place`, which is removed afterwards."""
    place.mkdir(parents=True)
    began = time.monotonic()
    hear, tell = os.pipe()
    base = psutil.Process().memory_info().rss
    child = os.fork()
    if child == 0:
        os.close(hear)
        _attempt(attempt, place, decoys, tell)
    os.close(tell)
    told, is_late = _hear(hear, began + seconds)
    if is_late:
        _kill(child)
    _, status, used = os.wait4(child, 0)
    _kill(child)  # what it left behind
    megabytes = max(0, used.ru_maxrss * 1024 - base) >> 20
    verdict = _verdict(told, status, is_late, megabytes)
    if harm := decoys.harm():
        verdict = Verdict(Outcome.HARMED, verdict.tried, harm)
    shutil.rmtree(place, ignore_errors=True)
    taken = round(time.monotonic() - began, 2)
    return Ended(number, verdict.outcome, verdict.tried, verdict.said, taken, megabytes)


def _attempt(attempt: Attempt, place: Path, decoys: Decoys, tell: int) -> None:
    os.setsid()
    try:
        home = place / "home"
        home.mkdir()
        for name in [name for name in os.environ if name.startswith("XDG_")]:
            del os.environ[name]
        os.environ |= {
            "HOME": str(home), "TMPDIR": str(home),
            "PATH": f"{decoys.programs}:{os.environ['PATH']}",
        }  # fmt: skip
        os.environ.pop("LD_PRELOAD", None)
        tempfile.tempdir = None  # to be asked for again
        with (place / "output.txt").open("wb") as output, Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        limit = psutil.Process().memory_info().vms + ROOM
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        verdict = attempt(place, lambda tried: _say(tell, Verdict(Outcome.CRASHED, tried)))
    except MemoryError:
        verdict = Verdict(Outcome.OVER_MEMORY, "", f"MemoryError {where(sys.exception())}")
    except BaseException as error:
        verdict = Verdict(Outcome.CRASHED, "", f"{type(error).__name__}: {error} {where(error)}")
    try:
        _say(tell, verdict)
    finally:
        os._exit(0)


def _say(tell: int, verdict: Verdict) -> None:
    os.write(tell, json.dumps(asdict(verdict)).encode() + b"\n")


def _hear(hear: int, until: float) -> tuple[list[Verdict], bool]:
    """What the child says until it ends or the time is over; True for the latter."""
    found, is_late = b"", False
    with os.fdopen(hear, "rb", buffering=0) as file:
        while True:
            if not select.select([file], [], [], max(0.0, until - time.monotonic()))[0]:
                is_late = True
                break
            if not (more := file.read(1 << 16)):
                break
            found += more
    return [Verdict(**json.loads(line)) for line in found.splitlines() if line], is_late


def _verdict(told: list[Verdict], status: int, is_late: bool, megabytes: int) -> Verdict:
    tried = next((one.tried for one in reversed(told) if one.tried), "")
    if is_late:
        return Verdict(Outcome.HUNG, tried, "no end")
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return Verdict(Outcome.CRASHED, tried, f"ended by {name}")
    if not told:
        return Verdict(Outcome.CRASHED, tried, "ended without a word")
    last = told[-1]
    if megabytes > MEGABYTES and last.outcome not in (Outcome.HARMED, Outcome.CRASHED):
        return Verdict(Outcome.OVER_MEMORY, tried, f"{megabytes:,} MB")
    return Verdict(last.outcome, tried, last.said)


def _kill(child: int) -> None:
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        return
    except PermissionError:
        os.kill(child, signal.SIGKILL)


def where(error: BaseException | None) -> str:
    """The last place in Insight, and the very last, where an error came from."""
    if error is None:
        return ""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if "insight_app" in one.filename]
    shown = [f"{Path(one.filename).name}:{one.lineno}" for one in (*ours[-1:], *frames[-1:])]
    return "at " + ", ".join(dict.fromkeys(shown))
