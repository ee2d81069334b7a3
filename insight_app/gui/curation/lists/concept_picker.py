"""A list of concepts of which one is chosen: parents, children, the queue and so on.

What the numbers mean is its owner's matter, how a row looks that of concept_row.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from insight_app.gui import theme
from insight_app.gui.curation.lists import row_list
from insight_app.gui.curation.lists.concept_row import ConceptRow, ConceptRowDelegate
from insight_app.gui.curation.lists.concept_rows import ConceptRowsModel
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

ROOM = 9


class ConceptPicker(QListView):
    """A click or Enter selects a concept, and so do the arrows where it fills its room.

    grows: as high as its rows, up to `grows` of them; 0 = fills its room.
    """

    def __init__(
        self,
        session: Session,
        parent: QWidget | None = None,
        *,
        grows: int = 0,
        fade_judged: bool = False,
        has_colours: bool = False,
    ) -> None:
        super().__init__(parent)
        self.session, self._grows = session, grows
        self._rows = ConceptRowsModel(session, self)
        self.setModel(self._rows)
        self.setItemDelegate(
            ConceptRowDelegate(
                session, self, ROOM, fade_judged=fade_judged, has_colours=has_colours
            )
        )
        row_list.begin(self)
        if grows:
            self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.clicked.connect(self._pick)
        theme.follow(self._measure)

    @property
    def concepts(self) -> "tuple[ConceptId, ...]":
        """The concepts listed, from top to bottom."""
        return tuple(self._rows.places)

    @property
    def items(self) -> list[ConceptRow | str]:
        """The rows that are listed."""
        return self._rows.items

    def set_rows(self, rows: Sequence[ConceptRow]) -> None:
        """List other concepts, each once."""
        if list(rows) != self.items:
            self._rows.set_items(rows)
        self._measure()
        self.viewport().update()

    def _measure(self) -> None:
        if self._grows:
            row_list.grow(self, ROOM, self._grows)

    def insert(self, place: int, row: ConceptRow) -> None:
        """List one more concept; what is seen stays where it is."""
        self._rows.insert(place, row)

    def remove(self, concept: "ConceptId") -> None:
        """List a concept no longer."""
        self._rows.remove(self._rows.places[concept])

    def place_of(self, concept: "ConceptId | None") -> int | None:
        """Return where a concept stands, None where it is not listed."""
        return None if concept is None else self._rows.places.get(concept)

    def refresh(self, concepts: "Sequence[ConceptId]") -> None:
        """Show that names or status of these concepts are different now."""
        self._rows.refresh(concepts)
        self.viewport().update()

    def mark(self, concept: "ConceptId | None") -> None:
        """Make a concept the current one and bring it into view."""
        place = self.place_of(concept)
        row_list.mark(self, place)

    def _pick(self, index: Index) -> None:
        concept = self._rows.concept_at(index)
        if concept is not None:
            self.session.selection.select(concepts=(concept,))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and before.isValid():
            self._pick(before)
            return
        super().keyPressEvent(event)
        if not self._grows and self.currentIndex() != before:
            self._pick(self.currentIndex())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        row_list.enter(self)
