"""What a person set up in a project's results: folders and settings, which no codes can tell.

Each manifest tells it too, so that a damaged database loses none of it. Knows nothing of photos.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from insight_app.errors import KnownError
from insight_app.project.folder import STATISTICS
from insight_app.project.results import generations
from insight_app.project.results.manifest import Tables
from insight_app.project.results.schema import Base

TABLES = ("source", "folder", "setting")
"""In an order in which rows can be put back."""


def of(connection: Connection) -> Tables:
    """Return what the database says, as a manifest tells it."""
    return {
        name: [list(row) for row in connection.execute(select(Base.metadata.tables[name]))]
        for name in TABLES
    }


def published_last(project: Path) -> Tables:
    """Return what the newest manifest that can be read says, {} if there is none."""
    statistics = project / STATISTICS
    numbers = [path.name.removeprefix("generation-") for path in statistics.glob("generation-*")]
    for number in sorted((int(n) for n in numbers if n.isdecimal()), reverse=True):
        try:
            manifest = generations.manifest_of(statistics, number, "")
        except (OSError, KnownError):
            continue
        if manifest is not None:
            return manifest.tables
    return {}


def put_back(connection: Connection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Make the rows of one of TABLES those that are given; others stay."""
    columns = Base.metadata.tables[table].columns
    names = [column.name for column in columns]
    key = columns[names[0]]
    for row in rows:
        if not all(isinstance(value, str | int) for value in row):
            continue  # a manifest of somebody else
        values = dict(zip(names, row, strict=False))
        same = update(Base.metadata.tables[table]).where(key == row[0]).values(values)
        if not connection.execute(same).rowcount:
            connection.execute(insert(Base.metadata.tables[table]).values(values))
