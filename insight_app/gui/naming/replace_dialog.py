"""Find and replace in names: what is typed is previewed at once, nothing is done before Replace.

The rule is names.replacing; the dialog stays open beside the window, which goes on.
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from insight_app.figures import counted
from insight_app.gui.naming.preview import Names, RenamePreview, do_text
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import restyle

if TYPE_CHECKING:
    from insight_app.project.judgements.names.spelling import Renaming

ALL, SELECTED = "all", "selected"
NOTHING = "No name has this text, or nothing would be left of it."


class ReplaceDialog(QDialog):
    """Enter replaces what is chosen in the preview."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.session = session
        self.setWindowTitle("Replace in names")
        self.resize(640, 480)
        self.find_what = QLineEdit(self)
        self.put_there = QLineEdit(self)
        self.case = QCheckBox("Match &case", self)
        self.words = QCheckBox("Whole &words", self)
        self.where = QComboBox(self)
        form = QFormLayout()
        form.addRow("&Find", self.find_what)
        form.addRow("Re&place by", self.put_there)
        options = QHBoxLayout()
        options.addWidget(self.case)
        options.addWidget(self.words)
        options.addStretch(1)
        form.addRow("", options)
        form.addRow("&In names of", self.where)
        self.preview = RenamePreview(session, NOTHING, self)
        buttons = QDialogButtonBox(self)
        self.do = buttons.addButton("Replace", QDialogButtonBox.ButtonRole.AcceptRole)
        self.do.setProperty("primary", True)
        restyle(self.do)
        buttons.addButton(QDialogButtonBox.StandardButton.Close)
        buttons.accepted.connect(self._replace)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.preview, 1)
        column.addWidget(buttons)
        for field in (self.find_what, self.put_there):
            field.textChanged.connect(self._look_anew)
        for box in (self.case, self.words):
            box.toggled.connect(self._look_anew)
        self.preview.clicked.connect(self._show_concept)
        self.preview.model.chosen_changed.connect(self._follow)
        self._fill_where()
        self.where.currentIndexChanged.connect(self._look)
        session.curation.changed.connect(self._look)
        session.selection.changed.connect(self._fill_where)
        session.projects.results_changed.connect(self._look)
        session.projects.opened.connect(self.close)
        self._look()
        self.find_what.setFocus()

    def _fill_where(self) -> None:
        """Say how many concepts there are to look through; what was chosen stays."""
        chosen = self.where.currentData()
        rows, every = self.session.selection.rows, len(self.session.naming.names())
        self.where.blockSignals(True)
        self.where.clear()
        self.where.addItem(f"all {every:,} concepts in the lists", ALL)
        self.where.addItem(f"{counted(len(rows), 'selected concept')}", SELECTED)
        several = SELECTED if chosen is None and len(rows) > 1 else chosen
        self.where.setCurrentIndex(max(0, self.where.findData(several)))
        self.where.blockSignals(False)
        if chosen == SELECTED:
            self._look()

    def _show_concept(self, row: int) -> None:
        """Select a concept of the preview, to be looked at behind it."""
        if self.where.currentData() == ALL:
            self.session.selection.select_rows(rows=(row,))

    def _look_anew(self) -> None:
        self.preview.say_done("")
        self._look()

    def _look(self) -> None:
        if not self.find_what.text():
            self.preview.clear()
            return
        rule = partial(
            _replaced,
            find=self.find_what.text(),
            put=self.put_there.text(),
            match_case=self.case.isChecked(),
            whole_words=self.words.isChecked(),
        )
        rows = self.session.selection.rows if self.where.currentData() == SELECTED else None
        self.preview.look(rule, None if rows is None else list(rows))

    def _follow(self) -> None:
        count = len(self.preview.model.chosen)
        self.do.setText(do_text(count, "Rename") if count else "Rename")
        self.do.setEnabled(count > 0)

    def _replace(self) -> None:
        chosen = self.preview.model.chosen
        if chosen and not self.session.curation.refuses():
            what = f"“{self.find_what.text()}” by “{self.put_there.text()}”"
            text = f"Replaced {what} in {counted(len(chosen), 'name')}"
            self.preview.say_done(f"{text}. Ctrl+Z in the window takes it back.")
            self.session.naming.rename_all(chosen, text)


def _replaced(names: Names, **how: str | bool) -> "list[Renaming[int]]":
    """Return what find and replace does to names; runs on the pool."""
    from insight_app.project.judgements.names.replacing import find_and_replace

    return find_and_replace(names, **how)  # type: ignore[arg-type]
