"""Photos that take the whole process down: remembered while in flight, skipped at the second crash.

Only who started the process knows that it crashed and was not stopped, so nothing is held against a
photo unless that is said. After a first crash the photos that were in flight go through alone, so
that the second names the right one. Knows nothing of why a photo does that.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine, update

from insight_app import plain_json
from insight_app.files import read_regular, write_whole
from insight_app.project.results.analysis_database import writing
from insight_app.project.results.schema import Image, Status

CRASHES_ALLOWED = 1
_NAME = "in-flight.json"
_MOST_BYTES = 1 << 16
MESSAGE = "Insight came to an unexpected end twice while working on this photo; it is left out."


def remember(project: Path, images: Sequence[int]) -> None:
    """Note what is about to be worked on."""
    path = project / "statistics" / _NAME
    text = json.dumps(list(images))
    write_whole(path, lambda file: file.write(text.encode()), sync=False)


def forget(project: Path) -> None:
    """Note that nothing is being worked on."""
    (project / "statistics" / _NAME).unlink(missing_ok=True)


def blame(project: Path, engine: Engine) -> None:
    """Count the crash of the process that worked on this project against what was in flight."""
    try:
        images = plain_json.loads(read_regular(project / "statistics" / _NAME, _MOST_BYTES))
    except (OSError, ValueError):
        return
    if not isinstance(images, list) or not all(type(image) is int for image in images):
        return
    suspects = Image.id.in_(images), Image.status == int(Status.NEW)
    with writing(engine) as connection:
        connection.execute(update(Image).where(*suspects).values(crashes=Image.crashes + 1))
        connection.execute(
            update(Image)
            .where(*suspects, Image.crashes > CRASHES_ALLOWED)
            .values(status=int(Status.UNREADABLE), message=MESSAGE)
        )
    forget(project)
