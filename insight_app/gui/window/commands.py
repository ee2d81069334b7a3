"""What the menus' actions do: projects, files, analysis, dialogs.

Mixed into the main window. Dialogs are imported when they are opened.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QMessageBox

from insight_app.errors import WorldError
from insight_app.gui import theme
from insight_app.gui.state.analysis_control import holds_dictionary
from insight_app.gui.wording import show_in_folder, words


class Commands:
    """Methods of the main window; uses its session, settings, docks and panels."""

    session: Any
    settings: Any
    search: Any
    start: Any
    isFullScreen: Any
    showFullScreen: Any
    showNormal: Any

    # ---- opening

    def open_something(self) -> None:
        """One Open: a project, or a folder of photos or of released files to make one of."""
        chosen = QFileDialog.getExistingDirectory(
            self,  # type: ignore[arg-type]
            "Open a project (a folder NAME.insight), photos, or released files",
            self.settings.get("last_folder"),
        )
        if chosen:
            self.settings.set("last_folder", str(Path(chosen).parent))
            self.open_path(Path(chosen))

    def open_path(self, path: Path) -> None:
        """Open what it is: a project; for photos and released files the wizard is shown."""
        self.open_paths([path])

    def open_paths(self, paths: Sequence[Path]) -> None:
        from insight_app.project.folder import is_project

        first = paths[0]
        inside = first if first.is_dir() else first.parent
        if is_project(inside):
            self.session.projects.open(inside)
        elif not first.exists():
            self.session.messages.report(WorldError("There is nothing there.", where=str(first)))
        else:
            folders = list(dict.fromkeys(p if p.is_dir() else p.parent for p in paths))
            released = [folder for folder in folders if holds_dictionary(folder)]
            photos = [folder for folder in folders if folder not in released]
            self.new_project(photos, released[0] if released else None)

    def open_released(self) -> None:
        """A project on a published dictionary; photos may come later."""
        chosen = QFileDialog.getExistingDirectory(
            self,  # type: ignore[arg-type]
            "A folder of released files (ae.pt with config.json)",
            self.settings.get("last_folder"),
        )
        if chosen:
            self.settings.set("last_folder", str(Path(chosen).parent))
            self.new_project((), Path(chosen))

    def open_recent(self, path: str) -> None:
        self.start.open_recent(path)

    def open_demo(self) -> None:
        """Make the demo project if it is not there, and open it."""
        self.session.analysis.begin_demo()

    def close_project(self) -> None:
        self.session.projects.close()

    def show_project(self) -> None:
        show_in_folder(Path(self.session.state.project.path))

    def close_anyway(self) -> bool:
        """Ask what cannot be undone: leaving with judgements that could not be written."""
        box = QMessageBox(self)  # type: ignore[call-overload]
        box.setWindowTitle("Not saved")
        box.setText(f"{self.session.queue.pending} judgements could not be written.")
        box.setInformativeText(words(self.session.queue.error) if self.session.queue.error else "")
        leave = box.addButton("Leave without them", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Stay", QMessageBox.ButtonRole.RejectRole)
        box.exec()
        if box.clickedButton() is not leave:
            return False
        self.session.queue.drop_all()
        return bool(self.session.close())

    # ---- analyzing

    def new_project(self, folders: Sequence[Path] = (), dictionary: Path | None = None) -> None:
        from insight_app.gui.dialogs.new_project import NewProjectDialog

        dialog = NewProjectDialog(self.session, folders, self, dictionary=dictionary)  # type: ignore[arg-type]
        dialog.accepted.connect(lambda: self.session.analysis.begin_project(dialog.plan()))
        dialog.open()

    def add_photos(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self,  # type: ignore[arg-type]
            "Add a folder of photos",
            self.settings.get("last_folder"),
        )
        if chosen:
            self.session.analysis.analyze(folders=[chosen])

    def resume_analysis(self) -> None:
        self.session.analysis.analyze()

    def pause_analysis(self) -> None:
        self.session.analysis.pause()

    def cancel_analysis(self) -> None:
        self.session.analysis.cancel()

    # ---- concepts

    def find(self) -> None:
        self.search.line.setFocus()
        self.search.line.selectAll()

    def hide_selected(self) -> None:
        self.session.curation.hide(self.session.selection.concepts)

    def toggle_advance(self) -> None:
        self.settings.set("auto_advance", not self.settings.get("auto_advance"))

    # ---- looks

    def toggle_theme(self) -> None:
        self.settings.set("theme", "light" if theme.colours().dark else "dark")

    def toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    # ---- dialogs

    def export(self) -> None:
        from insight_app.gui.dialogs.export import ExportDialog

        ExportDialog(self.session, self).open()  # type: ignore[arg-type]

    def preferences(self) -> None:
        from insight_app.gui.dialogs.preferences import PreferencesDialog

        PreferencesDialog(self.session, self).open()  # type: ignore[arg-type]

    def shortcuts(self) -> None:
        from insight_app.gui.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(self.session.actions, self).open()  # type: ignore[arg-type]

    def about(self) -> None:
        from insight_app.gui.dialogs.about import AboutDialog

        AboutDialog(self).open()  # type: ignore[arg-type]
