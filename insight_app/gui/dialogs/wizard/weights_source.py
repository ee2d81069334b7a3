"""How to get weights that are not at hand: the command that fetches them, and their address.

Both can be selected and copied. Which they are the worker knows; nothing is fetched here.
"""

import shutil
import sys
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QToolButton, QWidget

from insight_app.gui import icons
from insight_app.gui.widgets import dim_label
from insight_app.gui.wording import tooltip


class WeightsSource(QWidget):
    """Two lines, each with a button that copies it; empty until they are known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        self.command = _add_line(grid, 0, "Fetch it with", "command", self)
        self.address = _add_line(grid, 1, "or from", "address", self)
        self.hide()

    def show_source(self, name: str, address: str) -> None:
        """Show how weights called `name` are fetched; nothing where none are published."""
        self.command.setText(f"{program()} models fetch {name}")
        self.address.setText(address)
        for line in (self.command, self.address):
            line.setCursorPosition(0)
            line.setToolTip(tooltip(line.text()))
        self.setVisible(bool(name))


def _add_line(grid: QGridLayout, row: int, title: str, what: str, parent: QWidget) -> QLineEdit:
    label: QLabel = dim_label(title, parent)
    line = QLineEdit(parent)
    line.setReadOnly(True)
    line.setFrame(False)
    line.setProperty("bare", True)
    line.setAccessibleName(f"{what.capitalize()} for the weights")
    copy = QToolButton(parent)
    copy.setIcon(icons.icon("copy", "dim"))
    copy.setProperty("small", True)
    copy.setToolTip(f"Copy the {what}")
    copy.setAccessibleName(f"Copy the {what}")
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(line.text()))
    for column, widget in enumerate((label, line, copy)):
        grid.addWidget(widget, row, column)
    return line


def program() -> str:
    """Return how this very program is called on a command line here."""
    if shutil.which("insight-app"):
        return "insight-app"
    beside = Path(sys.executable).with_name("insight-app")
    text = str(beside) if beside.is_file() else f"{sys.executable} -m insight_app"
    return f'"{beside}"' if beside.is_file() and " " in text else text
