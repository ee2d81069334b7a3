"""The figures of a report as a tree: groups, in each its figures, at the end the self-tests.

Shows what it is given; which report that is, is the panel's matter.
"""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QBrush, QFocusEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from insight_app.figures import column
from insight_app.gui import icons, theme
from insight_app.gui.quality import wording
from insight_app.gui.quality.axis import ROLE, AxisDelegate, OnAxis
from insight_app.gui.state.quality_control import Beside
from insight_app.gui.wording import tooltip
from insight_app.project.quality.comparing import Difference, differences
from insight_app.project.quality.report import GROUPS, Figure, QualityReport, SelfTest

TITLE, VALUE, INTERVAL, OTHER, AXIS, CONTROL, COUNT = range(7)
HEADS = ("measure", "value", "95 % interval", "", "", "strongest control", "over")
DETAILS = int(Qt.ItemDataRole.UserRole) + 2
"""Under which an item holds all about itself, as text."""
CONCEPTS = int(Qt.ItemDataRole.UserRole) + 3
"""Under which it holds the rows of the concepts that stand out in it."""
SELF_TESTS = "Self-tests"
AXIS_WIDTH = 110
MOST_LETTERS = {CONTROL: 26, COUNT: 17, OTHER: 16}
"""Of columns whose texts are also told below: the measure's own has the rest of the room."""
DIFFERS = "●"
"""Before another report's value that lies beyond both intervals."""


