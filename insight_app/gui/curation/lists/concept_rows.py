"""The rows of a list of concepts, with headings among them, as Qt's item model.

Rows name their concepts by id: what is clicked is what was shown, also while newer results are
being read. Knows neither which concepts are listed nor what choosing one does.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from insight_app.gui.curation.folding import NOTHING_IN_COMMON
from insight_app.gui.curation.lists.concept_row import ITEM_ROLE, ConceptRow
from insight_app.gui.curation.present_concept import find
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId


class ConceptRowsModel(QAbstractListModel):
    """items: rows and headings.  places: where each concept stands first."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.items: list[ConceptRow | str] = []
        self.places: dict[ConceptId, int] = {}

    def set_items(self, items: Sequence[ConceptRow | str]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.items = list(items)
        self._find_places()
        self.endResetModel()

    def insert(self, place: int, item: ConceptRow) -> None:
        """Put a row at a place; its concept is not listed yet."""
        self.beginInsertRows(QModelIndex(), place, place)
        self.items.insert(place, item)
        self._find_places()
        self.endInsertRows()

    def remove(self, place: int) -> None:
        """Take the row at a place out."""
        self.beginRemoveRows(QModelIndex(), place, place)
        del self.items[place]
        self._find_places()
        self.endRemoveRows()

    def _find_places(self) -> None:
        self.places = {}
        for place, item in enumerate(self.items):
            if isinstance(item, ConceptRow):
                self.places.setdefault(item.concept, place)

    def refresh(self, concepts: "Iterable[ConceptId]") -> None:
        """Show that names or status of these concepts are different now."""
        for concept in set(concepts) & self.places.keys():
            index = self.index(self.places[concept])
            self.dataChanged.emit(index, index)

    def row_at(self, index: Index) -> ConceptRow | None:
        """Return the row at an index, None for a heading and for no place."""
        item = self.items[index.row()] if index.isValid() else ""
        return item if isinstance(item, ConceptRow) else None

    def concept_at(self, index: Index) -> "ConceptId | None":
        """Return the concept at an index, None for a heading and for no place."""
        row = self.row_at(index)
        return None if row is None else row.concept

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.items)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.row_at(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item = self.items[index.row()]
        if role == ITEM_ROLE:
            return item
        if isinstance(item, str):
            return item if role == Qt.ItemDataRole.DisplayRole else None
        concept = find(self.session.state, item.concept)
        if concept is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return concept.shown.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            number = f"{item.measure} {item.number.strip()}".strip()
            apart = NOTHING_IN_COMMON if item.is_apart else ""
            words = (concept.shown.spoken, concept.status_word, item.tag, number, apart)
            return ", ".join(word for word in words if word)
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = (concept.introduction, item.tip)
            return tooltip("\n".join(line for line in lines if line))
        return None
