"""Choosing one more parent for a concept by typing; says why one cannot be chosen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.finding.hits import FoundHits, HitList, found_concepts
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel, dim_label

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId


class ParentDialog(QDialog):
    """The hits are concepts; Enter or a click puts the child under one of them."""

    def __init__(
        self, session: Session, child: PresentConcept, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.session, self.child = session, child.id
        self.setWindowTitle("Add a parent")
        self.resize(440, 420)
        column = QVBoxLayout(self)
        title = PlainLabel(f"Put “{child.name_told_apart}” also under", self)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("Name of the parent")
        self.line.setAccessibleName("Name of the parent")
        self.list = HitList(self.line, self, self._hits)
        self.list.escaped.connect(self.reject)
        self.why = dim_label("", self)
        self.why.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.rejected.connect(self.reject)
        for widget in (title, self.line, self.list, self.why, buttons):
            column.addWidget(widget)
        self.list.update_hits()
        self.line.setFocus()

    def choose(self, parent: "ConceptId") -> None:
        """Add the parent and close, or say why not."""
        state = self.session.state
        rows = state.rows_of((self.child, parent))
        if state.catalogue is None or len(rows) < 2:
            self.why.setText("This concept is not there any more.")
            return
        refusal = state.catalogue.refusal(rows[0], rows[1], state.name_told_apart)
        if refusal:
            self.why.setText(refusal)
            return
        self.session.curation.add_parent(self.child, parent)
        self.accept()

    def _hits(self, text: str) -> FoundHits:
        child = self.session.state.row_of(self.child)
        return found_concepts(self.session, text, choose=self.choose, but=child)
