"""How a concept stands in the list of a stage: tick, status, name, its strongest places, numbers.

Knows neither which concepts are listed nor what ticking one does.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from insight_app.figures import figure
from insight_app.gui import icons, theme
from insight_app.gui.curation.lists.concept_row import paint_chip, paint_focus, paint_name
from insight_app.gui.curation.present_concept import PresentConcept, find
from insight_app.gui.curation.structure.alike_model import (
    ALIKE_ROLE,
    AlikeField,
    AlikeModel,
)
from insight_app.gui.curation.surroundings import around
from insight_app.gui.photo_drawing import paint_strength
from insight_app.gui.qt_types import Index
from insight_app.gui.state.alike import Alike
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import elided_name, paint_frame

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.results.records import Example

LINES = 3
"""A cut-out is as high as so many lines of text."""
GAP = 4
BOX = 14
STAYS_WIDTH = 3


class AlikeDelegate(QStyledItemDelegate):
    """examples_of: the strongest places of a concept, as far as they are known."""

    def __init__(
        self,
        session: Session,
        model: AlikeModel,
        examples_of: "Callable[[ConceptId], Sequence[Example]]",
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.session, self._model, self._examples_of = session, model, examples_of

    @staticmethod
    def picture_side(line: int) -> int:
        """Return the pixels of a cut-out's side, from the height of a line."""
        return LINES * line

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(40, self.picture_side(option.fontMetrics.height()) + 2 * GAP)

    def picture_boxes(self, cell: QRect, count: int) -> list[QRect]:
        """Return where the pictures of a row are drawn: as many as there is room for."""
        side = cell.height() - 2 * GAP
        fitting = max(0, (cell.width() - GAP) // (side + GAP))
        return [
            QRect(cell.x() + GAP + place * (side + GAP), cell.y() + GAP, side, side)
            for place in range(min(count, fitting))
        ]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        alike: Alike = index.data(ALIKE_ROLE)
        concept = find(self.session.state, alike.concept)
        if concept is None:
            return
        painter.save()
        c = theme.colours()
        if self._model.is_ticked(alike.concept):
            painter.fillRect(option.rect, c.of("selected"))
        painter.fillRect(
            QRect(option.rect.x(), option.rect.bottom(), option.rect.width(), 1), c.of("line")
        )
        field, cell = AlikeField(index.column()), option.rect
        if field is AlikeField.TICK:
            self._paint_tick(painter, cell, alike, concept)
        elif field is AlikeField.NAME:
            self._paint_name(painter, option, alike, concept)
        elif field is AlikeField.STRONGEST:
            self._paint_examples(painter, cell, alike)
        else:
            self._paint_number(painter, option, self._model.text(alike, field), alike)
        painter.restore()

    def _paint_tick(
        self, painter: QPainter, cell: QRect, alike: Alike, concept: PresentConcept
    ) -> None:
        c = theme.colours()
        if self._model.stays(alike.concept):
            painter.fillRect(QRect(cell.x(), cell.y(), STAYS_WIDTH, cell.height()), c.of("accent"))
        box = QRectF(0, 0, BOX, BOX)
        box.moveCenter(QPointF(cell.x() + 18, QRectF(cell).center().y()))
        paint_tick(painter, box, self._model.is_ticked(alike.concept))
        icons.paint_status(
            painter, QRectF(cell.x() + 34, cell.y(), 12, cell.height()), concept.status
        )
        colour = self.session.selection.colour(concept.row)
        if colour is not None:
            paint_chip(painter, cell.x() + 54, QRectF(cell).center().y(), colour)

    def _paint_name(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        alike: Alike,
        concept: PresentConcept,
    ) -> None:
        c, cell = theme.colours(), QRectF(option.rect).adjusted(6, 0, -4, 0)
        line = option.fontMetrics.height()
        second = self._second_line(alike, concept)
        top = cell.center().y() - (line if second else line / 2)
        painter.setPen(c.of("text"))
        room = QRectF(cell.x(), top, cell.width(), line)
        paint_name(painter, option, room, concept, is_brief=True)
        if second:
            painter.setFont(option.font)
            painter.setPen(c.of("dim"))
            text = elided_name(painter.fontMetrics(), second, int(cell.width()))
            painter.drawText(
                QRectF(cell.x(), top + line, cell.width(), line),
                Qt.AlignmentFlag.AlignVCenter,
                text,
            )
        paint_focus(painter, option)

    def _second_line(self, alike: Alike, concept: PresentConcept) -> str:
        """Return what tells it from others: what it could be called too, and what they share."""
        other = ""
        if concept.is_machine:
            name = concept.name.casefold()
            terms = (one.term for one in concept.results.candidates(concept.row))
            other = next((term for term in terms if term.casefold() != name), "")
        why = "" if self._is_said(alike) else alike.why
        return " · ".join(part for part in (why, other) if part)

    def _is_said(self, alike: Alike) -> bool:
        """Return whether all that is listed has the same in common: the heading says so."""
        return all(one.why == alike.why for one in self._model.rows[1:])

    def _paint_examples(self, painter: QPainter, cell: QRect, alike: Alike) -> None:
        pictures, shown = self.session.pictures, self._examples_of(alike.concept)
        wide = around(self.session.settings)
        for example, box in zip(shown, self.picture_boxes(cell, len(shown)), strict=False):
            pixmap = pictures.cutout(example.image_id, example.cell, box.width(), wide)
            if pixmap is not None:
                painter.drawPixmap(box, pixmap)
            else:
                paint_frame(painter, box, theme.colours().of("line"), 1)
            paint_strength(painter, box, figure(example.value))

    def _paint_number(
        self, painter: QPainter, option: QStyleOptionViewItem, text: str, alike: Alike
    ) -> None:
        painter.setFont(theme.tabular(option.font))
        painter.setPen(theme.colours().of("text"))
        cell = option.rect.adjusted(2, 0, -10, 0)
        painter.drawText(cell, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


def paint_tick(painter: QPainter, box: QRectF, is_on: bool) -> None:
    """Paint a box with a tick, or without."""
    c = theme.colours()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(c.of("accent" if is_on else "dim"), 1))
    painter.setBrush(c.of("accent" if is_on else "base"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    if is_on:
        painter.setPen(QPen(c.of("on_accent"), 1.8))
        x, y, side = box.x(), box.y(), box.width()
        points = ((0.24, 0.54), (0.43, 0.73), (0.78, 0.31))
        painter.drawPolyline(QPolygonF([QPointF(x + a * side, y + b * side) for a, b in points]))
    painter.restore()
