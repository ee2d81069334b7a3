"""Opening a database file: with SQLite, and with nothing else.

On POSIX a process loses every lock that it holds on a file when it closes any descriptor of that
file; only SQLite's own connections know of each other. A database that was opened beside SQLite,
even only to read its first bytes, has no locks left, and another process may delete the write-ahead
log under a reader. The standard library suffices: a window asks this before it imports
SQLAlchemy.
"""

import os
import sqlite3
from pathlib import Path
from typing import Literal

from insight_app.project.storage.plain_files import must_be_a_plain_database

WAIT_SECONDS = 5.0
"""How long one process waits for another to unlock a file."""

LONGEST = 64 << 20
"""Bytes of the longest value that is read: one of a sparse file would fill the memory."""

Mode = Literal["ro", "rw", "rwc"]
"""Read only; read and write; and create."""


def connect(path: Path, mode: Mode = "ro") -> sqlite3.Connection:
    """Open one connection; any thread may use it, one at a time.

    Raises Refusal where a link, a pipe or the like stands in the place of the file or of what
    SQLite keeps beside it.
    """
    path = path.parent.resolve() / path.name
    must_be_a_plain_database(path, to_write=mode != "ro")
    options = f"mode={mode}"
    if mode == "ro" and not os.access(path.parent, os.W_OK) and not _log(path).exists():
        options += "&immutable=1"  # nothing can be made beside it, which a log needs
    connection = sqlite3.connect(
        f"{path.as_uri()}?{options}",
        uri=True,
        timeout=WAIT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    connection.execute("PRAGMA trusted_schema = OFF")  # asks nothing of the file
    return connection


def _log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")
