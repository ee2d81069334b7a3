"""One byte of one file of a project is flipped: `check` finds it, or all that is read is the same.

Every kind of file comes as often as any other. What belongs to the results is mended by
`check --repair`. Every third case takes another harm, to a project with more kinds of files: see
tests.project.flips.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from insight_app.errors import KnownError
from insight_app.project.project import Project
from tests.project import flips as more
from tests.project.test_analysis import content
from tests.torture import doors
from tests.torture.cases import Case, Outcome, Verdict, worst
from tests.torture.decoys import Decoys
from tests.torture.inputs import project_harm, projects
from tests.torture.resident import Say


@dataclass(frozen=True)
class World:
    one: Path
    kinds: dict[str, list[Path]]
    truth: dict[str, Any]
    other: Path
    other_files: dict[str, list[str]]
    other_truth: str


def prepare(root: Path, decoys: Decoys) -> World:
    one = projects.made().one
    kinds: dict[str, list[Path]] = {}
    for path in project_harm.files(one):
        if path.name != "lock" and path.stat().st_size:
            name = str(path.relative_to(one))
            kinds.setdefault(re.sub(r"\d+", "#", name), []).append(Path(name))
    (root / "more").mkdir(parents=True)
    other = more.make(root / "more")
    others = {
        kind: full
        for kind, names in more.files(other).items()
        # Of a database some bytes are read by nobody: those of backups are looked at above.
        if not kind.startswith("backup")
        and (full := [name for name in names if (other / name).stat().st_size])
    }
    return World(one, kinds, everything(one), other, others, more.answers(other))


def everything(project: Path) -> dict[str, Any]:
    """All that is read of a project; what cannot be read stands there as its error."""
    found: dict[str, Any] = {}

    def read(name: str, ask: Any) -> None:
        try:
            found[name] = ask()
        except KnownError as error:
            found[name] = str(error)

    seen = doors.look(project)
    read("content", lambda: content(project) if seen.value else None)
    found["seen"] = {
        k: v for k, v in (seen.value or {"error": seen.text}).items() if k != "sources"
    }

    def judged() -> Any:
        with Project.open(project, doors.ADA, read_only=True) as opened:
            return (opened.damage and str(opened.damage), list(opened.judgements.entries()),
                    sorted(opened.judgements.state.concepts.items(), key=str),
                    [one.path.name for one in opened.backups])  # fmt: skip

    read("judgements", judged)
    for path in sorted((project / "backups").glob("*.sqlite")):
        from insight_app.project.judgements.store import Judgements

        def of_backup(path: Path = path) -> Any:
            opened = Judgements.open(path, doors.ADA, read_only=True)
            try:
                return list(opened.entries())
            finally:
                opened.close()

        read(path.name, of_backup)
    for path in sorted((project / "backups").glob("*.jsonl")):
        from insight_app.project.judgements.log import lines

        read(path.name, lambda path=path: [str(one) for one in lines.load(path)])
    return found


def attempt(world: World, case: Case, place: Path, say: Say) -> Verdict:
    chance = case.chance()
    if case.number % 3 == 2:
        return _another(world, case, say)
    project = place / "one.insight"
    shutil.copytree(world.one, project)
    kind = sorted(world.kinds)[case.number % len(world.kinds)]
    name = chance.choice(world.kinds[kind])
    path = project / name
    data = bytearray(path.read_bytes())
    at, bit = chance.randrange(len(data)), chance.randrange(8)
    data[at] ^= 1 << bit
    path.write_bytes(data)
    tried = f"{name}, byte {at} of {len(data)}, bit {bit}"
    say(tried)
    checked = doors.cli("check", project)
    if checked.fault is not None:
        return worst(tried, [(checked.fault, checked.text)])
    told = doors.known("everything", lambda: everything(project))
    if told.fault is not None:
        return worst(tried, [(told.fault, f"{kind}: {told.text}")])
    is_same = told.value == world.truth
    if not checked.code:
        if is_same:
            return Verdict(Outcome.FINE, tried, "nothing that is read has changed")
        return Verdict(
            Outcome.SILENT,
            tried,
            f"{kind}: not found, and {_which(world.truth, told.value)} differ",
        )
    is_result = name.parts[0] in ("statistics", "codes") or name.name.startswith("analysis")
    if is_result:
        return _repaired(world, project, tried, kind)
    return Verdict(Outcome.KNOWN, tried, checked.text)


def _another(world: World, case: Case, say: Say) -> Verdict:
    kinds = sorted(world.other_files)
    kind = kinds[case.number // 3 % len(kinds)]
    name = case.chance().choice(world.other_files[kind])
    harm = more.HARMS[case.number // 3 // len(kinds) % len(more.HARMS)]
    tried = f"{name}: {harm.__name__}"
    say(tried)
    told = doors.known(
        "check", lambda: more.attempt(world.other, name, harm, case.seed, world.other_truth)
    )
    if told.fault is not None:
        return worst(tried, [(told.fault, f"{kind}: {told.text}")])
    if told.value == "silent":
        return Verdict(Outcome.SILENT, tried, f"{kind}, {harm.__name__}: not found")
    return Verdict(Outcome.KNOWN if told.value == "found" else Outcome.FINE, tried, str(told.value))


def _repaired(world: World, project: Path, tried: str, kind: str) -> Verdict:
    """What `check --repair` makes of results must be what they were."""
    mended = doors.cli("check", project, "--repair")
    if mended.fault is not None:
        return Verdict(mended.fault, tried, mended.text)
    if kind.startswith(("codes/", "analysis")):  # what cannot be read is coded again
        coded = doors.analyze(project, [], None)
        if coded.finding:
            return worst(tried, [coded.finding])
    again = doors.cli("check", project)
    if again.code:
        return Verdict(Outcome.REFUSED, tried, f"{kind}: not mended by --repair: {again.text}")
    told = doors.known("everything", lambda: everything(project))
    if told.fault is not None:
        return worst(tried, [(told.fault, told.text)])
    differing = _which(world.truth, told.value)
    if differing:
        return Verdict(Outcome.SILENT, tried, f"{kind}: --repair makes others of {differing}")
    return Verdict(Outcome.KNOWN, tried, "found and mended")


def _which(truth: dict[str, Any], seen: dict[str, Any]) -> list[str]:
    """Which parts differ; photos have other numbers after a repair, which are no content."""
    found = []
    for name in sorted(truth.keys() | seen.keys()):
        a, b = truth.get(name), seen.get(name)
        if isinstance(a, dict) and isinstance(b, dict):
            found += [
                key for key in sorted(a.keys() | b.keys()) if repr(a.get(key)) != repr(b.get(key))
            ]
        elif a != b:
            found.append(name)
    return found[:3]
