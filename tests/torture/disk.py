"""Disks that are full, fail once or for good, write less than was asked; a clock that was set.

After each, with the disk mended: what was acknowledged is there, `check` is content, files that
were to be replaced are whole, and nothing blocks a name. What was said meanwhile was one known
error.
"""

import ctypes
import os
import random
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from insight_app.project.storage import backups
from tests.torture import kills, shim, writers
from tests.torture.cases import Case, Outcome, Verdict, worst
from tests.torture.decoys import Decoys
from tests.torture.resident import Say

DAY = 24 * 3600
ALL = tuple(writers.WRITERS)


@dataclass(frozen=True)
class World:
    kills: kills.World
    has_tmpfs: bool


def prepare(root: Path, decoys: Decoys) -> World:
    return World(kills.measured(), _can_mount())


def attempt(world: World, case: Case, place: Path, say: Say) -> Verdict:
    chance, name = case.chance(), None
    name = chance.choice(ALL)
    ways = ["limit"] + ["shim"] * 6 * shim.is_there() + ["clock"] * 2 * shim.is_there()
    ways += ["tmpfs"] * world.has_tmpfs
    way = chance.choice(ways)
    known = world.kills.writers
    say(f"{name}, {way}")
    if way == "tmpfs":
        _mount(place)
    project = writers.copy(known, place)
    if way == "tmpfs":
        _fill(place, chance.choice((0, 4_096, 30_000, 100_000, 300_000)))
    before = writers.uuids_of(project)
    had = {one.path.name for one in backups.list_backups(project / "backups", "judgements")}
    tried, prepared = _fault(world, chance, way, name, place)
    tried = f"{name}, {tried}"
    say(tried)
    child, hear = writers.start(name, known, project, place, prepared)
    _, status = os.waitpid(child, 0)
    told = writers.heard(hear)
    if way == "tmpfs":
        (place / "filler").unlink()
    findings = kills.afterwards(known, name, project, place, told, before, check_first=False)
    if os.WIFSIGNALED(status):
        findings.append((Outcome.CRASHED, f"{name} ended by signal {os.WTERMSIG(status)}"))
    there = {one.path.name for one in backups.list_backups(project / "backups", "judgements")}
    if had - there:
        findings.append((Outcome.LOST, f"a backup was deleted: {sorted(had - there)}"))
    if way == "clock" and told[1]:
        findings.append((Outcome.REFUSED, f"because of the clock: {told[1]}"))
    if not findings and told[1]:
        findings = [(Outcome.KNOWN, told[1])]
    return worst(tried, findings)


def _fault(
    world: World, chance: random.Random, way: str, name: str, place: Path
) -> tuple[str, Callable[[], None]]:
    """What is wrong with the disk, in words and as what makes it so."""
    if way == "limit":
        size = chance.choice((0, 1000, 20_000, 60_000, 200_000))
        return f"no file over {size} bytes", lambda: _limit(size)
    if way == "tmpfs":
        return "on a small disk", lambda: None
    if way == "clock":
        wrong = chance.choice((-1, 1)) * chance.choice(
            (3600, DAY, 40 * DAY, 3650 * DAY, 20 * 365 * DAY)
        )
        return f"clock wrong by {wrong} s", lambda: shim.set_clock(wrong)
    fault = chance.choice(
        (
            shim.Fault.FULL,
            shim.Fault.FULL,
            shim.Fault.IO_ONCE,
            shim.Fault.IO_ALWAYS,
            shim.Fault.SHORT,
            shim.Fault.READ_ERROR,
        )
    )
    calls = world.kills.calls[name] * (3 if fault is shim.Fault.READ_ERROR else 1)
    at = chance.randint(1, max(calls, 1))
    return f"{fault.name} from {at} of {calls}", lambda: shim.arm(fault, at, place)


def _limit(size: int) -> None:
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


# ---- a small disk, seen by this process alone

_NEW_NAMESPACE, _PRIVATE = 0x00020000, 1 << 18 | 1 << 14


def _can_mount() -> bool:
    child = os.fork()
    if child == 0:
        os._exit(0 if ctypes.CDLL(None).unshare(_NEW_NAMESPACE) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0


def _mount(place: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.unshare(_NEW_NAMESPACE)
    libc.mount(b"none", b"/", None, _PRIVATE, None)
    if libc.mount(b"none", os.fsencode(place), b"tmpfs", 0, b"size=16m"):
        raise OSError(ctypes.get_errno(), "tmpfs")
    (place / "home").mkdir()


def _fill(place: Path, room: int) -> None:
    """Leave so many bytes."""
    free = os.statvfs(place)
    (place / "filler").write_bytes(b"\0" * max(0, free.f_bavail * free.f_frsize - room))
