"""Projects as older versions left them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from insight_app.project.results import analysis_database, manifest


def without_manifests(project: Path) -> None:
    """Take away the lists of published files: they came with version 1.2 of the results."""
    with closing(sqlite3.connect(project / analysis_database.NAME)) as connection, connection:
        connection.execute("UPDATE generation SET manifest = ''")
    for path in (project / "statistics").glob(f"generation-*/{manifest.NAME}"):
        path.unlink()
