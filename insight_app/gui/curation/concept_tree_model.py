"""The hierarchy as Qt's item model: a concept with two parents is there twice.

A node is one place of a concept; its children are listed when first asked for. Which concepts are
listed in which order is concept_order's matter. Judgements become row signals, never a reset:
expansion, selection and scroll stay.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, Qt

from insight_app.gui.curation import concept_drop
from insight_app.gui.curation.concept_order import STRENGTH, ConceptOrder
from insight_app.gui.curation.concept_row import introduced, status_word
from insight_app.gui.state.session import Session
from insight_app.gui.wording import number_text

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

NAME, BAR, NUMBER = range(3)
ROW_ROLE = Qt.ItemDataRole.UserRole
PARENTS_ROLE = Qt.ItemDataRole.UserRole + 1
SHARE_ROLE = Qt.ItemDataRole.UserRole + 2

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
    """One place of a concept; row -1 = the invisible top."""

    id: int
    row: int
    parent: "Node | None"
    children: "list[Node] | None" = None
    place: int = 0
    by_row: "dict[int, Node] | None" = None


class ConceptTreeModel(QAbstractItemModel):
    """order: what is listed; another one is shown by `reload`.  locked: nothing is dragged."""

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
        self._hidden: Any = None
        self._branches: set[int] | None = None
        # The rows of all nodes are rows of this one, also when newer results are there already.
        self._catalogue = self.session.state.catalogue

    # ---- content

    def reload(self) -> None:
        """Everything anew: another project, generation, order or filter."""
        self.beginResetModel()
        self._clear()
        if self.session.state.catalogue is not None:
            self._hidden = self.session.state.catalogue.hidden.copy()
        self.endResetModel()

    def judged(self, rows: set[int], relations: bool) -> None:
        """Show what judgements changed of these concepts: texts, and where they stand.

        relations: some of the judgements were about relations.
        """
        catalogue = self.session.state.catalogue
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
        """The rows that belong below a node, in order."""
        catalogue = self.session.state.catalogue
        if catalogue is None:
            return []
        if node is self._top:
            return self.order.top(catalogue, self._name)
        return self.order.below(catalogue, node.row, self._name)

    def _name(self, row: int) -> str:
        return self.session.state.name(row)[0]

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

    def node(self, index: QModelIndex) -> Node:
        return self._nodes[index.internalId()] if index.isValid() else self._top

    def index_of(self, node: Node, column: int = NAME) -> QModelIndex:
        if node is self._top:
            return QModelIndex()
        return self.createIndex(node.place, column, node.id)

    def row_at(self, index: QModelIndex) -> int:
        """The concept at an index; -1 for the empty space."""
        return self.node(index).row

    def parent_at(self, index: QModelIndex) -> int | None:
        """The parent under which this place stands; None at the top."""
        parent = self.node(index).parent
        return parent.row if parent is not None and parent.row >= 0 else None

    def listed(self, row: int) -> list[QModelIndex]:
        """The places of a concept that were listed so far."""
        return [self.index_of(node) for node in self._places.get(row, ())]

    def reveal(self, row: int) -> list[QModelIndex]:
        """All places of a concept (at most MOST_PATHS of them), listed now if they were not."""
        found = []
        catalogue = self.session.state.catalogue
        for path in self.order.paths(catalogue, row) if catalogue is not None else ():
            node: Node | None = self._top
            for step in path:
                self._children(node)  # type: ignore[arg-type]
                node = (node.by_row or {}).get(step)  # type: ignore[union-attr]
                if node is None:
                    break
            if node is not None:
                found.append(self.index_of(node))
        return found

    def path_of(self, index: QModelIndex) -> "tuple[ConceptId, ...]":
        """Return the concepts from the top down to a place: what stays the same over a reload."""
        steps, node = [], self.node(index)
        while node.row >= 0 and self._catalogue is not None:
            steps.append(self._catalogue.id_of(node.row))
            assert node.parent is not None
            node = node.parent
        return tuple(reversed(steps))

    def at_path(self, path: "Sequence[ConceptId]") -> QModelIndex:
        """Return the place at the end of a path of `path_of`; invalid where it is no more."""
        node = self._top
        for step in path:
            self._children(node)
            row = self.session.state.row_of(step)
            below = None if row is None else (node.by_row or {}).get(row)
            if below is None:
                return QModelIndex()
            node = below
        return self.index_of(node)

    def walk(self, is_open: Any) -> Iterator[Node]:
        """The nodes in reading order, into those for which is_open(index)."""
        todo = list(reversed(self._children(self._top)))
        while todo:
            node = todo.pop()
            yield node
            if node.children and is_open(self.index_of(node)):
                todo.extend(reversed(node.children))

    # ---- Qt's side

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 3

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return len(self._children(self.node(parent))) if parent.column() <= 0 else 0

    def hasChildren(self, parent: QModelIndex = QModelIndex()) -> bool:
        node = self.node(parent)
        if node.children is not None or node is self._top:
            return bool(self._children(node))
        if self.session.state.catalogue is None:
            return False
        if self._branches is None:
            self._branches = self.order.branches(self.session.state.catalogue)
        return node.row in self._branches

    def index(self, row: int, column: int, parent: QModelIndex = QModelIndex()) -> QModelIndex:
        children = self._children(self.node(parent))
        if 0 <= row < len(children) and 0 <= column < 3:
            return self.createIndex(row, column, children[row].id)
        return QModelIndex()

    def parent(self, index: QModelIndex) -> QModelIndex:  # type: ignore[override]
        node = self.node(index).parent
        return QModelIndex() if node is None else self.index_of(node)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        if self.session.state.read_only:
            return _READ
        return _FLAGS[self.locked, index.column() == NAME]

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, catalogue, role_ = self.row_at(index), self.session.state.catalogue, Qt.ItemDataRole
        if catalogue is None or row < 0:
            return None
        column = index.column()
        if role == ROW_ROLE:
            return row
        if role in (role_.DisplayRole, role_.EditRole):
            return self._name(row) if column == NAME else self._number(row, column)
        if role == SHARE_ROLE:
            return self._share(row)
        if role == PARENTS_ROLE:
            return "" if self.order.flat else self.also_under(index)
        if role == role_.TextAlignmentRole and column == NUMBER:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == role_.ToolTipRole:
            return self._tip(row, column)
        if role == role_.AccessibleTextRole and column == NAME:
            status = status_word(self.session, row)
            also = self.also_under(index)
            also = f", also under {also}" if also else ""
            return f"{self._name(row)}, {status}, {catalogue.images[row]} images{also}"
        return None

    def also_under(self, index: QModelIndex) -> str:
        """The concept's other parents, as text."""
        here = self.parent_at(index)
        catalogue = self.session.state.catalogue
        if catalogue is None:
            return ""
        parents = self.order.parents(catalogue, self.row_at(index))
        return ", ".join(self._name(parent) for parent in parents if parent != here)

    def _number(self, row: int, column: int) -> str:
        if column != NUMBER or self.session.state.awaits_photos:
            return ""
        catalogue = self.session.state.catalogue
        if self.order.by == STRENGTH:
            return number_text(float(catalogue.mean[row]))
        return f"{int(catalogue.images[row]):,}"

    def _share(self, row: int) -> float:
        catalogue, results = self.session.state.catalogue, self.session.state.results
        if catalogue is None or results is None:
            return 0.0
        if self.order.by == STRENGTH:
            return float(catalogue.mean[row]) / max(1e-9, float(catalogue.mean.max()))
        return float(catalogue.images[row] / max(1, results.coded_images))

    def _tip(self, row: int, column: int) -> str:
        catalogue, results = self.session.state.catalogue, self.session.state.results
        if column == NAME:
            note = catalogue.notes.get(row, "")
            first = f"{introduced(self.session, row)}, level {catalogue.level[row]}, #{row}"
            return f"{first}\n{note}" if note else first
        if self.session.state.awaits_photos:
            return "Not counted yet: there are no photos in this project."
        images, coded = int(catalogue.images[row]), int(results.coded_images)
        return (
            f"Images with at least one active cell: {images:,} of {coded:,} "
            f"({100 * images / max(1, coded):.3g} %)\nMean strength of its active cells: "
            f"{number_text(float(catalogue.mean[row]))} = "
            f"{number_text(float(catalogue.total[row]))} / {int(catalogue.cells[row]):,} cells"
        )

    # ---- dragging

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [concept_drop.MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        pairs = [(self.row_at(i), self.parent_at(i)) for i in indexes if i.column() == NAME]
        return concept_drop.pack(self.session, pairs)

    def plan(self, data: QMimeData, parent: QModelIndex, adds: bool) -> concept_drop.Plan:
        """What dropping `data` on a place would do, or why it cannot."""
        if self.locked:
            return concept_drop.Plan(refusal="Dragging is switched off (the lock above).")
        target = self.row_at(parent)
        places = concept_drop.unpack(self.session, data)
        return concept_drop.plan(self.session, places, None if target < 0 else target, adds)

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: QModelIndex
    ) -> bool:
        return not self.plan(data, parent, action == Qt.DropAction.CopyAction).refusal

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: QModelIndex
    ) -> bool:
        plan = self.plan(data, parent, action == Qt.DropAction.CopyAction)
        if plan.refusal:
            self.session.messages.say(plan.refusal, False)
            return False
        self.session.curation.judge(plan.acts, plan.done)
        return True
