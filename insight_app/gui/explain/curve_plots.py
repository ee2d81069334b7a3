"""Deletion and insertion as two small plots: by contribution, beside random order.

Paints what it is given (`concepts.explain.faithfulness`).
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from insight_app.figures import figure
from insight_app.gui import theme
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.concepts.explain.faithfulness import Faithfulness

HEIGHT = 72
SIDE = 12
TIP = (
    "{name}: concepts are {verb} one by one, the largest contribution first; across: the share of "
    "them, up: what they make of the score, 1 with all, 0 with none. Grey: 100 random orders, the "
    "middle 95 % of them. Where the order tells something, {wanted} in random order."
)


class CurvePlots(QWidget):
    """The two plots of one photo or several."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.curves: tuple[tuple[str, Faithfulness], ...] = ()
        self.concepts = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Deletion and insertion")

    def show_curves(
        self, deletion: "Faithfulness | None", insertion: "Faithfulness | None", concepts: int
    ) -> None:
        """Show other curves of so many concepts."""
        both = (("Deletion", deletion), ("Insertion", insertion))
        self.curves = tuple((name, one) for name, one in both if one is not None)
        self.concepts = concepts
        self.setAccessibleDescription("; ".join(self.told()))
        verbs = {"Deletion": ("taken away", "the area is smaller than"),
                 "Insertion": ("added to nothing", "the area is larger than")}  # fmt: skip
        tips = [TIP.format(name=n, verb=verbs[n][0], wanted=verbs[n][1]) for n, _ in self.curves]
        self.setToolTip(tooltip("\n\n".join(tips)))
        self.updateGeometry()
        self.update()

    def told(self) -> list[str]:
        """Return the areas in words."""
        return [
            f"{name}: area {figure(one.area)}, in random order "
            f"{figure(one.area_random)} {_interval(one)}".rstrip()
            for name, one in self.curves
        ]

    def sizeHint(self) -> QSize:
        lines = self.fontMetrics().height()
        return QSize(240, HEIGHT + 5 * lines + 12 if self.curves else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = (self.width() - 3 * SIDE) / 2
        for number, (name, one) in enumerate(self.curves):
            self._paint(painter, SIDE + number * (width + SIDE), width, name, one)
        painter.end()

    def _paint(
        self, painter: QPainter, left: float, width: float, name: str, one: "Faithfulness"
    ) -> None:
        c, line = theme.colours(), self.fontMetrics().height()
        values = np.concatenate((one.by_contribution, one.random_low, one.random_high))
        low, high = min(0.0, float(values.min())), max(1.0, float(values.max()))
        box = QRectF(left, line + 6, width, HEIGHT)

        def points(curve: NDArray[np.float64]) -> list[QPointF]:
            up = box.bottom() - box.height() * (curve - low) / (high - low)
            across = box.left() + box.width() * one.share
            return [QPointF(x, y) for x, y in zip(across.tolist(), up.tolist(), strict=True)]

        painter.setPen(c.of("text"))
        painter.setFont(theme.bold(self.font()))
        painter.drawText(QRectF(left, 2, width, line), Qt.AlignmentFlag.AlignLeft, name)
        painter.setFont(self.font())
        painter.setPen(QPen(c.of("line"), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.drawLine(box.topLeft(), box.bottomLeft())
        shade = c.of("dim")
        shade.setAlpha(60)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawPolygon(QPolygonF(points(one.random_low) + points(one.random_high)[::-1]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(c.of("dim"), 1, Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF(points(one.random)))
        painter.setPen(QPen(c.of("accent"), 2))
        painter.drawPolyline(QPolygonF(points(one.by_contribution)))
        painter.setPen(c.of("dim"))
        below = QRectF(left, box.bottom() + 2, width, line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"all {self.concepts:,}")
        painter.setPen(c.of("text"))
        below.translate(0, line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, f"area {figure(one.area)}")
        painter.setPen(c.of("dim"))
        for words in (f"in random order {figure(one.area_random)}", _interval(one)):
            below.translate(0, line)
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, words)


def _interval(one: "Faithfulness") -> str:
    low, high = one.area_random_interval
    return "" if low is None or high is None else f"[{figure(low)}, {figure(high)}]"
