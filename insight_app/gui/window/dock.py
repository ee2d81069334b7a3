"""A dock that makes its panel when it is first seen, under a title that can close it.

Knows which class a panel is, not what it shows.
"""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from insight_app.gui import icons, theme
from insight_app.gui.panel import LEAST_SIZE, Panel, PanelHeader
from insight_app.gui.state.session import Session
from insight_app.gui.window.workspaces import PanelSpec


class DockTitle(QWidget):
    """The dock's handle: the panel's header, and the button that closes the dock.

    It is there before the panel is: a dock that gets its title later changes the frame of its
    window when it floats, and with it its place.
    """

    def __init__(self, dock: "PanelDock") -> None:
        super().__init__(dock)
        self.setProperty("header", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 4, 0)
        self._row.setSpacing(0)
        self.header: QWidget = PanelHeader(dock.windowTitle(), self)
        self.close_button = QToolButton(self)
        self.close_button.setAutoRaise(True)
        self.close_button.setIcon(icons.icon("x", "dim"))
        self.close_button.setToolTip("Close this panel; View > Panels opens it again")
        self.close_button.setAccessibleName(f"Close {dock.windowTitle()}")
        self.close_button.setProperty("small", True)
        self.close_button.clicked.connect(dock.close_wanted)
        self._row.addWidget(self.header, 1)
        self._row.addWidget(self.close_button)

    def set_header(self, header: QWidget) -> None:
        """Carry a panel's own header in the place of the plain one."""
        self._row.replaceWidget(self.header, header)
        self.header.hide()
        self.header.deleteLater()
        self.header = header
        header.show()

    def sizeHint(self) -> QSize:
        """Return the header's height: titles beside each other line up."""
        return QSize(super().sizeHint().width(), self.header.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return no more width than a panel has at least; the header then gives way."""
        return QSize(LEAST_SIZE.width(), self.header.minimumSizeHint().height())


class _Room(QWidget):
    """Takes the same room whether its panel is hidden or not: no neighbour is pushed about."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._usual = panel.sizeHint()
        self.setMinimumSize(panel.minimumSize())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.addWidget(panel)

    def sizeHint(self) -> QSize:
        """Return what the panel asks for."""
        return self._usual


class _Outline(QWidget):
    """A line around a floating dock: a window with a title of its own has no other frame."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setPen(theme.colours().of("dim"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


class PanelDock(QDockWidget):
    """The dock of one panel; named so that arrangements can be saved.

    is_dragged: whether the mouse moves it just now.
    """

    close_wanted = Signal()
    moved = Signal()
    """It was moved or resized, also by the desktop."""

    def __init__(self, spec: PanelSpec, session: Session, parent: QWidget) -> None:
        super().__init__(spec.title, parent)
        self.spec, self.session = spec, session
        self.is_dragged = False
        self.setObjectName(f"dock_{spec.name}")
        feature = QDockWidget.DockWidgetFeature
        features = feature.DockWidgetClosable | feature.DockWidgetMovable
        if QGuiApplication.platformName() != "wayland":  # floating docks cannot be docked there
            features |= feature.DockWidgetFloatable
        self.setFeatures(features)
        self.setAllowedAreas(Qt.DockWidgetArea.AllDockWidgetAreas)
        self.title = DockTitle(self)
        self.setTitleBarWidget(self.title)
        self._outline = _Outline(self)
        self.topLevelChanged.connect(self._show_outline)
        self.visibilityChanged.connect(self._show_panel)
        self.panel: Panel | None = None

    @property
    def can_float(self) -> bool:
        """Whether this desktop lets it be docked again."""
        return bool(self.features() & QDockWidget.DockWidgetFeature.DockWidgetFloatable)

    @property
    def is_seen(self) -> bool:
        """Whether it is in the window, and no other tab lies over it."""
        is_inside = self.isVisible() and not self.isFloating()
        return is_inside and not self.visibleRegion().isEmpty()

    def make_panel(self) -> Panel:
        """Return the panel, made now if it was not yet."""
        if self.panel is None:
            panel = self.spec.load()(self.session, self)
            self.panel = panel
            self.title.set_header(panel.take_header())
            self.setWidget(_Room(panel))
            self._outline.raise_()
        return self.panel

    def _show_panel(self, is_seen: bool) -> None:
        """Let the panel rest behind another tab: to Qt what lies there is shown elsewhere."""
        if self.panel is not None and self.panel.isHidden() == is_seen:
            self.panel.setVisible(is_seen)

    def let_panel_rest(self) -> None:
        """Hide the panel: another tab lies over it."""
        self._show_panel(False)

    def showEvent(self, event: QShowEvent) -> None:
        """Make the panel before it is seen."""
        try:
            self.make_panel()
        except Exception as error:  # one broken panel must not take the window with it
            self.session.messages.report(error)
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the outline at the edges."""
        super().resizeEvent(event)
        self._outline.setGeometry(self.rect())
        self.moved.emit()

    def moveEvent(self, event: QMoveEvent) -> None:
        """Tell of it."""
        super().moveEvent(event)
        self.moved.emit()

    def event(self, event: QEvent) -> bool:
        """Notice that the mouse drags it: it then is where the mouse is."""
        if event.type() != QEvent.Type.MouseMove:
            return super().event(event)
        self.is_dragged = True
        try:
            return super().event(event)
        finally:
            self.is_dragged = False

    def _show_outline(self, is_floating: bool) -> None:
        self._outline.setVisible(is_floating)
        self._outline.raise_()
        if is_floating and self.panel is not None:
            # Else the window that comes gives the keyboard to its first button, the cross.
            self.panel.setFocus(Qt.FocusReason.OtherFocusReason)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer on the title what a mouse or a double click does."""
        if not self.title.geometry().contains(event.pos()):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.can_float:
            text = "Dock" if self.isFloating() else "Float"
            menu.addAction(text, lambda: self.setFloating(not self.isFloating()))
        menu.addAction("Close panel", self.close_wanted.emit)
        menu.exec(event.globalPos())
