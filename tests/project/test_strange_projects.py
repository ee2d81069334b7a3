"""Odd and hostile content of project files is one clear sentence, never a crash or a wait."""

import ast
import json
import os
import platform
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from insight_app.errors import KnownError
from insight_app.exchange import registry
from insight_app.project.analysis.recovery import open_or_begin_anew
from insight_app.project.check import check
from insight_app.project.folder import ANALYSIS, JUDGEMENTS, LOCK
from insight_app.project.project import Project
from insight_app.project.storage import lock
from tests.children import in_a_child
from tests.project.test_plain_files import (
    ADA,
    OPERATIONS,
    folder,
    made,
    moved_away,
    not_for_ever,
    see,
)

__all__ = ["folder", "made"]


def export(folder: Path) -> None:
    with Project.open(folder, ADA, read_only=True) as project:
        registry.export(project, registry.FORMATS[0], folder.parent / "out.json", overwrite=True)


def begin_to_write(folder: Path) -> None:
    open_or_begin_anew(folder, lambda text: None).dispose()


READING = {**OPERATIONS, "check": check, "export": export}
del READING["restore"]
"""Whatever people do with a project; `see`, `info` and `export` read all that it holds."""
CONTENT = {name: READING[name] for name in ("see", "info", "export")}
LOCKED = {name: READING[name] for name in ("judge", "analyze", "info")}


def said(folder: Path, operations: dict[str, Callable[[Path], object]]) -> dict[str, str]:
    """What each operation says that does not work."""
    found = {}
    for name, operation in operations.items():
        try:
            with not_for_ever():
                operation(folder)
        except KnownError as error:
            found[name] = str(error)
    return found


# ---- files that are none


def a_huge_empty_file(place: Path) -> None:
    with place.open("wb") as file:
        file.truncate(1 << 42)  # takes no room on the disk


WRONG: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "an empty file": Path.touch,
    "a huge empty file": a_huge_empty_file,
    "JSON that is too deep": lambda place: place.write_bytes(b"[" * 100_000),
}
NEWEST = "statistics/generation-000002"
NAMES = [
    JUDGEMENTS, ANALYSIS, LOCK, "statistics/lock", "codes/000001.codes",
    "dictionary/dictionary.json", "dictionary/dictionary.safetensors",
    *(f"{NEWEST}/{name}" for name in (
        "generation.json", "manifest.json", "names.json", "candidates.jsonl", "concepts.npz",
        "edges.npz", "places_status.npy", "shares_values.npy", "open.postings",
    )),
]  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.skipif(os.name != "posix", reason="a huge file takes no room")
def test_what_cannot_be_a_file_of_ours_is_said(made: Path, tmp_path: Path, what: str) -> None:
    folder = Path(shutil.copytree(made, tmp_path / made.name))
    for name in NAMES:
        if "JSON" in what and not name.endswith((".json", ".jsonl", ANALYSIS)):
            continue
        place = folder / name
        with moved_away(place):
            WRONG[what](place)
            try:
                told = said(folder, {"see": see})
                with not_for_ever():
                    damage = [finding for finding in check(folder) if finding.is_damage]
                assert damage or name.endswith(LOCK), name
                assert told or name.endswith((LOCK, JUDGEMENTS)) or "dictionary/" in name, name
            finally:
                if place.is_dir():
                    place.rmdir()
    assert said(folder, CONTENT) == {}


# ---- locks

LIVING: dict[str, Any] = {
    "token": "t", "pid": os.getpid(), "started": "", "host": "elsewhere", "person": "Eve",
    "since": "2026-01-02T03:04:05+00:00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "by"),
    [
        (LIVING | {"since": 5}, "Eve has had this project open on the computer elsewhere."),
        (LIVING | {"since": "gestern"}, "open on the computer elsewhere."),
        (LIVING | {"since": "9999-12-31T23:59:59-23:59"}, "open on the computer elsewhere."),
        (LIVING | {"since": "0001-01-01T00:00:00+23:59"}, "open on the computer elsewhere."),
        (LIVING | {"person": ["Eve"], "color": "red"}, "Somebody has had this project open since"),
        (LIVING | {"person": "E" * 10_000, "host": "h" * 10_000}, f"{'h' * 80}."),
        (LIVING | {"person": "E\n\r\tve"}, "E ve has had"),
        ({key: LIVING[key] for key in ("token", "pid", "started", "host")}, "Somebody has had"),
        (LIVING | {"pid": -1}, ""),
        (LIVING | {"pid": 0}, ""),
        (LIVING | {"pid": 2**62}, ""),
        (LIVING | {"pid": "1"}, ""),
        (LIVING | {"pid": 1.5}, ""),
        (LIVING | {"host": 7}, ""),
        (LIVING | {"started": None}, ""),
        (LIVING | {"host": platform.node(), "started": "created abc", "pid": 2**31 - 1}, ""),
        ({"pid": 1}, ""),
        ([1, 2], ""),
        (b"[" * 50_000, ""),
        (b" " * 10_000_000 + b"{}", ""),
        (b'{"token": "\\ud800"}', ""),
        (b"\0" * 100, ""),
        (b"\xff\xfe", ""),
    ],
    ids=range(23),
)
def test_a_lock_says_who_has_it_or_nobody_has(folder: Path, content: object, by: str) -> None:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    for place in (folder, folder / "statistics"):
        (place / LOCK).write_bytes(data)
    with Project.open(folder, ADA) as project:
        assert project.read_only == bool(by) and by in project.why_read_only
        assert len(project.why_read_only) < 400
    assert (lock.holder(folder / "statistics") is not None) == bool(by)
    told = said(folder, LOCKED)
    assert set(told) == ({"judge", "analyze"} if by else set())
    assert not by or "delete" in told["analyze"]


