"""How the last analysis stands, for everybody to see.

A row of the table `run` says what was begun and how it ended; whether somebody is at work on a row
that has not ended is told by a lock file. Knows nothing of what a run does.
"""

from pathlib import Path

from sqlalchemy import Engine, select

from insight_app.project.results.analysis_database import reading
from insight_app.project.results.schema import Run
from insight_app.project.storage import lock

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
