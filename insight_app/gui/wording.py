"""Sizes, times, errors and places in words, as every part of the window says them.

Knows no window.
"""

import re
import textwrap
import traceback
from pathlib import Path

from PySide6 import QtGui
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from insight_app.errors import KnownError
from insight_app.figures import figure
from insight_app.plain_text import shortened, visible, visible_lines

TIP_WIDTH = 100
"""Letters of a tooltip's line at most; Qt would make it as wide as the text is long."""
TIP_LETTERS = 2000
"""Of a longer text a tooltip shows beginning and end."""
COMMAND_LETTERS = 120
"""Of a longer text a menu or a title shows beginning and end."""
UNITS = ("bytes", "kB", "MB", "GB", "TB")


def size_text(count: float) -> str:
    """Return bytes for a person, three digits: 612 MB, 1.21 GB."""
    unit = 0
    while count >= 999.5 and unit < len(UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{figure(count)} {UNITS[unit]}" if unit else f"{count:.0f} bytes"


def time_left(seconds: float) -> str:
    """Return a time roughly: 40 s, 3 min, 2 h 10 min."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def words(error: BaseException) -> str:
    """Return an error in words for a person; a bug of ours with its last lines."""
    if isinstance(error, KnownError):
        return str(error)
    lines = trace(error).strip().splitlines()
    return f"Insight made a mistake: {lines[-1]} ({lines[-3].strip() if len(lines) > 2 else ''})"


def tooltip(text: str) -> str:
    """Return what a tooltip shows as `text`, also where that looks like HTML or is very long."""
    lines = shortened(visible_lines(text), TIP_LETTERS).split("\n")
    shown = "\n".join(part for line in lines for part in _wrapped(line))
    rich = QtGui.Qt.mightBeRichText(shown)
    return QtGui.Qt.convertFromPlainText(shown) if rich else shown


def _wrapped(line: str) -> list[str]:
    if len(line) <= TIP_WIDTH:
        return [line]
    return textwrap.wrap(line, TIP_WIDTH, break_on_hyphens=False) or [""]


def command_text(text: str) -> str:
    """Return what a menu or a button shows as `text`: in them & would mark the next letter."""
    return shortened(visible(text), COMMAND_LETTERS).replace("&", "&&")


def unmarked(text: str) -> str:
    """Return what is seen of a menu's text: && is an &, a single one only marks a letter."""
    return re.sub("&(.?)", r"\1", text)


def title_text(text: str) -> str:
    """Return what a window's title shows as `text`: in it [*] would stand for unsaved changes."""
    return shortened(visible(text), COMMAND_LETTERS).replace("[*]", "[*][*]")


def trace(error: BaseException) -> str:
    """Return the error with its trace, for a bug report."""
    return "".join(traceback.format_exception(error))


def open_file(path: Path) -> None:
    """Show a file with the system's program for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def show_in_folder(path: Path) -> None:
    """Open the system's file manager where a file or folder is."""
    place = path if path.is_dir() else path.parent
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))
