"""How strongly a concept fires: the histogram of its cells."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from insight_app.figures import counted
from insight_app.gui.curation.facts.histogram import FEWEST, Histogram
from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.present_concept import PresentConcept

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId


class Strength(QWidget):
    """The histogram under a heading with its count."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: tuple[int, ConceptId] | None = None
        self.histogram = Histogram(self)
        self.section = Section("Strength", self.histogram, self, margin=12)
        self.section.note.setText("log scale")
        self.section.note.setToolTip(
            "From the weakest cell to the strongest; each bar is the cells in its range, four bars "
            "for every doubling of strength"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.section)

    def show_concept(self, concept: PresentConcept) -> None:
        """Show the histogram of a concept; none where it was not counted."""
        self.setVisible(concept.is_counted)
        if concept.is_counted and concept.version != self._shown:
            self._shown = concept.version
            cells = int(concept.catalogue.cells[concept.row])
            self.section.heading.setText(f"Strength over {counted(cells, 'cell')}")
            edges, counts = concept.results.histogram(concept.row, FEWEST)
            self.histogram.show_counts(edges.tolist(), counts.tolist())
