"""All relations as a table: sorted, filtered, copied; how sure each of them is.

Relations are judged in the tree; a row here selects its child.
"""

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
from insight_app.gui.state.session import Session
from insight_app.gui.statistics.saving import save_table
from insight_app.gui.wording import tooltip
from insight_app.project.judgements.finding.search import folded

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

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
        count = f"{self.model.rowCount():,} of {counted(len(self.model.edges), 'relation')}"
        self.set_info(count, f"{count}\n{text}\n{tip}" if text else count)

    def _clear_filter(self) -> None:
        self.search.clear()
        self.sure.setChecked(False)

    def _filter(self) -> None:
        self._choose_rows()
        self.invalidate("view")

    def _choose_rows(self) -> None:
        """Show the relations of concepts whose names hold every word that is sought."""
        catalogue, words = self.session.state.catalogue, folded(self.search.text()).split()
        rows = None
        if catalogue is not None and words:
            names = map(folded, catalogue.names)
            rows = {row for row, name in enumerate(names) if all(word in name for word in words)}
        self.model.filter_by(rows, only_sure=self.sure.isChecked())

    def _show_selection(self) -> None:
        """Mark the relations of the selected concept, unless one of them is marked already."""
        row = self.session.state.row_of(concept) if (concept := self._selected) else None
        chosen = {index.row() for index in self.view.selectionModel().selectedRows()}
        places = [] if row is None else self.model.places_of(row)
        if not places or chosen & set(places):
            return
        flags = QItemSelectionModel.SelectionFlag
        self._following = True
        try:
            index = self.model.index(places[0], KEYS.index("child"))
            self.view.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.view.scrollTo(index)
        finally:
            self._following = False

    @property
    def _selected(self) -> "ConceptId | None":
        return self.session.selection.primary

    def _picked(self) -> None:
        if self._following or self.model.state is not self.session.state:
            return
        current = self.view.currentIndex().row()
        places = [index.row() for index in self.view.selectionModel().selectedRows()]
        places.sort(key=lambda place: (place != current, place))
        rows = dict.fromkeys(self.model.child_at(place) for place in places)
        if rows:
            self.session.selection.select(concepts=self.session.state.ids_of(rows))

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
