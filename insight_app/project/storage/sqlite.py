"""Engines on SQLite files, and the world's faults with them said in plain words.

Knows files, locks and pragmas; knows nothing of tables or versions.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from insight_app.errors import WorldError

WAIT_SECONDS = 5.0
"""How long one process waits for another to let go of a file."""

_PRAGMAS: Mapping[str, str | int] = {
    "foreign_keys": "ON",
    "journal_mode": "DELETE",
    "synchronous": "FULL",
}


def engine(
    path: Path,
    *,
    read_only: bool = False,
    create: bool = False,
    pragmas: Mapping[str, str | int] | None = None,
) -> Engine:
    """An engine on the file `path`; its connections may be used by any thread, one at a time."""
    mode = "ro" if read_only else "rwc" if create else "rw"
    if read_only and not os.access(path.parent, os.W_OK) and not _beside(path, "-wal").exists():
        mode += "&immutable=1"  # nothing can be made beside it, which a log needs
    # A reader must not touch the file's journal mode, a writer's comes from its schema.
    settings = {"query_only": "ON"} if read_only else {**_PRAGMAS, **(pragmas or {})}

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}",
            uri=True,
            timeout=WAIT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        for name, value in settings.items():
            connection.execute(f"PRAGMA {name} = {value}")
        return connection

    made = create_engine("sqlite+pysqlite://", creator=connect, poolclass=QueuePool)

    @event.listens_for(made, "begin")
    def _(connection: Connection) -> None:
        # A writer takes its lock before it reads: what it read still holds when it writes.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


class Damaged(WorldError):
    """A database file that cannot be read as what it should be."""


@contextmanager
def writing(made: Engine, path: Path, kept: str) -> Iterator[Connection]:
    """One transaction that writes: all of it or nothing; WorldError where the file refuses."""
    with known_errors(path, kept), made.connect() as connection:
        connection = connection.execution_options(writes=True)
        with connection.begin():
            yield connection


@contextmanager
def reading(made: Engine, path: Path) -> Iterator[Connection]:
    """One transaction that only reads: a consistent view of the file."""
    with known_errors(path, ""), made.connect() as connection, connection.begin():
        yield connection


@contextmanager
def known_errors(path: Path, kept: str) -> Iterator[None]:
    """Turn what the disk or another program does to a file into a WorldError."""
    try:
        yield
    except DBAPIError as error:
        known = _known(error.orig, path, kept)
        if known is None:
            raise
        raise known from error
    except sqlite3.Error as error:
        known = _known(error, path, kept)
        if known is None:
            raise
        raise known from error


def _known(error: Any, path: Path, kept: str) -> WorldError | None:
    code: str = getattr(error, "sqlite_errorname", "") or ""
    if str(error).startswith("Could not decode to UTF-8"):  # Python's own error has no code
        code = "SQLITE_CORRUPT"
    for prefix, (what, do) in _FAULTS.items():
        if code.startswith(prefix):
            kind = Damaged if prefix in _DAMAGE else WorldError
            return kind(what, where=str(path), kept=kept, do=do)
    return None


_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_FAULTS = {
    "SQLITE_FULL": ("The disk is full.", "Free some space, then try again."),
    "SQLITE_BUSY": (
        "The file is in use by another program.",
        "Close that program or wait for it, then try again.",
    ),
    "SQLITE_LOCKED": ("The file is in use by another part of Insight.", "Try again."),
    "SQLITE_READONLY": (
        "The file cannot be written.",
        "Check that you may write to this folder and that its disk is not write-protected.",
    ),
    "SQLITE_PERM": ("The file may not be opened.", "Check the permissions of this folder."),
    "SQLITE_CANTOPEN": (
        "The file cannot be opened.",
        "Check that it exists and that you may write to its folder.",
    ),
    "SQLITE_IOERR": (
        "The disk did not do what was asked.",
        "Check that the drive is still connected, then try again.",
    ),
    "SQLITE_CORRUPT": ("The file is damaged.", "Restore one of the project's backups."),
    "SQLITE_NOTADB": ("The file is not a database.", "Restore one of the project's backups."),
}
