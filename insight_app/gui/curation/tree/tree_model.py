"""The hierarchy as Qt's item model: a concept with two parents is there twice.

A node is one place of a concept; its children are listed when first asked for. Which concepts are
listed in which order is order.py's matter, what they say that of texts.py. Judgements become row
signals, never a reset: expansion, selection and scroll stay.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, Qt

from insight_app.figures import counted
from insight_app.gui.curation.present_concept import PresentConcept, at_row
from insight_app.gui.curation.tree import drop, texts
from insight_app.gui.curation.tree.drop import DropPlan
from insight_app.gui.curation.tree.order import ConceptOrder
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

NAME, BAR, NUMBER = range(3)

_READ = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_DRAG, _EDIT = Qt.ItemFlag.ItemIsDragEnabled, Qt.ItemFlag.ItemIsEditable
_WRITE = _READ | Qt.ItemFlag.ItemIsDropEnabled
_FLAGS = {
    (False, False): _WRITE | _DRAG,
    (False, True): _WRITE | _DRAG | _EDIT,
    (True, False): _WRITE,
    (True, True): _WRITE | _EDIT,
}
"""By (locked, is the name): Qt asks for all rows when one is selected; combining them was slow."""


@dataclass(eq=False, slots=True)
class Node:
    """One place of a concept; row: of the state that was loaded, -1 = the invisible top."""

    id: int
    row: int
    parent: "Node | None"
    children: "list[Node] | None" = None
    place: int = 0
    by_row: "dict[int, Node] | None" = None


class ConceptTreeModel(QAbstractItemModel):
    """order: what is listed; another one is shown by `reload`.  locked: nothing is dragged.

    All nodes belong to the state that was loaded last, also when there are newer results already.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.order, self.locked = ConceptOrder(), False
        self._clear()

    def _clear(self) -> None:
        self._nodes: dict[int, Node] = {}
        self._places: dict[int, list[Node]] = {}
        self._top = Node(0, -1, None)
        self._nodes[0] = self._top
        self._next_id = 1
        self._branches: set[int] | None = None
        self.state = self.session.state
        self._catalogue = self.state.catalogue
        self._hidden: NDArray[np.bool_] = np.zeros(0, bool)
        if self._catalogue is not None:
            self._hidden = self._catalogue.hidden.copy()

    # ---- content

    def reload(self) -> None:
        """Load everything anew: another project, generation, order or filter."""
        self.beginResetModel()
        self._clear()
        self.endResetModel()

    def judged(self, rows: set[int], relations: bool) -> None:
        """Show what judgements changed of concepts of the loaded state: texts, and their places.

        relations: some of the judgements were about relations.
        """
        catalogue = self._catalogue
        if catalogue is None:
            return
        affected = set(rows)
        old, new = self._hidden, catalogue.hidden
        if relations or old.size != new.size or bool((old != new).any()):
            self._hidden, self._branches = new.copy(), None
            for row in rows:
                affected.update(edge.parent for edge in catalogue.parents(row))
                affected.update(edge.parent for edge in catalogue.withdrawn(row))
                affected.update(edge.child for edge in catalogue.children(row))
            self._follow(self._top)
            for row in affected:
                for node in list(self._places.get(row, ())):
                    if node.id in self._nodes and node.children is not None:
                        self._follow(node)
        for row in affected:
            for node in self._places.get(row, ()):
                first, last = self.index_of(node), self.index_of(node, NUMBER)
                self.dataChanged.emit(first, last)

    def _wanted(self, node: Node) -> list[int]:
        """Return the rows that belong below a node, in order."""
        if self._catalogue is None:
            return []
        if node is self._top:
            return self.order.top(self._catalogue, self._name)
        return self.order.below(self._catalogue, node.row, self._name)

    def _name(self, row: int) -> str:
        return self.state.name(row)[0]

    def _children(self, node: Node) -> list[Node]:
        if node.children is None:
            node.children = [self._make(row, node) for row in self._wanted(node)]
            self._renumber(node)
        return node.children

    def _make(self, row: int, parent: Node) -> Node:
        node = Node(self._next_id, row, parent)
        self._next_id += 1
        self._nodes[node.id] = node
        self._places.setdefault(row, []).append(node)
        return node

    def _renumber(self, node: Node) -> None:
        children = node.children or []
        for place, child in enumerate(children):
            child.place = place
        node.by_row = {child.row: child for child in children}

    def _forget(self, node: Node) -> None:
        del self._nodes[node.id]
        self._places[node.row].remove(node)
        for child in node.children or ():
            self._forget(child)

    def _follow(self, node: Node) -> None:
        """Take rows out of and put rows into a node's listed children, the others untouched."""
        if node.children is None:
            return
        wanted = self._wanted(node)
        if [child.row for child in node.children] == wanted:
            return
        index, keep = self.index_of(node), set(wanted)
        for place in range(len(node.children) - 1, -1, -1):
            if node.children[place].row not in keep:
                self.beginRemoveRows(index, place, place)
                self._forget(node.children.pop(place))
                self._renumber(node)
                self.endRemoveRows()
        before = -1
        for row in wanted:
            known = (node.by_row or {}).get(row)
            if known is not None:
                before = known.place
                continue
            self.beginInsertRows(index, before + 1, before + 1)
            node.children.insert(before + 1, self._make(row, node))
            self._renumber(node)
            self.endInsertRows()
            before += 1

    # ---- places

    def node(self, index: Index) -> Node:
        """Return the place at an index, the top for the empty space."""
        return self._nodes[index.internalId()] if index.isValid() else self._top

    def index_of(self, node: Node, column: int = NAME) -> QModelIndex:
        """Return the index of a place."""
        if node is self._top:
            return QModelIndex()
        return self.createIndex(node.place, column, node.id)

    def row_at(self, index: Index) -> int:
        """Return the row of the concept at an index; -1 for the empty space."""
        return self.node(index).row

    def present_at(self, index: Index) -> PresentConcept | None:
        """Return the concept at an index as the loaded state has it; None for the empty space."""
        return at_row(self.state, self.row_at(index))

    def concept_at(self, index: Index) -> "ConceptId | None":
        """Return the concept at an index, None for the empty space."""
        return self._id(self.node(index))

    def parent_at(self, index: Index) -> "ConceptId | None":
        """Return the parent under which this place stands; None at the top."""
        parent = self.node(index).parent
        return None if parent is None else self._id(parent)

    def _id(self, node: Node) -> "ConceptId | None":
        return self.state.id_of(node.row) if node.row >= 0 else None

    def listed(self, concept: "ConceptId") -> list[QModelIndex]:
        """Return the places of a concept that were listed so far."""
        row = self.state.row_of(concept)
        return [] if row is None else [self.index_of(node) for node in self._places.get(row, ())]

    def reveal(self, concept: "ConceptId") -> list[QModelIndex]:
        """List all places of a concept, at most MOST_PATHS, and return them."""
        row = self.state.row_of(concept)
        if row is None or self._catalogue is None:
            return []
        ends = (self._end_of(path) for path in self.order.paths(self._catalogue, row))
        return [self.index_of(node) for node in ends if node is not None]

    def _end_of(self, path: Sequence[int]) -> Node | None:
        """Return the place at the end of a way from the top down, None where it is no more."""
        node = self._top
        for row in path:
            self._children(node)
            below = (node.by_row or {}).get(row)
            if below is None:
                return None
            node = below
        return node

    def path_of(self, index: Index) -> "tuple[ConceptId, ...]":
        """Return the concepts from the top down to a place: what stays the same over a reload."""
        steps: list[ConceptId] = []
        node: Node | None = self.node(index)
        while node is not None and (concept := self._id(node)) is not None:
            steps.append(concept)
            node = node.parent
        return tuple(reversed(steps))

    def at_path(self, path: "Sequence[ConceptId]") -> QModelIndex:
        """Return the place at the end of a path of `path_of`; invalid where it is no more."""
        rows = self.state.rows_of(path)
        node = self._end_of(rows) if len(rows) == len(path) else None
        return QModelIndex() if node is None else self.index_of(node)

    def walk(self, is_open: Callable[[QModelIndex], bool]) -> Iterator[Node]:
        """Go through the places in reading order, into those for which is_open(index)."""
        todo = list(reversed(self._children(self._top)))
        while todo:
            node = todo.pop()
            yield node
            if node.children and is_open(self.index_of(node)):
                todo.extend(reversed(node.children))

    # ---- Qt's side

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 3

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return len(self._children(self.node(parent))) if parent.column() <= 0 else 0

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:
        node = self.node(parent)
        if node.children is not None or node is self._top:
            return bool(self._children(node))
        if self._catalogue is None:
            return False
        if self._branches is None:
            self._branches = self.order.branches(self._catalogue)
        return node.row in self._branches

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:
        children = self._children(self.node(parent))
        if 0 <= row < len(children) and 0 <= column < 3:
            return self.createIndex(row, column, children[row].id)
        return QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        node = self.node(index).parent
        return QModelIndex() if node is None else self.index_of(node)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        if self.state.read_only:
            return _READ
        return _FLAGS[self.locked, index.column() == NAME]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        concept, column = self.present_at(index), index.column()
        if concept is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            if column == NAME:
                return concept.name
            return texts.number(concept, self.order.by) if column == NUMBER else ""
        if role == Qt.ItemDataRole.TextAlignmentRole and column == NUMBER:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            tip = texts.tip_of_name if column == NAME else texts.tip_of_numbers
            return tooltip(tip(concept))
        if role == Qt.ItemDataRole.AccessibleTextRole and column == NAME:
            images = counted(int(concept.catalogue.images[concept.row]), "image")
            parts = [concept.name_told_apart, concept.status_word, images]
            if also := self.also_under(index):
                parts.append(f"also under {also}")
            return ", ".join(parts)
        return None

    def also_under(self, index: Index) -> str:
        """Return the names of the concept's other parents."""
        if self._catalogue is None:
            return ""
        parent = self.node(index).parent
        here = -1 if parent is None else parent.row
        parents = self.order.parents(self._catalogue, self.row_at(index))
        return ", ".join(self.state.name_told_apart(row) for row in parents if row != here)

    # ---- dragging

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [drop.MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        names = (index for index in indexes if index.column() == NAME)
        places = [(self.concept_at(index), self.parent_at(index)) for index in names]
        return drop.pack(self.state, [(one, old) for one, old in places if one is not None])

    def plan(self, data: QMimeData, parent: Index, adds: bool) -> DropPlan:
        """Return what dropping `data` on a place would do, or why it cannot."""
        if self.locked:
            return DropPlan(refusal="Dragging is switched off (the lock above).")
        places = drop.unpack(self.state, data)
        return drop.plan(self.state, places, self.concept_at(parent), adds)

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        return not self.plan(data, parent, action == Qt.DropAction.CopyAction).refusal

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        plan = self.plan(data, parent, action == Qt.DropAction.CopyAction)
        if plan.refusal:
            self.session.messages.say(plan.refusal)
            return False
        self.session.curation.judge(plan.acts, plan.done)
        return True
