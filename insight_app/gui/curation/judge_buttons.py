"""The buttons for judging the selected concept, and the switch for going on afterwards.

Both are views of the window's actions.
"""

from PySide6.QtWidgets import QCheckBox, QWidget

from insight_app.gui.curation.concept_keys import keys_of
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import KeyButton
from insight_app.gui.wrap_row import WrapRow

VERBS = ("accept", "unsure", "reject", "rename", "note")


class AdvanceSwitch(QCheckBox):
    """Whether judging goes on to the next: one setting, wherever it is shown."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Go on", parent)
        self.setProperty("dim", True)
        self.setAccessibleName("Go on to the next after judging")
        self.setToolTip(
            "After accept, unsure or reject go on to the next; never after renaming or undo"
        )
        self._settings = session.settings
        self.setChecked(session.settings.get("auto_advance"))
        self.toggled.connect(lambda on: session.settings.set("auto_advance", on))
        session.settings.changed.connect(self._follow)

    def _follow(self, name: str) -> None:
        if name == "auto_advance":
            self.setChecked(self._settings.get("auto_advance"))


class JudgeButtons(QWidget):
    """Accept, Unsure, Reject, Rename, Note with their keys; `verbs` leaves some out."""

    def __init__(
        self, session: Session, parent: QWidget | None = None, verbs: tuple[str, ...] = VERBS
    ) -> None:
        super().__init__(parent)
        keys_of(session)  # registers the actions
        row = self._row = WrapRow(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.buttons = {
            verb: KeyButton(
                session.actions, f"concept.{verb}", primary=verb == "accept", parent=self
            )
            for verb in verbs
        }
        for button in self.buttons.values():
            row.addWidget(button)

    def add(self, widget: QWidget) -> None:
        """Put another widget beside them."""
        self._row.addWidget(widget)
