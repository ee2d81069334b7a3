"""Opening a database file: with SQLite, and with nothing else.

On POSIX a process loses every lock that it holds on a file when it closes any descriptor of that
file; only SQLite's own connections know of each other. A database that was opened beside SQLite,
even only to read its first bytes, has no locks left, and another process may delete the write-ahead
log under a reader. The standard library suffices: a window asks this before it imports
SQLAlchemy.
"""

import os
import sqlite3
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from typing import Literal

from insight_app.disk_errors import disk_errors
from insight_app.errors import Refusal
from insight_app.files import read_regular
from insight_app.project.storage.plain_files import must_be_a_plain_database

WAIT_SECONDS = 5.0
"""How long one process waits for another to unlock a file."""

LONGEST = 64 << 20
"""Bytes of the longest value that is read: one of a sparse file would fill the memory."""

Mode = Literal["ro", "rw", "rwc"]
"""Read only; read and write; and create."""

_ALONE = "mode=ro&immutable=1"
"""As if nobody could write to the file: without locks, without looking at what lies beside it."""
_CANNOT_WRITE = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
"""What a reader is told that would have to write, to finish what somebody else began."""
_HALF_WRITTEN = "SQLITE_READONLY_ROLLBACK"
_LONGEST_LOG = 1 << 30
_TRIES = 3


def connect(path: Path, mode: Mode = "ro") -> sqlite3.Connection:
    """Open one connection; any thread may use it, one at a time.

    A reader of a file that a killed program left half-written sees what was committed before: the
    write is taken back, or, where nothing may be written, that is done on a copy. Raises Refusal
    where a link, a pipe or the like stands in the place of the file or of what SQLite keeps beside
    it.
    """
    path = path.parent.resolve() / path.name
    must_be_a_plain_database(path, to_write=mode != "ro")
    if mode != "ro":
        return _open(path, f"mode={mode}")
    if not os.access(path.parent, os.W_OK) and not any(map(_size, _beside(path))):
        return _open(path, _ALONE)  # nothing can be made beside it, which a log needs
    connection = _open(path, "mode=ro")
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        is_half_written = error.sqlite_errorname == _HALF_WRITTEN
        if not is_half_written and (os.access(path.parent, os.W_OK) or not _needs_a_writer(error)):
            return connection  # who asks next is told the same
        connection.close()
        if is_half_written and take_back_unfinished(path):
            return _open(path, "mode=ro")
        with disk_errors("What is unfinished cannot be taken back on a copy", where=path):
            return _open(_copies.of(path), _ALONE)
    return connection


def take_back_unfinished(path: Path) -> bool:
    """Let SQLite take back what a killed program left half-written; False if it may not write."""
    try:
        must_be_a_plain_database(path, to_write=True)
        with closing(_open(path, "mode=rw")) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except Refusal:
        return False
    except sqlite3.Error as error:
        if not _needs_a_writer(error):
            raise
        return False
    return True


def has_unfinished(path: Path) -> bool:
    """Return whether a write was begun beside a database: it is under way, or was killed."""
    return _size(path.with_name(path.name + "-journal")) > 0


def _needs_a_writer(error: sqlite3.Error) -> bool:
    return str(getattr(error, "sqlite_errorname", "")).startswith(_CANNOT_WRITE)


def _open(path: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?{options}",
        uri=True,
        timeout=WAIT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    connection.execute("PRAGMA trusted_schema = OFF")  # asks nothing of the file
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.Error:
        pass  # who asks next is told the same
    except UnicodeDecodeError as error:  # in a message that quotes a damaged schema
        connection.close()
        corrupt = sqlite3.DatabaseError("the schema is no text any more")
        corrupt.sqlite_errorname = "SQLITE_CORRUPT"
        raise corrupt from error
    return connection


def _beside(path: Path) -> tuple[Path, Path]:
    return path.with_name(path.name + "-journal"), path.with_name(path.name + "-wal")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


class _Copies:
    """Copies of databases that were left half-written where nothing may be written.

    One of each file, made anew when the file has changed; all go when the program ends.
    """

    def __init__(self) -> None:
        self._made: dict[Path, tuple[_Stamp, tempfile.TemporaryDirectory[str]]] = {}
        self._turn = threading.Lock()

    def of(self, path: Path) -> Path:
        """Return a whole copy of `path`; sqlite3.Error or OSError where none can be made."""
        with self._turn:
            stamp = _stamp(path)
            if path not in self._made or self._made[path][0] != stamp:
                folder = tempfile.TemporaryDirectory(prefix="insight-", ignore_cleanup_errors=True)
                _copy(path, Path(folder.name) / path.name)
                self._made[path] = stamp, folder
            return Path(self._made[path][1].name) / path.name


_Stamp = tuple[tuple[int, int, int], ...]
_copies = _Copies()


def _copy(path: Path, copy: Path) -> None:
    for _ in range(_TRIES):
        before = _stamp(path)
        copy.unlink(missing_ok=True)
        with closing(_open(path, _ALONE)) as original, closing(_open(copy, "mode=rwc")) as target:
            original.execute("PRAGMA writable_schema = ON")  # else it refuses to be short of pages
            original.backup(target)
        for beside in _beside(path):
            if _size(beside):  # SQLite locks databases, and not these
                end = beside.name.removeprefix(path.name)
                copy.with_name(copy.name + end).write_bytes(read_regular(beside, _LONGEST_LOG))
        if _stamp(path) == before:
            break
    with closing(_open(copy, "mode=rw")) as target:
        target.execute("PRAGMA journal_mode = DELETE").fetchone()
        target.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _stamp(path: Path) -> _Stamp:
    found = []
    for one in (path, *_beside(path)):
        try:
            status = one.stat()
            found.append((status.st_ino, status.st_size, status.st_mtime_ns))
        except OSError:
            found.append((0, 0, 0))
    return tuple(found)
