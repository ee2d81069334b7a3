"""A row of examples of one band of strength under its heading."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.curation.present_concept import PresentConcept, find
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import dim_label, plain_label
from insight_app.gui.wording import number_text

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.results.records import Example

COLUMNS = 6


class ExampleBand(QWidget):
    """band: as Results.examples takes it; title: the same in words. more() adds a row."""

    def __init__(self, session: Session, band: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.session, self.band = session, band
        self._concept: ConceptId | None = None
        self._wanted = COLUMNS
        self.numbers = dim_label("", self)
        self.grid = CutoutGrid(session, self, columns=COLUMNS)
        self.grid.setAccessibleName(title)
        heading = QHBoxLayout()
        heading.setSpacing(6)
        heading.addWidget(plain_label(title, self))
        heading.addWidget(self.numbers, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(heading)
        column.addWidget(self.grid)

    def show_concept(self, concept: PresentConcept) -> None:
        """Show the first row of a concept's examples."""
        self._concept, self._wanted = concept.id, COLUMNS
        self._load()

    def more(self) -> None:
        """Show one more row."""
        self._wanted += COLUMNS
        self._load()

    def _load(self) -> None:
        concept = find(self.session.state, self._concept)
        if concept is None or not concept.is_machine:
            self.hide()
            self.grid.show_examples(())
            return
        self.session.jobs.run(
            partial(concept.results.examples, concept.row, self.band, self._wanted),
            done=partial(self._show, concept.id, int(concept.catalogue.images[concept.row])),
            key=("band", self.band),
        )

    def _show(self, concept: "ConceptId", images: int, found: "Sequence[Example]") -> None:
        if concept != self._concept:
            return
        self.setVisible(bool(found))
        self.grid.show_examples(found)
        if found:
            values = [example.value for example in found]
            numbers = f"{number_text(min(values))} to {number_text(max(values))}"
            self.numbers.setText(f"{numbers}, {len(found)} of {images:,} images")
