"""Projects whose log is of version 1.1, written by the last Insight that wrote such a log.

`every-act` holds every act of that version, undone and done again, of two persons with a conflict,
and three entries that it did not understand; `rescued` is what was left of a damaged one.
`said.json` is what that Insight said of both, the .jsonl are the logs that it exported.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from insight_app.errors import Refusal
from insight_app.project import judgements as j
from insight_app.project.check import check
from insight_app.project.folder import BACKUPS, JUDGEMENTS, MANIFEST
from insight_app.project.judgements import Alias, ConceptId, Person
from insight_app.project.judgements.schema import SCHEMA
from insight_app.project.judgements.store import Judgements
from insight_app.project.project import Project, restore
from insight_app.project.storage import versions
from insight_app.project.storage.backups import list_backups

DATA = Path(__file__).parent / "data" / "version-1.1"
SAID: dict[str, Any] = json.loads((DATA / "said.json").read_text("utf-8"))
ADA, BEN = Person("uuid-ada", "Ada"), Person("uuid-ben", "Ben")
LEARNT = {"every-act": 1, "rescued": 0}
"""Entries that are understood by now: an alias."""


@pytest.fixture(params=list(LEARNT))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(name: str, tmp_path: Path) -> Path:
    made = tmp_path / "P.insight"
    made.mkdir()
    shutil.copy(DATA / f"{name}.sqlite", made / JUDGEMENTS)
    shutil.copy(DATA / f"{name}.json", made / MANIFEST)
    return made


def is_as_it_was_said(log: Judgements, name: str) -> None:
    said, state = SAID[name], log.state
    concepts = {
        concept: {field: value for field, value in vars(one).items() if value}
        for concept, one in state.concepts.items()
    }
    relations = {" > ".join(pair): one.status for pair, one in state.relations.items()}
    assert (concepts, relations) == (said["concepts"], said["relations"])
    assert (log.count, log.lamport, log.project) == (
        said["count"],
        said["lamport"],
        said["project"],
    )
    assert state.language == said["language"]
    conflicts = [[c.target, c.field, [e.uuid for e in c.in_force]] for c in log.conflicts()]
    assert sorted(conflicts) == said["conflicts"]
    assert log.not_understood == said["not_understood"] - LEARNT[name]
    assert log.problems() == []


def test_it_is_read_as_it_is_and_left_alone(folder: Path, name: str) -> None:
    content = (folder / JUDGEMENTS).read_bytes()
    with Project.open(folder, ADA, read_only=True) as project:
        is_as_it_was_said(project.judgements, name)
        assert project.judgements.head is None
    assert [str(one) for one in check(folder) if one.is_damage] == []
    assert (folder / JUDGEMENTS).read_bytes() == content


def test_it_is_backed_up_brought_up_to_date_and_loses_nothing(folder: Path, name: str) -> None:
    old = (DATA / f"{name}.sqlite").read_bytes()
    for person in (ADA, BEN):
        with Project.open(folder, person) as project:
            log = project.judgements
            is_as_it_was_said(log, name)
            assert [log.undo_text, log.redo_text] == SAID[name]["steps"][person.name]
            log.export_log(folder / "again.jsonl")
    assert (folder / "again.jsonl").read_bytes() == (DATA / f"{name}.jsonl").read_bytes()
    assert versions.read_header(folder / JUDGEMENTS).user_version == SCHEMA.user_version
    backup = list_backups(folder / BACKUPS, "judgements")[-1]
    assert backup.reason == "before-update" and len(backup.path.read_bytes()) == len(old)
    rows = "SELECT * FROM log ORDER BY seq"
    with (
        closing(sqlite3.connect(backup.path)) as before,
        closing(sqlite3.connect(folder / JUDGEMENTS)) as after,
        closing(sqlite3.connect(DATA / f"{name}.sqlite")) as written,
    ):
        assert written.execute(rows).fetchall() == after.execute(rows).fetchall()
        assert written.execute(rows).fetchall() == before.execute(rows).fetchall()
        lost = "SELECT uuid FROM log_lost ORDER BY uuid"
        assert [row[0] for row in after.execute(lost)] == SAID[name].get("lost", [])
    assert [str(one) for one in check(folder) if one.is_damage] == []


def test_one_goes_on_with_it_and_all_can_be_taken_back(folder: Path, name: str) -> None:
    with Project.open(folder, ADA) as project:
        log = project.judgements
        before, state = log.entries(), deepcopy(log.state)
        redone = 0
        while log.redo_text:
            log.redo()
            redone += 1
        log.judge([j.rename(ConceptId("3f0c:1"), "mastiff")], "Named mastiff")
        log.judge(j.merge(ConceptId("3f0c:1"), [ConceptId("3f0c:2")]), "Merged")
        log.undo()
        log.undo()
        for _ in range(redone):
            log.undo()
        assert log.state == state
        assert log.entries()[: len(before)] == before and log.problems() == []
    assert [str(one) for one in check(folder) if one.is_damage] == []


def test_what_was_not_understood_then_is_applied_now(tmp_path: Path) -> None:
    path = tmp_path / JUDGEMENTS
    shutil.copy(DATA / "every-act.sqlite", path)
    with Judgements.open(path, BEN) as log:
        assert log.state.aliases == {"3f0c:1": {Alias("hound", "en")}}
        waiting = [(one.kind, one.version) for one in log.entries() if not one.is_understood]
        assert waiting == [("label", 1), ("note", 9)]


def test_its_damaged_copy_is_restored(folder: Path, name: str) -> None:
    with Project.open(folder, ADA):
        pass  # backed up and brought up to date
    path = folder / JUDGEMENTS
    path.write_bytes(path.read_bytes()[:9_000])
    told = restore(folder, ADA)
    lost_before = len(SAID[name].get("lost", []))
    assert (told.judgements, told.lost) == (SAID[name]["count"], lost_before)
    with Project.open(folder, ADA) as project:
        is_as_it_was_said(project.judgements, name)


def test_an_insight_of_before_refuses_todays_log_in_words_and_leaves_it_alone(
    tmp_path: Path,
) -> None:
    path = tmp_path / JUDGEMENTS
    with Judgements.open(path, ADA) as log:
        log.judge(j.merge(ConceptId("f:1"), [ConceptId("f:2")]), "Merged")
    content = path.read_bytes()
    of_before = replace(SCHEMA, major=1, minor=1)
    for read_only in (True, False):
        with pytest.raises(Refusal, match=r"by a newer Insight .*2\.0.* reads up to 1") as refused:
            versions.open_database(path, of_before, read_only=read_only)
        assert refused.value.do == "Update Insight to open it."
    assert path.read_bytes() == content
