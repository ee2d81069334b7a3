"""All concepts as a table: the index of the Statistics workspace.

Sorts, filters, selects and copies; the numbers come from gui/statistics.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QLineEdit,
    QMenu,
    QSpinBox,
    QToolButton,
    QWidget,
)

from insight_app.errors import WorldError
from insight_app.figures import counted
from insight_app.gui.curation.fold_line import FoldLine
from insight_app.gui.curation.folding import NOTHING_IN_COMMON
from insight_app.gui.curation.names_facet import NamesFacet
from insight_app.gui.dialogs.files import choose_new_file
from insight_app.gui.finding.hits import NOTHING_FOUND
from insight_app.gui.panel import Panel
from insight_app.gui.state.lists import OfferedConcepts, neighbour
from insight_app.gui.state.session import Session
from insight_app.gui.state.views import GoBack
from insight_app.gui.statistics.columns import COLUMNS, KEYS
from insight_app.gui.statistics.rows import Filter, ask_when_seen, rows_of
from insight_app.gui.statistics.saving import save_table
from insight_app.gui.statistics.table_model import ConceptTableModel
from insight_app.gui.statistics.table_view import table_view
from insight_app.gui.widgets import PlainLabel
from insight_app.gui.wording import command_text, tooltip
from insight_app.gui.wrap_row import WrapRow

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId


INTO_TABLE = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)
"""Keys that lead from the filter to what it found."""
TABLE_FOLD = "table_fold_open"
"""What the place in a project calls whether what is folded away is listed."""
TABLE_SORT = "table_sort"
"""What the place in a project calls how the table is sorted."""


class ConceptTablePanel(Panel):
    """The table with its filters above it."""

    title = "Concepts in numbers"
    object_name = "concept_table"
    follows = frozenset({"selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.rows = rows_of(session)
        self.model = ConceptTableModel(self.rows, self)
        self.view = table_view(self.model, self)
        self._following = False
        self._build_filters()
        self.body.addWidget(self.view)
        self.fold = FoldLine(session, TABLE_FOLD, self._turn_fold, self)
        self.body.addWidget(self.fold)
        self.setFocusProxy(self.view)
        self.view.installEventFilter(self)
        self.search.installEventFilter(self)
        self._add_button("Copy", "Copy the selected rows with their headers", self.copy)
        self._add_button("CSV…", "Save the rows shown as CSV", self._ask_csv)
        copy = QShortcut(QKeySequence.StandardKey.Copy, self.view, self.copy)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.view.selectionModel().selectionChanged.connect(self._picked)
        header = self.view.horizontalHeader()
        header.sortIndicatorChanged.connect(self._sorted)
        session.projects.opened.connect(self._begin)
        self._begin()
        self.rows.changed.connect(self._rows_changed)
        ask_when_seen(self, self.rows)

        session.views.offer(self._remember)
        self._stood = 0
        """Where the selected concept stood last: the next is there once it was filtered out."""
        session.lists.offer(
            OfferedConcepts(
                self.object_name,
                self.isVisible,
                self.has_keyboard,
                self._concepts,
                self._neighbour,
                is_all_that_shows=True,
            )
        )

    def _build_filters(self) -> None:
        line = WrapRow()
        line.setContentsMargins(12, 6, 12, 6)
        line.setSpacing(8)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("filter: name, or status:unreviewed level:2")
        self.search.setAccessibleName("Filter concepts")
        self.search.setToolTip(
            "Words of names and candidate names, not of meanings; Down or Enter goes into the "
            "table, Escape clears"
        )
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(
            lambda text: self.rows.set_filter(replace(self._filter, text=text))
        )
        self.folders = QToolButton(self)
        self.folders.setAccessibleName("Folders counted")
        self.folders.setToolTip("Count only the images of some folders")
        self.folders.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.folders.setMenu(QMenu(self.folders))
        self.folders.menu().setToolTipsVisible(True)
        self.minimum = QSpinBox(self)
        self.minimum.setRange(0, 10_000_000)
        self.minimum.setValue(self.rows.filter.min_images)
        self.minimum.setAccessibleName("Least number of images")
        self.minimum.valueChanged.connect(
            lambda value: self.rows.set_filter(replace(self._filter, min_images=value))
        )
        self.hidden = QCheckBox("hidden too", self)
        self.hidden.toggled.connect(
            lambda on: self.rows.set_filter(replace(self._filter, with_hidden=on))
        )
        line.addWidget(self.search)
        line.addWidget(self.folders)
        line.addWidget(PlainLabel("from", self))
        line.addWidget(self.minimum)
        line.addWidget(PlainLabel("images", self))
        line.addWidget(self.hidden)
        self.facet = NamesFacet(
            lambda doubtful: self.rows.set_filter(replace(self._filter, doubtful=doubtful)), self
        )
        line.addWidget(self.facet)
        self.body.addLayout(line)

    @property
    def _filter(self) -> Filter:
        return self.rows.filter

    def _add_button(self, text: str, tip: str, callback: Callable[[], object]) -> None:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda: callback())
        self.header.add(button)

    def _remember(self) -> GoBack:
        """Return what brings filter and scroll back to what they are now."""
        text, scroll = self._filter.text, self.view.verticalScrollBar().value()
        project = self.session.state.project

        def restore() -> None:
            if self.session.state.project is project and self.isVisible():
                self.search.setText(text)
                self.view.verticalScrollBar().setValue(scroll)

        return restore

    # ---- following the session

    def refresh(self) -> None:
        if self.rows.update():
            return
        if self.rows.is_empty or self.session.state.awaits_photos:
            can_add = self.session.state.awaits_photos and not self.session.state.read_only
            self.trouble.show_trouble(
                "No counts yet: they appear with the first analyzed photos.",
                "Add photos…" if can_add else "",
                self.session.actions["analysis.add"].trigger,
            )
        elif not self.model.rowCount():
            self.trouble.show_trouble(NOTHING_FOUND, "Clear the filter", self._clear_filter)
        else:
            self._say_filtered_out()
        if self.search.text() != self.rows.filter.text:
            self.search.setText(self.rows.filter.text)
        self.facet.count(self.rows.state)
        self.fold.set_count(self.rows.folded)
        self._list_folders()
        self._show_selection()
        if self.model.rowCount():
            self.session.lists.listed(self.object_name)

    def _say_filtered_out(self) -> None:
        """Say where nothing of what is selected is in the table, and how it comes into it."""
        rows, catalogue = self.rows.selected, self.rows.state.catalogue
        is_left_out = all(self.model.place_of(row) is None for row in rows)
        if not rows or catalogue is None or not is_left_out or self.search.hasFocus():
            self.trouble.hide()
        elif catalogue.hidden[list(rows)].any() and not self._filter.with_hidden:
            self.trouble.show_trouble(
                "What is selected is hidden.", "List hidden too", self.hidden.click
            )
        elif catalogue.folded[list(rows)].any() and not self.fold.is_open:
            self.trouble.show_trouble(
                f"What is selected shows {NOTHING_IN_COMMON}.", "List it too", self.fold.click
            )
        else:
            self.trouble.show_trouble(
                "What is selected is filtered out.", "Clear the filter", self._clear_filter
            )

    def _clear_filter(self) -> None:
        self.search.clear()
        self.minimum.setValue(Filter().min_images)
        self.facet.choose(None)
        kept = Filter(with_hidden=self.hidden.isChecked(), with_folded=self.fold.is_open)
        self.rows.set_filter(kept)

    def _turn_fold(self) -> None:
        self.rows.set_filter(replace(self._filter, with_folded=self.fold.is_open))

    def _list_folders(self) -> None:
        menu = self.folders.menu()
        menu.clear()
        chosen = self.rows.filter.folders
        menu.addAction(
            "All folders", lambda: self.rows.set_filter(replace(self._filter, folders=()))
        )
        menu.addSeparator()
        results = self.session.state.results
        for folder in results.folders if results is not None else []:
            name = command_text(folder.path or "(top)")
            action = menu.addAction(f"{name}  ({folder.images:,})")
            action.setToolTip(tooltip(folder.path))
            action.setCheckable(True)
            action.setChecked(folder.id in chosen)
            action.triggered.connect(partial(self._toggle_folder, folder.id))
        count = len(chosen)
        self.folders.setText(counted(count, "folder") if count else "all folders")

    def _toggle_folder(self, id: int, _on: bool = False) -> None:
        chosen = set(self.rows.filter.folders) ^ {id}
        self.rows.set_filter(replace(self._filter, folders=tuple(sorted(chosen))))

    # ---- the list that is gone through

    def _concepts(self) -> "tuple[ConceptId, ...]":
        return self.rows.state.ids_of(self.model.order.tolist())

    def _neighbour(
        self, concept: "ConceptId | None", by: int, leaving: "Collection[ConceptId]"
    ) -> "ConceptId | None":
        row = None if concept is None else self.rows.state.row_of(concept)
        place: float | None = None if row is None else self.model.place_of(row)
        if place is None and concept is not None:
            place = self._stood - 0.5
        left_out = set(self.rows.state.rows_of(leaving))
        found = neighbour(self.model.order.tolist(), place, by, left_out)
        return None if found is None else self.rows.state.id_of(found)

    def _rows_changed(self) -> None:
        """Follow another filter or judgement; what leaves the table passes the selection on."""
        self.invalidate("view")
        if self.search.hasFocus():  # the next letter may bring it back
            self._stood = 0  # what is sought is at the top
            self.session.selection.select_soon(self._select_what_is_seen)
        else:
            self._select_what_is_seen()

    def _select_what_is_seen(self) -> None:
        """Select only what is in the table; of a selection that left it, what took its place."""
        lists = self.session.lists
        if self.rows.state is self.session.state and lists.is_in_front(self.object_name):
            lists.choose_shown()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the keyboard come to a row that is seen; serve the keys of the filter."""
        if watched is self.view and event.type() == QEvent.Type.FocusIn:
            self._select_what_is_seen()
        elif watched is self.search and event.type() == QEvent.Type.FocusOut:
            self.session.selection.settle()
        elif watched is self.search and isinstance(event, QKeyEvent):
            return event.type() == QEvent.Type.KeyPress and self._filter_key(event.key())
        return False

    def _filter_key(self, key: int) -> bool:
        """Return whether a key in the filter did something: Escape clears, Down goes below."""
        if key == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        elif key in INTO_TABLE and self.model.rowCount():
            self.view.setFocus()
        else:
            return False
        return True

    def _show_selection(self) -> None:
        """Select in the table what is selected in the window, and bring the first into view."""
        rows = self.rows.selected
        places = [place for place in map(self.model.place_of, rows) if place is not None]
        if places:
            self._stood = places[0]
        filtered_out = f", {gone:,} filtered out" if (gone := len(rows) - len(places)) else ""
        self.set_info(f"{len(places):,} of {self.model.rowCount():,} selected{filtered_out}")
        wanted, last = QItemSelection(), self.model.columnCount() - 1
        for low, high in _runs(sorted(places)):
            wanted.select(self.model.index(low, 0), self.model.index(high, last))
        selecting = self.view.selectionModel()
        self._following = True
        try:
            selecting.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            if places and (current := self.model.index(places[0], KEYS.index("name"))).isValid():
                selecting.setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)
                self.view.scrollTo(current)
        finally:
            self._following = False

    def _sorted(self, column: int, order: Qt.SortOrder) -> None:
        """Keep the selected row in view, and the order for the next start."""
        self.view.scrollTo(self.view.currentIndex())
        if not self._following:
            is_descending = order == Qt.SortOrder.DescendingOrder
            self.session.places.keep(TABLE_SORT, lambda: [KEYS[column], is_descending])

    def _begin(self) -> None:
        """Sort as when the project was left, and list what was listed then."""
        self._sort_as_left()
        self._turn_fold()

    def _sort_as_left(self) -> None:
        """Sort as when the project was left."""
        match self.session.places.kept(TABLE_SORT):
            case [str(key), bool(is_descending)] if key in KEYS:
                column = KEYS.index(key)
            case _:
                column, is_descending = KEYS.index("images"), True
        orders = Qt.SortOrder
        order = orders.DescendingOrder if is_descending else orders.AscendingOrder
        self._following = True
        try:
            self.view.sortByColumn(column, order)
        finally:
            self._following = False

    def _picked(self) -> None:
        if self._following:
            return
        places = [index.row() for index in self.view.selectionModel().selectedRows()]
        current = self.view.currentIndex().row()
        places.sort(key=lambda place: (place != current, place))
        self.rows.select(int(self.model.order[place]) for place in places)

    # ---- out

    def copy(self, with_headers: bool = True) -> None:
        """Copy the selected rows (all, if none is) as tab-separated text, for spreadsheets."""
        places = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        columns = self._shown_columns()
        lines = self.model.texts(places or list(range(self.model.rowCount())), columns)
        if with_headers:
            lines.insert(0, [COLUMNS[column].title or "status" for column in columns])
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))
        self.session.messages.say(f"Copied {counted(len(lines) - with_headers, 'row')}")

    def save_csv(self, path: Path) -> None:
        """Write all rows shown, in the order shown."""
        columns = self._shown_columns()
        titles = [COLUMNS[column].title or "status" for column in columns]
        places = list(range(self.model.rowCount()))
        save_table((titles, self.model.texts(places, columns)), path)

    def _ask_csv(self) -> None:
        settings = self.session.settings
        path = choose_new_file(self, "Save table", settings, "concepts.csv", "CSV (*.csv)")
        if path is None:
            return
        try:
            self.save_csv(path)
        except WorldError as error:
            self.show_error(error)
        else:
            self.session.messages.say(f"Saved {path.name}")

    def _shown_columns(self) -> list[int]:
        header = self.view.horizontalHeader()
        order = [header.logicalIndex(place) for place in range(header.count())]
        return [c for c in order if not header.isSectionHidden(c) and KEYS[c] != "spread"]


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """Return ascending numbers as runs (first, last) of consecutive ones."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
