"""Where panels stand - scrolled, filtered, on which page - to be found again exactly so.

Whoever can be moved about offers to remember its place. Knows no panel.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject

from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import Selection, SelectionModel

GoBack = Callable[[], object]
"""Brings a panel back to where it was when this was made."""


class Views(QObject):
    """The places of all panels of a window."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._offered: list[Callable[[], GoBack | None]] = []

    def offer(self, remember: Callable[[], GoBack | None]) -> None:
        """Let remember() be asked for the way back to a place; None: there is nothing to keep.

        Those who offered first go back first: the page before the panels that are on it.
        """
        self._offered.append(remember)

    def remember(self) -> GoBack:
        """Return what brings everything back to where it is now."""
        ways = [way for remember in self._offered if (way := remember()) is not None]

        def go_back() -> None:
            for way in ways:
                way()

        return go_back


class Detour:
    """The way back from where something is laid out to where the person stood before."""

    def __init__(
        self, present: Callable[[], ProjectState], selection: SelectionModel, views: Views
    ) -> None:
        self._present, self._selection, self._views = present, selection, views
        self._before: tuple[Selection, GoBack] | None = None

    def begin(self) -> None:
        """Remember where the person stands, unless a detour has begun already."""
        if self._before is None:
            self._before = self._selection.current, self._views.remember()

    def undo(self) -> None:
        """Go back to the same selection at the same place."""
        before, self._before = self._before, None
        if before is not None:
            selection, go_back = before
            known = (one for one in selection.concepts if self._present().row_of(one) is not None)
            self._selection.select(known, selection.image, selection.cell, selection.relations)
            go_back()

    def end(self) -> None:
        """Go back to the same place; what is selected now stays selected."""
        before, self._before = self._before, None
        if before is not None:
            before[1]()

    def forget(self) -> None:
        """Stay: there is no way back into a project that was left."""
        self._before = None
