"""All relations as a table: sorted, filtered, copied; how sure each of them is.

A row is a relation: choosing rows selects them, and A, U, X and the like judge them.
"""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from insight_app.errors import WorldError
from insight_app.figures import counted
from insight_app.gui.curation.relation_words import threshold
from insight_app.gui.dialogs.files import choose_new_file
from insight_app.gui.finding.hits import NOTHING_FOUND
from insight_app.gui.panel import Panel
from insight_app.gui.relations.columns import KEYS
from insight_app.gui.relations.model import RelationModel
from insight_app.gui.relations.view import RelationView
from insight_app.gui.state.lists import OfferedRelations
from insight_app.gui.state.session import Session
from insight_app.gui.statistics.saving import save_table
from insight_app.gui.wording import tooltip
from insight_app.project.judgements.finding.search import folded
from insight_app.project.judgements.finding.texts import number_of
from insight_app.project.judgements.structure.tallies import tally

if TYPE_CHECKING:
    from insight_app.project.judgements import Relation

SORT = "relation_sort"
"""What the place in a project calls how the table is sorted."""


class RelationTablePanel(Panel):
    """The table with its filter above it."""

    title = "Relations in numbers"
    object_name = "relation_table"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.model = RelationModel(self)
        self.view = RelationView(self.model, self)
        self._following = False
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("filter: name of child or parent")
        self.search.setAccessibleName("Filter relations")
        self.search.setToolTip("Words of the names shown; Escape clears")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.sure = QCheckBox("sure only", self)
        self.sure.setToolTip(
            tooltip(
                "Relations whose 95 % interval over photos lies above the threshold: measured on "
                "other photos, most of them hold there too, of all others at best half."
            )
        )
        self.sure.toggled.connect(self._filter)
        line = QHBoxLayout()
        line.setContentsMargins(12, 6, 12, 6)
        line.setSpacing(8)
        line.addWidget(self.search)
        line.addWidget(self.sure)
        self.body.addLayout(line)
        self.body.addWidget(self.view, 1)
        self.setFocusProxy(self.view)
        for text, tip, act in (
            ("Copy", "Copy the selected rows with their headers", self.copy),
            ("CSV…", "Save the rows shown as CSV", self._ask_csv),
        ):
            button = QToolButton(self)
            button.setText(text)
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, act=act: act())
            self.header.add(button)
        copy = QShortcut(QKeySequence.StandardKey.Copy, self.view, self.copy)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.search, self.search.clear)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.view.selectionModel().selectionChanged.connect(self._picked)
        self.view.horizontalHeader().sortIndicatorChanged.connect(self._sorted)
        session.projects.opened.connect(self._opened)
        session.lists.offer_relations(
            OfferedRelations(
                self.object_name, self.isVisible, self.has_keyboard, self._has, self._beside
            )
        )
        self._sort_as_left()

    # ---- following the session

    def refresh(self) -> None:
        if self.reasons & {"project", "results", "curation"}:
            self._following = True
            try:
                self.model.show_relations(self.session.state)
            finally:
                self._following = False
            self._choose_rows()
        if not self.model.edges:
            self.trouble.show_trouble(
                "No relations yet: they are counted with the first analyzed photos."
            )
        elif not self.model.rowCount():
            self.trouble.show_trouble(NOTHING_FOUND, "Clear the filter", self._clear_filter)
        else:
            self.trouble.hide()
        self._show_count()
        self._show_selection()

    def _show_count(self) -> None:
        results = self.session.state.results
        text, tip = ("", "") if results is None else threshold(results)
        shown, every = self.model.rowCount(), len(self.model.edges)
        catalogue = self.session.state.catalogue
        groups = "" if catalogue is None else tally(catalogue).text
        count = groups if shown == every else f"{shown:,} of {counted(every, 'relation')}"
        lines = [f"{shown:,} of {counted(every, 'relation')}: {groups}", text, tip]
        self.set_info(count, "\n".join(line for line in lines if line))

    def _clear_filter(self) -> None:
        self.search.clear()
        self.sure.setChecked(False)

    def _filter(self) -> None:
        self._choose_rows()
        self.invalidate("view")

    def _choose_rows(self) -> None:
        """Show the relations of concepts whose names or numbers are every word that is sought."""
        catalogue, words = self.session.state.catalogue, folded(self.search.text()).split()
        rows = None
        if catalogue is not None and words:
            sought = [(word, number_of(word)) for word in words]
            rows = {
                row
                for row, name in enumerate(map(folded, catalogue.names))
                if all(word in name or row == number for word, number in sought)
            }
        self.model.filter_by(rows, only_sure=self.sure.isChecked())

    def _show_selection(self) -> None:
        """Mark the selected relations, else one of the concept, unless one is marked already."""
        chosen = {index.row() for index in self.view.selectionModel().selectedRows()}
        places = self._places_wanted(chosen)
        if places is None or set(places) == chosen:
            return
        flags = QItemSelectionModel.SelectionFlag
        self._following = True
        try:
            self.view.selectionModel().clearSelection()
            for place in places:
                index = self.model.index(place, KEYS.index("child"))
                self.view.selectionModel().select(index, flags.Select | flags.Rows)
            if places:
                index = self.model.index(places[0], KEYS.index("child"))
                self.view.selectionModel().setCurrentIndex(index, flags.NoUpdate)
                self.view.scrollTo(index)
        finally:
            self._following = False

    def _places_wanted(self, chosen: set[int]) -> list[int] | None:
        """Return the places to mark; None: those that are marked stay."""
        state, selection = self.session.state, self.session.selection
        if selection.relations:
            rows = [state.rows_of(pair) for pair in selection.relations]
            found = (self.model.place_of(*pair) for pair in rows if len(pair) == 2)
            return [place for place in found if place is not None]
        concept = selection.primary
        row = None if concept is None else state.row_of(concept)
        places = [] if row is None else self.model.places_of(row)
        return None if not places or chosen & set(places) else places[:1]

    def _picked(self) -> None:
        if self._following or self.model.state is not self.session.state:
            return
        current = self.view.currentIndex().row()
        places = [index.row() for index in self.view.selectionModel().selectedRows()]
        places.sort(key=lambda place: (place != current, place))
        if places:
            self.session.selection.select_relations(map(self.model.relation_at, places))

    def _has(self, relation: "Relation") -> bool:
        return self._place_of(relation) is not None

    def _place_of(self, relation: "Relation") -> int | None:
        rows = self.model.state.rows_of(relation)
        return self.model.place_of(*rows) if len(rows) == 2 else None

    def _beside(
        self, relation: "Relation | None", by: int, leaving: "Collection[Relation]"
    ) -> "Relation | None":
        place = -1 if relation is None else self._place_of(relation)
        while place is not None and 0 <= (place := place + by) < self.model.rowCount():
            found = self.model.relation_at(place)
            if found != relation and found not in leaving:
                return found
        return None

    # ---- the order

    def _opened(self) -> None:
        self._clear_filter()
        self._sort_as_left()

    def _sorted(self, column: int, order: Qt.SortOrder) -> None:
        self.view.scrollTo(self.view.currentIndex())
        if not self._following:
            is_descending = order == Qt.SortOrder.DescendingOrder
            self.session.places.keep(SORT, lambda: [KEYS[column], is_descending])

    def _sort_as_left(self) -> None:
        """Sort as when the project was left."""
        match self.session.places.kept(SORT):
            case [str(key), bool(is_descending)] if key in KEYS:
                column = KEYS.index(key)
            case _:
                column, is_descending = KEYS.index("strength"), True
        orders = Qt.SortOrder
        order = orders.DescendingOrder if is_descending else orders.AscendingOrder
        self._following = True
        try:
            self.view.sortByColumn(column, order)
        finally:
            self._following = False

    # ---- out

    def copy(self) -> None:
        """Copy the selected rows (all, if none is) as tab-separated text, for spreadsheets."""
        places = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        titles, lines = self.model.table(places or range(self.model.rowCount()), self._columns())
        text = "\n".join("\t".join(line) for line in [titles, *lines])
        QGuiApplication.clipboard().setText(text)
        self.session.messages.say(f"Copied {counted(len(lines), 'row')}")

    def save_csv(self, path: Path) -> None:
        """Write all rows shown, in the order shown."""
        save_table(self.model.table(range(self.model.rowCount()), self._columns()), path)

    def _ask_csv(self) -> None:
        path = choose_new_file(
            self, "Save table", self.session.settings, "relations.csv", "CSV (*.csv)"
        )
        if path is None:
            return
        try:
            self.save_csv(path)
        except WorldError as error:
            self.show_error(error)
        else:
            self.session.messages.say(f"Saved {path.name}")

    def _columns(self) -> list[int]:
        header = self.view.horizontalHeader()
        return [header.logicalIndex(place) for place in range(header.count())]
