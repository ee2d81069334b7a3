"""A person who curates by keys alone, and what the log must say after each of them.

Every key goes to the widget that has the keyboard. What is foretold is said before the key is
pressed; afterwards the newest entries of the log must say the same, and nothing else.
"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt, QTimer

from insight_app.gui import theme
from insight_app.gui.app import application
from insight_app.gui.panel import Panel
from insight_app.gui.settings import Settings
from insight_app.gui.window.main_window import MainWindow
from insight_app.project.judgements import Act
from tests.curating.pictured import Picture, differences, foretold, pictured
from tests.long_day.hands import NO, press, serve, until
from tests.long_day.judged import Judged, Said
from tests.long_day.ledger import Entry, entries_of, projected
from tests.long_day.world import read

SIZE = (1366, 768)
BEAT_MS = 1
NEWEST_GROUP = (
    "SELECT * FROM log WHERE group_uuid = (SELECT group_uuid FROM log ORDER BY seq DESC LIMIT 1) "
    "ORDER BY seq"
)


class Wrong(AssertionError):
    """Something was lost, invented, or went elsewhere."""


@dataclass
class Pace:
    """seconds: from a key to all that it does shown.  computed: what the window's thread computed
    of it.  gap: the longest time between two events that this thread served; worked: the longest
    that it computed between two: what other programs take does not count.
    """

    seconds: list[float] = field(default_factory=list)
    computed: list[float] = field(default_factory=list)
    gap: float = 0.0
    worked: float = 0.0


class Curator:
    """said: all that was done so far, in the window that is open and in those before it.

    is_timed: gaps are measured, by a timer that takes time itself.
    """

    def __init__(self, project: Path, *, is_timed: bool = False) -> None:
        self.project, self._is_timed = project, is_timed
        self.said = Judged()
        self.paces: dict[str, Pace] = {}
        self._pace = Pace()
        self._beat = (0.0, 0.0)
        self._heart = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._heart.timeout.connect(self._note_gap)
        self.window = self._opened()

    # ---- the window's life

    def _opened(self) -> MainWindow:
        settings = Settings()
        theme.apply(application(), settings.get("theme"), settings.get("interface_size"))
        window = self.window = MainWindow(settings, self.project)
        window.resize(*SIZE)
        window.show()
        window.activateWindow()
        until(lambda: window.session.state.project is not None, "opening the project")
        self.settle()
        return window

    def restart(self) -> None:
        """Close the window, and open the project in a new one."""
        self.close()
        self.window = self._opened()

    def close(self) -> None:
        """Close the window as a person does."""
        if not self.window.close():
            raise Wrong("the window does not close")
        self.window.deleteLater()
        del self.window
        serve()
        gc.collect()
        serve()

    def panel(self, name: str) -> Panel:
        """Return a panel of the window."""
        panel = self.window.docks[name].panel
        assert panel is not None
        return panel

    # ---- pressing

    def measure(self, what: str) -> None:
        """Count the keys that follow, and what comes of them, as being of `what`."""
        self._pace = self.paces.setdefault(what, Pace())

    def key(self, key: Qt.Key | str, modifiers: Qt.KeyboardModifier = NO) -> None:
        """Press a key; wait until what it did is on the disk and shown."""
        queue, began, computed = self.window.session.queue, time.perf_counter(), time.thread_time()
        with self._watched():
            press(key, modifiers)
            until(lambda: not queue.pending or queue.error is not None, "writing")
        self._pace.seconds.append(time.perf_counter() - began)
        self._pace.computed.append(time.thread_time() - computed)
        if queue.error is not None:
            raise Wrong(f"not written: {queue.error}")

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Note the longest gaps between two beats of the window's thread, where it is timed."""
        if not self._is_timed:
            yield
            return
        self._beat = time.perf_counter(), time.thread_time()
        self._heart.start()
        try:
            yield
        finally:
            self._note_gap()
            self._heart.stop()

    def judge(
        self,
        key: Qt.Key | str,
        modifiers: Qt.KeyboardModifier,
        acts: Callable[[], Iterable[Act]],
    ) -> None:
        """Press a key that judges. acts: what the log must say, asked for afterwards, where ids of
        what was made are known.
        """
        before = self._newest_group()
        self.key(key, modifiers)
        said: list[Said] = [(act.target, dict(act.after)) for act in acts()]
        count = len(self.said.done)
        self.said.judge(said)
        group = self._newest_group()
        found = [(one.target, dict(one.after)) for one in group] if group != before else []
        wanted = self.said.done[-1] if len(self.said.done) > count else []
        if _merged(found) != _merged(wanted):
            raise Wrong(f"{key}: the log says {found}, not {wanted}")

    def undo(self) -> None:
        """Press Ctrl+Z."""
        self.key("z", Qt.KeyboardModifier.ControlModifier)
        self.said.undo()

    def undo_all(self) -> int:
        """Press Ctrl+Z until there is nothing left; return how often."""
        count = 0
        while self.window.actions_["edit.undo"].isEnabled():
            self.undo()
            count += 1
        if self.said.done:
            raise Wrong(f"{len(self.said.done)} acts cannot be undone")
        return count

    def redo_all(self) -> int:
        """Press Ctrl+Shift+Z until there is nothing left; return how often."""
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        count = 0
        while self.window.actions_["edit.redo"].isEnabled():
            self.key("z", both)
            self.said.redo()
            count += 1
        if self.said.undone:
            raise Wrong(f"{len(self.said.undone)} acts cannot be done again")
        return count

    # ---- looking

    def settle(self) -> None:
        """Wait until nothing goes on: all is written, read, counted and shown."""
        session = self.window.session
        with self._watched():
            until(
                lambda: (
                    not (
                        session.jobs.busy
                        or session.queue.pending
                        or session.worker.busy
                        or session.composites.is_counting
                        or not session.projects.is_settled
                    )
                ),
                "coming to rest",
            )

    def look(self, when: str) -> Picture:
        """Compare all that the window and the disk say with what was foretold; return it."""
        self._pace = Pace()
        self.settle()
        state = self.window.session.state
        assert state.catalogue is not None and state.results is not None
        found = pictured(state.catalogue)
        self.same(found, foretold(state.results, self.said.fields), f"{when}, in the window")
        fields, kept = self.said.fields, projected(self.project)
        if kept != fields:
            raise Wrong(f"{when}, on the disk: {kept.items() ^ fields.items()}")
        return found

    @staticmethod
    def same(found: Picture, wanted: Picture, when: str) -> None:
        """Compare two pictures."""
        if wrong := differences(found, wanted):
            raise Wrong(f"{when}: {len(wrong)} differences\n" + "\n".join(wrong[:20]))

    def _newest_group(self) -> list[Entry]:
        return entries_of(read(self.project / "judgements.sqlite", NEWEST_GROUP))

    def _note_gap(self) -> None:
        now, before = (time.perf_counter(), time.thread_time()), self._beat
        self._pace.gap = max(self._pace.gap, now[0] - before[0])
        self._pace.worked = max(self._pace.worked, now[1] - before[1])
        self._beat = now


def _merged(said: Sequence[Said]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for target, fields in said:
        found.setdefault(target, {}).update(fields)
    return found
