"""Opening a project's databases: what a file is, which version, and how it is brought up to date.

`user_version` is major * 1000 + minor and is read before anything else. A newer minor opens, a
newer major is refused, an older file is backed up and then migrated. Alembic is imported only for
that. Knows nothing of what the tables mean.
"""

import hashlib
import sqlite3
import stat
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.exc import OperationalError

from insight_app.disk_errors import disk_error, disk_errors
from insight_app.errors import Refusal, WorldError
from insight_app.project.storage import backups, sqlite
from insight_app.project.storage.connecting import connect
from insight_app.project.storage.expected_tables import wrong_with
from insight_app.project.storage.sqlite import NO_REMEDY, Remedy


@dataclass(frozen=True)
class Schema:
    """What one kind of database file is.

    metadata: its lasting tables.  migrations: folder of Alembic revisions, each named by the
    user_version that it leads to ("1000" is the first).  remedy: what to say of a damaged file.
    never_rebuilt: tables whose rows must be the same before and after a migration.  triggers: the
    SQL of those that it may have.  readable_from: the oldest user_version that can be read as it is
    (0: only one that is brought up to date).
    """

    role: str
    application_id: int
    major: int
    minor: int
    metadata: MetaData
    migrations: Path
    remedy: Remedy
    pragmas: Mapping[str, str | int] = field(default_factory=dict)
    never_rebuilt: tuple[str, ...] = ()
    readable_from: int = 0
    triggers: tuple[str, ...] = ()

    @property
    def user_version(self) -> int:
        return self.major * 1000 + self.minor


class Older(Refusal):
    """A file of an older Insight that was to be read only, and so cannot be brought up to date."""


@dataclass(frozen=True)
class DatabaseHeader:
    """What a database file says of itself."""

    application_id: int
    user_version: int


_SMALLEST = 512
"""Bytes of the smallest database there can be: one page of the smallest size."""


