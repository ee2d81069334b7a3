"""One cluster of the cells that no concept explains: what it is, and its cut-outs."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from insight_app.concepts.quality.unexplained import Unexplained
from insight_app.figures import counted, percent
from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import PlainLabel

if TYPE_CHECKING:
    from insight_app.project.results.records import Example

AT_FIRST, MORE = 6, 24
"""Cut-outs shown at first, and how many more each time."""


class WorstCluster(QWidget):
    """Its numbers as a heading, its most typical cells, and more when asked for."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.session = session
        self.title = PlainLabel("", self)
        self.numbers = QLabel(self)
        self.numbers.setTextFormat(Qt.TextFormat.RichText)  # machine names are italic
        self.numbers.setProperty("dim", True)
        self.numbers.setWordWrap(True)
        self.grid = CutoutGrid(session, self, shown=percent, what="not explained")
        self.more = QPushButton("", self)
        self.more.setFlat(True)
        self.more.clicked.connect(self._show_more)
        self._examples: list[Example] = []
        below = QHBoxLayout()
        below.addWidget(self.more)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.numbers)
        column.addWidget(self.grid)
        column.addLayout(below)

    def show_cluster(self, found: Unexplained, number: int) -> None:
        """Show the cluster `number`, counted from 0."""
        from insight_app.project.results.records import Example

        is_in = found.cluster == number
        values = found.value[is_in]
        self._examples = [
            Example(int(image), int(cell), float(value))
            for image, cell, value in zip(
                found.image[is_in], found.cell[is_in], values, strict=True
            )
        ]
        photos = counted(len(np.unique(found.image[is_in])), "photo")
        cells, share = counted(len(values), "cell"), percent(len(values) / len(found.value))
        self.title.setText(f"{cells} in {photos}")
        text = f"{share} of the worst cells, {percent(float(values.mean()))} not explained"
        self.numbers.setText(f"{text}; {self._beside(found, number)}")
        self.grid.setAccessibleName(f"Cluster {number + 1}: {cells} in {photos}")
        self._show(AT_FIRST)

    def _beside(self, found: Unexplained, number: int) -> str:
        state = self.session.state
        rows = [row for row in found.beside[number].tolist() if state.has_row(row)]
        names = ", ".join(state.shown(row).html for row in rows)
        return f"most active there: {names}" if names else "nothing is active there"

    def _show_more(self) -> None:
        self._show(len(self.grid.examples) + MORE)

    def _show(self, wanted: int) -> None:
        self.grid.show_examples(self._examples[:wanted])
        left = len(self._examples) - wanted
        self.more.setVisible(left > 0)
        self.more.setText(f"{min(MORE, left)} more")
