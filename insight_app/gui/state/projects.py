"""Opening, reading anew and leaving a project: the one place where the ProjectState is replaced.

Everything that touches the disk runs on the project's own thread. Knows no widget.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from insight_app.errors import Refusal
from insight_app.gui.state import loading
from insight_app.gui.state.epochs import Epochs, Scope
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.loading import Loaded
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.project_state import ProjectState

if TYPE_CHECKING:
    from insight_app.project.project import Project

T = TypeVar("T")
LOOK_WHETHER_FREE = 3000
"""Milliseconds between two looks whether another window still has the project."""


class Projects(QObject):
    """`state` is what is shown now.

    leave: writes what is open; returns whether nothing stays unwritten.  replaced: told of a new
    state before anybody else is.
    """

    opened = Signal()
    """Another project is open, or none."""
    entered = Signal()
    """A project is open and everybody has heard of it."""
    results_changed = Signal()
    """The results are of a newer generation."""
    freed = Signal()
    """What had the project, so that it is read-only here, has closed it."""
    restored = Signal(str)
    """Damaged judgements are back, and the project is open: what came of it, in words."""
    opening = Signal(str)
    """A project is being opened: its path; '' when that has ended."""

    def __init__(
        self,
        epochs: Epochs,
        thread: Jobs,
        messages: Messages,
        leave: Callable[[], bool],
        replaced: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.state = ProjectState()
        self._epochs, self._thread, self._messages = epochs, thread, messages
        self._leave, self._replaced = leave, replaced
        self._opening: Path | None = None
        self._error: Exception | None = None
        self._damage: Exception | None = None
        """Why the newest results could not be read."""
        """Why the last one could not be opened."""
        self._is_reading = self._must_read_again = False
        self._free_timer = QTimer(self, interval=LOOK_WHETHER_FREE)
        self._free_timer.timeout.connect(self.look_whether_free)

    # ---- opening

    def open(
        self,
        path: Path,
        read_only: bool = False,
        then: Callable[[], object] | None = None,
        *,
        only_if_free: bool = False,
    ) -> None:
        """Open a project in the background; then() once it is open, not where that fails.

        only_if_free: refuse a project that another window has, rather than open it read-only.
        """
        if self.is_open(path):
            self._messages.say(f"{path.name} is open already")
            if then is not None:
                then()
            return
        if self._opening is not None and _is_same(self._opening, path):
            return
        self._opening = path
        self._messages.withdraw(self._error)
        self.opening.emit(str(path))
        # A project that nobody waits for any more must still be closed: this answer always comes.
        self._thread.run(
            partial(loading.open_project, path, read_only, only_if_free),
            done=partial(self._loaded, path, then),
            failed=partial(self._open_failed, path),
            scope=Scope.PROGRAM,
        )

    def is_open(self, path: Path) -> bool:
        """Return whether `path` is the project that is open."""
        return self.state.path is not None and _is_same(self.state.path, path)

    def make_and_open(
        self,
        make: Callable[[], T],
        name: str,
        made: Callable[[T], object],
    ) -> None:
        """Run make() on the project's thread, then made(what it returned), which opens it."""
        self.opening.emit(name)
        self._thread.run(
            make, done=made, failed=partial(self._open_failed, None), scope=Scope.PROGRAM
        )

    def close(self) -> bool:
        """Write what is pending and leave the project; False if something stays unwritten."""
        if self.state.project is None:
            return True
        if not self._leave():
            return False
        self._replace(ProjectState(self._epochs.begin_project()))
        self.opened.emit()
        return True

    def reopen(self) -> None:
        """Open the project anew: what kept it from being written may have passed."""
        path = self.state.path
        if path is not None and self.close():
            self.open(path)

    def restore_judgements(self) -> None:
        """Bring damaged judgements back and open the project again; `restored` says the outcome."""
        project = self.state.project
        if project is None:
            return
        path = project.path
        if not self.close():
            return

        def done(text: str) -> None:
            self.open(path, then=lambda: self.restored.emit(text))

        def failed(error: Exception) -> None:
            self.open(path, then=lambda: self._messages.report(error))

        restoring = partial(loading.restore, path)
        self._thread.run(restoring, done=done, failed=failed, scope=Scope.PROGRAM)

    def _open_failed(self, path: Path | None, error: Exception) -> None:
        if path is None or path == self._opening:
            self._opening = None
            self.opening.emit("")
        self._error = error
        if path is None or isinstance(error, Refusal):
            self._messages.report(error)
        else:
            self._messages.report(error, "Try again", partial(self.open, path))

    def _loaded(self, path: Path, then: Callable[[], object] | None, loaded: Loaded) -> None:
        if path != self._opening or not self.close():
            self._close_files(loaded.project, loaded)
            if path == self._opening:
                self._opening = None
                self.opening.emit("")
                self._messages.say(f"{path.name} was not opened: not all is saved here yet")
            return
        self._opening = None
        epoch = self._epochs.begin_project()
        self._replace(_state(epoch, loaded))
        self.opening.emit("")
        self.opened.emit()
        self.entered.emit()
        self._damage = loaded.damaged
        if loaded.damaged is not None:
            self._messages.report(loaded.damaged)
        if then is not None:
            then()

    # ---- newer results

    def published(self, path: str) -> None:
        """Read the results that were put out for the project at `path`, if it is open."""
        if self.is_open(Path(path)):
            self.read_again()

    def look_for_newer(self) -> None:
        """Read the newest results if another program has put out newer ones."""
        project, results = self.state.project, self.state.results
        if project is None or self._is_reading:
            return
        shown = 0 if results is None else results.generation
        self._thread.run(
            partial(loading.newest_generation, Path(project.path)),
            done=lambda newest: self.read_again() if newest > shown else None,
            failed=lambda _error: None,
            key="newest",
        )

    def look_whether_free(self) -> None:
        """Say `freed` if the project is read-only for another window that has closed it since."""
        project = self.state.project
        if project is not None and project.holder is not None:
            self._thread.run(
                partial(loading.is_free, project.path),
                done=partial(self._say_freed, project),
                failed=lambda _error: None,
                key="free",
            )

    def _say_freed(self, project: "Project", is_free: bool) -> None:
        if is_free and project is self.state.project:
            self._free_timer.stop()
            project.why_read_only = "The other window has closed it; opened again it can be judged."
            self.freed.emit()

    def read_again(self) -> None:
        """Read the newest generation of the machine's results."""
        project = self.state.project
        if project is None:
            return
        if self._is_reading:
            self._must_read_again = True
            return
        self._is_reading = True
        self._thread.run(
            partial(loading.load, project),
            done=self._read,
            failed=self._read_failed,
            scope=Scope.PROGRAM,
        )

    def _read(self, loaded: Loaded) -> None:
        self._is_reading = False
        if loaded.project is not self.state.project:
            self._close_files(None, loaded)
        else:
            epoch = self._epochs.begin_results()
            self._replace(_state(epoch, loaded))
            self._messages.withdraw(self._damage)
            self._damage = None
            self.results_changed.emit()
        self._read_what_came_meanwhile()

    def _read_failed(self, error: Exception) -> None:
        self._is_reading = False
        self._messages.withdraw(self._damage)
        self._damage = error
        self._messages.report(error)
        self._read_what_came_meanwhile()

    def _read_what_came_meanwhile(self) -> None:
        again, self._must_read_again = self._must_read_again, False
        if again:
            self.read_again()

    # ---- questions

    def ask(
        self,
        question: "Callable[[Project], T]",
        done: Callable[[T], object],
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Call done(question(project)), with the question asked on the project's own thread."""
        if self.state.project is not None:
            self._thread.run(
                partial(question, self.state.project),
                done=done,
                failed=failed,
                scope=Scope.PROJECT,
            )

    @property
    def is_settled(self) -> bool:
        """Whether nothing of the project is being read or written."""
        return not self._thread.busy

    @property
    def is_reading(self) -> bool:
        """Whether newer results than those that are shown are on their way."""
        return self._is_reading or self._must_read_again

    # ---- one state after the other

    def _replace(self, state: ProjectState) -> None:
        old, self.state = self.state, state
        if state.project is None or state.project.holder is None:
            self._free_timer.stop()
        elif state.project is not old.project:
            self._free_timer.start()
        left = old.project if old.project is not state.project else None
        if left is not None or old.results is not state.results:
            results = old.results if old.results is not state.results else None
            self._thread.run(partial(loading.close, left, results), scope=Scope.PROGRAM)
        self._replaced()

    def _close_files(self, project: "Project | None", loaded: Loaded) -> None:
        self._thread.run(partial(loading.close, project, loaded.results), scope=Scope.PROGRAM)


def _state(epoch: int, loaded: Loaded) -> ProjectState:
    return ProjectState(epoch, loaded.project, loaded.results, loaded.catalogue, loaded.counted)


def _is_same(one: Path, other: Path) -> bool:
    """Return whether two paths name one folder, links followed."""
    return one == other or os.path.realpath(one) == os.path.realpath(other)
