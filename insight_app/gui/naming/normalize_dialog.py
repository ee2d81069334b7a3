"""Normalizing names by a file: what it would change is previewed, nothing is done before Rename.

The rule and the form of the file are names.normalizing; the dialog stays open beside the window.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget
from shiboken6 import isValid

from insight_app.figures import counted
from insight_app.gui.naming.preview import Names, RenamePreview, do_text
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import shown_name
from insight_app.gui.widgets import PlainLabel, dim_label, restyle

if TYPE_CHECKING:
    from insight_app.project.judgements.names.normalizing import NameLine
    from insight_app.project.judgements.names.spelling import Renaming

MOST_TOLD = 12
NOTHING = "Every name is as this file has it."


class NormalizeDialog(QDialog):
    """lines: what the file at `path` says."""

    def __init__(
        self, session: Session, path: Path, lines: "Sequence[NameLine]", parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.session, self._lines, self._path = session, tuple(lines), path
        self.setWindowTitle("Normalize names")
        self.resize(640, 480)
        variants = sum(len(line.variants) for line in lines)
        said = f"{counted(len(lines), 'name')} with {counted(variants, 'variant')}"
        title = PlainLabel(f"{path.name}: {said}", self)
        title.setWordWrap(True)
        how = dim_label("A concept that is called as a variant gets the name of its line.", self)
        how.setWordWrap(True)
        self.keeps = QCheckBox("Keep the &old name as an alias", self)
        self.keeps.setChecked(True)
        self.missing = dim_label("", self)
        self.missing.setWordWrap(True)
        self.preview = RenamePreview(session, NOTHING, self)
        buttons = QDialogButtonBox(self)
        self.do = buttons.addButton("Rename", QDialogButtonBox.ButtonRole.AcceptRole)
        self.do.setProperty("primary", True)
        restyle(self.do)
        buttons.addButton(QDialogButtonBox.StandardButton.Close)
        buttons.accepted.connect(self._rename)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        for widget in (title, how, self.keeps):
            column.addWidget(widget)
        column.addWidget(self.preview, 1)
        column.addWidget(self.missing)
        column.addWidget(buttons)
        self.preview.clicked.connect(lambda row: session.selection.select_rows(rows=(row,)))
        self.preview.model.chosen_changed.connect(self._follow)
        session.curation.changed.connect(self._look)
        session.projects.results_changed.connect(self._look)
        session.projects.opened.connect(self.close)
        self._look()
        self._follow()

    def _look(self) -> None:
        self.preview.look(partial(_normalized, lines=self._lines))
        look = partial(_missing, self._lines, self.session.naming.names())
        self.session.jobs.run(look, done=self._tell_missing, key=("missing names", id(self)))

    def _tell_missing(self, missing: list[str]) -> None:
        """Say which variants no concept is called: they change nothing."""
        if not isValid(self):
            return
        some = ", ".join(map(shown_name, missing[:MOST_TOLD]))
        more = f" and {len(missing) - MOST_TOLD:,} more" if len(missing) > MOST_TOLD else ""
        self.missing.setText(f"No concept in the lists is called: {some}{more}" if missing else "")
        self.missing.setVisible(bool(missing))

    def _follow(self) -> None:
        count = len(self.preview.model.chosen)
        self.do.setText(do_text(count, "Rename") if count else "Rename")
        self.do.setEnabled(count > 0)

    def _rename(self) -> None:
        chosen = self.preview.model.chosen
        if chosen and not self.session.curation.refuses():
            text = f"Renamed {counted(len(chosen), 'concept')} as {self._path.name} has it"
            self.preview.say_done(f"{text}. Ctrl+Z in the window takes it back.")
            keeps = self.keeps.isChecked()
            self.session.naming.rename_all(chosen, text, keeps_old=keeps)


def _normalized(names: Names, lines: "Sequence[NameLine]") -> "list[Renaming[int]]":
    """Return which names the lines change; runs on the pool."""
    from insight_app.project.judgements.names.normalizing import renamings

    return renamings(lines, names)


def _missing(lines: "Sequence[NameLine]", names: Names) -> list[str]:
    """Return the variants that no concept is called; runs on the pool."""
    from insight_app.project.judgements.names.normalizing import unmatched

    return unmatched(lines, names)
