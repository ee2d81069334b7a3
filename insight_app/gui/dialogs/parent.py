"""Choosing one more parent for the selected concept by typing; says why one cannot be chosen."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from insight_app.gui.finding import Hit, HitList, concept_hits
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import dim_label

SHOWN = 200


class ParentDialog(QDialog):
    """The hits are concepts; Enter or a click puts the selected concept under one of them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.session = session
        self.child = session.selection.primary
        assert self.child is not None
        name = session.name(self.child)[0]
        self.setWindowTitle("Add a parent")
        self.resize(440, 420)
        column = QVBoxLayout(self)
        title = QLabel(f"Put “{name}” also under", self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("Name of the parent")
        self.line.setAccessibleName("Name of the parent")
        self.list = _Parents(self.line, self, self._hits)
        self.why = dim_label("", self)
        self.why.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.rejected.connect(self.reject)
        for widget in (title, self.line, self.list, self.why, buttons):
            column.addWidget(widget)
        self.list.update_hits()
        self.line.setFocus()

    def choose(self, row: int) -> None:
        """Add the parent and close, or say why not."""
        assert self.child is not None
        refusal = self.session.catalogue.refusal(self.child, row)
        if refusal:
            self.why.setText(refusal)
            return
        self.session.add_parent(self.child, row)
        self.accept()

    def _hits(self, text: str) -> list[Hit]:
        rows = [row for row in self.session.catalogue.search(text) if row != self.child][:SHOWN]
        hits = concept_hits(self.session, rows)
        return [
            Hit(hit.text, hit.detail, lambda row=row: self.choose(row), hit.italic, hit.status)
            for row, hit in zip(rows, hits, strict=True)
        ]


class _Parents(HitList):
    def leave(self) -> None:
        """The dialog closes itself."""
