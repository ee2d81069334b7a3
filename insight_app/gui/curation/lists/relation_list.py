"""A list of relations of which one is chosen: a concept's parents and children, the queue.

What the numbers mean is its owner's matter, how a row looks that of relation_row.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from insight_app.gui import theme
from insight_app.gui.curation.lists import row_list
from insight_app.gui.curation.lists.relation_row import ITEM_ROLE, RelationRow, RelationRowDelegate
from insight_app.gui.qt_types import Index
from insight_app.gui.state.lists import neighbour
from insight_app.gui.state.present_relation import KINDS, find_relation
from insight_app.gui.state.session import Session
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.judgements import Relation

ROOM = 9


class RelationRowsModel(QAbstractListModel):
    """items: rows.  places: where each relation stands.

    A row is made when it is first asked for: of thousands only a few are seen.
    """

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.session = session
        self.relations: list[Relation] = []
        self.places: dict[Relation, int] = {}
        self._make: Callable[[Relation], RelationRow] = RelationRow

    def set_relations(
        self, relations: "Iterable[Relation]", make: "Callable[[Relation], RelationRow]"
    ) -> None:
        """Show other relations."""
        self.beginResetModel()
        self.relations, self._make = list(relations), make
        self._find_places()
        self.endResetModel()

    def insert(self, place: int, relation: "Relation") -> None:
        """Put a relation at a place; it is not listed yet."""
        self.beginInsertRows(QModelIndex(), place, place)
        self.relations.insert(place, relation)
        self._find_places()
        self.endInsertRows()

    def _find_places(self) -> None:
        self.places = {relation: place for place, relation in enumerate(self.relations)}

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.relations)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or role not in (
            ITEM_ROLE,
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return None
        item = self._make(self.relations[index.row()])
        if role == ITEM_ROLE:
            return item
        relation = find_relation(self.session.state, item.relation)
        if relation is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            rows = item.rows(relation)
            return " → ".join(relation.state.shown(row).text for row in rows)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            number = f"{item.measure} {item.number.strip()}".strip()
            words = (relation.sentence(), relation.status_word, item.tag, number)
            return ", ".join(word for word in words if word)
        kind = f", {KINDS[relation.kind]}" if relation.kind else ""
        lines = (f"{relation.sentence()}: {relation.status_word}{kind}", item.tip)
        return tooltip("\n".join(line for line in lines if line))


class RelationList(QListView):
    """A click or Enter selects a relation, and so do the arrows where it fills its room.

    A double click goes to the concept that is named alone. grows: as high as its rows, up to
    `grows` of them; 0 = fills its room. keeps: the concept that is looked at stays selected.
    """

    def __init__(
        self,
        session: Session,
        parent: QWidget | None = None,
        *,
        grows: int = 0,
        keeps: bool = False,
        fades_judged: bool = False,
    ) -> None:
        super().__init__(parent)
        self.session, self._grows, self._keeps = session, grows, keeps
        self.rows = RelationRowsModel(session, self)
        self.setModel(self.rows)
        delegate = RelationRowDelegate(session, self, ROOM, fades_judged=fades_judged)
        self.setItemDelegate(delegate)
        row_list.begin(self)
        if grows:
            self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.clicked.connect(self._pick)
        self.doubleClicked.connect(self._go)
        session.selection.changed.connect(self.viewport().update)
        theme.follow(self._measure)

    @property
    def relations(self) -> "Sequence[Relation]":
        """The relations listed, from top to bottom."""
        return self.rows.relations

    def set_relations(
        self,
        relations: "Sequence[Relation]",
        make: "Callable[[Relation], RelationRow]",
    ) -> None:
        """List other relations, each once; make(relation): its row."""
        self.rows.set_relations(relations, make)
        self._measure()

    def set_rows(self, rows: Sequence[RelationRow]) -> None:
        """List relations of which all rows are made already."""
        by_relation = {row.relation: row for row in rows}
        shown = [self.rows.index(n).data(ITEM_ROLE) for n in range(self.rows.rowCount())]
        if shown != list(rows):
            self.set_relations(list(by_relation), by_relation.__getitem__)
        self.viewport().update()

    def _measure(self) -> None:
        if self._grows:
            row_list.grow(self, ROOM, self._grows)

    def has(self, relation: "Relation") -> bool:
        """Return whether a relation is listed, or the one that it was before it was reversed."""
        return self._place_of(relation) is not None

    def _place_of(self, relation: "Relation") -> int | None:
        places = self.rows.places
        return places.get(relation, places.get((relation[1], relation[0])))

    def neighbour(
        self, relation: "Relation | None", by: int, leaving: "Collection[Relation]"
    ) -> "Relation | None":
        """Return the relation before (-1) or after (1) one; from outside the first."""
        place = None if relation is None else self._place_of(relation)
        return neighbour(self.relations, place, by, leaving)

    def mark(self, relation: "Relation | None") -> None:
        """Make a relation the current one and bring it into view; a reversed one where it was."""
        place = None if relation is None else self._place_of(relation)
        row_list.mark(self, place)

    def _pick(self, index: Index) -> None:
        if not index.isValid():
            return
        relation, selection = self.relations[index.row()], self.session.selection
        if self._keeps:
            selection.select(concepts=selection.concepts[:1], relations=(relation,))
        else:
            selection.select_relations((relation,))

    def _go(self, index: Index) -> None:
        """Go to the other concept of a relation."""
        if index.isValid() and self._keeps:
            ends, here = self.relations[index.row()], self.session.selection.primary
            others = [end for end in ends if end != here]
            self.session.selection.select(concepts=others[:1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and before.isValid():
            is_chosen = self.relations[before.row()] in self.session.selection.relations
            (self._go if is_chosen else self._pick)(before)
            return
        super().keyPressEvent(event)
        if not self._grows and self.currentIndex() != before:
            self._pick(self.currentIndex())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        row_list.enter(self)
