"""Tells at once that a photo folder is not where it was, with what can be done about it.

Knows the session's folders and the window's line of trouble; the dialog does the rest.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from insight_app.gui.panel import TroubleLine
from insight_app.gui.state.session import Session
from insight_app.gui.window import dialogs

LOOK_MILLISECONDS = 5000
"""How often the disk is asked while somebody is at the window: one question a folder."""


class MissingFolders(QObject):
    """Shows a line while folders are missing and takes it away when they are back.

    is_free: whether the line says nothing else, which goes first.
    """

    def __init__(
        self, session: Session, line: TroubleLine, is_free: Callable[[], bool], window: QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._line = session, line
        self._is_free, self._window = is_free, window
        self.is_shown = False
        session.folders.changed.connect(self.follow)
        self._look = QTimer(self, interval=LOOK_MILLISECONDS)
        self._look.timeout.connect(self._look_again)
        self._look.start()

    def _look_again(self) -> None:
        """Ask the disk again while somebody is at the window."""
        if self._window.isActiveWindow():
            self._session.folders.look()

    def follow(self) -> None:
        """Show or hide the line, as the folders are."""
        missing = self._session.folders.missing
        if not missing:
            if self.is_shown:
                self._line.hide()
            self.is_shown = False
            return
        if not (self.is_shown or self._is_free()):
            return
        photos = sum(source.counts.photos for source in missing)
        rest = f"{photos:,} photos cannot be shown. What was counted and judged is kept."
        if len(missing) == 1:
            path = missing[0].path
            text = f"The folder {path} is not there: {rest}"
            act = partial(dialogs.point_to_folder, self._session, path, self._window)
        else:
            text = f"{len(missing)} folders are not there: {rest}"
            act = partial(dialogs.show_folders, self._session, self._window)
        can_point = not self._session.state.read_only
        self._line.show_trouble(text, "Point to the folder…" if can_point else "", act)
        self.is_shown = True
