"""Projects that came by mail: any of their files may be anything.

Nothing outside of the project is written, read through a link or run; what was judged is there, or
its loss is said; results that differ from the true ones are found by `check` or said.
"""

import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from insight_app.project import judgements as j
from insight_app.project.project import Project
from tests import tiny
from tests.project.test_analysis import draw
from tests.torture import doors
from tests.torture.cases import Case, Outcome, Verdict, worst
from tests.torture.decoys import Decoys
from tests.torture.inputs import project_harm
from tests.torture.resident import Say

NAMED = {"f:1": "dog", "f:2": "cat", "f:3": "<b>bold</b>"}


@dataclass(frozen=True)
class World:
    """one: a project that is analyzed and judged; other: another one; truth: what `one` shows."""

    one: Path
    other: Path
    decoys: Decoys
    dictionary: Path
    truth: Any


def prepare(root: Path, decoys: Decoys) -> World:
    found = made()
    return World(found.one, found.other, decoys, found.dictionary, found.truth)


@dataclass(frozen=True)
class Made:
    """As in World."""

    one: Path
    other: Path
    dictionary: Path
    truth: Any


@cache
def made() -> Made:
    """Make the projects; once in a process, since all campaigns begin with copies of them."""
    root = Path(tempfile.mkdtemp())
    dictionary = tiny.write_dictionary(root / "tiny")
    photos = draw(root / "photos", 8)
    projects = []
    for name, notes in (("one", 40), ("other", 3)):
        project = root / f"{name}.insight"
        Project.create(project, doors.ADA).close()
        told = doors.analyze(project, [photos], dictionary)
        assert not told.finding, told
        _judge(project, notes)
        projects.append(project)
    return Made(*projects, dictionary, doors.look(projects[0]).value)


def _judge(project: Path, notes: int) -> None:
    with Project.open(project, doors.ADA) as opened:
        for target, name in NAMED.items():
            opened.judgements.judge([j.rename(target, name)], "Renamed")
        for number in range(notes):
            opened.judgements.judge([j.note(f"f:{10 + number}", f"note {number}")], "Noted")
    Project.open(project, doors.ADA).close()  # makes the backup


def attempt(world: World, case: Case, place: Path, say: Say) -> Verdict:
    chance = case.chance()
    project = Path(shutil.copytree(world.one, place / "one.insight"))
    tried = "; ".join(
        project_harm.harm(world, chance, project) for _ in range(chance.choice((1, 1, 1, 2)))
    )
    say(tried)
    findings, told = [], []
    beside = {path.name for path in place.iterdir()}
    for door in order(chance):
        one = DOORS[door](world, project, place)
        told.append(one)
        if one.finding is not None:
            findings.append(one.finding)
        findings += silent(world, one, told)
    if more := {path.name for path in place.iterdir()} - beside - {"export"}:
        findings.append((Outcome.HARMED, f"made beside the project: {sorted(more)}"))
    return worst(tried, findings)


# ---- doors

Door = Callable[[World, Path, Path], doors.Told]


def _export(world: World, project: Path, place: Path) -> doors.Told:
    kinds = ("json", "skos", "csv", "graphml", "release")
    kind = kinds[crc32(place.name.encode()) % len(kinds)]
    (place / "export").mkdir(exist_ok=True)
    return doors.cli("export", project, "-f", kind, "-o", place / "export" / "made", "--force")


def _restore(world: World, project: Path, place: Path) -> doors.Told:
    return doors.cli("restore", project)


def _import(world: World, project: Path, place: Path) -> doors.Told:
    """Somebody's log, taken over into a project of one's own."""
    own = place / "export" / "own.insight"
    if not own.exists():
        shutil.copytree(world.other, own)

    def ask() -> None:
        with Project.open(own, doors.ADA) as opened:
            for path in sorted((project / "backups").glob("*.jsonl")):
                opened.judgements.import_log(path)
            opened.judgements.conflicts()

    return doors.known("import", ask)


DOORS: dict[str, Door] = {
    "import": _import,
    "check": lambda world, project, place: doors.cli("check", project),
    "info": lambda world, project, place: doors.info(project),
    "folders": lambda world, project, place: doors.cli("folders", project),
    "results": lambda world, project, place: doors.look(project),
    "window": lambda world, project, place: doors.judge(project),
    "export": _export,
    "restore": _restore,
    "analyze": lambda world, project, place: doors.analyze(project, [], None),
}


def order(chance: random.Random) -> list[str]:
    """Read first or write first; analyzing again and restoring only now and then."""
    reading = ["check", "info", "folders", "results", "export"]
    chance.shuffle(reading)
    found = [*reading[:3], "window"] if chance.random() < 0.6 else ["window", *reading[:3]]
    if chance.random() < 0.35:
        found.insert(chance.randrange(len(found) + 1), "analyze")
    if chance.random() < 0.2:
        found.append("restore")
    if chance.random() < 0.2:
        found.append("import")
    return [*found, "results", "check"]


def silent(world: World, one: doors.Told, before: list[doors.Told]) -> list[tuple[Outcome, str]]:
    """What is wrong without a word."""
    if one.fault is not None or one.code or one.value is None:
        return []
    if one.door == "window":
        state, said = one.value
        lost = [t for t, name in NAMED.items()
                if (found := state.concepts.get(t)) is None or found.name != name]  # fmt: skip
        if lost and not said:
            return [(Outcome.SILENT, f"judgements of {lost[0]} are gone without a word")]
        return []
    doors_before = [told.door for told in before]
    if one.door != "insight-app check" or "analyze" in doors_before or len(before) < 6:
        return []
    seen = next((told.value for told in before[::-1] if told.door == "results"), None)
    different = _different(world.truth, seen) if seen is not None else ""
    said = f"other {different} are shown, and check is content"
    return [(Outcome.SILENT, said)] if different else []


def _different(truth: dict[str, Any], seen: dict[str, Any]) -> str:
    if truth.keys() != seen.keys():
        return "keys"
    parts = sorted(key for key in truth if repr(truth[key]) != repr(seen[key])
                   and key not in ("sources", "problems", "run"))  # fmt: skip
    return ", ".join(parts[:3])
