"""Which photos of its folders a project takes, and what of files with several pictures.

Kept as settings of the project; reads only.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from insight_app.project.photos.parts import USUAL, FilePart
from insight_app.project.photos.patterns import Patterns
from insight_app.project.results import analysis_database
from insight_app.project.results.schema import Setting

PATTERNS = "patterns"
APPLIED = "patterns_applied"
"""The patterns that the rows of images were marked by last."""
PART = "photo_part"
LEFT_OUT = "photos_left_out"
"""How many photos the patterns left out when the folders were looked through last."""


def patterns_of(connection: Connection, name: str = PATTERNS) -> Patterns:
    """Return a project's patterns; those that take all where it has none."""
    kept = _setting(connection, name)
    if not isinstance(kept, Mapping):
        return Patterns()
    include, exclude = (
        [str(one) for one in kept.get(which) or ()] for which in ("include", "exclude")
    )
    return Patterns.of(include, exclude)


def part_of(connection: Connection) -> FilePart:
    """Return what is read of files with several pictures or channels."""
    kept = _setting(connection, PART)
    if not isinstance(kept, Mapping):
        return USUAL
    return FilePart(int(kept["page"]), tuple(int(channel) for channel in kept["channels"]))


def part_of_project(project: Path) -> FilePart:
    """Return what a project that was analyzed reads of such files."""
    with (
        analysis_database.reader(project) as engine,
        analysis_database.reading(engine) as connection,
    ):
        return part_of(connection)


def left_out(connection: Connection) -> int:
    """Return how many photos the patterns leave out, as of the last look at the folders."""
    return int(_setting(connection, LEFT_OUT) or 0)


def _setting(connection: Connection, name: str) -> Any:
    value = connection.execute(select(Setting.value).where(Setting.name == name)).scalar()
    return None if value is None else json.loads(value)
