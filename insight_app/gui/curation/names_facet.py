"""Which concepts a list shows by how sure their names are, as a menu that counts them.

Knows no list: what is chosen is handed on.
"""

from collections.abc import Callable

import numpy as np
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from insight_app.concepts.naming.doubt import DOUBTFUL
from insight_app.figures import percent
from insight_app.gui import icons
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.wording import tooltip

CHOICES: dict[bool | None, tuple[str, str]] = {
    None: ("all names", "All names"),
    True: ("doubtful", "Doubtful names"),
    False: ("not doubtful", "Other names"),
}
"""What is listed -> what the button says, and the menu."""
TIP = (
    "List by how sure names are. Doubtful, with a question mark: a machine's name that is right "
    f"with a probability under {percent(DOUBTFUL)}, measured on classes that taught it nothing"
)


class NamesFacet(QToolButton):
    """chosen: hears whether only doubtful names are listed, only others, or (None) all.

    is_icon: a sign stands for the words, where there is no room for them.
    """

    def __init__(
        self, chosen: Callable[[bool | None], object], parent: QWidget, *, is_icon: bool = False
    ) -> None:
        super().__init__(parent)
        self._chosen, self._is_icon = chosen, is_icon
        self.setProperty("dim", True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu, group = QMenu(self), QActionGroup(self)
        self.actions_of = {}
        for choice, (_text, words) in CHOICES.items():
            action = self.actions_of[choice] = menu.addAction(words)
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _on=False, choice=choice: self.choose(choice))
        self.setMenu(menu)
        self._show(None)
        self.hide()

    def choose(self, choice: bool | None) -> None:
        """List doubtful names, others, or all, and say so on the button."""
        self._show(choice)
        self._chosen(choice)

    def _show(self, choice: bool | None) -> None:
        self.actions_of[choice].setChecked(True)
        words = CHOICES[choice][0]
        if self._is_icon:
            self.setIcon(icons.icon("question", "dim" if choice is None else "accent"))
        else:
            self.setText(words)
        self.setAccessibleName(f"Names listed: {words}")
        self.setToolTip(tooltip(f"Listed: {words}. {TIP}"))

    def count(self, state: ProjectState) -> None:
        """Say how many names are doubtful; nothing is to be chosen where nobody knows."""
        catalogue = state.catalogue
        is_known = catalogue is not None and bool(np.isfinite(catalogue.probability).any())
        is_chosen = not self.actions_of[None].isChecked()
        self.setVisible(is_known or is_chosen)
        if catalogue is None:
            return
        listed = catalogue.is_active & ~catalogue.hidden
        doubtful = int((listed & catalogue.doubtful).sum())
        counts = {None: int(listed.sum()), True: doubtful, False: int(listed.sum()) - doubtful}
        for choice, action in self.actions_of.items():
            action.setText(f"{CHOICES[choice][1]}  ({counts[choice]:,})")
