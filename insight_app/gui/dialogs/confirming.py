"""Asking before something that cannot be taken back: the harmless answer is the usual one."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from insight_app.gui.wording import title_text
from insight_app.plain_text import breakable, visible_lines


def confirm(
    parent: QWidget, title: str, question: str, *, do: str, keep: str, details: str = ""
) -> bool:
    """Return whether a person chose `do`; Enter, Esc and closing the window choose `keep`."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title_text(title))
    box.setText(breakable(visible_lines(question)))
    box.setInformativeText(breakable(visible_lines(details)))
    doing = box.addButton(do, QMessageBox.ButtonRole.DestructiveRole)
    keeping = box.addButton(keep, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keeping)
    box.setEscapeButton(keeping)
    box.exec()
    return box.clickedButton() is doing
