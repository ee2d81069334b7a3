"""Which photos of its folders a project takes: patterns, and how many they leave out.

Kept as settings of the project; reads only.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from insight_app.project.photos.patterns import Patterns
from insight_app.project.results.schema import Setting

PATTERNS = "patterns"
APPLIED = "patterns_applied"
"""The patterns that the rows of images were marked by last."""
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


def left_out(connection: Connection) -> int:
    """Return how many photos the patterns leave out, as of the last look at the folders."""
    return int(_setting(connection, LEFT_OUT) or 0)


def _setting(connection: Connection, name: str) -> Any:
    value = connection.execute(select(Setting.value).where(Setting.name == name)).scalar()
    return None if value is None else json.loads(value)
