"""Kills of everything that writes without torch: at the n-th call that changes the disk, before it,
after it or in its middle; or after a random time where that library cannot be made.
"""

import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.torture import doors, shim, writers
from tests.torture.cases import Case, Outcome, Verdict, worst
from tests.torture.decoys import Decoys
from tests.torture.resident import Say

KILLED = ("judging", "judging", "import", "export", "create", "backup", "restore")


@dataclass(frozen=True)
class World:
    """calls, seconds: what each writer takes when it is let be."""

    writers: writers.World
    calls: dict[str, int]
    seconds: dict[str, float]


def prepare(root: Path, decoys: Decoys) -> World:
    return measured()


@cache
def measured() -> World:
    """Let every writer be, and count; once in a process."""
    root, world = Path(tempfile.mkdtemp()), World(writers.made(), {}, {})
    for name in writers.WRITERS:
        place = root / name
        place.mkdir()
        project = writers.copy(world.writers, place)
        hear, tell = os.pipe()
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _count(name, world.writers, project, place, tell)
        os.close(tell)
        with os.fdopen(hear, "rb") as file:
            world.calls[name] = int(file.read() or b"0")
        _, status = os.waitpid(child, 0)
        assert status == 0, f"{name} fails when it is let be"
        world.seconds[name] = time.monotonic() - began
    return world


def _count(name: str, world: writers.World, project: Path, place: Path, tell: int) -> None:
    code = 1
    try:
        if shim.is_there():
            shim.arm(shim.Fault.KILL_BEFORE, 1 << 60, place)
        writers.WRITERS[name](world, project, place, lambda text: None)
        if shim.is_there():
            os.write(tell, str(shim.count()).encode())
        code = 0
    finally:
        os._exit(code)


def attempt(world: World, case: Case, place: Path, say: Say) -> Verdict:
    chance = case.chance()
    name = chance.choice(KILLED)
    return kill(world, chance, name, place, say)


def kill(world: World, chance: random.Random, name: str, place: Path, say: Say) -> Verdict:
    project = writers.copy(world.writers, place)
    before = writers.uuids_of(project)
    calls = world.calls[name]
    if shim.is_there() and calls and chance.random() < 0.85:
        fault, at = chance.choice(shim.KILLS), chance.randint(1, calls)
        tried = f"{name}, {fault.name} {at} of {calls}"
        say(tried)
        child, hear = writers.start(
            name, world.writers, project, place, lambda: shim.arm(fault, at, place)
        )
        os.waitpid(child, 0)
    else:
        after = chance.uniform(0, world.seconds[name])
        tried = f"{name}, killed after {after:.3f} s"
        say(tried)
        child, hear = writers.start(name, world.writers, project, place, lambda: None)
        killed(child, after)
    uuids, known, bug = writers.heard(hear)
    return worst(tried, afterwards(world.writers, name, project, place, (uuids, known, bug), before,
                                   check_first=chance.random() < 0.5))  # fmt: skip


def killed(child: int, after: float) -> None:
    with killing(child, after):
        os.waitpid(child, 0)


@contextmanager
def killing(child: int, after: float) -> Iterator[None]:
    """Kill a child after so many seconds, unless what is done inside has ended by then."""

    def kill(*_: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signal.setitimer(signal.ITIMER_REAL, after and max(after, 1e-4))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def afterwards(
    world: writers.World,
    name: str,
    project: Path,
    place: Path,
    told: tuple[list[str], str, str],
    before: set[str],
    *,
    check_first: bool,
) -> list[tuple[Outcome, str]]:
    """What is wrong after a writer was stopped."""
    uuids, _, bug = told
    findings: list[tuple[Outcome, str]] = [(Outcome.CRASHED, f"{name}: {bug}")] if bug else []
    judged = place / "new.insight" if name == "create" else project
    if check_first and (name != "create" or uuids):
        for one in (doors.cli("check", judged), doors.info(judged)):
            if one.finding:
                outcome = Outcome.SILENT if one.is_known else one.finding[0]
                findings.append((outcome, f"straight after: {one.finding[1]}"))
    told_of = doors.known("unsound", lambda: writers.unsound(world, name, project, place))
    if told_of.finding or told_of.value:
        findings.append((Outcome.LOST, told_of.text or str(told_of.value)))
    if name != "create" or judged.exists():
        gone = doors.known("window", lambda: writers.lost(
            judged, uuids, before if name != "create" else set()))  # fmt: skip
        if gone.finding or gone.value:
            findings.append((Outcome.LOST, gone.text or str(gone.value)))
        checked = doors.cli("check", judged)
        if checked.finding:
            findings.append((Outcome.LOST, f"at last: {checked.finding[1]}"))
    return findings
