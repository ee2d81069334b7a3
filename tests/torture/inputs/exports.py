"""Names of others in every export: hostile text goes in, and a second reader finds the same text.

The command line gets odd names of files too; where it says that it wrote, the file is there.
"""

import csv
import io
import json
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx
import rdflib

from insight_app.errors import KnownError
from insight_app.project import judgements as j
from insight_app.project.project import Project
from tests.torture import doors
from tests.torture.cases import Case, Outcome, Verdict, worst
from tests.torture.decoys import Decoys, digest
from tests.torture.inputs import projects
from tests.torture.resident import Say

PARTS = (
    "dog",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\x1b[31m",
    "\x07",
    "\x7f",
    "\x85",
    "\u2028",
    "\u202e",
    "\ufeff",
    "\ufffe",
    "\uffff",
    "\U0001f600",
    "e\u0301",
    "日本",
    "عربي",
    "'",
    '"',
    '"""',
    "'''",
    "\\",
    "\\u0041",
    "<",
    ">",
    "&",
    "&amp;",
    "&#0;",
    "]]>",
    "<!--",
    "<script>alert(1)</script>",
    "<img src='file:///etc/passwd'>",
    "{",
    "}",
    "%s",
    "%",
    "$HOME",
    "`id`",
    "$(id)",
    ";",
    ",",
    "|",
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    '=HYPERLINK("x")',
    "1/2",
    "1-2",
    "2026-01-01",
    "1e5",
    "0x1f",
    "007",
    "TRUE",
    "null",
    "NaN",
    "http://example.org/ä b",
    "../..",
    "/",
    "a" * 5000,
    "@en",
    "^^xsd:int",
    "^",
    "#",
    "_:b0",
    "<http://x>",
    "[bold]",
    "[/]",
    "[red]x",
    "\ud83d",
)
FORMATS = ("json", "skos", "skos-json", "csv", "csv-spreadsheet", "graphml", "release")
FILE_NAMES = (
    "made",
    "made.json",
    "ma de",
    "日本",
    "-made",
    "made.",
    ".made",
    "ma\nde",
    "ma\x1bde",
    "a" * 250,
    "a" * 300,
    "no/such/folder/made",
    "decoy",
    "folder",
    "%s",
    "'made'",
    "made.tar.gz",
    "*",
    "ma:de",
    "~",
    "undecodable\udcff",
)


@dataclass(frozen=True)
class World:
    project: Path
    decoys: Decoys


def prepare(root: Path, decoys: Decoys) -> World:
    return World(projects.made().one, decoys)


def attempt(world: World, case: Case, place: Path, say: Say) -> Verdict:
    chance = case.chance()
    project = Path(shutil.copytree(world.project, place / "one.insight"))
    kind = chance.choice(FORMATS)
    names = {n: text(chance) for n in range(chance.randint(1, 6))}
    said = f"{kind}, {list(names.values())!r:.200}"
    say(said)
    told = doors.known("judge", lambda: _judge(project, names, chance))
    if told.finding:
        return worst(said, [told.finding])
    given, findings = told.value, []
    out = place / "out"
    out.mkdir()
    (out / "decoy").symlink_to(world.decoys.root / "letter.txt")
    (out / "folder").mkdir()
    file = chance.choice(("made",) * 12 + FILE_NAMES)
    before = digest(world.decoys.root)
    command = ["export", project, "-f", kind, "-o", str(out / file)]
    command += ["--force"] * (chance.random() < 0.3)
    told = doors.cli(*command)
    findings += [told.finding] if told.finding else []
    if told.code == 0 and told.fault is None:
        findings += read_again(kind, out, file, given)
    if digest(world.decoys.root) != before:
        findings.append((Outcome.HARMED, "written through a link"))
    if told.is_known and file == "made":
        findings = [(Outcome.REFUSED, told.text)]
    for one in (doors.cli("check", project), doors.info(project)):
        findings += [(Outcome.SILENT, one.text)] if one.is_known else (
            [one.finding] if one.finding else [])  # fmt: skip
    return worst(f"{said} into {file!r}", findings)


def text(chance: random.Random) -> str:
    return "".join(chance.choice(PARTS) for _ in range(chance.choice((1, 1, 2, 3, 8))))


def _judge(project: Path, names: dict[int, str], chance: random.Random) -> dict[str, str]:
    """Rename, note and nest; what stands then, by target."""
    with Project.open(project, doors.ADA) as opened:
        results = opened.results()
        assert results is not None
        first = opened.catalogue()
        assert first is not None
        ids = [first.id_of(row) for row in range(len(names))]
        for at, name in names.items():
            acts = [j.rename(ids[at], name), j.note(ids[at], name)]
            try:
                opened.judgements.judge(acts, name)
            except KnownError:
                continue
        state = opened.judgements.state
        results.close()
        return {one: state.concepts[one].name or "" for one in ids if one in state.concepts}


# ---- second readers


def read_again(kind: str, out: Path, file: str, given: dict[str, str]) -> list[tuple[Outcome, str]]:
    made = sorted(path for path in out.rglob("*") if path.is_file() and not path.is_symlink())
    if not made:
        return [
            (Outcome.SILENT, f"said to be written, and nothing is there: {os.fsencode(file)!r}")
        ]
    wanted = {name for name in given.values() if name.strip()}
    try:
        found = _names(kind, made)
    except Exception as error:  # whatever a second reader says of our file is our fault
        return [
            (Outcome.SILENT, f"{kind} cannot be read: {type(error).__name__}: {str(error)[:120]}")
        ]
    lacking = [name for name in wanted if not any(_same(name, one) for one in found)]
    if lacking:
        return [(Outcome.SILENT, f"{kind}: a name is not found again: {ascii(lacking[0])[:80]}")]
    return []


def _same(name: str, found: str) -> bool:
    """Whether all letters and figures are there: other signs may be replaced or made one."""
    plain = ["".join(sign for sign in one if sign.isalnum()) for one in (name, found)]
    return plain[0] in plain[1]


def _names(kind: str, made: list[Path]) -> set[str]:
    path = made[0]
    if kind == "json":
        content: Any = json.loads(path.read_text("utf-8"))
        return {str(one.get("name", "")) for one in content["concepts"]}
    if kind in ("skos", "skos-json"):
        graph = rdflib.Graph().parse(
            data=path.read_bytes(), format="turtle" if kind == "skos" else "json-ld"
        )
        return {str(value) for value in graph.objects() if isinstance(value, rdflib.Literal)}
    if kind.startswith("csv"):
        found = set()
        for one in made:
            # Excel's own delimiter is told by the first line; lines end as csv says, nowhere else.
            text_of = one.read_bytes().decode("utf-8-sig")
            first = text_of.split("\n")[0]
            separator = ";" if first.count(";") > first.count(",") else ","
            for row in csv.reader(io.StringIO(text_of, newline=""), delimiter=separator):
                found |= set(row)
        return found
    if kind == "graphml":
        graph = networkx.read_graphml(io.BytesIO(path.read_bytes()))
        return {str(value) for _, data in graph.nodes(data=True) for value in data.values()}
    names = next(one for one in made if one.name == "concept_names.txt")
    return set(names.read_text("utf-8").split("\n"))
