"""Two fields for patterns of file names: which photos are taken, which are left out."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from insight_app.gui.widgets import PlainLabel
from insight_app.project.photos.patterns import LONGEST, MOST, Patterns, split

PAUSE_MS = 300
"""Typing is followed when it pauses."""
HELP = (
    "Compared with the name of a photo, its path in the folder, and the folders it lies in. "
    "* stands for any signs, ? for one; commas stand between several. Capitals do not matter."
)


class PatternFields(QWidget):
    """`changed` when a person has typed other patterns."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told = Patterns()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.include = self._add("Take only", "all photos, or *.jpg, ...", row)
        row.addSpacing(8)
        self.exclude = self._add("Leave out", "none, or *_mask.png, thumbs, ...", row)

    def _add(self, title: str, example: str, row: QHBoxLayout) -> QLineEdit:
        field = QLineEdit(self)
        field.setPlaceholderText(example)
        field.setAccessibleName(f"{title} photos named like this")
        field.setToolTip(HELP)
        field.setMaxLength(MOST * LONGEST)
        field.textChanged.connect(lambda _text: self._pause.start())
        field.editingFinished.connect(self._tell)
        label = PlainLabel(title, self)
        label.setBuddy(field)
        row.addWidget(label)
        row.addWidget(field, 1)
        return field

    def patterns(self) -> Patterns:
        """Return what is typed; of more than can be taken, the first."""
        include, exclude = (
            [one[:LONGEST] for one in split(field.text())][: MOST // 2]
            for field in (self.include, self.exclude)
        )
        return Patterns.of(include, exclude)

    def show_patterns(self, patterns: Patterns) -> None:
        """Show patterns that are kept already, unless a person is typing others."""
        if self._pause.isActive() or self.patterns() != self._told:
            return
        self._told = patterns
        for field, kept in ((self.include, patterns.include), (self.exclude, patterns.exclude)):
            if tuple(split(field.text())) != kept:
                field.setText(", ".join(kept))
        self._pause.stop()

    def _tell(self) -> None:
        self._pause.stop()
        if (typed := self.patterns()) != self._told:
            self._told = typed
            self.changed.emit()
