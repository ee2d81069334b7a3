"""Where a person is at work: what an answer that comes late must not take away.

Knows what is selected and seen, no widget.
"""

from dataclasses import dataclass

from PySide6.QtGui import QGuiApplication

from insight_app.gui.state.seen_panels import SeenPanels
from insight_app.gui.state.selection import Selection, SelectionModel

TEXT_FIELDS = ("QLineEdit", "QTextEdit", "QPlainTextEdit", "QAbstractSpinBox")


@dataclass(frozen=True)
class PersonsPlace:
    """What was selected and which panels were seen when a question was asked."""

    selection: Selection
    panels: frozenset[str]


class Whereabouts:
    """Tells whether a person is still where they asked."""

    def __init__(self, selection: SelectionModel, seen_panels: SeenPanels) -> None:
        self._selection, self._seen_panels = selection, seen_panels

    def here(self) -> PersonsPlace:
        """Return where the person is now."""
        return PersonsPlace(self._selection.current, self._seen_panels.names)

    def is_still_at(self, place: PersonsPlace | None) -> bool:
        """Return whether nothing else was begun since: no selection, page, text or dialog."""
        return place == self.here() and not _is_typing()


def _is_typing() -> bool:
    focused = QGuiApplication.focusObject()
    is_in_text = focused is not None and any(map(focused.inherits, TEXT_FIELDS))
    return is_in_text or QGuiApplication.modalWindow() is not None
