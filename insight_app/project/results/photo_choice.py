"""Which photos of its folders a project takes, and what of files with several pictures.

Kept as settings of the project; reads only.
"""

from pathlib import Path

from sqlalchemy import Connection

from insight_app.project.photos.parts import USUAL, FilePart
from insight_app.project.photos.patterns import Patterns
from insight_app.project.results import analysis_database, settings

PATTERNS = "patterns"
APPLIED = "patterns_applied"
"""The patterns that the rows of images were marked by last."""
PART = "photo_part"
LEFT_OUT = "photos_left_out"
"""How many photos the patterns left out when the folders were looked through last."""


def patterns_of(connection: Connection, name: str = PATTERNS) -> Patterns:
    """Return a project's patterns; those that take all where it has none."""
    kept = settings.value(connection, name)
    with settings.as_written(connection.engine, name):
        return Patterns() if kept is None else Patterns.of(kept["include"], kept["exclude"])


def part_of(connection: Connection) -> FilePart:
    """Return what is read of files with several pictures or channels."""
    kept = settings.value(connection, PART)
    with settings.as_written(connection.engine, PART):
        if kept is None:
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
    kept = settings.value(connection, LEFT_OUT)
    with settings.as_written(connection.engine, LEFT_OUT):
        return int(kept or 0)
