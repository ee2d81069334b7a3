"""The bar under the menus: workspaces, search, commands."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolBar, QWidget

from insight_app.gui import theme
from insight_app.gui.actions import Actions
from insight_app.gui.finding.search import SearchBox
from insight_app.gui.widgets import KeyButton
from insight_app.gui.window.workspaces import WORKSPACES

SEARCH_WIDTHS = (160, 560)
"""Pixels that the search box has at least and at most."""

GAPS = 160
"""Pixels of the bar's margins and of what lies between its parts."""


class MainBar(QToolBar):
    """A row of buttons with the search box; most of it is there only while a project is open."""

    def __init__(self, actions: Actions, search: SearchBox, parent: QWidget) -> None:
        super().__init__("Workspaces", parent)
        self.setObjectName("main_bar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        search.setMinimumWidth(SEARCH_WIDTHS[0])
        search.setMaximumWidth(SEARCH_WIDTHS[1])
        self._workspaces = [
            KeyButton(actions, f"view.{workspace.name}", flat=True, parent=self)
            for workspace in WORKSPACES
        ]
        self._commands = KeyButton(actions, "edit.commands", flat=True, parent=self)
        self._of_projects = [self.addWidget(button) for button in self._workspaces]
        self.addWidget(_spacer(16))
        self._of_projects.append(self.addWidget(search))
        self.addWidget(_spacer())
        self.addWidget(self._commands)
        theme.follow(self._make_room)

    def show_for(self, has_project: bool) -> None:
        """Show what a project is needed for, or hide it."""
        for action in self._of_projects:
            action.setVisible(has_project)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out words before anything has no room: all of it can always be reached."""
        self._make_room()
        super().resizeEvent(event)

    def _make_room(self) -> None:
        room = self.width() - SEARCH_WIDTHS[0] - GAPS
        words = sum(button.words_width() for button in self._workspaces)
        icon = self._commands.fontMetrics().height() * 2
        self._commands.show_icon(words + self._commands.words_width() > room)
        for button in self._workspaces:
            button.show_icon(words + icon > room)


def _spacer(width: int = 0) -> QWidget:
    """Return empty room in a bar; without a width it takes what is left."""
    spacer = QWidget()
    if width:
        spacer.setFixedWidth(width)
    else:
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return spacer
