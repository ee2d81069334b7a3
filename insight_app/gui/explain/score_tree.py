"""Bars that sum to a score: one row a concept, rolled up along the hierarchy, the zero line common.

Shows the parts that it is given; going to a row selects its concept everywhere. Knows neither how
contributions are worked out nor which photo they are of.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from insight_app.figures import counted, signed
from insight_app.gui import icons, theme
from insight_app.gui.curation.lists.concept_row import paint_focus, paint_ground, paint_name
from insight_app.gui.curation.present_concept import PresentConcept, at_row, find
from insight_app.gui.explain.score_rows import ScorePart, ScoreParts, ScoreRow
from insight_app.gui.icons import REJECTED
from insight_app.gui.qt_types import Index
from insight_app.gui.state.session import Session
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

ROW = int(Qt.ItemDataRole.UserRole)
CONCEPT = ROW + 1
FOR, AGAINST, SUM = QColor("#0072B2"), QColor("#D55E00"), QColor("#1d2125")
FOR_DARK, AGAINST_DARK, SUM_DARK = QColor("#56a8e8"), QColor("#e8862e"), QColor("#e8eaed")
NAMES = 0.46
"""Share of the width that names have; bars and numbers have the rest."""
PAD = 8
Picture = Callable[[int, int], "QPixmap | None"]
"""(row of a concept, side) -> a cut-out of it; None while there is none."""


def bar_colour(value: float) -> QColor:
    """Return the colour of what speaks for a class, or against it."""
    dark = theme.colours().dark
    if value < 0:
        return AGAINST_DARK if dark else AGAINST
    return FOR_DARK if dark else FOR


class SharedAxis:
    """Where values lie from left to right, the same for all rows and for their sum."""

    def __init__(self) -> None:
        self.low = self.high = 0.0

    def fit(self, parts: ScoreParts) -> None:
        """Make room for every value of these parts."""
        values = [parts.score, *(one.total for one in _all_rows(parts.rows))]
        self.low, self.high = min(0.0, *values), max(0.0, *values)

    def paint(
        self, painter: QPainter, width: int, top: float, height: float, value: float, ink: QColor
    ) -> None:
        """Paint a bar from the zero line, and the value at the right end."""
        c, metrics = theme.colours(), painter.fontMetrics()
        room = metrics.horizontalAdvance("+00.000") + PAD
        left, right = width * NAMES, width - room - PAD
        span = (self.high - self.low) or 1.0

        def at(where: float) -> float:
            return left + (right - left) * (where - self.low) / span

        zero, end = at(0.0), at(value)
        bar = QRectF(min(zero, end), top + height * 0.2, abs(end - zero), height * 0.6)
        painter.fillRect(bar, ink)
        painter.setPen(QPen(c.of("handle"), 1))
        painter.drawLine(QPointF(zero, top), QPointF(zero, top + height))
        painter.setPen(c.of("text"))
        box = QRectF(right, top, room, height)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                         signed(value))  # fmt: skip


class ScoreTree(QTreeWidget):
    """`others_chosen` when a row is gone to that is no concept."""

    row_chosen = Signal(object)
    """The ScoreRow that a person went to."""

    def __init__(self, session: Session, picture: Picture, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.axis = SharedAxis()
        self._following = False
        self._open: set[ConceptId | ScorePart] = set()
        self._closed: set[ConceptId | ScorePart] = {ScorePart.OTHERS, ScorePart.SILENT}
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setItemDelegate(_Delegate(self, picture, self))
        self.setAccessibleName("What the score is made of")
        self.setVerticalScrollMode(QTreeWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentItemChanged.connect(self._go)
        self.itemExpanded.connect(lambda item: self._turned(item, True))
        self.itemCollapsed.connect(lambda item: self._turned(item, False))

    # ---- what is shown

    def show_parts(self, parts: ScoreParts) -> None:
        """Show other parts; what was open stays so, and so does the place."""
        scroll = self.verticalScrollBar().value()
        self.axis.fit(parts)
        self._following = True
        self.clear()
        for row in parts.rows:
            self._add(self, row)
        self._following = False
        self.follow_selection(moves=False)
        self.verticalScrollBar().setValue(scroll)

    def _add(self, parent: "QTreeWidget | QTreeWidgetItem", row: ScoreRow) -> None:
        item = QTreeWidgetItem(parent)
        item.setData(0, ROW, row)
        concept = at_row(self.session.state, row.row) if row.row >= 0 else None
        item.setData(0, CONCEPT, None if concept is None else concept.id)
        text = _words(row, concept)
        item.setToolTip(0, tooltip(text))
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, text.replace("\n", ", "))
        for one in row.below:
            self._add(item, one)
        if row.below:
            key = concept.id if concept is not None else row.part
            item.setExpanded(key in self._open or (key not in self._closed and len(row.below) < 9))

    def _turned(self, item: QTreeWidgetItem, is_open: bool) -> None:
        if not self._following:
            key = item.data(0, CONCEPT) or item.data(0, ROW).part
            (self._open if is_open else self._closed).add(key)
            (self._closed if is_open else self._open).discard(key)

    # ---- the selection

    def items(self) -> Iterator[QTreeWidgetItem]:
        """Return all items, each before those below it."""
        stack = [self.topLevelItem(n) for n in reversed(range(self.topLevelItemCount()))]
        while stack:
            item = stack.pop()
            if item is not None:
                yield item
                stack.extend(item.child(n) for n in reversed(range(item.childCount())))

    def follow_selection(self, moves: bool = True) -> None:
        """Mark the row of the selected concept; moves: bring it into view."""
        primary = self.session.selection.primary
        current = self.currentItem()
        if current is not None and current.data(0, CONCEPT) == primary:
            return
        self._following = True
        found = next((one for one in self.items() if one.data(0, CONCEPT) == primary), None)
        if found is None or primary is None:
            self.setCurrentIndex(QModelIndex())
        else:
            above = found.parent()
            while moves and above is not None and above.data(0, CONCEPT) is not None:
                above.setExpanded(True)
                above = above.parent()
            if self._is_seen(found):
                self.setCurrentItem(found)
                if moves:
                    self.scrollToItem(found)
            else:
                self.setCurrentIndex(QModelIndex())
        self._following = False
        self.viewport().update()

    def _go(self, current: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if current is None or self._following:
            return
        concept = current.data(0, CONCEPT)
        self.row_chosen.emit(current.data(0, ROW))
        if concept is not None:
            self.session.selection.select(concepts=(concept,))

    def concepts(self) -> "tuple[ConceptId, ...]":
        """Return the concepts of the rows that can be seen, from top to bottom."""
        found = [
            one.data(0, CONCEPT)
            for one in self.items()
            if one.data(0, CONCEPT) is not None and self._is_seen(one)
        ]
        return tuple(dict.fromkeys(found))

    def _is_seen(self, item: QTreeWidgetItem) -> bool:
        above = item.parent()
        while above is not None and above.isExpanded():
            above = above.parent()
        return above is None

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make a row the current one: a screen reader says nothing else."""
        super().focusInEvent(event)
        if self.currentItem() is None and (first := self.topLevelItem(0)) is not None:
            self.setCurrentItem(first)


