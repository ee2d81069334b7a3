"""What photos of a class were taken for: a matrix of counts, true class down, decided across.

Shows the matrix that it is given and says which cell was chosen. Knows no photo.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from insight_app.figures import counted
from insight_app.gui import theme
from insight_app.gui.curation.lists.concept_row import paint_focus
from insight_app.gui.explain.score_tree import AGAINST, FOR
from insight_app.gui.qt_types import Index
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible

NAMES = 20
"""Letters that names of classes have beside the matrix at most."""


class ConfusionModel(QAbstractTableModel):
    """classes; counts (C, C): photos of a class (row) that were taken for each (column)."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.classes: tuple[str, ...] = ()
        self.counts: NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self.sums: NDArray[np.int64] = np.zeros(0, np.int64)

    def show(self, classes: Sequence[str], counts: NDArray[np.int64]) -> None:
        """Show another matrix."""
        if tuple(classes) == self.classes and np.array_equal(counts, self.counts):
            return
        self.beginResetModel()
        self.classes, self.counts = tuple(classes), counts
        self.sums = counts.sum(axis=1)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.classes)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.classes)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if not 0 <= section < len(self.classes):
            return None
        name = visible(self.classes[section])
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role == Qt.ItemDataRole.ToolTipRole:
            is_true = orientation == Qt.Orientation.Vertical
            return tooltip(f"{'True class' if is_true else 'Taken for'}: {name}")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = index.row(), index.column()
        count = int(self.counts[row, column])
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{count:,}" if count else ""
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = self.words(row, column)
            return tooltip(words) if role == Qt.ItemDataRole.ToolTipRole else words
        return None

    def words(self, row: int, column: int) -> str:
        """Return what a cell counts, as a sentence."""
        count, of = int(self.counts[row, column]), int(self.sums[row])
        true, decided = visible(self.classes[row]), visible(self.classes[column])
        of_all = f"{count:,} of {counted(of, 'photo')} of {true}"
        if row == column:
            return f"{of_all} were told right. Enter shows them"
        return f"{of_all} were taken for {decided}. Enter shows them"

    def worst(self) -> tuple[int, int] | None:
        """Return the cell off the diagonal with most photos; None where all were told right."""
        wrong = self.counts - np.diag(np.diag(self.counts))
        if not wrong.any():
            return None
        row, column = divmod(int(wrong.argmax()), len(self.classes))
        return row, column


class _Heads(QHeaderView):
    """Names of classes from the bottom to the top: columns are narrow, names are long."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)

    def sizeHint(self) -> QSize:
        model, metrics = self.model(), self.fontMetrics()
        names = () if not isinstance(model, ConfusionModel) else model.classes
        longest = max((metrics.horizontalAdvance(visible(one)) for one in names), default=0)
        most = metrics.averageCharWidth() * NAMES
        return QSize(super().sizeHint().width(), min(longest, most) + 12)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        c, name = theme.colours(), self.model().headerData(section, Qt.Orientation.Horizontal)
        painter.save()
        painter.fillRect(rect, c.of("base"))
        painter.translate(rect.x(), rect.bottom())
        painter.rotate(-90)
        view = self.parent()
        is_chosen = isinstance(view, QTableView) and view.currentIndex().column() == section
        painter.setFont(theme.bold(self.font()) if is_chosen else self.font())
        painter.setPen(c.of("text"))
        room = rect.height() - 8
        shown = painter.fontMetrics().elidedText(str(name), Qt.TextElideMode.ElideRight, room)
        box = QRectF(4, 0, room, rect.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()


class ConfusionView(QTableView):
    """`opened(row, column)` when a cell is clicked or Enter is pressed on it."""

    opened = Signal(int, int)

    def __init__(self, model: ConfusionModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setHorizontalHeader(_Heads(self))
        self.setModel(model)
        self.setItemDelegate(_Delegate(model, self))
        self.setAccessibleName("Confusions: true class down, decided across")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(True)
            header.setSectionsClickable(False)
        self.verticalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        theme.follow(self._measure)
        model.modelReset.connect(self._measure)
        self.clicked.connect(lambda index: self.opened.emit(index.row(), index.column()))

    def _measure(self) -> None:
        metrics = self.fontMetrics()
        side = metrics.height() + 8
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setMinimumSectionSize(side)
            header.setDefaultSectionSize(side)
        self.horizontalHeader().setDefaultSectionSize(side + metrics.averageCharWidth() * 2)
        names = [visible(one) for one in self._names()]
        longest = max((metrics.horizontalAdvance(one) for one in names), default=0)
        most = metrics.averageCharWidth() * NAMES
        self.verticalHeader().setFixedWidth(min(longest, most) + 20)
        self.updateGeometries()

    def _names(self) -> tuple[str, ...]:
        model = self.model()
        return model.classes if isinstance(model, ConfusionModel) else ()

    def keyPressEvent(self, event: object) -> None:
        """Open a cell with Enter."""
        key = event.key()  # type: ignore[attr-defined]
        index = self.currentIndex()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.opened.emit(index.row(), index.column())
            return
        super().keyPressEvent(event)  # type: ignore[arg-type]

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make a cell the current one: a screen reader says nothing else."""
        super().focusInEvent(event)
        model = self.model()
        if not self.currentIndex().isValid() and model.rowCount():
            self.setCurrentIndex(model.index(0, 0))


class _Delegate(QStyledItemDelegate):
    """Fills a cell by the share of its row: blue what is right, orange what is not."""

    def __init__(self, model: ConfusionModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, column = index.row(), index.column()
        count, of = int(self._model.counts[row, column]), int(self._model.sums[row])
        box = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.save()
        c = theme.colours()
        ink = c.of("text")
        if count:
            is_right = row == column
            colour = QColor(FOR if is_right else AGAINST)
            share = count / max(1, of)
            colour.setAlphaF(0.15 + 0.85 * share if is_right else 0.12 + 0.6 * share)
            painter.fillRect(box, colour)
            if is_right and share > 0.45:
                ink = QColor("#ffffff")
        else:
            painter.fillRect(box, c.of("hover"))
        painter.setFont(theme.tabular(option.font))
        painter.setPen(ink)
        if count:
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{count:,}")
        paint_focus(painter, option)
        painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.palette.setColor(QPalette.ColorRole.Highlight, theme.colours().of("selected"))
