"""Which project a folder is: one uuid, in its log of judgements and in its manifest."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from insight_app.errors import KnownError
from insight_app.project import manifest
from insight_app.project.folder import JUDGEMENTS
from insight_app.project.storage.connecting import connect


def of(folder: Path) -> str:
    """Return the uuid of a project, '' if none is known; damage is not told here."""
    with suppress(OSError, manifest.NotAManifest):
        if (found := manifest.read(folder)) is not None:
            return found.project
    return in_database(folder / JUDGEMENTS)


def in_database(path: Path) -> str:
    """Return the uuid that a log of judgements says that it is of, '' if it cannot be asked."""
    try:
        if not path.is_file():
            return ""
        with closing(connect(path)) as connection:
            row = connection.execute("SELECT project FROM identity").fetchone()
    except (OSError, sqlite3.Error, KnownError):
        return ""
    return row[0] if row and isinstance(row[0], str) else ""
