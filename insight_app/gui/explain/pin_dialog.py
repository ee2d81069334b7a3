"""Asking for a text: what one thinks of what is pinned, how a finding was settled, and the like."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel
from insight_app.plain_text import visible

Button = QDialogButtonBox.StandardButton
_KEYS = "Ctrl+Enter"
MOST_LETTERS = 160


class TextDialog(QDialog):
    """Asks for a text of several lines, and, with `ask_critical`, whether it is critical.

    subject: what it is about, where that may be said otherwise.  Ctrl+Enter takes it. It closes
    when another project opens: what it is about is gone.
    """

    def __init__(
        self,
        session: Session,
        parent: QWidget,
        title: str,
        said: str,
        done: Callable[[str, bool], object],
        *,
        button: str,
        text: str = "",
        subject: str = "",
        ask_critical: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(440, 260)
        self._done = done
        about = PlainLabel(said, self)
        about.setWordWrap(True)
        self.subject = QLineEdit(subject, self)
        self.subject.setVisible(bool(subject))
        self.subject.setAccessibleName("What it is about")
        self.subject.setMaxLength(MOST_LETTERS)
        self.text = QPlainTextEdit(text, self)
        self.text.setPlaceholderText(f"Your words ({_KEYS}: {button})")
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(title)
        self.critical = QCheckBox("Critical: no report is signed while it is open", self)
        self.critical.setVisible(ask_critical)
        buttons = QDialogButtonBox(Button.Cancel, self)
        self.take = buttons.addButton(button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.take.setShortcut("Ctrl+Return")
        self.take.setDefault(True)
        self.take.setToolTip(f"{button} ({_KEYS})")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (about, self.subject, self.text, self.critical, buttons):
            column.addWidget(widget)
        session.projects.opened.connect(self.reject)
        self.text.setFocus()

    def accept(self) -> None:
        """Hand over what was typed."""
        text, is_critical = self.text.toPlainText().strip(), self.critical.isChecked()
        super().accept()
        self._done(text, is_critical)


def pin(session: Session, parent: QWidget, workspace: str, page: str) -> None:
    """Ask for a comment and pin what is looked at now."""
    if session.curation.refuses():
        return
    view = session.audit.looked_at(workspace, page)
    image = session.selection.image
    if not view.told:
        session.messages.say("Nothing to pin: select a photo or a concept first")
        return

    def done(comment: str, is_critical: bool) -> None:
        told = visible(dialog.subject.text().strip()) or view.told
        session.audit.pin(replace(view, told=told), image, comment, is_critical)

    said, told = "What is to be seen, in a sentence; below, your comment:", view.told
    dialog = TextDialog(
        session, parent, "Pin a finding", said, done, button="Pin", subject=told, ask_critical=True
    )
    dialog.open()