def read_header(path: Path, remedy: Remedy = NO_REMEDY) -> DatabaseHeader:
    """Ask a database what it is; Damaged if it is none or was cut short.

    SQLite itself is asked: see `connecting`.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise disk_error(error, "The file cannot be read", where=path) from error
    if not stat.S_ISREG(found.st_mode) or found.st_size < _SMALLEST:
        raise sqlite.damaged("The file is not a database any more.", path, remedy)
    with sqlite.known_errors(path, "", remedy), closing(connect(path)) as connection:
        try:
            header = DatabaseHeader(
                *(_number(connection, name) for name in DatabaseHeader.__dataclass_fields__)
            )
            is_short = _is_cut_short(connection, path)
        except sqlite3.DatabaseError:
            if not _is_short_of_pages(connection):
                raise
            is_short = True
    if is_short:
        what = f"The file was cut short: only {_size(path):,} bytes of it are there."
        raise sqlite.damaged(what, path, remedy)
    return header


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _is_cut_short(connection: sqlite3.Connection, path: Path) -> bool:
    """Return whether the end of the last page is missing, for which SQLite would take zeros."""
    wanted = _number(connection, "page_count") * _number(connection, "page_size")
    if any(_size(path.with_name(path.name + end)) for end in ("-wal", "-journal")):
        return False  # pages may still wait there, or more be on their way
    return _size(path) < wanted


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return 0


def _is_short_of_pages(connection: sqlite3.Connection) -> bool:
    """Return whether missing pages are all that SQLite finds wrong with a file that it refuses.

    It reads a file that has fewer pages than it says only if its schema may be mended.
    """
    try:
        connection.execute("PRAGMA writable_schema = ON")
        return _number(connection, "page_count") > 0
    except sqlite3.DatabaseError:
        return False


def open_database(
    path: Path, schema: Schema, *, read_only: bool = False, backup_folder: Path | None = None
) -> Engine:
    """Return an engine on `path`, made if nothing is there, migrated if it is older.

    Raises Refusal for a newer major version, Damaged for a broken or foreign file. Opened
    read-only, an older file is refused too (Older): it cannot be brought up to date.
    """
    with disk_errors("The file cannot be read", where=path):
        is_there = _size(path) > 0
    if not is_there:
        if read_only:
            raise WorldError("The file is missing.", where=str(path))
        return _create(path, schema)
    header = read_header(path, schema.remedy)
    _check(path, schema, header)
    if header.user_version < schema.user_version:
        if read_only and not 0 < schema.readable_from <= header.user_version:
            raise Older(
                "This file was made by an older Insight and must be brought up to date first.",
                where=str(path),
                do="Open the project once where you may write to it.",
            )
        if not read_only:
            migrate(path, schema, backup_folder or path.parent / "backups")
    return sqlite.engine(path, read_only=read_only, pragmas=schema.pragmas, remedy=schema.remedy)


def _check(path: Path, schema: Schema, header: DatabaseHeader) -> None:
    if header.application_id != schema.application_id:
        what = f"The file is not Insight's database of {schema.role}."
        raise sqlite.damaged(what, path, schema.remedy)
    major, minor = divmod(header.user_version, 1000)
    if major > schema.major:
        raise Refusal(
            f"This project was made by a newer Insight (its {schema.role} have version "
            f"{major}.{minor}; this program reads up to {schema.major}).",
            where=str(path),
            kept="Nothing was changed.",
            do="Update Insight to open it.",
        )
    is_older = header.user_version < schema.user_version
    if is_older and header.user_version not in _known_versions(schema.migrations):
        what = f"The file says that it has version {header.user_version}, which there never was."
        raise sqlite.damaged(what, path, schema.remedy)
    names = schema.metadata.tables.keys()
    lasting = [name for name in names if not is_older or name in schema.never_rebuilt]
    is_newer = header.user_version > schema.user_version
    with sqlite.known_errors(path, "", schema.remedy), closing(connect(path)) as connection:
        wrong = wrong_with(connection, schema.metadata, lasting, schema.triggers, is_newer=is_newer)
    if wrong:
        raise sqlite.damaged(wrong, path, schema.remedy)


def _known_versions(migrations: Path) -> set[int]:
    """Return every user_version that a file can have had, as the steps are named by them."""
    return {int(step.stem.removeprefix("v")) for step in migrations.glob("v*.py")}


def _create(path: Path, schema: Schema) -> Engine:
    made = sqlite.engine(path, create=True, pragmas=schema.pragmas, remedy=schema.remedy)
    try:
        with sqlite.writing(made, path, "Nothing was written.") as connection:
            schema.metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA application_id = {schema.application_id}")
            connection.exec_driver_sql(f"PRAGMA user_version = {schema.user_version}")
    except BaseException:
        made.dispose()
        raise
    return made


def migrate(path: Path, schema: Schema, backup_folder: Path) -> None:
    """Bring an older file to `schema`, by all steps or none; make a backup first."""
    backups.back_up(path, backup_folder, "before-update")
    pragmas = {**schema.pragmas, "foreign_keys": "OFF"}
    made = sqlite.engine(path, pragmas=pragmas, remedy=schema.remedy)
    try:
        kept = "The file is as it was, and a backup was made."
        with sqlite.writing(made, path, kept) as connection:
            columns = {table: _columns(connection, table) for table in schema.never_rebuilt}
            before = {table: fingerprint(connection, table, columns[table]) for table in columns}
            try:
                run_migrations(connection, schema, start=_user_version(connection))
            except OperationalError as error:
                if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_ERROR":
                    raise  # the disk's, which is said in its own words
                what = "The file does not hold what its version says."
                raise sqlite.damaged(what, path, schema.remedy) from error
            after = {table: fingerprint(connection, table, columns[table]) for table in columns}
            if after != before:
                raise RuntimeError(f"updating {path} changed rows of {', '.join(columns)}")
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise RuntimeError(f"updating {path} broke a reference in table {broken[0]}")
            connection.exec_driver_sql(f"PRAGMA user_version = {schema.user_version}")
    finally:
        made.dispose()


_ALEMBIC = Lock()
"""Alembic keeps what it runs in variables of its modules: two threads would share them."""


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
    with _ALEMBIC:
        if start is not None:
            command.stamp(config, str(start))
        command.upgrade(config, str(schema.user_version))


def _user_version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _columns(connection: Connection, table: str) -> list[str]:
    return [row[1] for row in connection.exec_driver_sql(f'PRAGMA table_info("{table}")')]


def fingerprint(connection: Connection, table: str, columns: Sequence[str]) -> tuple[int, str]:
    """Return number and hash of a table's rows over `columns`, in the order of their rowids."""
    digest, count = hashlib.sha256(), 0
    names = ", ".join(f'"{name}"' for name in columns)
    for row in connection.exec_driver_sql(f'SELECT {names} FROM "{table}" ORDER BY rowid'):
        digest.update(repr(tuple(row)).encode())
        count += 1
    return count, digest.hexdigest()
