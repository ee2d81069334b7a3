"""That the file of a photo is not the one that was analyzed: said under it, with what mends it.

What was found in the old one is not drawn over the new one.
"""

from PySide6.QtWidgets import QWidget

from insight_app.gui.state.image_codes import CHANGED
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import LinkLabel


class ChangedLine(LinkLabel):
    """Hidden while the photo is as it was."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.setWordWrap(True)
        self.setAccessibleName("The photo was changed")
        self.linkActivated.connect(lambda _link: session.actions["analysis.resume"].trigger())
        self.hide()

    def show_state(self, is_changed: bool) -> None:
        """Say that the photo shown was changed, or nothing."""
        can_resume = not self.session.state.read_only
        self.setText(f'{CHANGED} <a href="resume">Resume</a>' if can_resume else CHANGED)
        self.setVisible(is_changed)
