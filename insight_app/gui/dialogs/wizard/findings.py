"""What was found in a folder with a dictionary or released files, before anything is made of it.

Sizes, levels, names, relations and probes; what is missing and how it can be had; what is wrong.
Shows what the worker's `inspect` says; reads no file itself.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from insight_app.figures import counted
from insight_app.gui import icons, theme
from insight_app.gui.dialogs.wizard.found import FoundDictionary
from insight_app.gui.widgets import ElidedLabel, PlainLabel, dim_label, scrolled, thin_line
from insight_app.gui.wording import tooltip, words

WIDTH = 360
SIGN = 16
GAP = 2
KINDS = {"release": "Released files", "insight": "Dictionary of Insight"}


class FindingsView(QFrame):
    """A column beside the questions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What was found")
        self.setFixedWidth(WIDTH)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 0, 0, 0)
        outer.setSpacing(4)
        self.title = ElidedLabel("", self, Qt.TextElideMode.ElideMiddle)
        self.title.setFont(theme.bold(self.font()))
        self.kind = dim_label("", self)
        outer.addWidget(self.title)
        outer.addWidget(self.kind)
        self.area = scrolled(QWidget(self), self)
        outer.addWidget(self.area, 1)

    def show_reading(self, path: Path) -> None:
        """Show that the folder is being inspected."""
        self._head(path, "Reading…")
        self.area.setWidget(QWidget(self.area))

    def show_error(self, path: Path, error: Exception) -> None:
        """Show why nothing can be made of this folder."""
        self._head(path, "")
        inside, column = self._inside()
        column.addWidget(_finding("warning", "rejected", words(error), "", inside))
        column.addStretch(1)
        self.area.setWidget(inside)

    def show_findings(self, path: Path, found: FoundDictionary, encoder: str, misfit: str) -> None:
        """Show what is in the folder.

        misfit: why the encoder cannot be used with what was found; '' if it can.
        """
        kind = KINDS.get(found.kind, "")
        self._head(path, ", ".join(part for part in (kind, found.class_name) if part))
        inside, column = self._inside()
        column.addWidget(_facts(found, inside))
        column.addWidget(thin_line(inside))
        if misfit:
            column.addWidget(_finding("x", "rejected", misfit, "Choose another encoder.", inside))
        else:
            fits = f"Its token size is that of {encoder}."
            column.addWidget(_finding("check", "accepted", fits, "", inside))
        for problem in found.problems:
            column.addWidget(_finding("warning", "rejected", problem, "", inside))
        for note in found.notes:
            is_odd = found.lacks_threshold and "threshold" in note
            sign, colour = ("warning", "unsure") if is_odd else ("check", "accepted")
            column.addWidget(_finding(sign, colour, note, "", inside))
        for what, instead in found.missing:
            column.addWidget(_finding("circle", "dim", f"Not there: {what}", instead, inside))
        column.addStretch(1)
        self.area.setWidget(inside)

    def _head(self, path: Path, kind: str) -> None:
        self.title.setText(path.name or str(path))
        self.title.setToolTip(tooltip(str(path)))
        self.kind.setText(kind)
        self.kind.setVisible(bool(kind))

    def _inside(self) -> tuple[QWidget, QVBoxLayout]:
        inside = QWidget(self.area)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 8, 4, 0)
        column.setSpacing(8)
        return inside, column


def _facts(found: FoundDictionary, parent: QWidget) -> QWidget:
    """Make a line for each name and value, numbers in figures of one width."""
    box = QWidget(parent)
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    lines: list[tuple[str, str | QWidget, str]] = [
        ("Concepts", f"{found.concepts:,}", "F, the size of the dictionary"),
        ("Token size", f"{found.token_dim:,}", "D, which the encoder's tokens must have"),
        ("Active", _active(found), "How many concepts describe a cell"),
        ("Levels", LevelBars(found.group_sizes, box), "From coarse to fine"),
    ]
    text = f"{found.named:,} of {found.concepts:,} named" if found.named else "none"
    lines.append(("Names", text, "The others are dead, or nobody found a word for them"))
    if found.relations:
        text = " × ".join(f"{side:,}" for side in found.relations)
        lines.append(("Relations", text, "Which concepts fire together, on the release's photos"))
    else:
        lines.append(("Relations", "none", ""))
    if found.probes:
        text = "\n".join(f"{name}, {classes:,} classes" for name, classes in found.probes)
        lines.append(("Probes", text, "Linear classifiers on the concepts"))
    for row, (name, value, tip) in enumerate(lines):
        label = dim_label(name, box)
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        shown = _value(value, box) if isinstance(value, str) else value
        shown.setToolTip(tip)
        grid.addWidget(shown, row, 1)
    return box


def _active(found: FoundDictionary) -> str:
    return f"{found.k:,} a cell" if found.k else "by a threshold for each concept"


def _value(text: str, parent: QWidget) -> QLabel:
    shown = PlainLabel(text, parent)
    shown.setFont(theme.tabular(shown.font()))
    shown.setWordWrap(True)
    return shown


def _finding(sign: str, colour: str, what: str, how: str, parent: QWidget) -> QWidget:
    """Make a line with a sign before it: shape before colour."""
    line = QWidget(parent)
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(icons.Sign(sign, colour, SIGN, line), 0, Qt.AlignmentFlag.AlignTop)
    lines = QVBoxLayout()
    lines.setSpacing(0)
    first = PlainLabel(what, line)
    first.setWordWrap(True)
    if colour == "rejected":
        first.setProperty("wrong", True)
    lines.addWidget(first)
    if how:
        second = dim_label(how, line)
        second.setWordWrap(True)
        lines.addWidget(second)
    row.addLayout(lines, 1)
    line.setAccessibleName(f"{what} {how}".strip())
    return line


class LevelBars(QWidget):
    """The levels side by side, as wide as they are large, with their sizes under them."""

    def __init__(self, sizes: Sequence[int], parent: QWidget) -> None:
        super().__init__(parent)
        self.sizes = [int(size) for size in sizes]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{counted(len(self.sizes), 'level')}: {self.text()}")

    def text(self) -> str:
        """Return the sizes from coarse to fine."""
        return " · ".join(f"{size:,}" for size in self.sizes)

    def sizeHint(self) -> QSize:
        return QSize(160, self._lines() * self.fontMetrics().height() + 14)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _lines(self) -> int:
        width = self.fontMetrics().horizontalAdvance(self.text())
        return 1 if width <= max(160, self.width()) else 2

    def paintEvent(self, event: QPaintEvent) -> None:
        c, painter = theme.colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        room = self.width() - GAP * (len(self.sizes) - 1)
        whole, left = max(1, sum(self.sizes)), 0.0
        least = min(4.0, room / max(1, len(self.sizes)))
        widths = [max(least, room * size / whole) for size in self.sizes]
        scale = room / max(1.0, sum(widths))
        for place, width in enumerate(widths):
            colour = c.of("bar")
            colour.setAlphaF(1 - 0.7 * place / max(1, len(widths) - 1))
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(left, 4, width * scale, 6), 2, 2)
            left += width * scale + GAP
        painter.setPen(c.of("text"))
        painter.setFont(theme.tabular(self.font()))
        box = QRectF(0, 14, self.width(), self.height() - 14)
        flags = int(Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(box, flags, self.text())
        painter.end()
