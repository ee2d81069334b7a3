"""A bar of what each concept adds to the images of those before it: the union, drawn to scale.

Knows numbers, no concepts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from insight_app.figures import counted
from insight_app.gui import theme

HEIGHT = 10
FAINTEST = 0.35
MOST_LABELS = 12


@dataclass(frozen=True)
class BarPart:
    """label: under it, which concept adds it.  images: how many it adds."""

    label: str
    images: int


class UnionBar(QWidget):
    """One piece a concept, as long as what it adds; the first is what the one that stays has."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts: tuple[BarPart, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What each concept adds")

    def show_parts(self, parts: Sequence[BarPart]) -> None:
        """Show other pieces."""
        self.parts = tuple(parts)
        said = [
            f"{one.label}: {'+' if place else ''}{counted(one.images, 'image')}"
            for place, one in enumerate(self.parts[:MOST_LABELS])
        ]
        self.setAccessibleDescription(", ".join(said))
        self.setToolTip("\n".join(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, HEIGHT + 2 * self.fontMetrics().height() + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = QPainter(self), theme.colours()
        whole = sum(one.images for one in self.parts)
        track = QRectF(0, 2, self.width(), HEIGHT)
        painter.fillRect(track, c.of("track"))
        line, left, written_to = self.fontMetrics().height(), 0.0, -8.0
        fonts = theme.bold(self.font()), self.font()
        for place, one in enumerate(self.parts):
            width = self.width() * one.images / whole if whole else 0.0
            if width > 0:
                piece = QRectF(left, track.y(), max(1.0, width - 1), HEIGHT)
                painter.fillRect(piece, _shade(place, len(self.parts)))
            text = f"{one.images:,}" if place == 0 else f"+{one.images:,}"
            room = max(
                self.fontMetrics().horizontalAdvance(one.label),
                self.fontMetrics().horizontalAdvance(f"{text}0"),
            )
            if left >= written_to + 8 and left + room <= self.width():
                for row, (words, colour) in enumerate(((text, "text"), (one.label, "dim"))):
                    painter.setFont(fonts[row])
                    painter.setPen(c.of(colour))
                    box = QRectF(left, track.bottom() + 3 + row * line, room + 2, line)
                    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
                written_to = left + room
            left += width
        painter.end()


def _shade(place: int, count: int) -> QColor:
    """Return the accent colour, fainter from piece to piece."""
    colour = theme.colours().of("accent")
    share = place / max(1, count - 1)
    colour.setAlphaF(1.0 - (1.0 - FAINTEST) * share)
    return colour
