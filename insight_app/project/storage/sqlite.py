"""Engines on SQLite files, and what goes wrong with them in plain words.

Knows files, locks and pragmas; knows nothing of tables or versions.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from insight_app.disk_errors import disk_error
from insight_app.errors import WorldError
from insight_app.files import why_not_longer
from insight_app.project.storage.connecting import (
    LONGEST,
    Mode,
    connect,
    has_unfinished,
    take_back_unfinished,
)

_PRAGMAS: Mapping[str, str | int] = {
    "foreign_keys": "ON",
    "journal_mode": "DELETE",
    "synchronous": "FULL",
}


@dataclass(frozen=True)
class Remedy:
    """What a person hears of a file that is damaged: what is safe, and what to do."""

    kept: str = ""
    do: str = ""


NO_REMEDY = Remedy()


class Damaged(WorldError):
    """A database file that cannot be read as what it should be."""


def damaged(what: str, path: Path, remedy: Remedy) -> Damaged:
    """Return the error of a damaged file."""
    return Damaged(what, where=str(path), kept=remedy.kept, do=remedy.do)


def engine(
    path: Path,
    *,
    read_only: bool = False,
    create: bool = False,
    pragmas: Mapping[str, str | int] | None = None,
    remedy: Remedy = NO_REMEDY,
) -> Engine:
    """Return an engine on the file `path`.

    Any thread may use one of its connections, one at a time. remedy: what to say if the file turns
    out to be damaged.
    """
    mode: Mode = "ro" if read_only else "rwc" if create else "rw"
    # A reader must not touch the file's journal mode, a writer's comes from its schema.
    settings = {"query_only": "ON"} if read_only else {**_PRAGMAS, **(pragmas or {})}

    def opened() -> sqlite3.Connection:
        connection = connect(path, mode)
        try:
            for name, value in settings.items():
                connection.execute(f"PRAGMA {name} = {value}")
        except BaseException:
            connection.close()
            raise
        return connection

    made = create_engine(
        "sqlite+pysqlite://",
        creator=opened,
        poolclass=QueuePool,
        execution_options={"database": path, "remedy": remedy},
    )

    @event.listens_for(made, "begin")
    def _(connection: Connection) -> None:
        # A writer takes its lock before it reads: what it read still holds when it writes.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        if read_only and has_unfinished(path):
            _take_back(connection, path)

    return made


def _take_back(connection: Connection, path: Path) -> None:
    """Let a reader go on whose writer was killed meanwhile."""
    try:
        connection.exec_driver_sql("PRAGMA schema_version")
    except DBAPIError:
        with suppress(DBAPIError):  # SQLite may have ended the transaction itself
            connection.exec_driver_sql("ROLLBACK")
        take_back_unfinished(path)
        connection.exec_driver_sql("BEGIN")


@contextmanager
def writing(made: Engine, path: Path, kept: str) -> Iterator[Connection]:
    """Run one transaction that writes all of it or nothing; WorldError if the file refuses."""
    with known_errors(path, kept, _remedy(made)), made.connect() as connection:
        connection = connection.execution_options(writes=True)
        with connection.begin():
            yield connection


@contextmanager
def reading(made: Engine, path: Path) -> Iterator[Connection]:
    """Run one transaction that only reads: a consistent view of the file."""
    with (
        known_errors(path, "", _remedy(made)),
        made.connect() as connection,
        connection.begin(),
    ):
        yield connection


def _remedy(made: Engine) -> Remedy:
    remedy: Remedy = made.get_execution_options()["remedy"]
    return remedy


@contextmanager
def known_errors(path: Path, kept: str, remedy: Remedy) -> Iterator[None]:
    """Turn what the disk or another program does to a file into a WorldError."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        known = _known(cause, path, kept, remedy)
        if known is None:
            raise
        raise known from error
    except UnicodeDecodeError as error:  # of a name or a message of SQLite's that quotes one
        raise damaged("The file is damaged.", path, remedy) from error


def _known(error: BaseException | None, path: Path, kept: str, remedy: Remedy) -> WorldError | None:
    code = str(getattr(error, "sqlite_errorname", ""))
    if str(error).startswith(_DAMAGE_WITHOUT_A_CODE):
        code = "SQLITE_CORRUPT"
    for prefix, what in _DAMAGE.items():
        if code.startswith(prefix):
            return damaged(what, path, remedy)
    if code in _NOT_WRITTEN and (refused := why_not_longer(path)) is not None:
        return disk_error(refused, "The file cannot be written", where=path, kept=kept)
    for prefix, (what, do) in _FAULTS.items():
        if code.startswith(prefix):
            return WorldError(what, where=str(path), kept=kept, do=do)
    return None


_DAMAGE = {
    "SQLITE_CORRUPT": "The file is damaged.",
    "SQLITE_NOTADB": "The file is not a database any more.",
}
_DAMAGE_WITHOUT_A_CODE = ("Could not decode to UTF-8", "unsupported file format")
"""Python's own error, and SQLite's of a broken head, for which it has no more than "an error"."""
_NOT_WRITTEN = {
    f"SQLITE_IOERR_{what}" for what in ("WRITE", "FSYNC", "DIR_FSYNC", "TRUNCATE", "SHMSIZE")
}
"""What SQLite says of every refusal to write but a full disk."""
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
    "SQLITE_TOOBIG": (
        f"The file has a value of more than {LONGEST >> 20} MB, which Insight never writes.",
        "Restore the file from a copy.",
    ),
    "SQLITE_IOERR": (
        "The disk did not do what was asked.",
        "Check that the drive is still connected, then try again.",
    ),
}
