"""The bar under the menus: workspaces, search, commands."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolBar, QWidget

from insight_app.gui.actions import Actions
from insight_app.gui.finding.search import SearchBox
from insight_app.gui.widgets import KeyButton
from insight_app.gui.window.workspaces import WORKSPACES

SEARCH_WIDTHS = (160, 560)
"""Pixels that the search box has at least and at most."""


class MainBar(QToolBar):
    """A row of buttons with the search box; most of it is there only while a project is open."""

    def __init__(self, actions: Actions, search: SearchBox, parent: QWidget) -> None:
        super().__init__("Workspaces", parent)
        self.setObjectName("main_bar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        search.setMinimumWidth(SEARCH_WIDTHS[0])
        search.setMaximumWidth(SEARCH_WIDTHS[1])
        self._of_projects = [
            self.addWidget(KeyButton(actions, f"view.{workspace.name}", flat=True, parent=self))
            for workspace in WORKSPACES
        ]
        self.addWidget(_spacer(16))
        self._of_projects.append(self.addWidget(search))
        self.addWidget(_spacer())
        self.addWidget(KeyButton(actions, "edit.commands", flat=True, parent=self))

    def show_for(self, has_project: bool) -> None:
        """Show what a project is needed for, or hide it."""
        for action in self._of_projects:
            action.setVisible(has_project)


def _spacer(width: int = 0) -> QWidget:
    """Return empty room in a bar; without a width it takes what is left."""
    spacer = QWidget()
    if width:
        spacer.setFixedWidth(width)
    else:
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return spacer
