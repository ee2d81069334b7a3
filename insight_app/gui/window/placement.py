"""Where the window stands: inside a screen that is there, with its frame."""

from PySide6.QtCore import QEvent, QMargins, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from insight_app.gui.settings import Settings

USUAL_FRAME = QMargins(4, 40, 4, 8)
"""What a window manager puts around a window, until it has said."""
USUAL_SIZE = QSize(1440, 900)
SMALLEST = QSize(900, 560)


class Placement(QObject):
    """Gives `window` its place before it is shown, and mends it once its frame is known."""

    def __init__(self, window: QWidget, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._size = QSize()
        window.installEventFilter(self)

    def restore(self) -> None:
        """Place the window as it was left, or in the middle of the screen."""
        window = self._window
        saved = self._settings.state("geometry")
        if saved is None or not window.restoreGeometry(saved):
            window.resize(USUAL_SIZE)
            middle = QGuiApplication.primaryScreen().availableGeometry().center()
            window.move(middle - QPoint(USUAL_SIZE.width() // 2, USUAL_SIZE.height() // 2))
        self._fit(USUAL_FRAME)

    def save(self) -> None:
        """Remember where the window is."""
        self._settings.set_state("geometry", self._window.saveGeometry())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again at the first paint: the window manager has put its frame around it by then."""
        if watched is self._window and event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, self, self._fit_with_frame)
        return False

    def _fit_with_frame(self) -> None:
        if self._window.size() == self._size:  # nobody gave it another one meanwhile
            self._fit(self._window.windowHandle().frameMargins())

    def _fit(self, frame: QMargins) -> None:
        window = self._window
        kept = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen
        if window.windowState() & kept:
            return
        available = self._screen().availableGeometry()
        window.setMinimumSize(SMALLEST.boundedTo(available.marginsRemoved(frame).size()))
        place = fitted(window.geometry(), frame, available)
        if place != window.geometry():
            window.setGeometry(place)
        self._size = window.size()

    def _screen(self) -> QScreen:
        """Return the screen that the window is on, else the first."""
        middle = self._window.geometry().center()
        return QGuiApplication.screenAt(middle) or QGuiApplication.primaryScreen()


def fitted(inside: QRect, frame: QMargins, available: QRect) -> QRect:
    """Return the nearest place of a window's inside that leaves its frame room on the screen."""
    outer = inside.marginsAdded(frame)
    size = outer.size().boundedTo(available.size())
    right, bottom = available.width() - size.width(), available.height() - size.height()
    x = available.x() + min(max(outer.x() - available.x(), 0), right)
    y = available.y() + min(max(outer.y() - available.y(), 0), bottom)
    return QRect(QPoint(x, y), size).marginsRemoved(frame)
