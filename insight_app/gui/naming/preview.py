"""A preview of renamings as a table with checkboxes, and in words how many are chosen.

Knows neither where the renamings come from nor what is done with them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget
from shiboken6 import isValid

from insight_app.figures import counted
from insight_app.gui import theme
from insight_app.gui.naming.proposals import (
    AFTER,
    BEFORE,
    CHECK,
    OTHERS,
    ProposalModel,
    Proposed,
    proposed,
)
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import dim_label

if TYPE_CHECKING:
    from insight_app.project.judgements.names.spelling import Renaming

Names: TypeAlias = list[tuple[int, str]]
Rule: TypeAlias = "Callable[[Names], list[Renaming[int]]]"
"""Which of (row, name) are renamed; asked on the pool."""
WIDEST_NUMBER, WIDEST_OTHERS = "#000000", "Of this name then"
TICK = 28


class RenamePreview(QWidget):
    """nothing: what is said where no name changes."""

    clicked = Signal(int)
    """The row of a concept, to be looked at."""

    def __init__(self, session: Session, nothing: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.session, self._nothing, self._done = session, nothing, ""
        self.model = ProposalModel(self)
        self.table = _Table(self.model, self)
        self.count = dim_label("", self)
        self.count.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.count)
        self.model.chosen_changed.connect(self._tell)
        self.table.clicked.connect(lambda index: self.clicked.emit(self._row_at(index.row())))
        self._tell()

    def look(self, rule: Rule, rows: "list[int] | None" = None) -> None:
        """Show a moment later what a rule does to the names of concepts; rows: None = of all."""
        everyone = self.session.naming.names()
        wanted = everyone if rows is None else self.session.naming.names(rows)

        def find() -> Proposed:
            return proposed(everyone, rule(wanted))

        self.session.jobs.run(find, done=self._show, key=("renamings", id(self)))

    def clear(self) -> None:
        """Show nothing."""
        self.model.show(Proposed(), frozenset())

    def say_done(self, text: str) -> None:
        """Say what was done, until something else is looked for."""
        self._done = text

    def _row_at(self, place: int) -> int:
        return self.model.proposed.renamings[place].key

    def _show(self, found: Proposed) -> None:
        if not isValid(self):
            return  # its dialog was closed meanwhile
        catalogue = self.session.state.catalogue
        if catalogue is not None:
            rows = [one.key for one in found.renamings]
            self.model.show(found, frozenset(row for row in rows if not catalogue.by_person[row]))

    def _tell(self) -> None:
        every, chosen = self.model.rowCount(), len(self.model.chosen)
        if not every:
            self.count.setText(self._done or self._nothing)
        else:
            of = "" if chosen == every else f" of {every:,}"
            self.count.setText(
                f"{chosen:,}{of} {'name changes' if every == 1 else 'names change'}; "
                "nothing is changed yet. One undo takes all of it back."
            )


class _Table(QTableView):
    """Space ticks the current row."""

    def __init__(self, model: ProposalModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName("Names that change")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.follow(self._measure)

    def _measure(self) -> None:
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 8)
        self.setColumnWidth(CHECK, metrics.horizontalAdvance(WIDEST_NUMBER) + TICK)
        self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        others = metrics.horizontalAdvance(WIDEST_OTHERS) + TICK
        left = self.viewport().width() - self.columnWidth(CHECK) - others
        self.setColumnWidth(OTHERS, others)
        self.setColumnWidth(BEFORE, left // 2)
        self.setColumnWidth(AFTER, left - left // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space:
            super().keyPressEvent(event)
            return
        rows = sorted({index.row() for index in self.selectedIndexes()})
        ticks = [self.model().index(row, CHECK) for row in rows]
        is_on = any(tick.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked
                    for tick in ticks)  # fmt: skip
        state = Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked
        for tick in ticks:
            self.model().setData(tick, state.value, Qt.ItemDataRole.CheckStateRole)


def do_text(count: int, verb: str) -> str:
    """Return what the button says: "Rename 12 concepts"."""
    return f"{verb} {counted(count, 'concept')}"
