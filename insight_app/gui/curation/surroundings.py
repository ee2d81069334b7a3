"""How much of a photo cut-outs show around their cell: one choice for all of them, one key."""

from PySide6.QtWidgets import QToolButton, QWidget

from insight_app.gui import icons
from insight_app.gui.settings import Settings
from insight_app.gui.state.session import Session

PREFERENCE = "cutout_cells"
AROUND = {3: "3 cells", 5: "5 cells", 9: "9 cells", 0: "whole photo"}
"""So many cells are as wide as a cut-out."""


def around(settings: Settings) -> int:
    """Return how many cells are as wide as a cut-out; 0 = it is the whole photo."""
    chosen: int = settings.get(PREFERENCE)
    return chosen if chosen in AROUND else next(iter(AROUND))


def show_more_around(settings: Settings) -> None:
    """Show more around every cut-out; after the whole photo the least again."""
    choices = list(AROUND)
    following = choices.index(around(settings)) + 1
    settings.set(PREFERENCE, choices[following % len(choices)])


class SurroundingsButton(QToolButton):
    """Shows more around the cut-outs; its tooltip says how much it is, and the key that does it."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._action = session, session.actions["view.surroundings"]
        self.setIcon(icons.icon("frame-corners", "dim"))
        self.clicked.connect(self._action.trigger)
        session.actions.changed.connect(self._describe)
        session.settings.changed.connect(self._preference_changed)
        self._describe()

    def _preference_changed(self, name: str) -> None:
        if name == PREFERENCE:
            self._describe()

    def _describe(self) -> None:
        shown = f"Surroundings of examples: {AROUND[around(self._session.settings)]}"
        self.setAccessibleName(shown)
        self.setToolTip(f"{shown}\n{self._action.toolTip()}")
