"""Making panels before they are seen, while nothing else goes on.

The first look at a workspace then does not wait for all of its panels at once.
"""

import gc
from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer

from insight_app.gui.key_filter import KeyFilter
from insight_app.gui.panel import Panel
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.jobs import BACKGROUND
from insight_app.gui.state.session import Session
from insight_app.gui.window.dock import PanelDock

DELAY = 1000
"""Milliseconds after a project was opened, or after work or a key, until a panel is made."""
BETWEEN_PANELS = 20
"""Milliseconds for whatever else wants the window's thread."""


class PanelsAhead(QObject):
    """Makes the panels of `docks` one by one once it is started."""

    def __init__(
        self, docks: Iterable[PanelDock], session: Session, keys: KeyFilter, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._docks, self._session, self._keys = tuple(docks), session, keys
        self.timer = QTimer(self, singleShot=True, interval=DELAY)
        self.timer.timeout.connect(self._make_next)

    def start(self) -> None:
        """Begin in a while."""
        self.timer.start(DELAY)

    def _make_next(self) -> None:
        """Make one more panel; what it imports is read on the pool."""
        session = self._session
        dock = next((dock for dock in self._docks if dock.panel is None), None)
        if session.state.project is None:
            return
        if dock is None:
            gc.freeze()  # the rest is there now
            return
        if session.jobs.busy or not session.projects.is_settled or self._keys.heard_within(DELAY):
            self.timer.start(DELAY)
            return

        def loaded(_panel: type[Panel]) -> None:
            if session.state.project is not None:
                dock.make_panel()
                self.timer.start(BETWEEN_PANELS)

        session.jobs.run(
            dock.spec.load,
            done=loaded,
            key="prepare panel",
            priority=BACKGROUND,
            scope=Scope.PROJECT,
        )