def test_a_locked_project_is_read_in_every_way(folder: Path) -> None:
    for content in (json.dumps(LIVING).encode(), b"[" * 50_000):
        for place in (folder, folder / "statistics"):
            (place / LOCK).write_bytes(content)
        locked = {"judge", "analyze"} if content.startswith(b"{") else set()
        assert set(said(folder, READING)) == locked


# ---- databases that say they are ours

VERSIONS = (0, -1, 1, 999, 2**31 - 1, -(2**31))


@pytest.mark.parametrize("name", [JUDGEMENTS, ANALYSIS])
@pytest.mark.parametrize(
    "harm",
    [
        *(f"PRAGMA user_version = {version}" for version in VERSIONS),
        *(f"PRAGMA application_id = {number}" for number in (0, -1, 1)),
        "DROP TABLE {table}",
        "ALTER TABLE {table} RENAME COLUMN {column} TO other",
        "ALTER TABLE {table} ADD COLUMN more AS (hex({column}))",
        "CREATE VIEW other AS WITH RECURSIVE r (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) "
        "SELECT x FROM r",
        "CREATE TRIGGER other AFTER INSERT ON {table} BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE other USING fts5 (x)",
    ],
)
def test_a_database_that_only_says_it_is_ours_is_refused(
    folder: Path, name: str, harm: str
) -> None:
    table, column = ("log", "text") if name == JUDGEMENTS else ("run", "message")
    with closing(sqlite3.connect(folder / name)) as connection:
        connection.execute(harm.format(table=table, column=column))
    told = said(folder, {"see": see, "export": export})
    findings = [finding for finding in check(folder) if finding.is_damage]
    assert any(finding.where == str(folder / name) for finding in findings)
    if name == ANALYSIS:
        assert set(told) == {"see", "export"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE image SET folder_id = 'abc'", "UPDATE image SET folder_id = 4611686018427387904",
        "UPDATE image SET shard = x'ff00'", "UPDATE image SET offset = -5",
        "UPDATE image SET status = 300", "UPDATE image SET id = 99999999999 WHERE id = 1",
        "UPDATE shard SET bytes = 'abc'", "UPDATE shard SET images = 1.5",
        "UPDATE folder SET path = x'ff00' WHERE id = 1", "UPDATE source SET path = x'ff00'",
    ],
)  # fmt: skip
def test_rows_that_cannot_be_ours_are_damage(folder: Path, change: str) -> None:
    with closing(sqlite3.connect(folder / ANALYSIS)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(change)
    told = said(folder, CONTENT)
    assert told or [finding for finding in check(folder) if finding.is_damage]
    notices: list[str] = []
    open_or_begin_anew(folder, notices.append).dispose()
    assert len(notices) == 1 and "made anew from the photos" in notices[0]


@pytest.mark.parametrize(
    "name",
    [
        "encoder", "dictionary", "reading_rule", "names", "project", "patterns", "photo_part",
        "photos_left_out",
    ],
)  # fmt: skip
def test_settings_that_cannot_be_ours_are_damage(folder: Path, name: str) -> None:
    from insight_app.project.analysis import dictionary, encoder
    from insight_app.project.analysis.naming.due import Naming
    from insight_app.project.results import analysis_database, reading_rule

    def asked(ask: Callable[[Any], object], place: Path) -> None:
        with analysis_database.reader(place) as engine:
            ask(engine)

    asking: dict[str, Callable[[Path], object]] = {
        "encoder": encoder.of_project,
        "dictionary": lambda place: asked(dictionary.chosen, place),
        "names": lambda place: asked(Naming, place),
        "reading_rule": reading_rule.of_project,
    }
    readers = {name: asking[name]} if name in asking else CONTENT
    for value in ("x", "[" * 100_000, "[1]", '{"page": [], "include": 1, "a": 1}', "1e999", "NaN"):
        with closing(sqlite3.connect(folder / ANALYSIS)) as connection, connection:
            connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))
        told = said(folder, {"info": READING["info"], **readers})
        is_as_none = name == "names" and value.startswith("{")  # none of its keys is there
        assert told or is_as_none or name == "project" or check(folder), value
    said(folder, {**READING, **asking})


# ---- only to be read


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="needs to be root")
def test_a_project_that_may_only_be_read_is_read(made: Path) -> None:
    with tempfile.TemporaryDirectory() as place:  # pytest's own may be entered by nobody else
        Path(place).chmod(0o777)
        folder = Path(shutil.copytree(made, Path(place) / made.name))
        shutil.copytree(made.parent / "P photos", Path(place) / "P photos")
        _must_be_read(folder)


def _must_be_read(folder: Path) -> None:
    from insight_app.project.results import analysis_database

    analysis_database.close_writer(analysis_database.open_writer(folder))
    copy = Path(shutil.copytree(folder, folder.parent / "copy.insight"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    said(copy, {**READING, **MAKING})  # imports all, while it may

    def look() -> dict[str, str]:
        os.environ["XDG_CONFIG_HOME"] = str(folder / "nowhere")
        told = said(folder, {**READING, **MAKING})
        with Project.open(folder, ADA) as project:
            return told | {"why": project.why_read_only}

    ended, answer = in_a_child(look, as_nobody=True)
    assert ended == 0 and answer.startswith("{"), answer
    told = ast.literal_eval(answer)
    assert set(told) == {"judge", "analyze", "write", "create", "why"}, told
    assert "reading only" in told.pop("judge") and "cannot be written" in told.pop("write")
    assert all("you may not use it" in text for text in told.values()), told


MAKING: dict[str, Callable[[Path], object]] = {
    "write": begin_to_write,
    "create": lambda folder: Project.create(folder / "new.insight", ADA),
}
