"""The one door to a project's databases: what a file is, which version, and how it is made current.

`user_version` is major * 1000 + minor and is read before anything else. A newer minor opens, a
newer major is refused, an older file is backed up and then migrated. Alembic is imported only for
that. Knows nothing of what the tables mean.
"""

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData

from insight_app.errors import Refusal, WorldError
from insight_app.project.storage import backups, sqlite
from insight_app.project.storage.sqlite import Damaged

HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True)
class Schema:
    """What one kind of database file is.

    metadata: its lasting tables.  migrations: folder of Alembic revisions, each named by the
    user_version that it leads to ("1000" is the first).  never_rebuilt: tables whose rows must be
    the same before and after a migration.
    """

    role: str
    application_id: int
    major: int
    minor: int
    metadata: MetaData
    migrations: Path
    pragmas: Mapping[str, str | int] = field(default_factory=dict)
    never_rebuilt: tuple[str, ...] = ()

    @property
    def user_version(self) -> int:
        return self.major * 1000 + self.minor


class Older(Refusal):
    """A file of an older Insight that was to be read only, and so cannot be brought up to date."""


@dataclass(frozen=True)
class Header:
    """What the first bytes of a database file say."""

    application_id: int
    user_version: int


def read_header(path: Path) -> Header:
    """The header of a database; Damaged where it has none or the file was cut short."""
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
        size = path.stat().st_size
    except OSError as error:
        raise WorldError(f"The file cannot be read ({error.strerror}).", where=str(path)) from error
    if len(head) < HEADER_BYTES or not head.startswith(_MAGIC):
        raise Damaged("The file is not a database any more.", where=str(path))
    page = int.from_bytes(head[16:18], "big")
    page = 65_536 if page == 1 else page
    # The page count counts only where the change counters agree (SQLite's file format, 1.3.7).
    pages = int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else 0
    if any(path.with_name(path.name + end).exists() for end in ("-wal", "-journal")):
        pages = 0  # a writer is at work, or SQLite has yet to finish for one that died
    if size < page * pages:
        raise Damaged(
            f"The file was cut short: {size:,} of {page * pages:,} bytes are there.",
            where=str(path),
        )
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        return _header_through_log(path)
    return Header(
        application_id=int.from_bytes(head[68:72], "big"),
        user_version=int.from_bytes(head[60:64], "big"),
    )


def _header_through_log(path: Path) -> Header:
    """The header where its newest version still waits in the write-ahead log."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with (
        sqlite.known_errors(path, ""),
        closing(sqlite3.connect(uri, uri=True, timeout=sqlite.WAIT_SECONDS)) as connection,
    ):
        numbers = [
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("application_id", "user_version")
        ]
    return Header(*numbers)


def open_database(
    path: Path, schema: Schema, *, read_only: bool = False, backup_folder: Path | None = None
) -> Engine:
    """An engine on `path`, made where there is nothing, migrated where it is older.

    Raises KnownError for a newer major version or a foreign file, Damaged for a broken one. Opened
    read-only, an older file is refused too: it cannot be brought up to date.
    """
    if not path.exists() or path.stat().st_size == 0:
        if read_only:
            raise WorldError("The file is missing.", where=str(path))
        return _create(path, schema)
    if not read_only:
        _finish_interrupted_write(path)
    header = read_header(path)
    _check(path, schema, header)
    if header.user_version < schema.user_version:
        if read_only:
            raise Older(
                "This file was made by an older Insight and must be brought up to date first.",
                where=str(path),
                do="Open the project once where you may write to it.",
            )
        migrate(path, schema, backup_folder or path.parent / "backups")
    return sqlite.engine(path, read_only=read_only, pragmas=schema.pragmas)


def _finish_interrupted_write(path: Path) -> None:
    """Let SQLite take back what a killed process left half-written, before the header is read."""
    if path.with_name(path.name + "-journal").exists():
        uri = f"{path.resolve().as_uri()}?mode=rw"
        with (
            sqlite.known_errors(path, ""),
            closing(sqlite3.connect(uri, uri=True, timeout=sqlite.WAIT_SECONDS)) as connection,
        ):
            connection.execute("SELECT count(*) FROM sqlite_master")


def _check(path: Path, schema: Schema, header: Header) -> None:
    if header.application_id != schema.application_id:
        raise Damaged(f"The file is not Insight's database of {schema.role}.", where=str(path))
    major, minor = divmod(header.user_version, 1000)
    if major > schema.major:
        raise Refusal(
            f"This project was made by a newer Insight (its {schema.role} have version "
            f"{major}.{minor}; this program reads up to {schema.major}).",
            where=str(path),
            kept="Nothing was changed.",
            do="Update Insight to open it.",
        )


def _create(path: Path, schema: Schema) -> Engine:
    made = sqlite.engine(path, create=True, pragmas=schema.pragmas)
    with sqlite.writing(made, path, "Nothing was written.") as connection:
        schema.metadata.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {schema.application_id}")
        connection.exec_driver_sql(f"PRAGMA user_version = {schema.user_version}")
    return made


def migrate(path: Path, schema: Schema, backup_folder: Path) -> None:
    """Bring an older file to `schema`: all steps or none; a backup is made first."""
    backups.back_up(path, backup_folder, "before-update")
    made = sqlite.engine(path, pragmas={**schema.pragmas, "foreign_keys": "OFF"})
    try:
        kept = "The file is as it was, and a backup was made."
        with sqlite.writing(made, path, kept) as connection:
            columns = {table: _columns(connection, table) for table in schema.never_rebuilt}
            before = {table: fingerprint(connection, table, columns[table]) for table in columns}
            run_migrations(connection, schema, start=_user_version(connection))
            after = {table: fingerprint(connection, table, columns[table]) for table in columns}
            if after != before:
                raise RuntimeError(f"updating {path} changed rows of {', '.join(columns)}")
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise RuntimeError(f"updating {path} broke a reference in table {broken[0]}")
            connection.exec_driver_sql(f"PRAGMA user_version = {schema.user_version}")
    finally:
        made.dispose()


def run_migrations(connection: Connection, schema: Schema, start: int | None) -> None:
    """Run every Alembic step after version `start` (None: all of them) in the open transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    for name, value in {
        "script_location": Path(__file__).parent / "migrations",
        "version_locations": schema.migrations,
        "path_separator": "os",
        "version_path_separator": "os",
    }.items():
        config.set_main_option(name, str(value).replace("%", "%%"))
    config.attributes["connection"] = connection
    if start is not None:
        command.stamp(config, str(start))
    command.upgrade(config, str(schema.user_version))


def _user_version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _columns(connection: Connection, table: str) -> list[str]:
    return [row[1] for row in connection.exec_driver_sql(f'PRAGMA table_info("{table}")')]


def fingerprint(connection: Connection, table: str, columns: Sequence[str]) -> tuple[int, str]:
    """Number and hash of a table's rows over `columns`, in the order of their rowids."""
    digest, count = hashlib.sha256(), 0
    names = ", ".join(f'"{name}"' for name in columns)
    for row in connection.exec_driver_sql(f'SELECT {names} FROM "{table}" ORDER BY rowid'):
        digest.update(repr(tuple(row)).encode())
        count += 1
    return count, digest.hexdigest()
