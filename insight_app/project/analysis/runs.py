"""Runs of the analysis: one at a time in a project, recorded for everybody to see (`run_state`).

Knows nothing of what a run does.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, update

from insight_app.concepts.progress import Cancelled
from insight_app.disk_errors import disk_errors
from insight_app.errors import WorldError
from insight_app.project.folder import LOCK, STATISTICS
from insight_app.project.results import reading_rule
from insight_app.project.results.analysis_database import writing
from insight_app.project.results.run_state import (
    ANALYZE,
    CANCELLED,
    FAILED,
    FINISHED,
    INTERRUPTED,
    RUNNING,
)
from insight_app.project.results.schema import Run
from insight_app.project.storage import lock
from insight_app.project.storage.plain_files import must_be_plain


@contextmanager
def alone(project: Path) -> Iterator[None]:
    """Keep the right to write results meanwhile; WorldError if another process has it."""
    must_be_plain(project)
    folder = project / STATISTICS
    with disk_errors("This project cannot be written to", where=project):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        held = lock.acquire(folder, "analysis")
    except lock.Held as error:
        by, do = f"by process {error.holder.pid}", "Wait for it or stop it there."
        if error.holder.is_elsewhere:
            by = f"on the computer {error.holder.host}"
            do = f"If that is over, or this is a copy, delete {folder / LOCK}."
        raise WorldError(
            f"This project is being analyzed already ({by}).",
            where=str(project),
            kept="Nothing was changed.",
            do=do,
        ) from error
    try:
        yield
    finally:
        held.release()


@contextmanager
def recorded(
    engine: Engine, images: Callable[[], int] = lambda: 0, *, work: str = ANALYZE
) -> Iterator[None]:
    """Record a run from its beginning to its end, however it ends.

    images(): how many were coded; work: what it does, as table `run` has it.
    """
    with writing(engine) as connection:
        connection.execute(
            update(Run).where(Run.state == RUNNING).values(state=INTERRUPTED, finished=_now())
        )
        begun = {
            "started": _now(),
            "state": RUNNING,
            "work": work,
            "reading_rule": reading_rule.of(connection),
        }
        result = connection.execute(insert(Run).values(begun))
        number = int(result.inserted_primary_key[0])  # type: ignore[index]
    began, state, message = time.monotonic(), FAILED, ""
    try:
        yield
        state = FINISHED
    except Cancelled:
        state = CANCELLED
        raise
    except BaseException as error:
        message = str(error)
        raise
    finally:
        seconds = time.monotonic() - began
        ended: dict[str, Any] = {"state": state, "message": message, "finished": _now()}
        ended |= {"seconds": seconds, "images": images()}
        with writing(engine) as connection:
            connection.execute(update(Run).where(Run.id == number).values(ended))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
