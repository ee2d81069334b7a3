"""Where what is laid out is seen: its panel comes to the front, and goes back afterwards.

Knows pages and docks; nothing of what is laid out.
"""

from collections.abc import Callable, Sequence
from functools import partial

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from insight_app.gui.panels.alike import AlikePanel
from insight_app.gui.panels.split import SplitPanel
from insight_app.gui.state.session import Session
from insight_app.gui.state.views import GoBack
from insight_app.gui.window.dock_area import DockArea

ALIKE, SPLIT, PAGE = "alike", "split", "concepts"


class StagePlace(QObject):
    """Brings the panel into view where somebody lays something out; keeps the way back."""

    def __init__(
        self,
        session: Session,
        area: DockArea,
        show_page: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._area, self._show_page = area, show_page
        self._covered: list[str] = []
        """What was seen where the panel came into view: it lies over one of them."""
        session.views.offer(self._remember)
        session.staging.show_wanted.connect(partial(self._show, ALIKE))
        session.splitting.show_wanted.connect(partial(self._show, SPLIT))

    def _show(self, panel: str) -> None:
        """Bring a panel into view: on this page if it is open here, else where it belongs."""
        dock = self._area.docks[panel]
        if dock.isHidden() and panel not in self._area.own_panels():
            self._show_page(PAGE)
        if not dock.is_seen:
            self._covered = [name for name, one in self._area.docks.items() if one.is_seen]
            self._area.open_panel(panel)
        if isinstance(dock.panel, AlikePanel | SplitPanel):
            dock.panel.take_keyboard()

    def _remember(self) -> GoBack:
        page, focused = self._area.page, QApplication.focusWidget()
        seen = [name for name, dock in self._area.docks.items() if dock.is_seen]
        closed = [name for name in (ALIKE, SPLIT) if self._area.docks[name].isHidden()]

        def go_back() -> None:
            self._uncover(self._covered)
            if self._area.page != page:
                self._show_page(page)
            else:
                for name in closed:
                    self._area.close_panel(name)
            self._uncover(seen)
            if focused is not None and shiboken6.isValid(focused) and focused.isVisible():
                focused.setFocus()

        return go_back

    def _uncover(self, names: Sequence[str]) -> None:
        for name in names:
            dock = self._area.docks[name]
            if not dock.is_seen and not dock.isHidden():
                dock.raise_()
