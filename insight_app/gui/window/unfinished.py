"""Tells that photos of the open project are not analyzed yet while nobody is at it.

Knows the session's results and troubles. Photos that cannot be read, or are not where they were,
are told of elsewhere: to resume would do nothing for them.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from insight_app.figures import agreeing, counted
from insight_app.gui.state.session import Session
from insight_app.gui.state.troubles import Gravity, Trouble

if TYPE_CHECKING:
    from insight_app.project.project import Project

UNFINISHED = "unfinished"
"""Key of the trouble."""
STOPPED = "The analysis stopped before its first photo."


@dataclass(frozen=True)
class _Run:
    """How the last analysis stands."""

    is_going_on: bool = False
    stopped_before_results: bool = False


class UnfinishedAnalysis(QObject):
    """Says so at every opening, and when an analysis has stopped before its end."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        session.projects.opened.connect(self._follow)
        session.projects.results_changed.connect(self._follow)
        session.folders.changed.connect(self._follow)
        session.analysis.started.connect(partial(session.troubles.take, UNFINISHED))

    def _follow(self) -> None:
        """Ask how the last analysis stands: another program may be at it, which nobody tells."""
        session = self._session
        take = partial(session.troubles.take, UNFINISHED)
        if session.state.project is None or session.analysis.is_running:
            take()
        else:  # where this cannot be read, neither can the results, which say so
            session.projects.ask(_look, self._show, failed=lambda _error: take())

    def _show(self, run: _Run) -> None:
        session = self._session
        is_busy = session.analysis.is_running or session.projects.is_reading or run.is_going_on
        text = "" if is_busy else self._text(run)
        if not text:
            session.troubles.take(UNFINISHED)
            return
        button = "" if session.state.read_only else "Resume"
        act = session.actions["analysis.resume"].trigger
        session.troubles.put(UNFINISHED, Trouble(text, Gravity.UNFINISHED, button, act))

    def _text(self, run: _Run) -> str:
        """Return what is not done and could be; '' where there is nothing."""
        results = self._session.state.results
        if results is None:
            return STOPPED if run.stopped_before_results else ""
        missing = self._session.folders.missing
        waiting = results.uncoded_images - sum(one.counts.uncoded for one in missing)
        photos, are = counted(results.image_count, "photo"), agreeing(waiting, "is", "are")
        return f"{waiting:,} of {photos} {are} not analyzed yet." if waiting > 0 else ""


def _look(project: "Project") -> _Run:
    """Read how the last analysis stands; runs on the project's thread."""
    from insight_app.project.results import analysis_database
    from insight_app.project.results.run_state import FINISHED, is_at_work, state_of
    from insight_app.project.results.snapshot import newest_generation

    path = project.path
    is_going_on = is_at_work(path)
    is_begun = (path / analysis_database.NAME).exists()
    if is_going_on or not is_begun or newest_generation(path):
        return _Run(is_going_on)
    with analysis_database.reader(path) as engine:
        return _Run(stopped_before_results=state_of(path, engine) not in ("", FINISHED))
