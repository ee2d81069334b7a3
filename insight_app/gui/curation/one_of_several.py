"""One of several selected concepts: which it is, its name and its strongest places.

Steps through what it is given with two arrows; what is selected stays. Knows nothing of what is
done to them.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from insight_app.figures import counted
from insight_app.gui import theme
from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.curation.present_concept import find
from insight_app.gui.curation.strongest_places import StrongestPlaces
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import ElidedLabel, dim_label
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

EXAMPLES, LINES = 8, 5
STAYS = "the one that stays"


class OneOfSeveral(QWidget):
    """current: the one that is shown, the first as long as nobody steps."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.current: ConceptId | None = None
        self._concepts: Sequence[ConceptId] = ()
        self._staying: ConceptId | None = None
        self.place = dim_label("", self)
        self.back, self.on = (self._arrow(*one) for one in ((-1, "←"), (1, "→")))
        self.name = ElidedLabel("", self, Qt.TextElideMode.ElideRight)
        self.name.setFont(theme.bold(self.font()))
        self.said = dim_label("", self)
        self.said.setWordWrap(True)
        self.cutouts = CutoutGrid(session, self, lines=LINES)
        self.cutouts.setAccessibleName("Strongest places of this one")
        self._places = StrongestPlaces(self.cutouts, EXAMPLES)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.place, 1)
        head.addWidget(self.back)
        head.addWidget(self.on)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 4)
        column.setSpacing(4)
        column.addLayout(head)
        for widget in (self.name, self.said, self.cutouts):
            column.addWidget(widget)

    def _arrow(self, by: int, sign: str) -> QToolButton:
        button, word = QToolButton(self), "Next" if by > 0 else "Previous"
        button.setText(sign)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard where it is
        button.setAccessibleName(f"{word} of the selected")
        button.setToolTip(f"Show the {word.lower()} one of the selected; all stay selected")
        button.clicked.connect(partial(self.step, by))
        return button

    def show_of(self, concepts: "Sequence[ConceptId]", staying: "ConceptId | None") -> None:
        """Show one of some concepts, the same as before if it is among them.

        staying: the one that the others are to be merged into.
        """
        if self.current not in concepts or staying != self._staying:
            self.current = next(iter(concepts if staying is None else (staying,)), None)
        self._concepts, self._staying = concepts, staying
        self._show()

    def step(self, by: int, _checked: bool = False) -> None:
        """Show another one, after the last one the first."""
        if self.current in self._concepts:
            at = self._concepts.index(self.current) + by
            self.current = self._concepts[at % len(self._concepts)]
            self._show()

    def _show(self) -> None:
        concept = find(self.session.state, self.current)
        self.setVisible(concept is not None and self.current in self._concepts)
        if concept is None or self.current not in self._concepts:
            return
        number = self._concepts.index(concept.id) + 1
        role = f", {STAYS}" if concept.id == self._staying else ""
        self.place.setText(f"{number:,} of {len(self._concepts):,}{role}")
        self.name.setText(concept.name_told_apart)
        self.name.setToolTip(tooltip(concept.introduction))
        images = counted(int(concept.catalogue.images[concept.row]), "image")
        self.said.setText(f"{concept.status_word}, in {images} of {concept.images_counted}")
        self._places.show_concept(concept)
