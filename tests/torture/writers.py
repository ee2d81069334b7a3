"""What writes in a project, each as something that can be killed or made to fail anywhere.

A writer says of each act when it was acknowledged; what was acknowledged must be there afterwards,
whatever happened. Knows no way to fail.
"""

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from insight_app.errors import KnownError
from insight_app.exchange import registry
from insight_app.project import judgements as j
from insight_app.project.project import Project, restore
from insight_app.project.storage import backups
from insight_app.project.storage.connecting import connect
from tests import tiny
from tests.project.killing import prepare as small_steps
from tests.project.test_analysis import draw
from tests.torture import doors
from tests.torture.inputs import projects

ACTS, ACT = 6, "act "
AT_ONCE = 3
"""Judgements of one act: they are there together or not at all."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class World:
    """one: a project that is analyzed and judged; photos: more of them, which are not in it."""

    one: Path
    log: Path
    photos: Path
    dictionary: Path
    whole_exports: dict[str, int]


@cache
def made() -> World:
    """Make what they work on; once in a process."""
    root, given = Path(tempfile.mkdtemp()), projects.made()
    small_steps()
    log, theirs = root / "theirs.jsonl", Path(shutil.copytree(given.other, root / "theirs.insight"))
    with Project.open(theirs, doors.ADA) as opened:
        for number in range(30):
            opened.judgements.judge([j.note(f"f:{number}", f"theirs {number}")], "Theirs")
        opened.judgements.export_log(log)
    photos = draw(root / "more", 10, seed=9)
    world = World(given.one, log, photos, given.dictionary, {})
    for kind in KINDS:
        place = root / f"whole-{kind}"
        place.mkdir()
        export(world, given.one, place, lambda text: None, kind)
        files = sum(1 for path in (place / "exports").rglob("*") if path.is_file())
        world.whole_exports[kind] = files
    return world


# ---- the writers: (world, project, a folder beside it, tell)


def judge(world: World, project: Path, place: Path, tell: Tell) -> None:
    with Project.open(project, doors.ADA) as opened:
        if opened.read_only:
            raise opened.damage or RuntimeError(opened.why_read_only)
        for number in range(ACTS):
            acts = [j.note(f"f:{20 + at}", f"{ACT}{number}") for at in range(AT_ONCE)]
            if number == 4:
                changes = opened.judgements.undo()
            else:
                changes = opened.judgements.judge(acts, f"{ACT}{number}")
            tell(json.dumps(list(changes.judgements)))


def import_log(world: World, project: Path, place: Path, tell: Tell) -> None:
    with Project.open(project, doors.ADA) as opened:
        if opened.read_only:
            raise opened.damage or RuntimeError(opened.why_read_only)
        changes = opened.judgements.import_log(world.log)
        tell(json.dumps(list(changes.judgements)))


KINDS = ("json", "skos", "csv", "graphml", "release")


def export(world: World, project: Path, place: Path, tell: Tell, kind: str = "") -> None:
    chosen = registry.named(kind or kind_of(place))
    (place / "exports").mkdir(exist_ok=True)
    with Project.open(project, doors.ADA, read_only=True) as opened:
        registry.export(opened, chosen, place / "exports" / f"made-{chosen.name}")


def kind_of(place: Path) -> str:
    """The format of a case's export: each comes as often as any other."""
    return KINDS[crc32(place.name.encode()) % len(KINDS)]


def create(world: World, project: Path, place: Path, tell: Tell) -> None:
    new = place / "new.insight"
    with Project.create(new, doors.ADA) as opened:
        changes = opened.judgements.judge([j.note("f:1", "first")], "first")
        tell(json.dumps(list(changes.judgements)))


def back_up(world: World, project: Path, place: Path, tell: Tell) -> None:
    with Project.open(project, doors.ADA) as opened:
        made = backups.back_up(opened.judgements.path, project / "backups")
        opened.judgements.export_log(made.log)


def put_back(world: World, project: Path, place: Path, tell: Tell) -> None:
    restore(project, doors.ADA)


def analyze(world: World, project: Path, place: Path, tell: Tell) -> None:
    from insight_app.project.analysis import run

    run.analyze(project, [world.photos], encoder=tiny.TinyEncoder())


Writer = Callable[[World, Path, Path, Tell], None]
WRITERS: dict[str, Writer] = {
    "judging": judge, "import": import_log, "export": export, "create": create, "backup": back_up,
    "restore": put_back, "analysis": analyze,
}  # fmt: skip


