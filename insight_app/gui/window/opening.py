"""Asking for files and opening what was chosen: projects, folders of photos, released files.

What the commands of the File menu do, and what is dropped on the window goes through.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from insight_app.disk_errors import disk_error
from insight_app.errors import WorldError
from insight_app.gui.dialogs.files import Purpose, choose_folder
from insight_app.gui.state.analysis_control import holds_dictionary
from insight_app.gui.state.session import Session
from insight_app.gui.wording import show_in_folder


class Opening:
    """Opens things in the window `parent`, which its dialogs lie over."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session, self._parent = session, parent

    def open_something(self) -> None:
        """Ask for a project, or a folder of photos or of released files to make one of."""
        title = "Open a project (a folder NAME.insight), photos, or released files"
        if chosen := self._ask_for_folder(title, Purpose.PROJECTS):
            self.open_paths([chosen])

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open a project; for photos and released files show the wizard."""
        try:
            self._open_paths(paths)
        except OSError as error:
            told = disk_error(error, "It cannot be looked at", where=paths[0])
            self._session.messages.report(told, "Open another…", self.open_something)

    def _open_paths(self, paths: Sequence[Path]) -> None:
        from insight_app.project.folder import is_project

        first = paths[0]
        inside = first if first.is_dir() else first.parent
        if is_project(inside):
            self._session.projects.open(inside)
        elif not first.exists():
            error = WorldError("There is nothing there.", where=str(first))
            self._session.messages.report(error, "Open another…", self.open_something)
        else:
            folders = list(dict.fromkeys(p if p.is_dir() else p.parent for p in paths))
            released = [folder for folder in folders if holds_dictionary(folder)]
            photos = [folder for folder in folders if folder not in released]
            self.new_project(photos, released[0] if released else None)

    def open_released(self) -> None:
        """Ask for released files and make a project on them; photos may come later."""
        title = "A folder of released files (ae.pt with config.json)"
        if chosen := self._ask_for_folder(title, Purpose.RELEASED):
            self.new_project((), chosen)

    def open_recent(self, path: str) -> None:
        """Open a recent project; where it is gone, the error says so."""
        self._session.projects.open(Path(path))

    def open_last(self) -> bool:
        """Open the project that was open last; False if there is none, or nobody wants it."""
        settings = self._session.settings
        path = settings.get("last_project")
        if not path or not settings.get("open_last"):
            return False
        self._session.projects.open(Path(path), only_if_free=True)
        return True

    def close_project(self) -> None:
        """Leave the project for the start page, where the next start begins too."""
        if self._session.projects.close():
            self._session.settings.set("last_project", "")

    def new_project(self, folders: Sequence[Path] = (), dictionary: Path | None = None) -> None:
        """Show the wizard, with what is known already filled in."""
        from insight_app.gui.dialogs.new_project import NewProjectDialog

        dialog = NewProjectDialog(self._session, folders, self._parent, dictionary=dictionary)
        dialog.accepted.connect(lambda: self._session.analysis.begin_project(dialog.plan()))
        dialog.open()

    def add_photos(self) -> None:
        """Ask for one more folder and analyze its photos into the open project."""
        if chosen := self._ask_for_folder("Add a folder of photos", Purpose.PHOTOS):
            self._session.folders.add([chosen])

    def show_project(self) -> None:
        """Show the open project in the system's file manager."""
        if (path := self._session.state.path) is not None:
            show_in_folder(path)

    def _ask_for_folder(self, title: str, purpose: Purpose) -> Path | None:
        return choose_folder(self._parent, title, self._session.settings, purpose)
