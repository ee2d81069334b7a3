"""Kills of a worker that analyzes: the real loop with its lines, in a process of its own.

The encoder is the tiny one here, the one that ships in `shipped`. After each kill the project
opens, `check` is content, judging goes on, and the next analysis brings it to the same end.
"""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from insight_app.concepts import encoders
from insight_app.project.project import Project
from insight_app.worker import loop
from tests.project.test_analysis import content
from tests.torture import doors, kills, shim, writers
from tests.torture.cases import Case, Outcome, Verdict, worst
from tests.torture.decoys import Decoys
from tests.torture.resident import Say

SECONDS = 120.0


@dataclass(frozen=True)
class World:
    """ends: what an analysis that is let be comes to; calls, seconds: and what it takes."""

    writers: writers.World
    encoder: str
    end: Any
    calls: int
    seconds: float


def prepare(root: Path, decoys: Decoys, encoder: str = "tiny") -> World:
    encoders.REGISTRY["tiny"] = (
        "tests.tiny",
        encoders.EncoderInfo("tiny", "Tiny", "", token_dim=16),
    )
    made = writers.made()
    root.mkdir(parents=True)
    project, began = root / "P.insight", time.monotonic()
    said = analyze(made, encoder, project, shim.Fault.KILL_BEFORE, 1 << 60)
    assert not any(one.get("kind") == "error" for one in said), said
    calls = next((one["calls"] for one in said if "calls" in one), 0)
    return World(made, encoder, content(project), calls, time.monotonic() - began)


def analyze(
    world: writers.World, encoder: str, project: Path, fault: shim.Fault, at: int, after: float = 0
) -> list[dict[str, Any]]:
    """Ask a new worker for an analysis and wait for its end; what it said.

    fault, at: where it is killed; after: after so many seconds, 0 = never.
    """
    request = {"id": 1, "do": "analyze", "project": str(project), "encoder": encoder,
               "folders": [str(world.photos)], "device": "cpu"}  # fmt: skip
    if encoder == "tiny":
        request["dictionary"] = str(world.dictionary)
    ask, asks = os.pipe()
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(asks)
        os.close(hear)
        _be_a_worker(ask, tell, project.parent, fault, at)
    os.close(ask)
    os.close(tell)
    with kills.killing(child, after):
        said = _heard(asks, hear, json.dumps(request).encode())
        os.waitpid(child, 0)
    return said


def _heard(asks: int, hear: int, request: bytes) -> list[dict[str, Any]]:
    """Ask, and hear all that is said until the answer or the end."""
    os.write(asks, request + b"\n")
    said: list[dict[str, Any]] = []
    with os.fdopen(hear, "rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                break  # cut off by the kill
            said.append(json.loads(line))
            if asks and said[-1].get("id") == 1 and said[-1]["kind"] in ("result", "error"):
                os.close(asks)
                asks = 0
    if asks:
        os.close(asks)
    return said


def _be_a_worker(ask: int, tell: int, below: Path, fault: shim.Fault, at: int) -> NoReturn:
    code = 1
    try:
        os.dup2(ask, 0)
        os.dup2(tell, 1)
        if shim.is_there():
            shim.arm(fault, at, below)
        code = loop.main()
        if shim.is_there():
            os.write(tell, json.dumps({"calls": shim.count()}).encode() + b"\n")
    finally:
        os._exit(code)


def attempt(world: World, case: Case, place: Path, say: Say) -> Verdict:
    chance = case.chance()
    project = place / "P.insight"
    Project.create(project, doors.ADA).close()
    told, findings = [], []
    for _ in range(chance.choice((1, 1, 2, 4))):
        calls = world.calls
        fault, at, after = shim.Fault.NOTHING, 0, 0.0
        if shim.is_there() and calls and chance.random() < 0.7:
            fault, at = chance.choice(shim.KILLS), chance.randint(1, calls)
            told.append(f"{fault.name} {at} of {calls}")
        else:
            after = chance.uniform(0, world.seconds)
            told.append(f"after {after:.2f} s")
        say(", ".join(told))
        findings += _errors(analyze(world.writers, world.encoder, project, fault, at, after))
        for one in (doors.cli("check", project), doors.look(project), doors.judge(project)):
            if one.finding:
                outcome = Outcome.LOST if one.is_known else one.finding[0]
                findings.append((outcome, f"after a kill: {one.finding[1]}"))
    findings += _errors(analyze(world.writers, world.encoder, project, shim.Fault.NOTHING, 0))
    ended = doors.known("content", lambda: content(project))
    if ended.finding:
        findings.append(ended.finding)
    elif ended.value != world.end:
        parts = [key for key in ended.value if ended.value[key] != world.end.get(key)]
        findings.append((Outcome.LOST, f"the next analysis comes to another end: {parts}"))
    checked = doors.cli("check", project)
    if checked.finding:
        findings.append((Outcome.LOST, f"at last: {checked.finding[1]}"))
    return worst(", ".join(told), findings)


def _errors(said: list[dict[str, Any]]) -> list[tuple[Outcome, str]]:
    found = []
    for one in said:
        if one.get("kind") == "error":
            outcome = Outcome.CRASHED if one.get("error") == "bug" else Outcome.LOST
            found.append((outcome, f"the worker says {one.get('what')}"))
    return found
