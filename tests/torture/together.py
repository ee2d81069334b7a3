"""Two at once on one project: each ends well or with one known error, and nothing is lost."""

import os
from pathlib import Path

from tests.torture import kills, writers
from tests.torture.cases import Case, Outcome, Verdict, worst
from tests.torture.decoys import Decoys
from tests.torture.resident import Say

BOTH = tuple(writers.WRITERS)


def prepare(root: Path, decoys: Decoys) -> writers.World:
    return writers.made()


def attempt(world: writers.World, case: Case, place: Path, say: Say) -> Verdict:
    chance = case.chance()
    names = [chance.choice(BOTH), chance.choice(BOTH)]
    tried = " and ".join(names)
    say(tried)
    project = writers.copy(world, place)
    before = writers.uuids_of(project)
    go, wait = os.pipe()
    begun = [writers.start(name, world, project, place, lambda: _wait(go, wait)) for name in names]
    os.close(go)
    os.close(wait)  # both may begin
    findings: list[tuple[Outcome, str]] = []
    heard = []
    for name, (child, hear) in zip(names, begun, strict=True):
        _, status = os.waitpid(child, 0)
        heard.append(writers.heard(hear))
        if os.WIFSIGNALED(status):
            findings.append((Outcome.CRASHED, f"{name} ended by signal {os.WTERMSIG(status)}"))
    for name, told in zip(names, heard, strict=True):
        findings += kills.afterwards(world, name, project, place, told, before, check_first=False)
    known = next((told[1] for told in heard if told[1]), "")
    if not findings and known:
        findings = [(Outcome.KNOWN, known)]
    return worst(tried, findings)


def _wait(go: int, wait: int) -> None:
    os.close(wait)
    os.read(go, 1)