class SumRow(QWidget):
    """The row under the tree: what all of its rows sum to."""

    def __init__(self, tree: ScoreTree, parent: QWidget) -> None:
        super().__init__(parent)
        self._tree = tree
        self.text, self.value = "", 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_sum(self, text: str, value: float) -> None:
        """Show another sum."""
        self.text, self.value = text, value
        self.setAccessibleName(f"{text}: {signed(value)}")
        self.setToolTip(tooltip(f"{text}: all rows above sum to it, bias and others included"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.tabular(theme.bold(self.font())))
        width = self._tree.viewport().width()
        ink = SUM_DARK if theme.colours().dark else SUM
        self._tree.axis.paint(painter, width, 0, self.height(), self.value, ink)
        painter.setPen(theme.colours().of("text"))
        room = QRectF(PAD + 16, 0, width * NAMES - PAD - 24, self.height())
        shown = painter.fontMetrics().elidedText(
            self.text, Qt.TextElideMode.ElideRight, int(room.width())
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class _Delegate(QStyledItemDelegate):
    """Draws a row: status, cut-out, name, bar, number."""

    def __init__(self, tree: ScoreTree, picture: Picture, parent: QObject) -> None:
        super().__init__(parent)
        self._tree, self._picture = tree, picture

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, option.fontMetrics.height() + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ScoreRow = index.data(ROW)
        concept = find(self._tree.session.state, index.data(CONCEPT))
        box, width = QRectF(option.rect), self._tree.viewport().width()
        painter.save()
        paint_ground(painter, option)
        painter.setFont(theme.tabular(option.font))
        ink = QColor(bar_colour(row.total))
        if row.below and self._tree.isExpanded(index):
            ink.setAlphaF(0.45)  # its parts stand below it
        self._tree.axis.paint(painter, width, box.y(), box.height(), row.total, ink)
        left = box.x() + 4
        right = width * NAMES - PAD
        if concept is not None:
            side = box.height() - 4
            icons.paint_status(painter, QRectF(left, box.y(), 12, box.height()), concept.status)
            left += 18
            if row.part is ScorePart.CONCEPT and row.counted and not row.below:
                pixmap = self._picture(row.row, int(side))
                if pixmap is not None:
                    painter.drawPixmap(QRectF(left, box.y() + 2, side, side).toRect(), pixmap)
                left += side + 6
            self._paint_concept(painter, option, QRectF(left, box.y(), right - left, box.height()),
                                row, concept)  # fmt: skip
        else:
            painter.setFont(option.font)
            painter.setPen(theme.colours().of("text"))
            room = QRectF(left + 18, box.y(), right - left - 18, box.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, _plain(row))
        paint_focus(painter, option)
        painter.restore()

    def _paint_concept(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        room: QRectF,
        row: ScoreRow,
        concept: PresentConcept,
    ) -> None:
        c = theme.colours()
        is_doubted = concept.is_hidden or concept.status == REJECTED
        painter.setPen(c.of("dim" if is_doubted else "text"))
        note = _note(row, concept)
        width = option.fontMetrics.horizontalAdvance(f"  {note}") if note else 0
        name = room.adjusted(0, 0, -min(width, room.width() / 2), 0)
        taken = paint_name(painter, option, name, concept, is_brief=bool(note))
        if note:
            painter.setFont(option.font)
            painter.setPen(c.of("dim"))
            rest = room.adjusted(taken + 6, 0, 0, 0)
            shown = option.fontMetrics.elidedText(
                note, Qt.TextElideMode.ElideRight, int(rest.width())
            )
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, shown)


def _all_rows(rows: "tuple[ScoreRow, ...]") -> Iterator[ScoreRow]:
    for row in rows:
        yield row
        yield from _all_rows(row.below)


def _note(row: ScoreRow, concept: PresentConcept) -> str:
    """Return what stands behind a name."""
    notes = []
    if row.part is ScorePart.ITSELF:
        notes.append("itself")
    elif row.below:
        notes.append(f"({counted(row.counted, 'concept')})")
    elif row.members:
        notes.append(f"(with {len(row.members)} merged)")
    if concept.is_hidden:
        notes.append("junk")
    elif concept.status == REJECTED:
        notes.append("rejected")
    return " ".join(notes)


def _plain(row: ScoreRow) -> str:
    if row.part is ScorePart.BIAS:
        return "bias of the dictionary, without any concept"
    if row.part is ScorePart.SILENT:
        return f"no weight here ({counted(row.counted, 'concept')})"
    return f"others ({counted(row.counted, 'concept')})"


def _words(row: ScoreRow, concept: PresentConcept | None) -> str:
    """Return all about a row, a line each."""
    if concept is None:
        return f"{_plain(row)}: {signed(row.total)}"
    lines = [f"{concept.name_told_apart} {_note(row, concept)}".rstrip() + f": {signed(row.total)}"]
    if row.below:
        lines.append(f"{signed(row.own)} of its own, the rest of what is below it")
    lines.append(concept.introduction)
    if row.also_under:
        names = [at_row(concept.state, one) for one in row.also_under]
        also = ", ".join(one.name_told_apart for one in names if one is not None)
        lines.append(f"Also under {also}; it is counted here only")
    return "\n".join(lines)
