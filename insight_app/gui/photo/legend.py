"""The legend under the photo and the small dark box at the mouse.

Show names, colours and strengths; what they are of is the photo panel's matter.
"""

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from insight_app.gui import theme
from insight_app.gui.curation.concept_row import paint_chip
from insight_app.gui.photo.overlay import Layer, density
from insight_app.gui.state.session import Session
from insight_app.gui.wording import number_text

LIGHT_TEXT = QColor("#e9ecef")
FAINT_TEXT = QColor("#a9b1ba")
NOTE_TEXT = QColor("#ffd479")
BAR = 64
STOPS = 17
"""Points at which the bar has exactly the colour of the overlay."""
GAP = 20
BEYOND = "beyond the dashed line: not seen by the model"


class Legend(QWidget):
    """The shown concepts with the scale of their colour: 0 to its maximum.

    A click makes one the first, Alt-click shows only that one.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.layers: list[Layer] = []
        self._only_here = False
        self._has_unseen = False
        self.note = ""
        self._places: list[tuple[QRectF, int]] = []
        self._bars: dict[int, QRectF] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend")

    def show_layers(self, layers: list[Layer], only_here: bool, has_unseen: bool) -> None:
        """has_unseen: part of the photo lies outside what the model saw."""
        self.layers, self._only_here, self._has_unseen = layers, only_here, has_unseen
        names = ", ".join(
            f"{self.session.state.name(layer.row)[0]} 0 to {number_text(layer.scale)}"
            for layer in layers
        )
        self.setAccessibleDescription(names)
        scale = (
            "the strongest cell of this photo" if only_here else "the strongest cell of all photos"
        )
        tip = f"Colour grows from 0 to {scale} with the square root of the strength, as the bar "
        tip += "shows. Alt-click shows only that concept"
        self.setToolTip(tip if layers else "")
        self.update()

    def say(self, note: str) -> None:
        """Words on what is seen; they always have their room at the right end."""
        self.note = note
        self.setAccessibleName(f"Legend. {note}" if note else "Legend")
        self.update()

    def bar_of(self, row: int) -> QRectF:
        """Where the scale of a concept was drawn; empty if it is not shown."""
        return self._bars.get(row, QRectF())

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 12)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.fontMetrics().height() + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.STAGE.darker(118))
        self._places, self._bars = [], {}
        left, middle, metrics = 12.0, self.height() / 2, self.fontMetrics()
        end = self.width() - 12.0
        if self.note:
            painter.setPen(NOTE_TEXT)
            end -= metrics.horizontalAdvance(self.note)
            self._word(painter, end, self.note)
            end -= GAP
        if not self.layers:
            painter.setPen(FAINT_TEXT)
            text = "Click a cell, or choose a concept.   Hold Space for the bare photo."
            box = QRectF(left, 0, end - left, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        room = max(1, len(self.layers))
        widest = max(40.0, (end - left) / room - BAR - 2 * GAP - 60)
        for layer in self.layers:
            start = left
            paint_chip(painter, left, middle, layer.colour)
            left += 17
            name, by_person = self.session.state.name(layer.row)
            font = self.font() if by_person else theme.italic(self.font())
            painter.setFont(font)
            painter.setPen(LIGHT_TEXT)
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(widest))
            left = self._word(painter, left, shown) + 10
            painter.setFont(self.font())
            painter.setPen(FAINT_TEXT)
            left = self._word(painter, left, "0") + 6
            bar = QRectF(left, middle - 4, BAR, 8)
            gradient = QLinearGradient(bar.topLeft(), bar.topRight())
            for share in np.linspace(0, 1, STOPS, dtype=np.float32):
                colour = QColor(layer.colour)
                colour.setAlphaF(float(density(share)))
                gradient.setColorAt(float(share), colour)
            painter.fillRect(bar, gradient)
            self._bars[layer.row] = bar
            left = self._word(painter, left + BAR + 6, number_text(layer.scale))
            self._places.append((QRectF(start, 0, left - start, self.height()), layer.row))
            left += GAP
        if self.layers and self._only_here:
            text = "this photo only"
            if left + metrics.horizontalAdvance(text) < end:
                painter.setPen(NOTE_TEXT)
                left = self._word(painter, left, text) + GAP
        width = metrics.horizontalAdvance(BEYOND)
        if self._has_unseen and self.layers and left + width < end:
            painter.setPen(FAINT_TEXT)
            self._word(painter, end - width, BEYOND)
        painter.end()

    def _word(self, painter: QPainter, left: float, text: str) -> float:
        width = painter.fontMetrics().horizontalAdvance(text)
        box = QRectF(left, 0, width + 2, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        return left + width

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for place, row in self._places:
            if place.contains(event.position()):
                concepts = self.session.selection.rows
                alone = event.modifiers() & Qt.KeyboardModifier.AltModifier
                rest = () if alone else tuple(c for c in concepts if c != row)
                self.session.selection.select_rows(rows=(row, *rest))


class CellTip(QFrame):
    """What fires in the cell under the mouse; stays inside the stage, takes no clicks."""

    def __init__(self, session: Session, stage: QWidget) -> None:
        super().__init__(stage)
        self.session = session
        self._title = ""
        self._rows: list[tuple[int, float]] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_cell(self, title: str, rows: list[tuple[int, float]], at: QPoint) -> None:
        self._title, self._rows = title, rows
        self.resize(self.sizeHint())
        stage = self.parentWidget()
        left, top = at.x() + 16, at.y() + 16
        if left + self.width() > stage.width():
            left = at.x() - self.width() - 12
        if top + self.height() > stage.height():
            top = at.y() - self.height() - 12
        self.move(max(0, left), max(0, top))
        self.show()
        self.raise_()
        self.update()

    def _line(self) -> int:
        return self.fontMetrics().height() + 3

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        names = [
            metrics.horizontalAdvance(self.session.state.name(row)[0]) for row, _value in self._rows
        ]
        width = max([metrics.horizontalAdvance(self._title), *(60 + n for n in names)])
        return QSize(min(width, 320) + 36, self._line() * (1 + len(self._rows)) + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(16, 18, 20, 235))
        painter.drawRoundedRect(self.rect(), 5, 5)
        line, width = self._line(), self.width() - 24
        painter.setPen(LIGHT_TEXT)
        painter.drawText(12, 6, width, line, Qt.AlignmentFlag.AlignVCenter, self._title)
        for number, (row, value) in enumerate(self._rows, 1):
            top = 6 + number * line
            colour = self.session.selection.colour(row)
            if colour is not None:
                paint_chip(painter, 12, top + line / 2, colour)
            name, by_person = self.session.state.name(row)
            strength = number_text(value)
            painter.setFont(theme.tabular(self.font()))
            painter.setPen(LIGHT_TEXT if colour is not None else FAINT_TEXT)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(12, top, width, line, right, strength)
            space = width - 18 - painter.fontMetrics().horizontalAdvance(strength) - 10
            painter.setFont(self.font() if by_person else theme.italic(self.font()))
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, space)
            painter.drawText(30, top, space, line, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
