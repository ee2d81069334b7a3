"""How large a dictionary of one's own is to be: what suits the photos, until somebody says else.

Shows the proposal with its reason, a warning where there are few photos, and why one would train.
"""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from insight_app.concepts.codes import MAX_CONCEPTS
from insight_app.concepts.hsae.proposal import WHY, propose
from insight_app.concepts.hsae.settings import min_concepts
from insight_app.gui.widgets import PlainLabel, dim_label

MOST_ACTIVE = 64
SHIPPED_FOR = "builtin"


class TrainingFields(QWidget):
    """Two numbers; each follows the proposal until a person changes it."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen: set[QSpinBox] = set()
        self._photos = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.concepts = self._number("Number of concepts", min_concepts(), MAX_CONCEPTS)
        self.k = self._number("Active in a cell", 1, MOST_ACTIVE)
        row.addWidget(self.concepts)
        row.addWidget(PlainLabel("concepts,", self))
        row.addWidget(self.k)
        row.addWidget(PlainLabel("active in a cell", self))
        row.addStretch(1)
        column.addLayout(row)
        self.reason, self.warning, self.why = (dim_label("", self) for _ in range(3))
        self.warning.setProperty("wrong", True)
        for label in (self.reason, self.warning, self.why):
            label.setWordWrap(True)
            column.addWidget(label)
        self.set_photos(0)

    def _number(self, name: str, least: int, most: int) -> QSpinBox:
        field = QSpinBox(self)
        field.setRange(least, most)
        field.setAccessibleName(name)
        field.setGroupSeparatorShown(True)
        field.setKeyboardTracking(False)
        field.valueChanged.connect(lambda _value: self._choose(field))
        return field

    def set_photos(self, photos: int) -> None:
        """Show what suits so many photos; what a person chose stays."""
        self._photos = photos
        proposal = propose(photos)
        for field, value in ((self.concepts, proposal.concepts), (self.k, proposal.k)):
            if field not in self._chosen:
                field.blockSignals(True)
                field.setValue(value)
                field.blockSignals(False)
        self.reason.setText(f"Proposed: {proposal.reason}" if photos else "")
        self.warning.setText(proposal.warning if photos else "")
        for label in (self.reason, self.warning):
            label.setVisible(bool(label.text()))

    def set_encoder(self, name: str) -> None:
        """Say why one would train; the figures are of the encoder that comes with Insight."""
        self.why.setText(WHY if name == SHIPPED_FOR else "")
        self.why.setVisible(bool(self.why.text()))

    def sizes(self) -> tuple[int | None, int | None]:
        """Return (concepts, k) as a person chose them; None where the proposal stands."""
        concepts = self.concepts.value() if self.concepts in self._chosen else None
        return concepts, self.k.value() if self.k in self._chosen else None

    def refusal(self) -> str:
        """Return why no dictionary of this size can be learned; '' if one can."""
        if self.k.value() < self.concepts.value():
            return ""
        return "Fewer concepts must be active in a cell than there are."

    def _choose(self, field: QSpinBox) -> None:
        self._chosen.add(field)
        self.changed.emit()
