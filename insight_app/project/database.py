"""The doors to analysis.sqlite: one for its only writer, one for readers.

Knows the pragmas and nothing of what the tables mean.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.pool import QueuePool

from insight_app.errors import KnownError
from insight_app.project import schema

NAME = "analysis.sqlite"


def _connect_on_use(dialect_engine: Engine, *, immediate: bool) -> None:
    """Let SQLAlchemy, not sqlite3, begin transactions, so that a write lock is taken at once."""

    @event.listens_for(dialect_engine, "connect")
    def _(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(dialect_engine, "begin")
    def _(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def open_writer(project: Path) -> Engine:
    """The engine of the one process that writes; creates the file where there is none."""
    path = project / NAME
    engine = create_engine(f"sqlite:///{path}")
    _connect_on_use(engine, immediate=True)
    is_new = not path.exists() or path.stat().st_size == 0
    if not is_new:
        check_version(path)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = NORMAL")
    with engine.begin() as connection:
        schema.Base.metadata.create_all(connection)
        if is_new:
            connection.execute(text(f"PRAGMA application_id = {schema.APPLICATION_ID}"))
            connection.execute(text(f"PRAGMA user_version = {schema.USER_VERSION}"))
    return engine


def open_reader(project: Path) -> Engine:
    """An engine that cannot write; raises KnownError where the file is not what it should be."""
    path = project / NAME
    check_version(path)
    mode = "mode=ro" if os.access(project, os.W_OK) else "immutable=1"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"{path.resolve().as_uri()}?{mode}", uri=True, check_same_thread=False, timeout=5
        )

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=4)
    _connect_on_use(engine, immediate=False)
    return engine


def check_version(path: Path) -> None:
    """Read application_id and user_version from the file's first 100 bytes, before anything else."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise KnownError(
            f"The results cannot be opened ({error.strerror}).", where=str(path)
        ) from error
    if len(head) < 100 or not head.startswith(b"SQLite format 3\x00"):
        raise KnownError(
            "This is not a database of results.",
            where=str(path),
            kept="Your judgements are in another file.",
            do="Analyse the photos again to rebuild the results.",
        )
    version = int.from_bytes(head[60:64], "big")
    application = int.from_bytes(head[68:72], "big")
    if application not in (0, schema.APPLICATION_ID):
        raise KnownError("This database belongs to another program.", where=str(path))
    if version // 1000 > schema.MAJOR:
        raise KnownError(
            "These results were written by a newer Insight.",
            where=str(path),
            kept="Nothing was changed.",
            do="Update Insight to open this project.",
        )
