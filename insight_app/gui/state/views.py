"""Where panels stand - scrolled, filtered, on which page - to be found again exactly so.

Whoever can be moved about offers to remember its place; knows no panel.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject

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
