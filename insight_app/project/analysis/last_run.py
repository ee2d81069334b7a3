"""Whether a project's last analysis ran to its end, read with the standard library alone.

For what comes before the window's first picture: SQLAlchemy takes longer to import than that may
take. Everything else goes through `database`.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from insight_app.errors import KnownError
from insight_app.project.folder import ANALYSIS
from insight_app.project.storage.connecting import connect


def is_finished(project: Path) -> bool:
    """Return whether the last analysis ran to its end; False also where that cannot be told."""
    try:
        with closing(connect(project / ANALYSIS)) as connection:
            row = connection.execute(
                "SELECT state FROM run WHERE work = 'analyze' ORDER BY id DESC LIMIT 1"
            ).fetchone()
    except (sqlite3.Error, KnownError):
        return False
    return row is not None and row[0] == "finished"
