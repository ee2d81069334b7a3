"""Opening analysis.sqlite: one door for its only writer, one for readers.

Knows how the file is made and opened and nothing of what its tables mean.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from insight_app import plain_json
from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError
from insight_app.files import aside
from insight_app.project.results import row_digests, schema
from insight_app.project.results.schema import Setting
from insight_app.project.storage import sqlite, versions

NAME = "analysis.sqlite"
PROJECT_ID = "project"
"""The setting that holds the id of the project that the results are of."""
_updating = threading.Lock()
"""Two threads that find the same older file must not both make a backup of it."""
SCHEMA = versions.Schema(
    role="results",
    application_id=schema.APPLICATION_ID,
    major=schema.MAJOR,
    minor=schema.MINOR,
    metadata=schema.Base.metadata,
    migrations=Path(__file__).parents[1] / "storage" / "migrations" / "analysis",
    remedy=sqlite.Remedy(
        kept="What people judged is in another file.",
        do="Analyze the photos again to make the results anew.",
    ),
    triggers=(*schema.MARKING, *schema.MARKING_OF_1_4),
    pragmas={"journal_mode": "WAL", "synchronous": "NORMAL"},
)


def open_writer(project: Path) -> Engine:
    """Return the engine of the one process that writes; make the file if there is none.

    A new file appears complete or not at all: until SQLite has folded its log into it, the header
    of a new file says nothing of what it is.
    """
    path = project / NAME
    if not path.exists():
        with disk_errors("The results cannot be written", where=path), aside(path) as part:
            versions.open_database(part, SCHEMA).dispose()
    engine = versions.open_database(path, SCHEMA, backup_folder=project / "backups")
    engine.update_execution_options(database=path)
    return engine


def close_writer(engine: Engine) -> None:
    """Close the writer's engine; its file is complete without the write-ahead log.

    SQLite sees to that only if nobody has the file open, as a window has. Waits a moment for who
    reads just now, not for somebody who reads everything.
    """
    with suppress(KnownError, DBAPIError):
        is_marked = True
        while is_marked:
            path = engine.get_execution_options()["database"]
            with sqlite.writing(engine, path, "") as writer:
                is_marked = row_digests.cover(writer, covers_open=True)
    with suppress(sqlite3.Error, DBAPIError), closing(engine.raw_connection()) as connection:
        for pragma in ("busy_timeout = 1000", "wal_checkpoint(TRUNCATE)"):
            connection.cursor().execute(f"PRAGMA {pragma}").fetchone()
    engine.dispose()


def project_id(connection: Connection) -> str:
    """Return the id of the project that the results are of, '' if they know none."""
    value = connection.execute(select(Setting.value).where(Setting.name == PROJECT_ID)).scalar()
    try:
        return "" if value is None else str(plain_json.loads(str(value).encode()))
    except ValueError:
        return ""


def open_reader(project: Path) -> Engine:
    """Return an engine that cannot write; KnownError if the file is not what it should be.

    A file of an older version is first brought up to date, so that a project that is only looked
    at need not be analyzed again. Where that is impossible, the error says so.
    """
    path = project / NAME
    try:
        engine = versions.open_database(path, SCHEMA, read_only=True)
    except versions.Older:
        if not os.access(project, os.W_OK):
            raise
        with _updating:
            versions.open_database(path, SCHEMA, backup_folder=project / "backups").dispose()
        engine = versions.open_database(path, SCHEMA, read_only=True)
    engine.update_execution_options(database=path)
    return engine


@contextmanager
def reader(project: Path) -> Iterator[Engine]:
    """Give an engine that cannot write, and close it."""
    engine = open_reader(project)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def rows_as_written(project: Path) -> Iterator[None]:
    """Say of rows that Insight cannot have written that the database is damaged."""
    try:
        yield
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        what = f"The database of results holds what it cannot hold ({error!r})."
        raise sqlite.damaged(what, project / NAME, SCHEMA.remedy) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Run one short transaction that writes all of it or nothing."""
    path = engine.get_execution_options()["database"]
    with sqlite.writing(engine, path, "What was committed before is kept.") as connection:
        yield connection
        row_digests.cover(connection)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Run one transaction that only reads: a consistent view of the file."""
    with sqlite.reading(engine, engine.get_execution_options()["database"]) as connection:
        yield connection
