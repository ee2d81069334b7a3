"""A list of concepts of which several can be chosen; its selection is the session's.

Which concepts are in it is its owner's matter, how a row looks that of concept_row.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from insight_app.gui.curation.lists import row_list
from insight_app.gui.curation.lists.concept_row import ConceptRow, ConceptRowDelegate
from insight_app.gui.curation.lists.concept_rows import ConceptRowsModel
from insight_app.gui.state.lists import neighbour
from insight_app.gui.state.session import Session

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

ROOM = 10


class ConceptList(QListView):
    """Choosing rows moves the session's selection, and the other way round.

    Alt-click on a row shows only that concept.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._rows = ConceptRowsModel(session, self)
        self.setModel(self._rows)
        self.setItemDelegate(ConceptRowDelegate(session, self, ROOM, has_colours=True))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        row_list.begin(self)
        self._following = False
        self.selectionModel().selectionChanged.connect(self._chosen)

    @property
    def items(self) -> list[ConceptRow | str]:
        """The rows and headings that are listed."""
        return self._rows.items

    @property
    def concepts(self) -> "list[ConceptId]":
        """The concepts of the rows, from top to bottom."""
        return [item.concept for item in self.items if isinstance(item, ConceptRow)]

    def distinct_concepts(self) -> "tuple[ConceptId, ...]":
        """Return the concepts of the rows, each where it stands first."""
        return tuple(self._rows.places)

    def neighbour(
        self, concept: "ConceptId | None", by: int, leaving: "Collection[ConceptId]"
    ) -> "ConceptId | None":
        """Return the concept before (-1) or after (1) one of the list; from outside the first."""
        concepts = self.distinct_concepts()
        place = concepts.index(concept) if concept in self._rows.places else None
        return neighbour(concepts, place, by, leaving)

    def set_items(self, items: Sequence[ConceptRow | str]) -> None:
        """Show other rows; scroll and selection stay where they can."""
        if list(items) == self.items:
            self.follow_selection()
            return
        scroll = self.verticalScrollBar().value()
        self._following = True
        self._rows.set_items(items)
        self._following = False
        self.follow_selection()
        self.verticalScrollBar().setValue(scroll)

    def follow_selection(self) -> None:
        """Mark what the session has selected, at every place where it stands."""
        selection = self.session.selection
        wanted = set(selection.concepts)
        chosen, current = QItemSelection(), QModelIndex()
        for place, item in enumerate(self.items):
            if isinstance(item, ConceptRow) and item.concept in wanted:
                index = self._rows.index(place)
                chosen.select(index, index)
                if item.concept == selection.primary and not current.isValid():
                    current = index
        self._following = True
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        is_current = self._rows.concept_at(self.currentIndex()) == selection.primary
        if current.isValid() and not is_current:
            self.selectionModel().setCurrentIndex(
                current, QItemSelectionModel.SelectionFlag.NoUpdate
            )
        self._following = False
        self.viewport().update()

    def scroll_to_selected(self) -> None:
        """Bring the concept that is selected first into view, if it is listed."""
        if self._rows.concept_at(self.currentIndex()) == self.session.selection.primary:
            self.scrollTo(self.currentIndex())

    def _chosen(self) -> None:
        if self._following:
            return
        indexes = sorted(self.selectedIndexes(), key=QModelIndex.row)
        concepts = [self._rows.concept_at(index) for index in indexes]
        current = self._rows.concept_at(self.currentIndex())
        if current in concepts:
            concepts.insert(0, current)
        self.session.selection.select(concepts=(one for one in concepts if one is not None))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        concept = self._rows.concept_at(self.indexAt(event.position().toPoint()))
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and concept is not None:
            self.session.selection.select(concepts=(concept,))
            return
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        row_list.enter(self, min(self._rows.places.values(), default=0))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.scheduleDelayedItemsLayout()
