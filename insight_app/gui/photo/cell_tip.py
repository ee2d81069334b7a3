"""The small dark box at the mouse: what fires in the cell under it, or what it gives to a score."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from insight_app.figures import figure
from insight_app.gui import theme
from insight_app.gui.curation.lists.concept_row import paint_chip
from insight_app.gui.curation.present_concept import PresentConcept, find
from insight_app.gui.photo.legend import FAINT_TEXT, LIGHT_TEXT
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import elided_name

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId


class CellTip(QFrame):
    """Stays inside the stage and takes no clicks."""

    def __init__(self, session: Session, stage: QWidget) -> None:
        super().__init__(stage)
        self.session, self._stage = session, stage
        self.title = ""
        """What is written above the concepts."""
        self.lines: Sequence[tuple[ConceptId, float]] = ()
        self.words: Sequence[tuple[str, str]] = ()
        """Lines of plain text with a number each, in the place of concepts."""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_cell(self, title: str, lines: "Sequence[tuple[ConceptId, float]]", at: QPoint) -> None:
        """Show concepts and their strengths under a title, beside a point of the stage."""
        self.title, self.lines, self.words = title, lines, ()
        self._show_at(at)

    def show_words(self, title: str, words: "Sequence[tuple[str, str]]", at: QPoint) -> None:
        """Show lines of text and numbers under a title, beside a point of the stage."""
        self.title, self.lines, self.words = title, (), words
        self._show_at(at)

    def _show_at(self, at: QPoint) -> None:
        self.resize(self.sizeHint())
        left, top = at.x() + 16, at.y() + 16
        if left + self.width() > self._stage.width():
            left = at.x() - self.width() - 12
        if top + self.height() > self._stage.height():
            top = at.y() - self.height() - 12
        self.move(max(0, left), max(0, top))
        self.show()
        self.raise_()
        self.update()

    def _shown(self) -> list[tuple[PresentConcept, float]]:
        found = ((find(self.session.state, concept), value) for concept, value in self.lines)
        return [(concept, value) for concept, value in found if concept is not None]

    def _line(self) -> int:
        return self.fontMetrics().height() + 3

    def sizeHint(self) -> QSize:
        metrics, shown = self.fontMetrics(), self._shown()
        names = [metrics.horizontalAdvance(concept.name_told_apart) for concept, _value in shown]
        names += [metrics.horizontalAdvance(f"{what}{number}") for what, number in self.words]
        width = max([metrics.horizontalAdvance(self.title), *(60 + n for n in names)])
        lines = 1 + len(shown) + len(self.words)
        return QSize(min(width, 320) + 36, self._line() * lines + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(16, 18, 20, 235))
        painter.drawRoundedRect(self.rect(), 5, 5)
        line, width = self._line(), self.width() - 24
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(LIGHT_TEXT)
        painter.drawText(12, 6, width, line, middle, self.title)
        for number, (concept, value) in enumerate(self._shown(), 1):
            top = 6 + number * line
            colour = self.session.selection.colour(concept.row)
            if colour is not None:
                paint_chip(painter, 12, top + line / 2, colour)
            strength = figure(value)
            painter.setFont(theme.tabular(self.font()))
            painter.setPen(LIGHT_TEXT if colour is not None else FAINT_TEXT)
            painter.drawText(12, top, width, line, Qt.AlignmentFlag.AlignRight | middle, strength)
            space = width - 18 - painter.fontMetrics().horizontalAdvance(strength) - 10
            name = concept.shown
            painter.setFont(theme.of_name(self.font(), name.is_italic))
            told = f"  {name.number}" if name.number else ""
            room = space - self.fontMetrics().horizontalAdvance(told)
            metrics = painter.fontMetrics()
            shown = elided_name(metrics, name.text, room)
            painter.drawText(30, top, room, line, middle, shown)
            taken = metrics.horizontalAdvance(shown)
            painter.setFont(self.font())
            painter.setPen(FAINT_TEXT)
            painter.drawText(30 + taken, top, space - taken, line, middle, told)
        for number, (what, told) in enumerate(self.words, 1):
            top = 6 + number * line
            is_first = number == 1
            painter.setFont(theme.tabular(self.font()))
            painter.setPen(LIGHT_TEXT if is_first else FAINT_TEXT)
            painter.drawText(12, top, width, line, Qt.AlignmentFlag.AlignRight | middle, told)
            room = width - painter.fontMetrics().horizontalAdvance(told) - 10
            painter.setFont(self.font())
            shown = painter.fontMetrics().elidedText(what, Qt.TextElideMode.ElideMiddle, room)
            painter.drawText(12, top, room, line, middle, shown)
        painter.end()
