"""Asking for a folder or a file: the one place that opens the system's file dialogs.

Each begins where a person chose last for the same purpose, else in the folder that such things are
usually in; never in the directory that the program was started from.
"""

from enum import Enum
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from insight_app.gui.settings import Settings

Usual = QStandardPaths.StandardLocation


class Purpose(Enum):
    """What is asked for: the name it is remembered by."""

    PHOTOS = "photos"
    PROJECTS = "projects"
    RELEASED = "released"
    WEIGHTS = "weights"
    EXPORTS = "exports"


USUAL_PLACES = {
    Purpose.PHOTOS: Usual.PicturesLocation,
    Purpose.PROJECTS: Usual.DocumentsLocation,
    Purpose.RELEASED: Usual.DownloadLocation,
    Purpose.WEIGHTS: Usual.DownloadLocation,
    Purpose.EXPORTS: Usual.DocumentsLocation,
}


def start_folder(settings: Settings, purpose: Purpose) -> Path:
    """Return the folder used last for a purpose, else the usual one, else the person's home."""
    last = settings.folder(purpose.value)
    usual = QStandardPaths.writableLocation(USUAL_PLACES[purpose])
    for place in (last, usual):
        if place and Path(place).is_dir():
            return Path(place)
    return Path(QStandardPaths.writableLocation(Usual.HomeLocation))


def choose_folder(
    parent: QWidget, title: str, settings: Settings, purpose: Purpose, start: Path | None = None
) -> Path | None:
    """Let a person choose a folder; None if they choose none.

    start: where to begin, if that is known better than from the purpose.
    """
    begin = start if start is not None else start_folder(settings, purpose)
    chosen = QFileDialog.getExistingDirectory(parent, title, str(begin))
    return _remember(settings, purpose, chosen)


def choose_file(
    parent: QWidget, title: str, settings: Settings, purpose: Purpose, kinds: str
) -> Path | None:
    """Let a person choose a file that is there; None if they choose none."""
    begin = start_folder(settings, purpose)
    chosen, _kind = QFileDialog.getOpenFileName(parent, title, str(begin), kinds)
    return _remember(settings, purpose, chosen)


def choose_new_file(
    parent: QWidget,
    title: str,
    settings: Settings,
    name: str,
    kinds: str = "",
    *,
    start: Path | None = None,
    asks_to_replace: bool = True,
) -> Path | None:
    """Let a person say where an export called `name` is written; None if nowhere.

    asks_to_replace: whether the dialog asks before it returns a file that is there already.
    """
    begin = start if start is not None else start_folder(settings, Purpose.EXPORTS)
    options = QFileDialog.Option(0)
    if not asks_to_replace:
        options = QFileDialog.Option.DontConfirmOverwrite
    chosen, _kind = QFileDialog.getSaveFileName(
        parent, title, str(begin / name), kinds, options=options
    )
    return _remember(settings, Purpose.EXPORTS, chosen)


def _remember(settings: Settings, purpose: Purpose, chosen: str) -> Path | None:
    """Keep where to begin the next time; return what was chosen as a path."""
    if not chosen:
        return None
    settings.set_folder(purpose.value, str(Path(chosen).parent))
    return Path(chosen)
