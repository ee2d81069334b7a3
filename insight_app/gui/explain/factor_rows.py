"""Concepts with a switch and a slider each: by how much they are multiplied, and what they give.

Shows what it is given and says what the person moves. Knows no classifier.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from insight_app.figures import signed
from insight_app.gui import theme
from insight_app.gui.widgets import ElidedLabel, PlainLabel, elided_name
from insight_app.gui.wording import tooltip

STEPS = 20
"""Of the slider, from off to doubled: tenths."""
PICTURE = 22


@dataclass(frozen=True)
class ScaledConcept:
    """concept: its index.  gives: to the score now, None where no photo is explained.

    number: at the end of the name, which is cut off before it.
    """

    concept: int
    name: str
    is_italic: bool
    factor: float
    gives: float | None
    is_current: bool
    number: str = ""


class _Name(ElidedLabel):
    clicked = Signal()

    number = ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, space, metrics = QPainter(self), self.contentsRect(), self.fontMetrics()
        tail = f" {self.number}" if self.number else ""
        name = self.text().removesuffix(tail)
        shown = elided_name(metrics, name, space.width() - metrics.horizontalAdvance(tail)) + tail
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(space, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class FactorRow(QWidget):
    """One concept."""

    scaled = Signal(int, float)
    chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.shown: ScaledConcept | None = None
        self.switch = QCheckBox(self)
        self.switch.toggled.connect(lambda on: self._scale(1.0 if on else 0.0))
        self.picture = QLabel(self)
        self.picture.setFixedSize(QSize(PICTURE, PICTURE))
        self.name = _Name("", self)
        self.name.setMinimumWidth(48)
        self.name.clicked.connect(self._choose)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(5)
        self.slider.setMinimumWidth(48)
        self.slider.setMaximumWidth(96)
        self.slider.valueChanged.connect(lambda value: self._scale(2 * value / STEPS))
        self.factor = PlainLabel("", self)
        self.gives = PlainLabel("", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 1, 12, 1)
        row.setSpacing(6)
        for widget, stretch in (
            (self.switch, 0),
            (self.picture, 0),
            (self.name, 1),
            (self.slider, 1),
            (self.factor, 0),
            (self.gives, 0),
        ):
            row.addWidget(widget, stretch)
        for label, sample in ((self.factor, "×0.55"), (self.gives, "+0.123")):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance(sample))
            label.setFont(theme.tabular(label.font()))
        theme.follow(self._set_font)

    def show_concept(self, shown: ScaledConcept, picture: QPixmap | None) -> None:
        """Show a concept."""
        self.shown = shown
        with QSignalBlocker(self.switch), QSignalBlocker(self.slider):
            self.switch.setChecked(shown.factor > 0)
            self.slider.setValue(round(shown.factor * STEPS / 2))
        self._set_font()
        self.name.number = shown.number
        self.name.setText(shown.name)
        self.name.setToolTip(tooltip(shown.name))
        self.factor.setText(f"×{shown.factor:g}")
        self.gives.setText("" if shown.gives is None else signed(shown.gives))
        self.switch.setAccessibleName(f"{shown.name} switched on")
        self.slider.setAccessibleName(f"{shown.name}, multiplied by")
        tip = f"{shown.name} times {shown.factor:g}: 0 switches it off, 2 doubles it"
        self.slider.setToolTip(tooltip(tip))
        self.gives.setToolTip("What it gives to the score of this photo, so multiplied")
        self.picture.setPixmap(picture or QPixmap())

    def _set_font(self) -> None:
        """Show by the font what the concept is: after a change of theme too."""
        if (shown := self.shown) is not None:
            font = theme.of_name(self.font(), shown.is_italic)
            font.setStrikeOut(shown.factor == 0)
            font.setBold(shown.is_current)
            self.name.setFont(font)

    def _scale(self, factor: float) -> None:
        if self.shown is not None:
            self.scaled.emit(self.shown.concept, factor)

    def _choose(self) -> None:
        if self.shown is not None:
            self.chosen.emit(self.shown.concept)


class FactorRows(QWidget):
    """Several concepts below each other; rows are used again, so that a drag goes on."""

    scaled = Signal(int, float)
    chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[FactorRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 4)
        self._column.setSpacing(0)

    def show_concepts(self, shown: Sequence[tuple[ScaledConcept, QPixmap | None]]) -> None:
        """Show concepts in this order."""
        while len(self.rows) < len(shown):
            row = FactorRow(self)
            row.scaled.connect(self.scaled)
            row.chosen.connect(self.chosen)
            self.rows.append(row)
            self._column.addWidget(row)
        for number, row in enumerate(self.rows):
            row.setVisible(number < len(shown))
            if number < len(shown):
                row.show_concept(*shown[number])
