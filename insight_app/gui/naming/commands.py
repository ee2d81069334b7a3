"""The commands for names and the history: their texts, their keys, and the dialogs that they open.

Dialogs are imported when they are first opened.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

from insight_app.figures import counted
from insight_app.gui.actions import Actions
from insight_app.gui.curation.own_name_keys import own_name_keys
from insight_app.gui.dialogs.files import Purpose, choose_file, choose_new_file
from insight_app.gui.state.session import Session
from insight_app.plain_text import file_name

if TYPE_CHECKING:
    from insight_app.project.judgements import Alias
    from insight_app.project.judgements.names.normalizing import NameLine

EDIT = "Edit"
KINDS = "Normalization files (*.txt *.csv);;All files (*)"


def add_naming_commands(actions: Actions, session: Session, window: QWidget) -> None:
    """Register what changes many names at once, and the history."""
    add, here = actions.add, _Here(session, window)
    add("edit.replace", "Re&place in names…", "Ctrl+H", here.replace, context=EDIT,
        icon="arrows-left-right", tip="Find and replace in names, with a preview")  # fmt: skip
    add("edit.normalize", "&Normalize names by a file…", "", here.normalize, context=EDIT,
        tip="A text file, one name a line: canonical: variant, variant")  # fmt: skip
    add("edit.write_names", "&Write a normalization file…", "", here.write, context=EDIT,
        tip="All names in use with their aliases: canonical: variant, variant")  # fmt: skip
    add("edit.history", "&History…", "Ctrl+Shift+H", here.history, context=EDIT,
        icon="clock-counter-clockwise",
        tip="Who said what and when; take back, export, replay")  # fmt: skip
    own_name_keys(session)
    for signal in (session.projects.opened, session.projects.results_changed):
        signal.connect(here.enable)
    here.enable()


class _Here:
    """Opens each dialog over one window, once at a time."""

    def __init__(self, session: Session, window: QWidget) -> None:
        self.session, self.window = session, window

    def enable(self) -> None:
        """Enable what can be done now; what cannot be written says why."""
        has_concepts = self.session.state.catalogue is not None
        for id in ("edit.replace", "edit.normalize", "edit.write_names"):
            self.session.actions.set_enabled(id, has_concepts)
        self.session.actions.set_enabled("edit.history", self.session.state.project is not None)

    def replace(self) -> None:
        """Ask what to find in names and what to put in its place."""
        from insight_app.gui.naming.replace_dialog import ReplaceDialog

        if self._may_write():
            present = self.window.findChild(ReplaceDialog)
            _show(present or ReplaceDialog(self.session, self.window))

    def normalize(self) -> None:
        """Ask for a normalization file, and show what it would change."""
        if not self._may_write():
            return
        title, settings = "Normalize names by a file", self.session.settings
        path = choose_file(self.window, title, settings, Purpose.EXPORTS, KINDS)
        if path is not None:
            self.session.jobs.run(partial(_read, path), done=partial(self._show_lines, path))

    def _show_lines(self, path: Path, lines: "list[NameLine]") -> None:
        from insight_app.gui.naming.normalize_dialog import NormalizeDialog

        present = self.window.findChild(NormalizeDialog)
        if present is not None:
            present.close()
        _show(NormalizeDialog(self.session, path, lines, self.window))

    def write(self) -> None:
        """Ask for a place, and write the names in use there."""
        project = self.session.state.project
        if project is None:
            return
        name = f"{file_name(project.name)} names.txt"
        title, settings = "Write a normalization file", self.session.settings
        path = choose_new_file(self.window, title, settings, name, KINDS)
        if path is not None:
            names = self.session.naming.names_and_aliases()
            self.session.jobs.run(
                partial(_write, path, names), done=partial(self._say_written, path)
            )

    def history(self) -> None:
        """Show who said what and when."""
        from insight_app.gui.dialogs.history import HistoryDialog

        self.session.editors.write_all()
        present = self.window.findChild(HistoryDialog)
        if present is not None:
            present.look()
        _show(present or HistoryDialog(self.session, self.window))

    def _say_written(self, path: Path, lines: int) -> None:
        self.session.messages.say(f"{path.name}: {counted(lines, 'name')} written")

    def _may_write(self) -> bool:
        self.session.editors.write_all()
        return not self.session.curation.refuses()


def _show(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()


def _read(path: Path) -> "list[NameLine]":
    """Read a normalization file; runs on the pool."""
    from insight_app.project.judgements.names.normalizing import read

    return read(path)


def _write(path: Path, names: "list[tuple[str, tuple[Alias, ...]]]") -> int:
    """Write a normalization file and return how many names it has; runs on the pool."""
    from insight_app.project.judgements.names.normalizing import save

    return save(names, path)
