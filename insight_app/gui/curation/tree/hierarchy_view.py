"""The tree of concepts: selection both ways, revealing, renaming in place, dragging.

Turns Qt's selection into the session's and back; which concepts are listed is the model's matter.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QCursor,
    QDrag,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from insight_app.figures import counted
from insight_app.gui import theme
from insight_app.gui.curation.tree import drop
from insight_app.gui.curation.tree.delegate import HierarchyDelegate
from insight_app.gui.curation.tree.drag_label import BESIDE_MOUSE, drag_label
from insight_app.gui.curation.tree.drop import MIME
from insight_app.gui.curation.tree.moving import places_to_move
from insight_app.gui.curation.tree.relation_places import RelationPlaces
from insight_app.gui.curation.tree.tree_model import BAR, FOLD, NAME, NUMBER, ConceptTreeModel
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import paint_frame

if TYPE_CHECKING:
    from insight_app.gui.curation.tree.tree_model import TreePath
    from insight_app.gui.state.relation_curation import Place
    from insight_app.project.judgements import ConceptId

FLAG = QItemSelectionModel.SelectionFlag


class HierarchyView(QTreeView):
    """A concept selected anywhere is selected here at every place that is open."""

    drop_planned = Signal(str)
    """What the drop under way would do or why it cannot; '' when it is over."""
    list_changed = Signal()
    """Other concepts are listed."""
    branches_changed = Signal()
    """A person opened or closed a branch."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        # Before there is a model: it would lay out every row.
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.tree = ConceptTreeModel(session, self)
        self.setModel(self.tree)
        self._delegate = HierarchyDelegate(session, self.tree, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Hierarchy of concepts")
        self.setUniformRowHeights(True)
        self.setHeaderHidden(True)
        self.setMouseTracking(True)
        self.setIndentation(20)
        self.setAllColumnsShowFocus(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setAutoExpandDelay(600)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((BAR, 104), (NUMBER, 64)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        self._following = False
        self._target = QPersistentModelIndex()
        self._refusal = ""
        """Why what is dragged cannot be dropped where the mouse is, '' if it can."""
        self.found: tuple[ConceptId, ...] = ()
        """What is sought and found now, the best first."""
        self._drops_on_top = False
        self._aim = QPersistentModelIndex()
        """The place that was found last when one asked for the next concept."""
        self._was_seen = self._is_mark_pressed = False
        self.relations = RelationPlaces(self)
        self.selectionModel().selectionChanged.connect(self._chosen)
        self.clicked.connect(self._clicked)
        self.expanded.connect(self._branch_changed)
        self.collapsed.connect(self._branch_changed)

    # ---- selection

    def _chosen(self) -> None:
        if self._following:
            return
        current, concepts = self.tree.concept_at(self.currentIndex()), self._marked()
        if current is not None and current in concepts:
            concepts.insert(0, current)
        self.session.selection.select(concepts=concepts)

    def follow_selection(self, moves: bool = True) -> None:
        """Mark what the session has selected.

        moves: a concept that is not to be seen is revealed; else scroll and branches stay.
        """
        concepts = self._selected()
        if set(concepts) != set(self._marked()):
            self.show_concepts(concepts, moves=moves)
        if moves and (relation := self.session.selection.relation) is not None:
            self.relations.show(relation)
        self.viewport().update()

    def _selected(self) -> "tuple[ConceptId, ...]":
        """Return what the session has selected of the concepts that are there."""
        return self.session.state.ids_of(self.session.selection.rows)

    def _marked(self) -> "list[ConceptId]":
        """Return what is marked; selectedRows would ask of every row whether it is."""
        selection = self.selectionModel().selection()
        marked = [
            self.tree.concept_at(self.tree.index(row, NAME, part.parent()))
            for part in map(selection.at, range(selection.count()))
            for row in range(part.top(), part.bottom() + 1)
        ]
        return [concept for concept in dict.fromkeys(marked) if concept is not None]

    def show_concepts(
        self, concepts: "Iterable[ConceptId]", everywhere: bool = False, moves: bool = True
    ) -> None:
        """Mark concepts at every open place; the first is revealed where none of its is open.

        everywhere: open all its places, under each of its parents.  moves: else nothing is opened
        and the scroll stays.
        """
        self._following = True
        chosen, current = list[QModelIndex](), QModelIndex()
        for number, concept in enumerate(concepts):
            places = self.open_places(concept)
            if number == 0 and moves and (everywhere or not places):
                places = self.tree.reveal(concept)
                for index in places:
                    self.open_above(index)
            chosen += places
            if number == 0:
                current = self._nearest(places)
        self.selectionModel().select(self.tree.together(chosen), FLAG.ClearAndSelect)
        if current.isValid():
            scroll = self.verticalScrollBar().value()
            self.selectionModel().setCurrentIndex(current, FLAG.NoUpdate)
            if moves:
                self.scrollTo(current)
            else:  # Qt has scrolled by itself
                self.verticalScrollBar().setValue(scroll)
        self._following = False

    def go_to(self, index: QModelIndex) -> None:
        """Make a place the current one, opened and seen; what is marked stays."""
        self._following = True
        self.open_above(index)
        self.selectionModel().setCurrentIndex(index, FLAG.NoUpdate)
        self.scrollTo(index)
        self._following = False

    def aim(self, index: QModelIndex) -> None:
        """Note the place that is meant, where its concept is selected next."""
        self._aim = QPersistentModelIndex(index)

    def is_aim(self, index: QModelIndex) -> bool:
        """Return whether a place is the one that is meant."""
        return self._aim == index

    def open_places(self, concept: "ConceptId") -> list[QModelIndex]:
        """Return the places of a concept to which all branches are open."""
        return [index for index in self.tree.listed(concept) if self._is_open(index)]

    def _nearest(self, places: Sequence[QModelIndex]) -> QModelIndex:
        """Return the place one steps to, else the first after the current one, else the first."""
        present = self.currentIndex()
        if not places:
            return QModelIndex()
        for index in places:
            if self.is_aim(index):
                return index
        if not present.isValid() or len(places) == 1:
            return places[0]
        here = self.visualRect(present).top()
        after = [index for index in places if self.visualRect(index).top() > here]
        return min(after or places, key=lambda index: self.visualRect(index).top())

    def _is_open(self, index: QModelIndex) -> bool:
        above = index.parent()
        while above.isValid():
            if not self.isExpanded(above):
                return False
            above = above.parent()
        return True

    def open_above(self, index: QModelIndex) -> None:
        """Open all branches that a place is in."""
        above = index.parent()
        while above.isValid():
            self.expand(above)
            above = above.parent()

    def concepts_in_order(self) -> "tuple[ConceptId, ...]":
        """Return the concepts of the open places from top to bottom, each once."""
        rows = dict.fromkeys(
            node.row for node in self.tree.walk(self.isExpanded) if node.row != FOLD
        )
        return self.tree.state.ids_of(rows)

    def neighbour(
        self, concept: "ConceptId | None", by: int, leaving: "Collection[ConceptId]"
    ) -> "ConceptId | None":
        """Return what stands before (-1) or after (1) a concept where it is current.

        Of None the first of all, but from the branch of what is folded away where that is current.
        """
        place = QModelIndex() if concept is None else self._place_of(concept)
        if concept is None and self.tree.is_fold(self.currentIndex()):
            place = self.currentIndex().siblingAtColumn(NAME)
        index = self.tree.index(0, NAME)
        if place.isValid():
            index = self.beside(place, by)
        while index.isValid():
            found = self.tree.concept_at(index)
            if found is not None and found != concept and found not in leaving:
                self.aim(index)
                return found
            index = self.beside(index, by)
        return None

    # ---- the marks of relations

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the relation whose mark is pressed; all else is Qt's matter."""
        index = self._marked_at(event.position().toPoint())
        relation = self.tree.relation_at(index)
        if event.button() != Qt.MouseButton.LeftButton or relation is None:
            super().mousePressEvent(event)
            return
        self._following = True
        flags = FLAG.ClearAndSelect | FLAG.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self._following, self._is_mark_pressed = False, True
        self.session.selection.select_relations((relation,))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Leave the release to the mark that was pressed: Qt would take it for a click."""
        if not self._is_mark_pressed:
            super().mouseReleaseEvent(event)
        self._is_mark_pressed = False

    def mark_rect(self, index: QModelIndex) -> QRect | None:
        """Return where the mark of a place's relation is, None where it has none."""
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        option.rect = self.visualRect(index)
        return self._delegate.mark_at(option, index)

    def _marked_at(self, point: QPoint) -> QModelIndex:
        """Return the place whose relation's mark is under a point; invalid where none is."""
        index = self.indexAt(point).siblingAtColumn(NAME)
        box = self.mark_rect(index)
        return index if box is not None and box.contains(point) else QModelIndex()

    def _clicked(self, index: Index) -> None:
        """Go back from a relation to its concept: its row was clicked beside the mark."""
        self._turn_fold(index)
        selection = self.session.selection
        if selection.relations and self._marked() == [selection.primary]:
            selection.select(relations=())

    def beside(self, index: QModelIndex, by: int) -> QModelIndex:
        """Return the place before (-1) or after (1) one, as they are seen; invalid at an end."""
        beside = self.indexBelow(index) if by > 0 else self.indexAbove(index)
        return beside.siblingAtColumn(NAME)

    def _place_of(self, concept: "ConceptId") -> QModelIndex:
        """Return where a concept is current, else its first open place, else what is current."""
        current = self.currentIndex().siblingAtColumn(NAME)
        if self.tree.concept_at(current) == concept:
            return current
        places = self.open_places(concept)
        return min(places, key=lambda index: self.visualRect(index).top(), default=current)

    # ---- keeping places

    def _branch_changed(self) -> None:
        if not self._following:
            self.branches_changed.emit()

    def open_paths(self) -> "list[TreePath]":
        """Return the paths of all open branches."""
        return [
            self.tree.path_of(self.tree.index_of(node))
            for node in self.tree.walk(self.isExpanded)
            if node.children and self.isExpanded(self.tree.index_of(node))
        ]

    def reload(self, keep: bool, opened: "Iterable[TreePath]" = ()) -> None:
        """Show everything anew; keep: branches, current place and scroll stay; else open some."""
        paths = self.open_paths() if keep else opened
        current = self.tree.path_of(self.currentIndex()) if keep else ()
        scroll = self.verticalScrollBar().value()
        self._following = True
        self.tree.reload()
        for path in paths:
            index = self.tree.at_path(path)
            if index.isValid():
                self.expand(index)
        index = self.tree.at_path(current) if current else QModelIndex()
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, FLAG.NoUpdate)
        self._following = False
        self.show_concepts(self._selected())
        self.list_changed.emit()
        if keep and self._was_seen:
            self.executeDelayedItemsLayout()
            self.verticalScrollBar().setValue(scroll)

    def remember(self) -> Callable[[], None]:
        """Return what opens the branches that are open now, and scrolls to where it is now."""
        paths, scroll = self.open_paths(), self.verticalScrollBar().value()

        def go_back() -> None:
            self._following = True
            if {*paths} != {*self.open_paths()}:
                self.collapseAll()
                for path in paths:
                    self.expand(self.tree.at_path(path))
            self._following = False
            self.show_concepts(self._selected())
            self.executeDelayedItemsLayout()
            self.verticalScrollBar().setValue(scroll)

        return go_back

    def judged(self, rows: set[int], relations: bool) -> None:
        """Follow judgements; nothing jumps."""
        self._following = True
        self.tree.judged(rows, relations)
        self._following = False
        self.viewport().update()

    # ---- keys

    def rename(self) -> None:
        """Edit the name of the current concept in place."""
        concept = self.session.selection.primary
        if self.session.state.read_only or concept is None:
            return
        if self.tree.concept_at(self.currentIndex()) != concept:
            self.show_concepts((concept,))
        index = self.currentIndex().siblingAtColumn(NAME)
        if index.isValid() and self.state() != QAbstractItemView.State.EditingState:
            self.setFocus()
            self.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self.tree.is_fold(self.currentIndex()):
            self._turn_fold(self.currentIndex())
            return
        if is_enter and not editing:
            self.rename()
            return
        if self.found and event.matches(QKeySequence.StandardKey.SelectAll):
            # What was sought and found, wherever it stands: rows that are only open are not meant.
            self.session.selection.select(concepts=self.found)
            self.session.messages.say(f"Selected: {counted(len(self.found), 'hit')}")
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.tree.rowCount():
            self.selectionModel().setCurrentIndex(self.tree.index(0, NAME), FLAG.NoUpdate)

    def _turn_fold(self, index: Index) -> None:
        """Open or close the branch of what is folded away: its whole line is its handle."""
        if self.tree.is_fold(index):
            place = self.tree.fold
            self.setExpanded(place, not self.isExpanded(place))

    # ---- dragging

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Show a small label beside the mouse: a picture of the rows would hide the target."""
        places = self.places_to_move()
        if not places:
            return
        drag = QDrag(self)
        drag.setMimeData(drop.pack(self.tree.state, places))
        drag.setPixmap(drag_label(self, self._dragged_words(places)))
        drag.setHotSpot(BESIDE_MOUSE)
        self._refusal = ""
        done = drag.exec(actions, self.defaultDropAction())
        is_inside = self.viewport().rect().contains(self.viewport().mapFromGlobal(QCursor.pos()))
        if done == Qt.DropAction.IgnoreAction and self._refusal and is_inside:
            self.session.messages.say(f"Not moved: {self._refusal}")

    def places_to_move(self) -> "list[Place]":
        """Return (concept, the parent it moves from) of what is marked."""
        held = self.currentIndex().siblingAtColumn(NAME)
        marked = sorted(self.selectionModel().selectedRows(NAME), key=lambda one: one != held)
        return places_to_move(self.tree, marked)

    def moving_here(self) -> "list[Place]":
        """Return the same where the tree is seen and shows what is selected, else nothing."""
        places = self.places_to_move() if self.isVisible() and not self.tree.order.flat else []
        marked, selected = set(self._marked()), set(self._selected())
        return places if marked == selected else []

    def _dragged_words(self, places: "Sequence[Place]") -> str:
        if len(places) > 1:
            return f"{len(places):,} concepts"
        row = self.tree.state.row_of(places[0][0])
        return "" if row is None else self.tree.state.shown(row).text

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select no range where dragging is switched off or nothing can be moved."""
        is_held = bool(event.buttons() & Qt.MouseButton.LeftButton)
        if not (is_held and (self.tree.locked or self.session.state.read_only)):
            super().mouseMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls and opens branches
        if not event.mimeData().hasFormat(MIME):
            event.ignore()
            return
        index = self.indexAt(event.position().toPoint()).siblingAtColumn(NAME)
        adds = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        plan = self.tree.plan(event.mimeData(), index, adds)
        self._target = QPersistentModelIndex(QModelIndex() if plan.refusal else index)
        self._drops_on_top = not plan.refusal and not index.isValid()
        self._refusal = plan.refusal
        self.drop_planned.emit(plan.refusal or plan.will)
        if plan.refusal:
            event.ignore()
        else:
            event.setDropAction(Qt.DropAction.CopyAction if adds else Qt.DropAction.MoveAction)
            event.accept()
        self.viewport().update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        index = self.indexAt(event.position().toPoint()).siblingAtColumn(NAME)
        adds = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        action = Qt.DropAction.CopyAction if adds else Qt.DropAction.MoveAction
        if self.tree.dropMimeData(event.mimeData(), action, -1, -1, index):
            # Copy: the model moves by a judgement, Qt must not take rows out after the drag.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()
        self._end_drag()
        self.stopAutoScroll()
        self.setState(QAbstractItemView.State.NoState)

    def _end_drag(self) -> None:
        self._target, self._drops_on_top = QPersistentModelIndex(), False
        self.drop_planned.emit("")
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_seen:  # only now it is as high as it is: what is current may be below
            self._was_seen = True
            QTimer.singleShot(0, self, lambda: self.scrollTo(self.currentIndex()))
        box: QRect | None = None
        if self._drops_on_top:
            box = self.viewport().rect()
        elif self._target.isValid():
            box = self.visualRect(self._target)
            box.setLeft(0)
            box.setRight(self.viewport().width() - 1)
        if box is not None:
            painter = QPainter(self.viewport())
            paint_frame(painter, box, theme.colours().of("accent"), 2)
            painter.end()