# ---- what holds afterwards


def start(
    writer: str, world: World, project: Path, place: Path, before: Callable[[], None]
) -> tuple[int, int]:
    """Fork a process that writes; its number, and where it tells what was acknowledged."""
    hear, tell = os.pipe()
    child = os.fork()
    if child:
        os.close(tell)
        return child, hear
    code = 1
    try:
        os.close(hear)
        before()
        WRITERS[writer](world, project, place, lambda text: _tell(tell, text))
        code = 0
    except KnownError as error:
        code = 3
        _tell(tell, json.dumps({"known": str(error)}))
    except RuntimeError as error:  # of ours: opened for reading only
        code = 3
        _tell(tell, json.dumps({"known": str(error)}))
    except BaseException as error:
        from tests.torture.resident import where

        _tell(tell, json.dumps({"bug": f"{type(error).__name__}: {error} {where(error)}"}))
    finally:
        os._exit(code)


def _tell(tell: int, text: str) -> None:
    os.write(tell, text.encode() + b"\n")


def heard(hear: int) -> tuple[list[str], str, str]:
    """(uuids that were acknowledged, a known error, a bug) of a writer that has ended."""
    data = b""
    with os.fdopen(hear, "rb") as file:
        data = file.read()
    uuids, known, bug = [], "", ""
    for line in data.splitlines():
        told: Any = json.loads(line)
        if isinstance(told, list):
            uuids += told
        else:
            known, bug = told.get("known", known), told.get("bug", bug)
    return uuids, known, bug


def lost(project: Path, uuids: list[str], before: set[str]) -> str:
    """Which judgements are not there any more, '' for none; the project is opened for writing."""
    with Project.open(project, doors.ADA) as opened:
        if opened.read_only:
            return f"it opens for reading only: {opened.why_read_only}"
        if problems := opened.judgements.problems():
            return problems[0]
        entries = opened.judgements.entries()
    there = {entry.uuid for entry in entries}
    if missing := (set(uuids) | before) - there:
        return f"{len(missing)} of {len(set(uuids) | before)} judgements are gone"
    acts = Counter(entry.group for entry in entries if entry.text.startswith(ACT))
    halves = [group for group, count in acts.items() if count != AT_ONCE]
    return f"of an act {acts[halves[0]]} of {AT_ONCE} judgements are there" if halves else ""


def uuids_of(project: Path) -> set[str]:
    with Project.open(project, doors.ADA, read_only=True) as opened:
        return {entry.uuid for entry in opened.judgements.entries()}


def unsound(world: World, writer: str, project: Path, place: Path) -> str:
    """What else is wrong after a writer was stopped: half files, names that are blocked."""
    if writer == "export":
        return _unsound_export(world, project, place)
    if writer == "create":
        new = place / "new.insight"
        try:
            Project.create(new, doors.ADA).close()
        except KnownError:
            Project.open(new, doors.ADA).close()
    for one in backups.list_backups(project / "backups", "judgements"):
        with closing(connect(one.path)) as opened:
            if opened.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                return f"the backup {one.path.name} is broken"
    return ""


def _unsound_export(world: World, project: Path, place: Path) -> str:
    kind, out = kind_of(place), place / "exports"
    seen = [path for path in (out.rglob("*") if out.exists() else ()) if path.is_file()
            and ".part" not in str(path.relative_to(out))]  # fmt: skip
    for path in seen:
        if path.suffix in (".json", ".graphml") and not path.read_bytes().rstrip().endswith(
            (b"}", b">")
        ):
            return f"half of {path.name} is there"
    if kind in ("csv", "release") and len(seen) < world.whole_exports[kind]:
        # Of several files the first may be there alone; --force, as it says, goes on.
        shutil.rmtree(out, ignore_errors=True)
        seen = []
    if not seen:  # nothing may block the name
        export(world, project, place, lambda text: None, kind)
        seen = [path for path in out.rglob("*") if path.is_file() and ".part" not in str(path)]
    if len(seen) != world.whole_exports[kind]:
        return f"{len(seen)} of {world.whole_exports[kind]} files of {kind} are there"
    return ""


def copy(world: World, place: Path) -> Path:
    return Path(shutil.copytree(world.one, place / "one.insight"))
