"""Where the line of messages is: in the panel in front, which is another on each page.

Follows the docks; knows nothing of what is said.
"""

from PySide6.QtCore import QObject, QTimer

from insight_app.gui.message_strip import MessageSlot, MessageStrip
from insight_app.gui.panel import Panel
from insight_app.gui.window.dock_area import DockArea
from insight_app.gui.window.workspaces import PAGES


class MessagePlace(QObject):
    """Keeps `strip` in the page's front panel; where that is closed in the first that is seen.

    start: its place on the start page.
    """

    def __init__(self, strip: MessageStrip, area: DockArea, start: MessageSlot) -> None:
        super().__init__(strip)
        self._strip, self._area, self._start = strip, area, start
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.settle)
        for dock in area.docks.values():
            dock.visibilityChanged.connect(lambda _seen: self._soon.start())
            dock.topLevelChanged.connect(lambda _floats: self._soon.start())
        start.take(strip)

    def settle(self) -> None:
        """Move the line to where it belongs now."""
        if not self._area.page:
            self._start.take(self._strip)
        elif self._strip.window().isVisible():
            panel = self._front()
            (self._area.slot if panel is None else panel.slot).take(self._strip)

    def _front(self) -> Panel | None:
        area = self._area
        names = (PAGES[area.page].front, *area.own_panels(), *area.docks)
        seen = (dock.panel for name in names if (dock := area.docks[name]).is_seen)
        return next((panel for panel in seen if panel is not None), None)
