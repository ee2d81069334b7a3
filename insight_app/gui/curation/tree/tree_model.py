"""The hierarchy as Qt's item model: a concept with two parents is there twice.

Concepts that show nothing in common stand in a branch of their own at the end, which is closed at
first. A node is one place of a concept; its children are listed when first asked for. Which
concepts are listed in which order is order.py's matter, what they say that of texts.py. Judgements
become row signals, never a reset: expansion, selection and scroll stay.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractItemModel, QItemSelection, QMimeData, QModelIndex, QObject, Qt

from insight_app.figures import counted
from insight_app.gui.curation import folding
from insight_app.gui.curation.present_concept import PresentConcept, at_row
from insight_app.gui.curation.tree import drop, texts
from insight_app.gui.curation.tree.drop import DropPlan
from insight_app.gui.curation.tree.moving import places_to_move
from insight_app.gui.curation.tree.order import BY_NAME, ConceptOrder
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId, Relation
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.judgements.hierarchy import Edge

    TreePath = tuple[ConceptId, ...]
    """The concepts from the top down to a place; FOLD_ID for the branch of what is folded away."""

NAME, BAR, NUMBER = range(3)
TOP, FOLD = -1, -2
"""Rows of the two places that are no concept: the invisible top, and what is folded away."""
FOLD_ID = cast("ConceptId", "nothing in common")
"""What stands for the branch of what is folded away where concepts have their ids."""

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
    """One place of a concept; row: of the state that was loaded, or TOP, or FOLD.

    is_numbered: whether the children's places, and by_row, are those of `children` now.
    """

    id: int
    row: int
    parent: "Node | None"
    children: "list[Node] | None" = None
    place: int = 0
    by_row: "dict[int, Node] | None" = None
    is_numbered: bool = True


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
        self._top = Node(0, TOP, None)
        self._nodes[0] = self._top
        self._next_id = 1
        self._branches: set[int] | None = None
        self.state = self.session.state
        self._catalogue = self.state.catalogue
        self._left_out: NDArray[np.bool_] = np.zeros((2, 0), bool)
        """(2, n) which concepts were hidden, and which folded away."""
        if self._catalogue is not None:
            self._left_out = _left_out(self._catalogue)

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
        old, new = self._left_out, _left_out(catalogue)
        if relations or old.shape != new.shape or bool((old != new).any()):
            self._left_out, self._branches = new, None
            affected.add(FOLD)
            for row in rows:
                affected.update(edge.parent for edge in catalogue.parents(row))
                affected.update(edge.parent for edge in catalogue.withdrawn(row))
                affected.update(edge.child for edge in catalogue.children(row))
            self._follow(self._top)
            for row in affected:
                for node in list(self._places.get(row, ())):
                    if node.id in self._nodes and node.children is not None:
                        self._follow(node)
        elif self.order.by != BY_NAME:
            for row in rows:
                if row < catalogue.size and catalogue.composition(row) is not None:
                    for node in list(self._places.get(row, ())):
                        self._put_in_order(node)
        for row in affected:
            for node in self._places.get(row, ()):
                first, last = self.index_of(node), self.index_of(node, NUMBER)
                self.dataChanged.emit(first, last)

    def _wanted(self, node: Node) -> list[int]:
        """Return the rows that belong below a node, in order."""
        if self._catalogue is None:
            return []
        if node is self._top:
            has_folded = bool(self.order.folded(self._catalogue, self._name))
            return [*self.order.top(self._catalogue, self._name), *([FOLD] if has_folded else [])]
        if node.row == FOLD:
            return self.order.folded(self._catalogue, self._name)
        if node.parent is not None and node.parent.row == FOLD:
            return []
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
        node.is_numbered = True

    def _by_row(self, node: Node) -> dict[int, Node]:
        """Return a node's listed children by their rows."""
        if not node.is_numbered:
            self._renumber(node)
        return node.by_row or {}

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
        keep = set(wanted)
        gone = [place for place, child in enumerate(node.children) if child.row not in keep]
        for first, last in reversed(runs(gone)):
            self.beginRemoveRows(self.index_of(node), first, last)
            for child in node.children[first : last + 1]:
                self._forget(child)
            del node.children[first : last + 1]
            node.is_numbered = False
            self.endRemoveRows()
        known = {child.row for child in node.children}
        in_order = [row for row in wanted if row in known]
        if in_order == [child.row for child in node.children]:
            new = [place for place, row in enumerate(wanted) if row not in known]
            for first, last in runs(new):
                self._insert(node, first, wanted[first : last + 1])
            return
        before = -1  # what is listed keeps its order
        for row in wanted:
            if row in known:
                before = self._by_row(node)[row].place
            else:
                before += 1
                self._insert(node, before, [row])

    def _insert(self, node: Node, at: int, rows: list[int]) -> None:
        """Put rows side by side among a node's listed children."""
        assert node.children is not None
        self.beginInsertRows(self.index_of(node), at, at + len(rows) - 1)
        node.children[at:at] = [self._make(row, node) for row in rows]
        node.is_numbered = False
        self.endInsertRows()

    def _put_in_order(self, node: Node) -> None:
        """Move a place to where its number, which came later, puts it among its neighbours."""
        parent = node.parent
        if parent is None or parent.children is None:
            return
        wanted = self._wanted(parent)
        if node.row not in wanted or [child.row for child in parent.children] == wanted:
            return
        others = [child for child in parent.children if child is not node]
        before = set(wanted[: wanted.index(node.row)])
        to = sum(child.row in before for child in others)
        if to == node.place:
            return
        index, place = self.index_of(parent), node.place
        if self.beginMoveRows(index, place, place, index, to if to < place else to + 1):
            others.insert(to, node)
            parent.children[:] = others
            self._renumber(parent)
            self.endMoveRows()

    # ---- places

    def node(self, index: Index) -> Node:
        """Return the place at an index, the top for the empty space."""
        return self._nodes[index.internalId()] if index.isValid() else self._top

    def index_of(self, node: Node, column: int = NAME) -> QModelIndex:
        """Return the index of a place."""
        above = node.parent
        if above is None:
            return QModelIndex()
        if not above.is_numbered:
            self._renumber(above)
        return self.createIndex(node.place, column, node.id)

    def row_at(self, index: Index) -> int:
        """Return the row of the concept at an index, TOP for the empty space, or FOLD."""
        return self.node(index).row

    def present_at(self, index: Index) -> PresentConcept | None:
        """Return the concept at an index as the loaded state has it, None where there is none."""
        return at_row(self.state, self.row_at(index))

    def concept_at(self, index: Index) -> "ConceptId | None":
        """Return the concept at an index, None where there is none."""
        return self._id(self.node(index))

    def parent_at(self, index: Index) -> "ConceptId | None":
        """Return the parent under which this place stands; None at the top."""
        parent = self.node(index).parent
        return None if parent is None else self._id(parent)

    def relation_at(self, index: Index) -> "Relation | None":
        """Return the relation that a place is: its concept under its parent; None at the top."""
        child, parent = self.concept_at(index), self.parent_at(index)
        return None if child is None or parent is None else (child, parent)

    def edge_at(self, index: Index) -> "Edge | None":
        """Return the same as the loaded state has it, None where it is in force no more."""
        node = self.node(index)
        if self._catalogue is None or node.parent is None or min(node.row, node.parent.row) < 0:
            return None
        return self._catalogue.edge(node.row, node.parent.row)

    def _id(self, node: Node) -> "ConceptId | None":
        return self.state.id_of(node.row) if node.row >= 0 else None

    def is_fold(self, index: Index) -> bool:
        """Return whether an index is the branch of what is folded away."""
        return self.node(index).row == FOLD

    @property
    def fold(self) -> QModelIndex:
        """The place of the branch of what is folded away, invalid where there is none."""
        self._children(self._top)
        node = self._by_row(self._top).get(FOLD)
        return QModelIndex() if node is None else self.index_of(node)

    def listed(self, concept: "ConceptId") -> list[QModelIndex]:
        """Return the places of a concept that were listed so far."""
        row = self.state.row_of(concept)
        return [] if row is None else [self.index_of(node) for node in self._places.get(row, ())]

    def reveal(self, concept: "ConceptId") -> list[QModelIndex]:
        """List all places of a concept, at most MOST_PATHS, and return them."""
        row = self.state.row_of(concept)
        if row is None or self._catalogue is None:
            return []
        paths = self.order.paths(self._catalogue, row)
        if self._catalogue.folded[row]:
            paths = [[FOLD, row]]
        ends = map(self._end_of, paths)
        return [self.index_of(node) for node in ends if node is not None]

    def _end_of(self, path: Sequence[int]) -> Node | None:
        """Return the place at the end of a way from the top down, None where it is no more."""
        node = self._top
        for row in path:
            self._children(node)
            below = self._by_row(node).get(row)
            if below is None:
                return None
            node = below
        return node

    def path_of(self, index: Index) -> "TreePath":
        """Return the concepts from the top down to a place: what stays the same over a reload."""
        steps: list[ConceptId] = []
        node: Node | None = self.node(index)
        while node is not None and node.row != TOP:
            steps.append(self._id(node) or FOLD_ID)
            node = node.parent
        return tuple(reversed(steps))

    def at_path(self, path: "TreePath") -> QModelIndex:
        """Return the place at the end of a path of `path_of`; invalid where it is no more."""
        rows = [FOLD if step == FOLD_ID else self.state.row_of(step) for step in path]
        known = [row for row in rows if row is not None]
        node = self._end_of(known) if len(known) == len(path) else None
        return QModelIndex() if node is None else self.index_of(node)

    def walk(self, is_open: Callable[[QModelIndex], bool]) -> Iterator[Node]:
        """Go through the places in reading order, into those for which is_open(index)."""
        todo = list(reversed(self._children(self._top)))
        while todo:
            node = todo.pop()
            yield node
            if node.children and is_open(self.index_of(node)):
                todo.extend(reversed(node.children))

    def together(self, indexes: Iterable[Index]) -> QItemSelection:
        """Return the lines of places, those beside each other as one piece: few are fast."""
        by_parent: dict[int, set[int]] = {}
        for index in indexes:
            above = self.node(index).parent or self._top
            by_parent.setdefault(above.id, set()).add(index.row())
        found = QItemSelection()
        for id, places in by_parent.items():
            parent = self.index_of(self._nodes[id])
            for first, last in runs(sorted(places)):
                found.select(self.index(first, NAME, parent), self.index(last, NUMBER, parent))
        return found

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
        return node.row == FOLD or (
            node.row in self._branches and not (node.parent and node.parent.row == FOLD)
        )

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:
        children = self._children(self.node(parent))
        if 0 <= row < len(children) and 0 <= column < 3:
            return self.createIndex(row, column, children[row].id)
        return QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        # Painting asks for it once for every row and every piece of what is selected.
        above = self._nodes[index.internalId()].parent if index.isValid() else None
        return QModelIndex() if above is None or above.parent is None else self.index_of(above)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        if self.is_fold(index):
            return _READ
        if self.state.read_only:
            return _READ
        return _FLAGS[self.locked, index.column() == NAME]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        concept, column = self.present_at(index), index.column()
        if concept is None:
            return self._fold_data(role) if index.isValid() and column == NAME else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            if column == NAME:
                return concept.shown.text
            return texts.number(concept, self.order.by) if column == NUMBER else ""
        if role == Qt.ItemDataRole.TextAlignmentRole and column == NUMBER:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            tip = texts.tip_of_name if column == NAME else texts.tip_of_numbers
            return tooltip(tip(concept))
        if role == Qt.ItemDataRole.AccessibleTextRole and column == NAME:
            images = counted(int(concept.catalogue.images[concept.row]), "image")
            parts = [concept.shown.spoken, concept.status_word, images]
            if also := self.also_under(index):
                parts.append(f"also under {also}")
            return ", ".join(parts)
        return None

    def _fold_data(self, role: int) -> object:
        """Return what is said of the branch of what is folded away."""
        if self._catalogue is None or self.state.results is None:
            return None
        count = len(self.order.folded(self._catalogue, self._name))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return folding.sentence(count)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(folding.explanation(self.state.results))
        return None

    def also_under(self, index: Index) -> str:
        """Return the names of the concept's other parents."""
        if self._catalogue is None or self.row_at(index) < 0:
            return ""
        parent = self.node(index).parent
        here = TOP if parent is None else parent.row
        if here == FOLD:
            return ""  # nowhere else is it listed
        parents = self.order.parents(self._catalogue, self.row_at(index))
        return ", ".join(self.state.name_told_apart(row) for row in parents if row != here)

    # ---- dragging

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [drop.MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        names = [index for index in indexes if index.column() == NAME]
        return drop.pack(self.state, places_to_move(self, names))

    def plan(self, data: QMimeData, parent: Index, adds: bool) -> DropPlan:
        """Return what dropping `data` on a place would do, or why it cannot."""
        if self.locked:
            return DropPlan(refusal="Dragging is switched off (the lock above).")
        if self.is_fold(parent):
            return DropPlan(refusal=folding.NO_PARENT)
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


def _left_out(catalogue: "Catalogue") -> NDArray[np.bool_]:
    """Return (2, n) which concepts no list has, and which are folded away."""
    return np.stack((~catalogue.is_listed, catalogue.folded))


def runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return (first, last) of ascending places that follow each other without a gap."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = found[-1][0], place
        else:
            found.append((place, place))
    return found
