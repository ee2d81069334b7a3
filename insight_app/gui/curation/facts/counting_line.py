"""Whether the cells of what a person composed are counted: how far it is, and what can be done.

Nothing for a concept of which all is known. Counting is the session's.
"""

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from insight_app.figures import counted
from insight_app.gui.curation.present_concept import PresentConcept, find
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import LinkLabel
from insight_app.gui.wording import words

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

CANCEL, COUNT = "cancel", "count"


class CountingLine(LinkLabel):
    """One line with a link; hidden where there is nothing to be said."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self._concept: ConceptId | None = None
        self.setWordWrap(True)
        self.linkActivated.connect(self._follow)
        session.composites.changed.connect(self._show)
        self.hide()

    def show_concept(self, concept: PresentConcept) -> None:
        """Say it of a concept."""
        self._concept = concept.id
        self._show()

    def _show(self) -> None:
        concept = find(self.session.state, self._concept)
        text = "" if concept is None else self._words(concept)
        self.setText(text)
        self.setVisible(bool(text))

    def _words(self, concept: PresentConcept) -> str:
        if not concept.is_composite or concept.knows_cells or concept.state.awaits_photos:
            return ""
        counting = self.session.composites
        what = "Its cells" if concept.is_counted else "Its photos and cells"
        if counting.counts(concept.reader):
            now = counting.progress
            far = f", {now.done:,} of {counted(now.total, 'photo')}" if now and now.total else ""
            return f'{what} are being counted{far}. <a href="{CANCEL}">Cancel</a>'
        if counting.error is not None:
            why = escape(words(counting.error))
            return f'{what} could not be counted: {why} <a href="{COUNT}">Try again</a>'
        if counting.is_counting:
            return f"{what} are counted next."
        return f'{what} are not counted. <a href="{COUNT}">Count</a>'

    def _follow(self, link: str) -> None:
        if link == CANCEL:
            self.session.composites.cancel()
        else:
            self.session.composites.count_again()
