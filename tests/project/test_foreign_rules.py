"""Rules of a stranger in the database of judgements: refused, and the judgements rescued."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from insight_app.project.check import check
from insight_app.project.folder import JUDGEMENTS
from insight_app.project.judgements import acts
from insight_app.project.project import Project, restore
from insight_app.project.storage import sqlite
from tests.project.test_plain_files import ADA, folder, made, not_for_ever

__all__ = ["folder", "made"]


def rule(table: str, added: str) -> Callable[[sqlite3.Connection], None]:
    """Make a table anew, with its rows and all, and `added` at the end of its definition."""

    def do(connection: sqlite3.Connection) -> None:
        beside = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND type != 'table' "
            "AND sql IS NOT NULL", (table,)
        ).fetchall()  # fmt: skip
        ((definition,),) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = ? AND type = 'table'", (table,)
        )
        body, end = definition.rsplit(")", 1)
        for kind, name, _ in beside:
            connection.execute(f"DROP {kind} {name}")
        connection.execute("PRAGMA legacy_alter_table = ON")
        connection.execute(f"ALTER TABLE {table} RENAME TO replaced")
        connection.execute(f"{body}{added}){end}")
        connection.execute(f"INSERT INTO {table} SELECT * FROM replaced")
        connection.execute("DROP TABLE replaced")
        for _, _, statement in beside:
            connection.execute(statement)

    return do


def statement(*texts: str) -> Callable[[sqlite3.Connection], None]:
    def do(connection: sqlite3.Connection) -> None:
        for text in texts:
            connection.execute(text)

    return do


def schema(change: str) -> Callable[[sqlite3.Connection], None]:
    """Change the table of tables itself."""
    return statement("PRAGMA writable_schema = ON", f"UPDATE sqlite_master SET {change}")


RULES = {
    "a new judgement deletes older ones": rule("log", ", UNIQUE (kind) ON CONFLICT REPLACE"),
    "a new judgement is swallowed": rule("log", ", UNIQUE (kind) ON CONFLICT IGNORE"),
    "no more than these": rule("log", ", CHECK (seq < 40)"),
    "a long check": rule("log", ", CHECK (length(hex(zeroblob(30000000))) > 0)"),
    "a reference": rule("log", ", FOREIGN KEY (kind) REFERENCES other (x)"),
    "no digest is taken": rule("log_digest", ", CHECK (seq < 40)"),
    "one of each": statement("CREATE UNIQUE INDEX other ON log (kind) WHERE seq > 40"),
    "an index that computes": statement(
        "CREATE INDEX other ON log (abs(-9223372036854775808 + seq)) WHERE seq > 40"
    ),
    "an unknown order": schema(
        "sql = replace(sql, 'target VARCHAR', 'target VARCHAR COLLATE nothing') WHERE name = 'log'"
    ),
    "a name that is no text": schema("name = x'ff' WHERE name = 'identity'"),
    "a projection that takes nothing": statement(
        "DROP TABLE projection_target",
        "CREATE TABLE projection_target (target TEXT PRIMARY KEY, fields TEXT, CHECK (0))",
    ),
    "a default that computes": statement(
        "ALTER TABLE log ADD COLUMN more TEXT DEFAULT NULL",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, 'DEFAULT NULL', 'DEFAULT (hex(uuid))')",
    ),
}


@pytest.mark.parametrize("harm", RULES.values(), ids=RULES.keys())
def test_foreign_rules_are_damage_and_restoring_makes_a_sound_file(
    folder: Path, harm: Callable[[sqlite3.Connection], None]
) -> None:
    with Project.open(folder, ADA) as project:
        before = {entry.uuid for entry in project.judgements.entries()}
    for backup in (folder / "backups").iterdir():
        backup.unlink()
    with closing(sqlite3.connect(folder / JUDGEMENTS, isolation_level=None)) as connection:
        harm(connection)
    with not_for_ever():
        with Project.open(folder, ADA) as project:
            assert isinstance(project.damage, sqlite.Damaged) and project.read_only
        assert any(finding.is_damage for finding in check(folder))
        restore(folder, ADA)
        with Project.open(folder, ADA) as project:
            assert project.damage is None and not project.read_only
            assert {entry.uuid for entry in project.judgements.entries()} == before
            project.judgements.judge([acts.rename("f:2", "still")], "Renamed")
        assert not [finding for finding in check(folder) if finding.is_damage]


def test_a_file_of_a_newer_minor_version_may_have_more(folder: Path) -> None:
    with closing(sqlite3.connect(folder / JUDGEMENTS)) as connection:
        connection.execute("PRAGMA user_version = 2999")
        connection.execute("UPDATE identity SET version = 2999")
        connection.execute("ALTER TABLE log ADD COLUMN colour TEXT DEFAULT 'red'")
        connection.execute("CREATE INDEX log_colour ON log (colour)")
        connection.execute("CREATE TABLE more (id INTEGER PRIMARY KEY)")
        connection.commit()
    with Project.open(folder, ADA, read_only=True) as project:
        assert project.damage is None
