"""Asking for a text: what one thinks of what is pinned, how a finding was settled, and the like."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel

Button = QDialogButtonBox.StandardButton


class TextDialog(QDialog):
    """Asks for a text of several lines, and, with `ask_critical`, whether it is critical.

    Ctrl+Enter takes it. It closes when another project opens: what it is about is gone.
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
        ask_critical: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(440, 260)
        self._done = done
        about = PlainLabel(said, self)
        about.setWordWrap(True)
        self.text = QPlainTextEdit(text, self)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(title)
        self.critical = QCheckBox("Critical: no report is signed while it is open", self)
        self.critical.setVisible(ask_critical)
        buttons = QDialogButtonBox(Button.Cancel, self)
        self.take = buttons.addButton(button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.take.setShortcut("Ctrl+Return")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (about, self.text, self.critical, buttons):
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
        session.audit.pin(view, image, comment, is_critical)

    TextDialog(
        session, parent, "Pin a finding", view.told, done, button="Pin", ask_critical=True
    ).open()
