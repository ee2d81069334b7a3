"""Opening a database file: with SQLite, and with nothing else.

On POSIX a process loses every lock that it holds on a file when it closes any descriptor of that
file; only SQLite's own connections know of each other. A database that was opened beside SQLite,
even only to read its first bytes, has no locks left, and another process may delete the write-ahead
log under a reader. Standard library only: a window asks this before it imports SQLAlchemy.
"""

import os
import sqlite3
from pathlib import Path
from typing import Literal

WAIT_SECONDS = 5.0
"""How long one process waits for another to unlock a file."""

Mode = Literal["ro", "rw", "rwc"]
"""Read only; read and write; and create."""


def connect(path: Path, mode: Mode = "ro") -> sqlite3.Connection:
    """Open one connection; any thread may use it, one at a time."""
    options = f"mode={mode}"
    if mode == "ro" and not os.access(path.parent, os.W_OK) and not _log(path).exists():
        options += "&immutable=1"  # nothing can be made beside it, which a log needs
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?{options}",
        uri=True,
        timeout=WAIT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")
