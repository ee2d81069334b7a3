"""The row under the main bar in a workspace of several pages: which one is shown, and the others.

Not a part of any arrangement: it comes and goes while no page is shown.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from insight_app.gui.actions import Actions
from insight_app.gui.widgets import KeyButton
from insight_app.gui.window.workspaces import WORKSPACES, Workspace

NEXT_PAGE = "view.next_page"


def action_of(page: str) -> str:
    """Return the id of the action that shows a page."""
    return f"page.{page}"


class PageBar(QWidget):
    """A button for each page of the workspace that is shown, and the key that turns the page."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("header", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Pages")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(4)
        self.buttons: dict[str, KeyButton] = {}
        for page in (page for each in WORKSPACES if each.has_pages for page in each.pages):
            button = KeyButton(actions, action_of(page.name), page.title, flat=True, parent=self)
            self.buttons[page.name] = button
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(KeyButton(actions, NEXT_PAGE, flat=True, parent=self))
        self.hide()

    def show_for(self, workspace: Workspace | None) -> None:
        """Show the pages of a workspace; nothing where it has only one."""
        has_pages = workspace is not None and workspace.has_pages
        shown = {page.name for page in workspace.pages} if workspace is not None else set()
        for name, button in self.buttons.items():
            button.setVisible(name in shown)
        self.setVisible(has_pages)
