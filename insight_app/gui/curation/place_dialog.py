"""Choosing under which concept others shall stand, by typing; says what choosing one does.

Moving takes them from the places they have; adding keeps those. Why one cannot be chosen is said
while it is looked at, with the way that would go in a circle.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from insight_app.figures import counted
from insight_app.gui.curation.tree.drop import plan
from insight_app.gui.finding.hits import FoundHits, Hit, HitList, found_concepts
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel, dim_label

if TYPE_CHECKING:
    from insight_app.gui.state.relation_curation import Place
    from insight_app.project.judgements import ConceptId


class PlaceDialog(QDialog):
    """places: (concept, the parent it moves from).  adds: those parents stay."""

    def __init__(
        self,
        session: Session,
        places: "Sequence[Place]",
        adds: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.session, self.places, self.adds = session, tuple(places), adds
        self.setWindowTitle("Add a parent" if adds else "Move")
        self.resize(440, 420)
        column = QVBoxLayout(self)
        verb = f"Put {self._what()} also under" if adds else f"Move {self._what()} under"
        title = PlainLabel(verb, self)
        title.setWordWrap(True)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("Name of the parent")
        self.line.setAccessibleName("Name of the parent")
        self.list = HitList(self.line, self, self._hits)
        self.list.escaped.connect(self.reject)
        self.why = dim_label("", self)
        self.why.setWordWrap(True)
        self.why.setAccessibleName("What choosing it does")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.rejected.connect(self.reject)
        for widget in (title, self.line, self.list, self.why, buttons):
            column.addWidget(widget)
        self.list.selectionModel().currentChanged.connect(self._explain)
        self.list.updated.connect(self._explain)
        self.list.update_hits()
        self.line.setFocus()

    def choose(self, parent: "ConceptId | None") -> None:
        """Put them under a concept (None: at the top) and close, or say why not."""
        found = plan(self.session.state, self.places, parent, self.adds)
        if found.refusal:
            self.why.setText(found.refusal)
            return
        self.session.curation.judge(found.acts, found.done)
        self.accept()

    def _rows(self) -> tuple[int, ...]:
        """Return the rows of what is put somewhere, each once."""
        return self.session.state.rows_of(dict.fromkeys(concept for concept, _old in self.places))

    def _what(self) -> str:
        rows = self._rows()
        if len(rows) != 1:
            return counted(len(rows), "concept")
        return f"“{self.session.state.name_told_apart(rows[0])}”"

    def _hits(self, text: str) -> FoundHits:
        rows = self._rows()
        but = rows[0] if len(rows) == 1 else None
        found = found_concepts(self.session, text, choose=self.choose, but=but)
        if self.adds or text.strip():
            return found
        top = Hit("No parent", "to the top", lambda: self.choose(None))
        return replace(found, hits=[*found.hits, top])

    def _explain(self) -> None:
        """Say what choosing the current hit does, before it is done."""
        row = self.list.currentIndex().row()
        hits = self.list.hits()
        if not 0 <= row < len(hits):
            self.why.setText("")
            return
        found = plan(self.session.state, self.places, hits[row].concept, self.adds)
        self.why.setText(found.refusal or found.will.removesuffix(" Ctrl adds a parent instead."))
