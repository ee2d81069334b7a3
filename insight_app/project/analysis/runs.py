"""Runs of the analysis: one at a time in a project, with its state for everybody to see.

A row of the table `run` says what was begun and how it ended; whether somebody is at work on a row
that has not ended is told by a lock file. Knows nothing of what a run does.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, update

from insight_app.concepts.progress import Cancelled
from insight_app.disk_errors import disk_errors
from insight_app.errors import WorldError
from insight_app.project.results import reading_rule
from insight_app.project.results.schema import Run
from insight_app.project.storage import lock
from insight_app.project.storage.analysis_database import reading, writing

RUNNING, FINISHED, CANCELLED, FAILED, INTERRUPTED = (
    "running",
    "finished",
    "cancelled",
    "failed",
    "interrupted",
)
ANALYZE = "analyze"


def is_at_work(project: Path) -> bool:
    """Return whether a process is writing results of this project now."""
    return lock.holder(project / "statistics") is not None


@contextmanager
def alone(project: Path) -> Iterator[None]:
    """Hold the right to write results; WorldError if another process has it."""
    folder = project / "statistics"
    with disk_errors("This project cannot be written to", where=project):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        held = lock.acquire(folder, "analysis")
    except lock.Held as error:
        raise WorldError(
            f"This project is being analyzed already (by process {error.holder.pid}).",
            where=str(project),
            kept="Nothing was changed.",
            do="Wait for it or stop it there.",
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


def state_of(project: Path, engine: Engine) -> str:
    """Return how the last analysis stands: one of the words above, '' where none was begun.

    Other work on the folders counts while it goes on, and when it was killed: an analysis then
    finishes it. Ended in any other way, it left nothing to be finished.
    """
    query = select(Run.state, Run.work).order_by(Run.id.desc())
    with reading(engine) as connection:
        last = connection.execute(query.limit(1)).first()
        if last is not None and last.work != ANALYZE and last.state != RUNNING:
            last = connection.execute(query.where(Run.work == ANALYZE).limit(1)).first()
    if last is None:
        return ""
    return INTERRUPTED if last.state == RUNNING and not is_at_work(project) else str(last.state)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
