"""Tells at once that a photo folder is not where it was, with what can be done about it.

Knows the session's folders and troubles; the dialog does the rest.
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from insight_app.figures import counted
from insight_app.gui.state.session import Session
from insight_app.gui.state.troubles import Gravity, Trouble
from insight_app.gui.window import dialogs
from insight_app.gui.wording import words

LOOK_MILLISECONDS = 5000
"""How often the disk is asked while somebody is at the window: one question a folder."""
MISSING, NOT_MOVED = "missing folders", "wrong folder"
"""Keys of the troubles."""


class MissingFolders(QObject):
    """Says so while folders are missing, and where the one pointed to holds other photos."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        session.folders.changed.connect(self._follow)
        session.folders.not_moved.connect(self._say_not_moved)
        self._look = QTimer(self, interval=LOOK_MILLISECONDS)
        self._look.timeout.connect(self._look_again)
        self._look.start()

    def _look_again(self) -> None:
        """Ask the disk again while somebody is at the window."""
        if self._window.isActiveWindow():
            self._session.folders.look()

    def _follow(self) -> None:
        missing, troubles = self._session.folders.missing, self._session.troubles
        if not missing:
            troubles.take(MISSING)
            troubles.take(NOT_MOVED)
            return
        photos = sum(source.counts.photos for source in missing)
        rest = f"{counted(photos, 'photo')} cannot be shown. What was counted and judged is kept."
        if len(missing) == 1:
            path = missing[0].path
            text = f"The folder {path} is not there: {rest}"
            act = partial(dialogs.point_to_folder, self._session, path, self._window)
        else:
            text = f"{len(missing)} folders are not there: {rest}"
            act = partial(dialogs.show_folders, self._session, self._window)
        can_point = not self._session.state.read_only
        button = "Point to the folder…" if can_point else ""
        troubles.put(MISSING, Trouble(text, Gravity.FOLDERS, button, act))

    def _say_not_moved(self, old: Path, error: Exception) -> None:
        act = partial(dialogs.point_to_folder, self._session, old, self._window)
        trouble = Trouble(
            words(error), Gravity.FAILED, "Choose another folder…", act, can_dismiss=True
        )
        self._session.troubles.put(NOT_MOVED, trouble)
