"""Which acts make a hint of the first minutes unnecessary, for good.

The lines themselves stand in the panels that they speak of (gui/hint_line.py).
"""

from PySide6.QtCore import QObject

from insight_app.gui.curation.present_concept import at_row
from insight_app.gui.key_filter import KeyFilter
from insight_app.gui.settings import HINT_KEYS, HINT_NAME, HINT_OVERLAY, HINTS
from insight_app.gui.state.session import Session

JUST_NOW = 200
"""Milliseconds within which a key was pressed that an action came from."""


class Hints(QObject):
    """Watches what a person does, and puts the hints away that they need no longer."""

    def __init__(self, session: Session, keys: KeyFilter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._keys = session, keys
        self._settings = session.settings
        session.bare_photo.connect(self._bare)
        session.selection.changed.connect(self._selected)
        session.curation.changed.connect(self._judged)
        for action in ("help.shortcuts", "edit.commands"):
            session.actions[action].triggered.connect(lambda: self._used(HINT_KEYS))
        for verdict in ("accept", "unsure", "reject"):
            session.actions[f"concept.{verdict}"].triggered.connect(self._by_key)

    def show_again(self) -> None:
        """Show all hints as at the first opening."""
        for name in HINTS:
            self._settings.set(name, True)
        self._session.messages.say("Hints are shown again")

    def _used(self, name: str) -> None:
        self._settings.set(name, False)

    def _bare(self, is_bare: bool) -> None:
        # Not while Space is held: the photo would move under the eyes.
        if not is_bare and self._session.selection.concepts:
            self._used(HINT_OVERLAY)

    def _selected(self) -> None:
        if self._session.selection.cell is not None:
            self._used(HINT_OVERLAY)

    def _judged(self, rows: set[int] | None, _structure: bool) -> None:
        state = self._session.state
        concepts = (at_row(state, row) for row in rows or ())
        if any(one is not None and one.by_person for one in concepts):
            self._used(HINT_NAME)

    def _by_key(self) -> None:
        if self._keys.heard_within(JUST_NOW):
            self._used(HINT_KEYS)
