"""How the table of relations is seen: names as everywhere, numbers below each other.

Knows the model's columns; nothing of where its rows come from.
"""

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from insight_app.gui import theme
from insight_app.gui.curation.lists.concept_row import paint_name
from insight_app.gui.key_filter import PASSES_SIDEWAYS
from insight_app.gui.qt_types import Index
from insight_app.gui.relations.columns import COLUMNS, KEYS
from insight_app.gui.relations.model import NAMES, RelationModel
from insight_app.gui.statistics.table_header import TableHeader

WIDEST = {
    "low": "0.000 to 0.000",
    "source": "these photos",
    "kind": "part of",
    "status": "accepted",
}
"""Of what a column holds; of others a number."""
NUMBER, MARGINS, LETTERS = "00.000", 14, 22
"""LETTERS: of a name."""


class RelationView(QTableView):
    """Whole rows are chosen; rows and columns are measured in letters."""

    def __init__(self, model: RelationModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setHorizontalHeader(TableHeader(self))
        self.setModel(model)
        self.setAccessibleName("Table of relations")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setProperty(PASSES_SIDEWAYS, True)  # whole rows are chosen: no cell to go to
        self.setItemDelegate(_CellDelegate(model, self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        theme.follow(self.measure)
        self.setSortingEnabled(True)
        self.sortByColumn(KEYS.index("strength"), Qt.SortOrder.DescendingOrder)

    def measure(self) -> None:
        """Fit rows and columns to the size of the interface."""
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 10)
        for at, column in enumerate(COLUMNS):
            title = max(map(metrics.horizontalAdvance, column.header.split("\n")))
            widest = metrics.horizontalAdvance(WIDEST.get(column.key, NUMBER))
            if column.key in NAMES:
                widest = LETTERS * metrics.averageCharWidth()
            self.setColumnWidth(at, max(title, widest) + MARGINS)


class _CellDelegate(QStyledItemDelegate):
    """Draws names; all else is left to Qt."""

    def __init__(self, model: RelationModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        if KEYS[index.column()] not in NAMES:
            return
        if (concept := self._model.concept_at(index)) is not None:
            painter.save()
            painter.setPen(theme.colours().of("text"))
            paint_name(painter, option, QRectF(option.rect).adjusted(4, 0, -4, 0), concept)
            painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if KEYS[index.column()] in NAMES:
            option.text = ""  # painted with what tells it apart
        elif COLUMNS[index.column()].is_number:
            option.font = theme.tabular(option.font)
