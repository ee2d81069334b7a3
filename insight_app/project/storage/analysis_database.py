"""The doors to analysis.sqlite: one for its only writer, one for readers.

Knows how the file is made and opened and nothing of what its tables mean.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine

from insight_app.project.results import schema
from insight_app.project.storage import sqlite, versions

NAME = "analysis.sqlite"
SCHEMA = versions.Schema(
    role="results",
    application_id=schema.APPLICATION_ID,
    major=schema.MAJOR,
    minor=schema.MINOR,
    metadata=schema.Base.metadata,
    migrations=Path(__file__).parent / "migrations" / "analysis",
    pragmas={"journal_mode": "WAL", "synchronous": "NORMAL"},
)


def open_writer(project: Path) -> Engine:
    """The engine of the one process that writes; makes the file where there is none.

    A new file appears complete or not at all: until SQLite has folded its log into it, the header
    of a new file says nothing of what it is.
    """
    path = project / NAME
    if not path.exists():
        part = project / (NAME + ".part")
        for end in ("", "-wal", "-shm"):
            part.with_name(part.name + end).unlink(missing_ok=True)
        versions.open_database(part, SCHEMA).dispose()
        part.replace(path)
    engine = versions.open_database(path, SCHEMA, backup_folder=project / "backups")
    engine.update_execution_options(database=path)
    return engine


def open_reader(project: Path) -> Engine:
    """An engine that cannot write; KnownError where the file is not what it should be."""
    path = project / NAME
    engine = versions.open_database(path, SCHEMA, read_only=True)
    engine.update_execution_options(database=path)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One short transaction that writes: all of it or nothing."""
    path = engine.get_execution_options()["database"]
    with sqlite.writing(engine, path, "What was committed before is kept.") as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the file."""
    with sqlite.reading(engine, engine.get_execution_options()["database"]) as connection:
        yield connection
