"""A day at the window: the window's life, what was done, and what is expected by now.

An act is a name and a number; the number decides whatever the act has to choose. A list of those is
a replay. Knows no particular act and no check.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtWidgets import QApplication

from insight_app.gui import theme
from insight_app.gui.app import application
from insight_app.gui.settings import Settings
from insight_app.gui.state.judgement_queue import Committed
from insight_app.gui.window.main_window import MainWindow
from tests.long_day import gate, ledger, watch
from tests.long_day.arranged import Arranged
from tests.long_day.hands import Hands, serve, until
from tests.long_day.judged import Judged
from tests.long_day.world import Place, World

SIZE = (1366, 768)


@dataclass(frozen=True)
class Step:
    """One act and the number that it chooses by; said: what it did, in words."""

    act: str
    number: int
    said: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.act} {self.number}" + (f"  # {self.said}" if self.said else "")


def parsed(text: str) -> list[Step]:
    """The steps of a replay; what follows # is for people."""
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return [Step(line[0], int(line[1])) for line in lines if line]


class Broken(AssertionError):
    """Something does not hold after an act."""


class Day:
    """`window` on one of the world's projects (`place`), or on none."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hands = Hands()
        self.watch = watch.Watch()
        self.steps: list[Step] = []
        self.place: Place | None = None
        self.arranged = Arranged()
        self.judged = {place.project: Judged() for place in world.places}
        self.logs: dict[Path, list[ledger.Entry]] = {place.project: [] for place in world.places}
        self.acknowledged = dict.fromkeys(self.logs, 0)
        self.last: Committed | None = None
        """What was committed last in the project that is open."""
        self.told: list[str] = []
        """Problems that were told loudly since the last act."""
        self.after_close: watch.Left | None = None
        self.window: MainWindow
        self._is_open = False

    # ---- the window's life

    @contextmanager
    def begun(self) -> Iterator["Day"]:
        """A window that was just opened on the first project."""
        with self.watch.on():
            try:
                self.open_window(self.world.places[0])
                yield self
            finally:
                self.world.close()
                if self._is_open:
                    self.window.session.queue.drop_all()
                    self._close()

    def open_window(self, place: Place | None = None) -> None:
        settings = Settings(self.world.settings)
        theme.apply(application(), settings.get("theme"), settings.get("interface_size"))
        window = self.window = MainWindow(settings, None if place is None else place.project)
        self._is_open = True
        window.session.worker.command = gate.COMMAND
        window.session.queue.committed.connect(self._committed)
        window.session.messages.problem.connect(lambda error, *_: self.told.append(str(error)))
        if self.after_close is None:
            window.resize(*SIZE)
        window.show()
        window.activateWindow()
        until(_has_active, "the window's turn")
        wanted = settings.get("last_project") if place is None else place.project
        if wanted:
            until(lambda: window.session.state.project is not None, f"opening {wanted}")
        self.settle()
        self.look_which()

    def turn_to_window(self) -> None:
        """Where no window in sight has the keyboard, this one: a window manager sees to it."""
        active = QApplication.activeWindow()
        if active is None or not active.isVisible():
            self.window.activateWindow()
            until(_has_active, f"the window's turn after {active}")

    def look_which(self) -> None:
        """Note which project is open now."""
        before = self.place
        self.place = self.world.place_of(self.window.session.state.path)
        if self.place is not before:
            self.last = None
        self.arranged.is_away = self.place is None

    def restart(self) -> None:
        """Close the window and build it anew, on the same settings and the same disk: what was open
        last opens by itself."""
        place = self.place
        self._close()
        now = watch.left()
        if self.after_close is None:
            self.after_close = now
        elif more := now.more_than(self.after_close):
            raise Broken(f"left open by a window that is closed: {more}: {watch.open_files()}")
        if QApplication.topLevelWidgets():
            raise Broken(f"left by a window that is closed: {QApplication.topLevelWidgets()}")
        self.open_window()
        if self.place is not place:
            raise Broken(f"after a restart {self.place} is open, not {place}")

    def _close(self) -> None:
        window = self.window
        if not window.close():
            raise Broken("the window does not close")
        self._is_open = False
        window.deleteLater()
        serve()
        del self.window, window
        gc.collect()
        serve()

    # ---- judgements

    def _committed(self, committed: Committed) -> None:
        if committed.changes.is_empty:
            return  # what was done before is still what is undone next
        self.last = committed
        if self.place is not None:
            self.acknowledged[self.place.project] += 1

    @property
    def said(self) -> Judged:
        """The model of what was judged in the project that is open."""
        assert self.place is not None
        return self.judged[self.place.project]

    # ---- coming to rest

    def settle(self) -> None:
        """Until nothing goes on but an analysis that stands at the gate."""
        session, gate = self.window.session, self.world.gate

        def is_settled() -> bool:
            is_written = not session.queue.pending or session.queue.error is not None
            is_at_work = session.analysis.is_running and not gate.standing
            asked = [one for one in session.worker.busy if not gate.standing]
            return (
                not (session.jobs.busy or not session.projects.is_settled or is_at_work or asked)
                and is_written
            )

        until(is_settled, "coming to rest")


def _has_active() -> bool:
    """Whether a window in sight has the keyboard: this one, or a panel that floats over it."""
    active = QApplication.activeWindow()
    return active is not None and active.isVisible()
