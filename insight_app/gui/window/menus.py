"""The menu bar, filled from the registry of actions: one menu for each context."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu, QMenuBar

from insight_app.gui.actions import Actions
from insight_app.gui.relations.relation_keys import RELATION
from insight_app.gui.settings import Settings
from insight_app.gui.window.commands import (
    ANALYSIS,
    CONCEPT,
    EDIT,
    FILE,
    HELP,
    VIEW,
)
from insight_app.gui.wording import command_text, tooltip

BREAKS_AFTER = {
    "file.demo",
    "file.folder",
    "file.close",
    "file.preferences",
    "edit.redo",
    "edit.commands",
    "view.statistics",
    "view.reset",
    "concept.hide",
    "concept.advance",
    "analysis.cancel",
}


class Menus:
    """Fills each menu when it is opened: panels that were made meanwhile brought commands along.

    fill_panels: lists the panels in a menu.
    """

    def __init__(
        self,
        bar: QMenuBar,
        actions: Actions,
        settings: Settings,
        open_recent: Callable[[str], None],
        fill_panels: Callable[[QMenu], None],
    ) -> None:
        self._actions, self._settings = actions, settings
        self._open_recent, self._fill_panels = open_recent, fill_panels
        for context in (FILE, EDIT, VIEW, CONCEPT, RELATION, ANALYSIS, HELP):
            menu = bar.addMenu(f"&{context}")
            menu.setObjectName(f"menu_{context.lower()}")
            menu.setToolTipsVisible(True)
            menu.aboutToShow.connect(partial(self._fill, menu, context))
            self._fill(menu, context)

    def _fill(self, menu: QMenu, context: str) -> None:
        for inner in menu.findChildren(QMenu):
            inner.deleteLater()
        menu.clear()
        before = ""
        for entry in self._actions.entries():
            if entry.context != context:
                continue
            if before in BREAKS_AFTER:
                menu.addSeparator()
            menu.addAction(entry.action)
            before = entry.id
            if entry.id == "file.released":
                self._add_recent(menu)
            elif entry.id == "view.reset":
                self._add_panels(menu)

    def _add_recent(self, menu: QMenu) -> None:
        recent = menu.addMenu("Open &recent")
        for item in self._settings.recent():
            action = recent.addAction(command_text(item.path))
            action.setToolTip(tooltip(item.path))
            action.triggered.connect(lambda _on, path=item.path: self._open_recent(path))
        recent.setEnabled(not recent.isEmpty())

    def _add_panels(self, menu: QMenu) -> None:
        panels = menu.addMenu("&Panels")
        self._fill_panels(panels)
        panels.setEnabled(self._actions["view.reset"].isEnabled())