class FigureTree(QTreeWidget):
    """`told` says the details of the row that is current, '' where it has none.

    name_of: the name of a concept by its row, '' where it has none now.
    """

    told = Signal(str)
    chosen = Signal(object)
    """Rows of the concepts that stand out in a figure: Enter or a double click on it."""

    def __init__(self, name_of: Callable[[int], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._name_of = name_of
        self.ensurePolished()
        self.setHeaderLabels(list(HEADS))
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # many measures begin alike
        self.setAccessibleName("Figures of quality")
        self.setRootIsDecorated(True)
        self.setAllColumnsShowFocus(True)
        self.setItemDelegateForColumn(AXIS, AxisDelegate(self))
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.header().setSectionResizeMode(TITLE, QHeaderView.ResizeMode.Stretch)
        self.setIndentation(14)
        self.report: QualityReport | None = None
        self.beside: Beside | None = None
        self.currentItemChanged.connect(self._tell)
        self.itemActivated.connect(self._choose)
        theme.follow(self._show_again)

    def show_report(self, report: QualityReport | None, beside: Beside | None) -> None:
        """Show a report, another one beside it; the row that was current stays so."""
        if (report, beside) != (self.report, self.beside):
            self.report, self.beside = report, beside
            self._show_again()

    def _show_again(self) -> None:
        current = self.currentItem()
        kept = "" if current is None else str(current.data(TITLE, Qt.ItemDataRole.UserRole))
        self.clear()
        self.setColumnHidden(OTHER, self.beside is None)
        self.headerItem().setText(OTHER, "" if self.beside is None else self.beside.title)
        if self.report is None:
            return
        rows = differences(self.report, self.report if self.beside is None else self.beside.report)
        for group in GROUPS:
            if found := [row for row in rows if row.group == group]:
                self._add_group(group, found)
        self._add_tests(self.report.self_tests)
        self.expandAll()
        self._fit()
        self._restore(kept)

    def _add_group(self, group: str, rows: Sequence[Difference]) -> None:
        head = self._head(group)
        values = column([_value(row.one) for row in rows])
        for row, value in zip(rows, values, strict=True):
            one, other = row.one, None if self.beside is None else row.other
            item = QTreeWidgetItem(head)
            item.setText(TITLE, row.title)
            item.setText(VALUE, value)
            item.setText(OTHER, f"{DIFFERS if row.is_beyond else ''} {_value(other)}".strip())
            if one is not None:
                item.setText(INTERVAL, wording.interval_text(one.low, one.high))
                item.setText(CONTROL, wording.control_text(one))
                item.setText(COUNT, wording.count_text(one))
                item.setData(AXIS, ROLE, OnAxis(one, other))
                item.setData(TITLE, CONCEPTS, [each.concept for each in one.standouts])
                lines = (*wording.details(one), *self._standouts(one), *self._of_other(other))
            else:
                lines = (row.title, *self._of_other(other))
            is_dim = one is None or one.is_no_better or one.value is None
            self._finish(item, row.id, "\n".join(lines), is_dim=is_dim)
            item.setFont(VALUE, theme.bold(theme.tabular(self.font())))

    def _of_other(self, other: Figure | None) -> Iterable[str]:
        if self.beside is not None:
            interval = "" if other is None else wording.interval_text(other.low, other.high)
            between = f" ({interval})" if interval else ""
            value = _value(other) or "not measured there"
            yield f"{self.beside.title}: {value}{between}"

    def _add_tests(self, tests: Iterable[SelfTest]) -> None:
        head = self._head(SELF_TESTS)
        for test in tests:
            item = QTreeWidgetItem(head)
            item.setText(TITLE, test.title)
            item.setText(VALUE, wording.number(test.value))
            item.setText(CONTROL, f"{'passed' if test.passed else 'failed'}: {test.expected}")
            name, colour = ("check", "accepted") if test.passed else ("x", "rejected")
            item.setIcon(CONTROL, icons.icon(name, colour))
            self._finish(item, test.id, "\n".join(wording.test_details(test)), is_dim=False)

    def _standouts(self, one: Figure) -> Iterable[str]:
        shown = [(self._name_of(each.concept), each.value) for each in one.standouts]
        named = [f"{name} {wording.number(value)}" for name, value in shown if name]
        if named:
            yield f"Concepts that stand out (Enter selects them): {', '.join(named)}"

    def _choose(self, item: QTreeWidgetItem) -> None:
        if concepts := item.data(TITLE, CONCEPTS):
            self.chosen.emit(concepts)

    def _head(self, text: str) -> QTreeWidgetItem:
        head = QTreeWidgetItem(self)
        head.setText(TITLE, text)
        head.setFont(TITLE, theme.bold(self.font()))
        head.setFirstColumnSpanned(True)
        head.setData(TITLE, Qt.ItemDataRole.UserRole, text)
        return head

    def _finish(self, item: QTreeWidgetItem, id: str, text: str, *, is_dim: bool) -> None:
        item.setData(TITLE, Qt.ItemDataRole.UserRole, id)
        item.setData(TITLE, DETAILS, text)
        item.setData(TITLE, Qt.ItemDataRole.AccessibleTextRole, text)
        for place in range(self.columnCount()):
            item.setToolTip(place, tooltip(text))
            if place in (VALUE, INTERVAL, OTHER, COUNT):
                right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                item.setTextAlignment(place, right)
                item.setFont(place, theme.tabular(self.font()))
            if is_dim or place in (INTERVAL, CONTROL, COUNT):
                item.setForeground(place, QBrush(theme.colours().of("dim")))

    def _fit(self) -> None:
        letter = self.fontMetrics().averageCharWidth()
        for place in (VALUE, INTERVAL, OTHER, CONTROL, COUNT):
            self.resizeColumnToContents(place)
        for place, letters in MOST_LETTERS.items():
            self.setColumnWidth(place, min(self.columnWidth(place), letters * letter))
        self.setColumnWidth(AXIS, AXIS_WIDTH)

    def _restore(self, id: str) -> None:
        for item in self._all():
            if item.data(TITLE, Qt.ItemDataRole.UserRole) == id:
                self.setCurrentItem(item)
                return
        first = next((item for item in self._all() if item.parent() is not None), None)
        if first is not None:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.setCurrentItem(first, TITLE, flags | QItemSelectionModel.SelectionFlag.Rows)

    def _all(self) -> Iterable[QTreeWidgetItem]:
        for place in range(self.topLevelItemCount()):
            head = self.topLevelItem(place)
            if head is not None:
                rows = (head.child(row) for row in range(head.childCount()))
                yield from (head, *(row for row in rows if row is not None))

    def _tell(self, current: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        self.told.emit("" if current is None else str(current.data(TITLE, DETAILS) or ""))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say what is current: a screen reader hears nothing else."""
        super().focusInEvent(event)
        if self.currentItem() is None and self.topLevelItemCount():
            self._restore("")


def _value(one: Figure | None) -> str:
    """Return a figure's value as it is shown, '' of one that a report does not have."""
    return "" if one is None else wording.number(one.value)
