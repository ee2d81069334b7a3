"""The hierarchy panel: the tree with its order, level filter, search line and drag lock.

What the tree does with keys and drags is in hierarchy_view.py; judging goes through the session.
"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from insight_app.figures import counted
from insight_app.gui import icons, theme
from insight_app.gui.curation.concept_keys import ConceptVerbs, keys_of
from insight_app.gui.curation.folding import sentence
from insight_app.gui.curation.judge_buttons import AdvanceSwitch
from insight_app.gui.curation.names_facet import NamesFacet
from insight_app.gui.curation.relation_words import threshold
from insight_app.gui.curation.tree.hierarchy_view import HierarchyView
from insight_app.gui.curation.tree.order import BY_NAME, IMAGES, STRENGTH
from insight_app.gui.curation.tree.tree_model import FOLD_ID
from insight_app.gui.finding.hits import NOTHING_FOUND
from insight_app.gui.panel import Panel
from insight_app.gui.qt_types import Index
from insight_app.gui.state.lists import OfferedConcepts, OfferedRelations
from insight_app.gui.state.relation_curation import RelationCuration
from insight_app.gui.state.session import Session
from insight_app.gui.state.views import GoBack
from insight_app.gui.totals import totals
from insight_app.gui.widgets import ElidedLabel, EmptyState, thin_line
from insight_app.gui.wording import command_text, tooltip

if TYPE_CHECKING:
    from insight_app.gui.curation.tree.tree_model import TreePath
    from insight_app.project.judgements import ConceptId

ORDERS = {
    IMAGES: ("by images", "Sorted by the number of images covered"),
    STRENGTH: ("by strength", "Sorted by the mean strength of active cells"),
    BY_NAME: ("by name", "Sorted by name"),
}
OPEN_BRANCHES = "open_branches"
"""What the place in a project calls the branches that are open."""
BRANCHES_KEPT = 200
"""As many of them are kept: the settings are no place for thousands."""
MENU = (
    *("accept", "unsure", "reject", "", "rename", "note", "hide", ""),
    *("merge", "group", "split", "keep_apart", "take_apart", ""),
)
"""What can be done with a concept, '' a line between."""
HOW_TO_DRAG = "Drag onto a parent; Ctrl adds one"


class HierarchyPanel(Panel):
    """All concepts under their parents."""

    title = "Hierarchy"
    object_name = "hierarchy"
    follows = frozenset({"project", "results", "curation", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._judged: set[int] = set()
        self._count: int | None = None
        self._hits: tuple[ConceptId, ...] = ()
        self._hit = 0
        self.view = HierarchyView(session, self)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find in the hierarchy")
        self.search.setAccessibleName("Find in the hierarchy")
        self.search.setToolTip(
            "Up and Down go from hit to hit, Enter to the tree, where Ctrl+A selects all hits; "
            "Escape clears"
        )
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._searched)
        self.search.installEventFilter(self)
        session.projects.opened.connect(self.search.clear)  # its hits are of the last project
        self._build_header()
        self.setFocusProxy(self.view)
        self.empty = EmptyState(
            "Concepts appear here, each under its parents: those that the model finds in your "
            "photos as soon as the first are analyzed, those of released files at once.",
            self,
        )
        self.empty.add_action(session.actions, "analysis.add")
        self.drop_line = ElidedLabel(HOW_TO_DRAG, self)
        self.drop_line.setProperty("dim", True)
        self.drop_line.setAccessibleName("What a drop does")
        self.drop_line.setToolTip(
            "Dropping moves a concept from the parent it was dragged from; with Ctrl it keeps that "
            "one too; dropping on the empty space takes it to the top"
        )
        line = QHBoxLayout()
        line.setContentsMargins(8, 6, 8, 6)
        line.addWidget(self.search)
        self.facet = NamesFacet(self.set_doubtful, self)
        line.addWidget(self.facet)
        self.body.addLayout(line)
        self.threshold = ElidedLabel("", self)
        self.threshold.setProperty("dim", True)
        self.threshold.setContentsMargins(12, 0, 12, 4)
        self.threshold.setAccessibleName("Which relations are shown")
        self.body.addWidget(self.threshold)
        theme.follow(self._measure_threshold)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.empty, 1)
        self.foot.addWidget(thin_line(self))
        below = QHBoxLayout()
        below.setContentsMargins(12, 4, 8, 4)
        below.addWidget(self.drop_line, 1)
        below.addWidget(AdvanceSwitch(session, self))
        self.foot.addLayout(below)
        self.view.drop_planned.connect(lambda text: self.drop_line.setText(text or HOW_TO_DRAG))
        self.view.branches_changed.connect(self._keep_branches)
        self.view.list_changed.connect(lambda: session.lists.listed(self.object_name))
        session.lists.offer(
            OfferedConcepts(
                self.object_name,
                self.isVisible,
                self.has_keyboard,
                self.view.concepts_in_order,
                self.view.neighbour,
            )
        )
        session.lists.offer_relations(
            OfferedRelations(
                self.object_name,
                self.isVisible,
                self.has_keyboard,
                self.view.relations.has,
                self.view.relations.beside,
            )
        )
        session.relations.offer_place(self.view.relations.here)
        session.relations.offer_moving(self.view.moving_here)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._menu)
        keys_of(session).register(ConceptVerbs(self, rename=self.view.rename))
        session.views.offer(self._remember)
        QWidget.setTabOrder(self.search, self.view)

    def _build_header(self) -> None:
        self.order_button = _menu_button("Sorted", self)
        menu, group = QMenu(self), QActionGroup(self)
        for order, (text, tip) in ORDERS.items():
            action = _choice(menu, group, text, tip, order == IMAGES)
            action.triggered.connect(lambda _c=False, order=order: self.set_order(order))
        self.order_button.setMenu(menu)
        self.level_button = _menu_button("all levels", self)
        self.level_button.setMenu(QMenu(self))
        self.level_button.menu().aboutToShow.connect(self._fill_levels)
        self.flat = QToolButton(self)
        self.flat.setCheckable(True)
        self.flat.setIcon(icons.icon("list-bullets", "dim"))
        self.flat.setToolTip("One flat list instead of the tree")
        self.flat.setAccessibleName("Flat list")
        self.flat.toggled.connect(self.set_flat)
        self.lock = QToolButton(self)
        self.lock.setCheckable(True)
        self.lock.setIcon(icons.icon("lock-simple-open", "dim"))
        self.lock.setToolTip("Lock: nothing is moved by dragging")
        self.lock.setAccessibleName("Lock dragging")
        self.lock.toggled.connect(self.set_locked)
        for widget in (self.order_button, self.level_button, self.flat, self.lock):
            self.header.add(widget)
        self.order_button.setText(ORDERS[IMAGES][0])

    # ---- what is shown

    def set_order(self, order: str) -> None:
        """Order by images, strength or name."""
        tree = self.view.tree
        tree.order = replace(tree.order, by=order)
        self.order_button.setText(ORDERS[order][0])
        self.view.reload(keep=True)

    def set_flat(self, flat: bool) -> None:
        """Show one flat list, or the tree."""
        tree = self.view.tree
        tree.order = replace(tree.order, flat=flat)
        self.view.reload(keep=False)
        self._show_count()

    def set_locked(self, locked: bool) -> None:
        """Switch dragging off, or on."""
        self.view.tree.locked = locked
        self.lock.setIcon(icons.icon("lock-simple" if locked else "lock-simple-open", "dim"))
        self.drop_line.setText("Dragging is switched off." if locked else HOW_TO_DRAG)

    def set_levels(self, levels: tuple[int, int] | None) -> None:
        """Show the levels (lowest, highest), or all."""
        tree = self.view.tree
        tree.order = replace(tree.order, levels=levels)
        text = "all levels" if levels is None else f"level {levels[0]}"
        if levels is not None and levels[0] != levels[1]:
            text = f"levels {levels[0]}-{levels[1]}"
        self.level_button.setText(text)
        self._show_filtered()

    def _show_filtered(self) -> None:
        """List what passes the filters now; select something that does."""
        self.view.reload(keep=True)
        if not self.view.selectionModel().hasSelection():
            # What is selected is filtered out: keys act on what is seen.
            first = self.view.neighbour(None, 1, ())
            if first is not None:
                self.session.selection.select(concepts=(first,))
        self._show_count()

    def set_doubtful(self, doubtful: bool | None) -> None:
        """Show only concepts with doubtful names, only others, or all."""
        tree = self.view.tree
        tree.order = replace(tree.order, doubtful=doubtful)
        self._show_filtered()

    def _fill_levels(self) -> None:
        menu, group = self.level_button.menu(), QActionGroup(self)
        menu.clear()
        catalogue, chosen = self.session.state.catalogue, self.view.tree.order.levels
        top = int(catalogue.level.max()) if catalogue is not None and catalogue.size else 0
        choices: list[tuple[str, tuple[int, int] | None]] = [("All levels", None)]
        choices += [(f"Level {n}", (n, n)) for n in range(top + 1)]
        choices += [(f"Levels 0 to {n}", (0, n)) for n in range(1, top)]
        for text, levels in choices:
            action = _choice(menu, group, text, "", levels == chosen)
            action.triggered.connect(lambda _c=False, levels=levels: self.set_levels(levels))

    def _curated(self, rows: set[int], structure: bool) -> None:
        self._judged |= rows
        super()._curated(rows, structure)

    def refresh(self) -> None:
        catalogue = self.session.state.catalogue
        has_any = catalogue is not None and catalogue.size > 0
        self.view.setVisible(has_any)
        if self.reasons & {"project", "results", "curation"}:
            self.facet.count(self.session.state)
        self.search.setEnabled(has_any)
        self.empty.setVisible(not has_any)
        if self.reasons & {"project", "results"}:
            self._show_threshold()
            self._judged.clear()
            is_other = "project" in self.reasons
            self.view.reload(keep=not is_other, opened=self._branches_left() if is_other else ())
        elif self._judged and has_any:
            judged, self._judged = self._judged, set()
            self.view.judged(judged, self.changed_rows is None)
        if has_any:
            self.view.follow_selection(moves=self.reasons != {"curation"})
        self._show_count(bool(self.reasons - {"selection", "view"}))

    def _show_threshold(self) -> None:
        """Say above which share a relation is one."""
        results = self.session.state.results
        text, tip = ("", "") if results is None else threshold(results)
        self.threshold.setText(text[:1].upper() + text[1:])
        self.threshold.setToolTip(tooltip(tip))

    def _measure_threshold(self) -> None:
        """Leave room for the line from the start: what is below must not move when it is there."""
        self.threshold.setFixedHeight(self.threshold.fontMetrics().height() + 4)

    def _branches_left(self) -> "list[TreePath]":
        """Return the paths of the branches that were open when the project was left."""
        from insight_app.project.judgements import parse_concept

        kept, paths = self.session.places.kept(OPEN_BRANCHES), []
        for names in kept if isinstance(kept, list) else []:
            path = names if isinstance(names, list) else []
            steps = (one if one == FOLD_ID else parse_concept(str(one)) for one in path)
            known = tuple(concept for concept in steps if concept is not None)
            if len(known) == len(path):
                paths.append(known)
        return paths[:BRANCHES_KEPT]

    def _keep_branches(self) -> None:
        self.session.places.keep(
            OPEN_BRANCHES, lambda: [list(path) for path in self.view.open_paths()[:BRANCHES_KEPT]]
        )

    def _show_count(self, is_other: bool = True) -> None:
        """Say how many concepts are listed of how many; is_other: they may be others."""
        if self._hits:
            self._show_hit()
            return
        catalogue, found = self.session.state.catalogue, totals(self.session.state)
        if catalogue is None or found is None:
            self.set_info("")
            return
        if is_other or self._count is None:
            self._count = int(self.view.tree.order.listed(catalogue).sum())
        count = self._count
        folded = len(self.view.tree.order.folded(catalogue, lambda _row: ""))
        away = f"\n{sentence(folded)} and are folded away at the end." if folded else ""
        tip = (
            f"{count:,} of {counted(found.known, 'concept')} are listed: those that fire, that a "
            f"person judged, or that are related to another.{away}\n{found.explanation}"
        )
        self.set_info(f"{count:,} of {found.known:,}", tip)

    def _remember(self) -> GoBack:
        """Return what brings filters, search, branches and scroll back to what they are now."""
        order, text, hit = self.view.tree.order, self.search.text(), self._hit
        project, go_back = self.session.state.project, self.view.remember()

        def restore() -> None:
            if self.session.state.project is not project:
                return
            if self.view.tree.order != order:
                self.set_order(order.by)
                self.flat.setChecked(order.flat)
                self.facet.choose(order.doubtful)
                self.set_levels(order.levels)
            if self.search.text() != text:
                self.search.setText(text)
                self.session.selection.forget_soon()
                self._hit = hit if hit < len(self._hits) else 0
                self._show_count()
            go_back()

        return restore

    # ---- search

    def _searched(self, text: str) -> None:
        catalogue = self.session.state.catalogue
        self._hits, self._hit = (), 0
        self.view.found = ()
        self.session.selection.forget_soon()
        if catalogue is None or not text.strip():
            self.view.follow_selection()  # it marks a hit that nobody waits for any more
            self._show_count()
            return
        self._hits = self.session.state.ids_of(catalogue.search(text, meanings=False))
        self.view.found = self._hits
        self._jump()

    def _jump(self) -> None:
        if not self._hits:
            self.set_info("nothing found", NOTHING_FOUND)
            self.view.follow_selection()
            return
        self._show_hit()
        self.view.show_concepts((self._hits[self._hit],), everywhere=True)
        self.session.selection.select_soon(self._select_hit)

    def _show_hit(self) -> None:
        """Say which of the hits is shown, and why it is one."""
        state, concept = self.session.state, self._hits[self._hit]
        row = state.row_of(concept)
        why = ""
        if state.catalogue is not None and row is not None:
            why = state.catalogue.why_found(row, self.search.text())
        place = f"{self._hit + 1:,} of {counted(len(self._hits), 'hit')}"
        self.set_info(f"{place}, {why}" if why else place, f"{place}, {why or 'by its name'}")

    def _select_hit(self) -> None:
        if self._hits:
            self.session.selection.select(concepts=(self._hits[self._hit],))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.FocusOut:
            self.session.selection.settle()
        if watched is not self.search or event.type() != QEvent.Type.KeyPress:
            return False
        assert isinstance(event, QKeyEvent)
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._hits:
            step = 1 if key == Qt.Key.Key_Down else -1
            self._hit = (self._hit + step) % len(self._hits)
            self._jump()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hits:
            self._select_hit()
            self.view.setFocus()
        elif key == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        else:
            return False
        return True

    # ---- the context menu

    def _menu(self, point: QPoint) -> None:
        self.context_menu(self.view.indexAt(point)).exec(self.view.viewport().mapToGlobal(point))

    def context_menu(self, index: Index) -> QMenu:
        """Make the menu of what can be done with the concept at a place."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        actions, concept = self.session.actions, self.view.tree.present_at(index)
        for id in MENU:
            if id:
                menu.addAction(actions[f"concept.{id}"])
            else:
                menu.addSeparator()
        for id in ("relation.toggle", "concept.move", "concept.add_parent"):
            menu.addAction(actions[id])
        if concept is not None:
            state, relations = concept.state, self.session.relations
            for edge in concept.catalogue.parents(concept.row):
                text = f"Take out of {state.name_told_apart(edge.parent)}"
                remove = menu.addAction(command_text(text))
                remove.setToolTip(tooltip(text))
                remove.setEnabled(not state.read_only)
                parent = state.id_of(edge.parent)
                remove.triggered.connect(partial(_remove, relations, concept.id, parent))
            menu.addSeparator()
            # Newer results may come while the menu is open: the place is gone then.
            kept = QPersistentModelIndex(index)
            menu.addAction("Open everything below", partial(self._expand_below, kept))
        menu.addAction("Close all branches", self.view.collapseAll)
        return menu

    def _expand_below(self, place: QPersistentModelIndex) -> None:
        if place.isValid():
            self.view.expandRecursively(place, 8)


def _remove(
    relations: RelationCuration, child: "ConceptId", parent: "ConceptId", _checked: bool = False
) -> None:
    relations.remove_parent(child, parent)


def _menu_button(text: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setText(text)
    button.setProperty("dim", True)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


def _choice(menu: QMenu, group: QActionGroup, text: str, tip: str, is_on: bool) -> QAction:
    action = menu.addAction(text)
    action.setToolTip(tip or text)
    action.setCheckable(True)
    action.setChecked(is_on)
    group.addAction(action)
    return action
