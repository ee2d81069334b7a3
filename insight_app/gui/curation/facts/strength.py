"""How strongly a concept fires: the histogram of its cells."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QVBoxLayout, QWidget

from insight_app.figures import counted
from insight_app.gui.curation.facts.histogram import FEWEST, Histogram
from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.present_concept import PresentConcept, Version
from insight_app.gui.state.session import Session


class Strength(QWidget):
    """The histogram under a heading with its count."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self._shown: Version | None = None
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
        """Show the histogram of a concept; none where its cells were not counted."""
        self.setVisible(concept.knows_cells)
        if not concept.knows_cells or concept.version == self._shown:
            return
        self._shown = concept.version
        cells = int(concept.catalogue.cells[concept.row])
        self.section.heading.setText(f"Strength over {counted(cells, 'cell')}")
        if not concept.is_composite:
            self._show_bars(concept.version, concept.reader.histogram(FEWEST))
            return
        self.session.jobs.run(  # a file is read
            partial(concept.reader.histogram, FEWEST),
            done=partial(self._show_bars, concept.version),
            key=("strength", id(self)),
        )

    def _show_bars(
        self, version: "Version", bars: tuple[NDArray[np.float64], NDArray[np.int64]]
    ) -> None:
        if version == self._shown:
            edges, counts = bars
            self.histogram.show_counts(edges.tolist(), counts.tolist())
