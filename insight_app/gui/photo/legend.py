"""The legend under the photo: names and colours of what is drawn over it, with their scales.

What is drawn is the photo panel's matter.
"""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from insight_app.figures import figure, percent, signed
from insight_app.gui import theme
from insight_app.gui.curation.lists.concept_row import paint_chip
from insight_app.gui.curation.present_concept import find
from insight_app.gui.photo import contribution, residual
from insight_app.gui.photo.overlay import Layer
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import ShownName
from insight_app.gui.widgets import elided_name
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

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
        self._places: list[tuple[QRectF, ConceptId]] = []
        self.bars: dict[ConceptId, QRectF] = {}
        """Where the scale of each concept was drawn last."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend")

    def show_layers(self, layers: list[Layer], only_here: bool, has_unseen: bool) -> None:
        """Show the scales of layers.

        has_unseen: part of the photo lies outside what the model saw.
        """
        self.layers, self._only_here, self._has_unseen = layers, only_here, has_unseen
        named = [(self._entry(layer), layer) for layer in layers]
        names = ", ".join(
            f"{one.spoken} {_least(layer)} to {_scale(layer)} {layer.note}".rstrip()
            for one, layer in named
            if one
        )
        self.setAccessibleDescription(names)
        self.setToolTip(tooltip(_tip(layers, only_here)))
        self.update()

    def set_note(self, note: str) -> None:
        """Show words on what is seen; they always have their room at the right end."""
        self.note = note
        self.setAccessibleName(f"Legend. {note}" if note else "Legend")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 12)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.fontMetrics().height() + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.STAGE.darker(118))
        self._places, self.bars = [], {}
        left, middle, metrics = 12.0, self.height() / 2, self.fontMetrics()
        end = self.width() - 12.0
        if self.note:
            painter.setPen(NOTE_TEXT)
            end -= metrics.horizontalAdvance(self.note)
            self._word(painter, end, self.note)
            end -= GAP
        if not self.layers and self.session.state.catalogue is not None:
            painter.setPen(FAINT_TEXT)
            text = "Click a cell, or choose a concept.   Hold Space for the bare photo."
            box = QRectF(left, 0, end - left, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
            left += metrics.horizontalAdvance(text) + GAP
        room = max(1, len(self.layers))
        widest = max(40.0, (end - left) / room - BAR - 2 * GAP - 60)
        fitting = self._fitting(end - left, widest)
        for layer in self.layers[:fitting]:
            entry = self._entry(layer)
            if entry is None:
                continue
            start = left
            if layer.negative is None:
                paint_chip(painter, left, middle, layer.colour)
                left += 17
            painter.setFont(theme.of_name(self.font(), entry.is_italic))
            painter.setPen(LIGHT_TEXT)
            shown = elided_name(painter.fontMetrics(), entry.text, int(widest))
            left = self._word(painter, left, shown) + 10
            painter.setFont(self.font())
            painter.setPen(FAINT_TEXT)
            if entry.number:
                left = self._word(painter, left, entry.number) + 10
            left = self._word(painter, left, _least(layer)) + 6
            bar = QRectF(left, middle - 4, BAR, 8)
            painter.fillRect(bar, _gradient(layer, bar))
            left = self._word(painter, left + BAR + 6, _scale(layer))
            if layer.note:
                painter.setPen(LIGHT_TEXT)
                left = self._word(painter, left + 10, layer.note)
            if layer.concept is not None:
                self.bars[layer.concept] = bar
                place = QRectF(start, 0, left - start, self.height())
                self._places.append((place, layer.concept))
            left += GAP
        if fitting < len(self.layers):
            painter.setPen(FAINT_TEXT)
            left = self._word(painter, left, f"and {len(self.layers) - fitting} more") + GAP
        if self.layers and self._only_here:
            text = "this photo only"
            if left + metrics.horizontalAdvance(text) < end:
                painter.setPen(NOTE_TEXT)
                left = self._word(painter, left, text) + GAP
        width = metrics.horizontalAdvance(BEYOND)
        if self._has_unseen and left + width < end:
            painter.setPen(FAINT_TEXT)
            self._word(painter, end - width, BEYOND)
        painter.end()

    def _entry(self, layer: Layer) -> ShownName | None:
        """Return what is written of a layer; None for a concept that is not there any more."""
        if layer.concept is None:
            return ShownName(layer.title or residual.TITLE, is_italic=False)
        concept = find(self.session.state, layer.concept)
        return None if concept is None else concept.shown

    def _fitting(self, room: float, widest: float) -> int:
        """Return how many layers have room, with the words that say how many are left out."""
        metrics, taken = self.fontMetrics(), 0.0
        for place, layer in enumerate(self.layers):
            entry = self._entry(layer)
            words = [_scale(layer), _least(layer), layer.note]
            if entry is not None:
                words.append(entry.number)
                taken += min(int(widest), metrics.horizontalAdvance(entry.text))
            taken += BAR + GAP + 27 + sum(metrics.horizontalAdvance(word) + 8 for word in words)
            rest = len(self.layers) - place - 1
            more = metrics.horizontalAdvance(f"and {rest} more") if rest else 0
            if place and taken + more > room:
                return place
        return len(self.layers)

    def _word(self, painter: QPainter, left: float, text: str) -> float:
        width = painter.fontMetrics().horizontalAdvance(text)
        box = QRectF(left, 0, width + 2, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        return left + width

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for place, concept in self._places:
            if place.contains(event.position()):
                alone = event.modifiers() & Qt.KeyboardModifier.AltModifier
                rest = () if alone else self.session.selection.concepts
                self.session.selection.select(concepts=(concept, *rest))


def _scale(layer: Layer) -> str:
    """Return the end of a layer's scale in words."""
    if layer.negative is not None:
        return signed(layer.scale)
    return percent(layer.scale) if layer.concept is None else figure(layer.scale)


def _least(layer: Layer) -> str:
    """Return the beginning of a layer's scale in words."""
    return "0" if layer.negative is None else signed(-layer.scale)


def _gradient(layer: Layer, bar: QRectF) -> QLinearGradient:
    """Return the colours of a layer along its bar, from the beginning of the scale to its end."""
    gradient = QLinearGradient(bar.topLeft(), bar.topRight())
    least = 0 if layer.negative is None else -1
    for share in np.linspace(least, 1, STOPS, dtype=np.float32):
        colour = QColor(layer.colour if layer.negative is None or share >= 0 else layer.negative)
        colour.setAlphaF(float(layer.density(np.abs(share))))
        gradient.setColorAt(float((share - least) / (1 - least)), colour)
    return gradient


def _tip(layers: list[Layer], only_here: bool) -> str:
    """Return what the scales mean; '' where there are none."""
    if not layers:
        return ""
    if layers[0].negative is not None:
        return contribution.TIP
    if layers[0].concept is None:
        return residual.TIP + ("the largest share in this photo" if only_here else "100 %")
    strongest = "of this photo" if only_here else "of all photos"
    return (
        f"Colour grows from 0 to the strongest cell {strongest} with the square root of the "
        "strength, as the bar shows. Alt-click shows only that concept"
    )
