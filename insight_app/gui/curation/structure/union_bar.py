"""A bar of what each concept adds to the images of those before it: the union, drawn to scale.

Knows numbers, no concepts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from insight_app.figures import agreeing, counted
from insight_app.gui import theme

HEIGHT = 10
FAINTEST = 0.35
MOST_LABELS = 12
"""Pieces that the tooltip tells one by one."""
BETWEEN = 8
"""Pixels between labels."""


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
            f"{one.label}: {_number(place, one)} {agreeing(one.images, 'image', 'images')}"
            for place, one in enumerate(self.parts[:MOST_LABELS])
        ]
        if rest := self.parts[MOST_LABELS:]:
            added = sum(one.images for one in rest)
            said.append(f"{_others(len(rest))}: +{counted(added, 'image')}")
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
        line, left = self.fontMetrics().height(), 0.0
        for place, one in enumerate(self.parts):
            width = self.width() * one.images / whole if whole else 0.0
            if width > 0:
                piece = QRectF(left, track.y(), max(1.0, width - 1), HEIGHT)
                painter.fillRect(piece, _shade(place, len(self.parts)))
            left += width
        fonts = theme.bold(self.font()), self.font()
        for label in labels(self.parts, self.width(), self._room):
            for row, (words, colour) in enumerate(
                ((label.number, "text"), (label.words, "dim")),
            ):
                painter.setFont(fonts[row])
                painter.setPen(c.of(colour))
                box = QRectF(label.left, track.bottom() + 3 + row * line, label.width + 2, line)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()

    def _room(self, number: str, words: str) -> float:
        metrics = self.fontMetrics()
        return max(metrics.horizontalAdvance(words), metrics.horizontalAdvance(f"{number}0"))


@dataclass(frozen=True)
class BarLabel:
    """A number and under it what it is of, from left on."""

    left: float
    width: float
    number: str
    words: str


def labels(
    parts: Sequence[BarPart], width: float, room: Callable[[str, str], float]
) -> list[BarLabel]:
    """Return labels that do not touch, whose numbers add up to those of all parts.

    The largest parts have theirs under them; what there is no room for is one number, at the right.
    room: the width of a number with the words under it.
    """
    by_size = sorted(range(len(parts)), key=lambda place: (-parts[place].images, place))
    for count in range(len(parts), -1, -1):
        chosen = sorted(by_size[:count])
        fitted = _fitted(parts, chosen, width, room)
        if fitted is not None:
            return fitted
    return []


def _fitted(
    parts: Sequence[BarPart], chosen: Sequence[int], width: float, room: Callable[[str, str], float]
) -> list[BarLabel] | None:
    """Return the labels of chosen parts and of all others together; None: there is no room."""
    whole = sum(one.images for one in parts) or 1
    wanted = []
    for place in chosen:
        start = width * sum(one.images for one in parts[:place]) / whole
        wanted.append((start, _number(place, parts[place]), parts[place].label))
    if (rest := len(parts) - len(chosen)) > 0:
        added = whole - sum(parts[place].images for place in chosen)
        sign = "+" if chosen else ""
        words = _others(rest) if chosen else f"{rest:,} concepts"
        wanted.append((width, f"{sign}{added:,}", words))
    right, found = width, []
    for start, number, words in reversed(wanted):
        wide = room(number, words)
        left = min(start, right - wide)
        found.append(BarLabel(left, wide, number, words))
        right = left - BETWEEN
    return found[::-1] if not found or found[-1].left >= 0 else None


def _number(place: int, part: BarPart) -> str:
    return f"{part.images:,}" if place == 0 else f"+{part.images:,}"


def _others(count: int) -> str:
    return f"{count:,} {agreeing(count, 'other', 'others')}"


def _shade(place: int, count: int) -> QColor:
    """Return the accent colour, fainter from piece to piece."""
    colour = theme.colours().of("accent")
    share = place / max(1, count - 1)
    colour.setAlphaF(1.0 - (1.0 - FAINTEST) * share)
    return colour
