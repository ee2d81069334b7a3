"""A dock that makes its panel when it is first seen, and carries the panel's header as its title.

Knows which class a panel is, not what it shows.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QDockWidget, QMenu, QWidget

from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.window.workspaces import PanelSpec


class PanelDock(QDockWidget):
    """The dock of one panel; named so that arrangements can be saved."""

    def __init__(self, spec: PanelSpec, session: Session, parent: QWidget) -> None:
        super().__init__(spec.title, parent)
        self.spec, self.session = spec, session
        self.setObjectName(f"dock_{spec.name}")
        feature = QDockWidget.DockWidgetFeature
        features = feature.DockWidgetClosable | feature.DockWidgetMovable
        if QGuiApplication.platformName() != "wayland":  # floating docks cannot be docked there
            features |= feature.DockWidgetFloatable
        self.setFeatures(features)
        self.setAllowedAreas(Qt.DockWidgetArea.AllDockWidgetAreas)
        self.panel: Panel | None = None

    def make_panel(self) -> Panel:
        """The panel, made now if it was not yet."""
        if self.panel is None:
            panel: Panel = self.spec.load()(self.session, self)
            self.panel = panel
            self.setTitleBarWidget(panel.take_header())
            self.setWidget(panel)
        return self.panel

    def showEvent(self, event: QShowEvent) -> None:
        try:
            self.make_panel()
        except Exception as error:  # one broken panel must not take the window with it
            self.session.messages.report(error)
        super().showEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        title = self.titleBarWidget()
        if title is None or not title.geometry().contains(event.pos()):
            return
        menu = QMenu(self)
        if self.features() & QDockWidget.DockWidgetFeature.DockWidgetFloatable:
            text = "Dock" if self.isFloating() else "Float"
            menu.addAction(text, lambda: self.setFloating(not self.isFloating()))
        menu.addAction("Close panel", self.close)
        menu.exec(event.globalPos())
