"""Errors, times and places in words that several windows use. Knows no window."""

import traceback
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from insight_app.errors import KnownError


def words(error: BaseException) -> str:
    """An error in words for a person; a bug of ours with its last lines."""
    if isinstance(error, KnownError):
        return str(error)
    lines = trace(error).strip().splitlines()
    return f"Insight made a mistake: {lines[-1]} ({lines[-3].strip() if len(lines) > 2 else ''})"


def show_in_folder(path: Path) -> None:
    """Open the system's file manager where a file or folder is."""
    place = path if path.is_dir() else path.parent
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))


def time_left(seconds: float) -> str:
    """Roughly: 40 s, 3 min, 2 h 10 min."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def trace(error: BaseException) -> str:
    """The error with its trace, for a bug report."""
    return "".join(traceback.format_exception(error))
