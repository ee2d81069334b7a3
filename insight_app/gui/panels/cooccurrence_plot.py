"""Which of the selected concepts fire together: a heat map of R, child by parent."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from insight_app.exchange.spreadsheet import kept_as_text
from insight_app.figures import counted, figure
from insight_app.gui import theme
from insight_app.gui.curation.present_concept import find
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.statistics import plotting
from insight_app.gui.statistics.saving import Table
from insight_app.gui.widgets import dim_label

if TYPE_CHECKING:
    from insight_app.project.composites.reader import ConceptReader
    from insight_app.project.judgements import ConceptId

MOST = 40
"""Concepts drawn; names of more could not be read."""
LETTERS = 16
"""Of a name that an axis has room for."""


class CoOccurrencePlotPanel(Panel):
    """R of every pair of selected concepts, strongest rows together with their names."""

    title = "Co-occurrence"
    object_name = "cooccurrence_plot"
    follows = frozenset({"selection", "project", "results", "curation"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.box = plotting.SelectingBox()
        self.box.invertY(True)
        self.plot = plotting.plot_widget(self, self.box)
        self.plot.setAccessibleName(self.title)
        self.picture = pg.ImageItem(axisOrder="row-major")
        self.plot.addItem(self.picture)
        self.body.addWidget(self.plot, 1)
        self.note = dim_label("", self)
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 2, 12, 6)
        self.body.addWidget(self.note)
        self._asked: tuple[ConceptId, ...] = ()
        self._concepts: tuple[ConceptId, ...] = ()
        self._matrix: NDArray[np.float64] = np.zeros((0, 0))
        plotting.add_export_button(self, self.plot, self.table)
        self.plot.rethemed.connect(lambda: self.invalidate("results"))
        self.box.clicked.connect(self._clicked)
        self.plot.scene().sigMouseMoved.connect(self._hovered)

    def refresh(self) -> None:
        state = self.session.state
        has_results = state.results is not None
        rows = self.session.selection.rows if has_results else ()
        chosen = [row for row in rows if state.reader(row).can_fire]
        if state.results is None or len(chosen) < 2 or state.awaits_photos:
            self.plot.hide()
            self.set_info("")
            self._asked, self._concepts, self._matrix = (), (), np.zeros((0, 0))
            text = "Select two or more concepts to see how often they fire together."
            if state.awaits_photos:
                text = "With photos, how often the selected concepts fire together."
            self.note.setText(text)
            return
        concepts = state.ids_of(chosen[:MOST])
        if concepts == self._concepts and not self.reasons & {"project", "results"}:
            self._label()
            return
        self._asked = concepts
        self.session.jobs.run(
            partial(_shares, [state.reader(row) for row in chosen[:MOST]]),
            done=partial(self._show, concepts, len(chosen)),
            key="co-occurrence",
        )

    def _show(
        self, concepts: "tuple[ConceptId, ...]", chosen: int, matrix: NDArray[np.float64]
    ) -> None:
        """Show a matrix (n, n) between n concepts."""
        if concepts != self._asked:
            return
        self._concepts, self._matrix = concepts, matrix
        self.plot.show()
        base, full = theme.colours().of("base"), theme.colours().of("accent")
        ramp = pg.ColorMap([0.0, 1.0], [base, full])
        self.picture.setImage(self._matrix, levels=(0.0, 1.0))
        self.picture.setLookupTable(ramp.getLookupTable(nPts=256))
        n = len(concepts)
        self.plot.setXRange(0, n, padding=0.02)
        self.plot.setYRange(0, n, padding=0.02)
        self._label()
        first = f", the first {MOST} of {chosen:,} selected" if chosen > n else ""
        self.set_info(f"{counted(n, 'concept')}{first}")
        unknown = np.isnan(matrix).any()
        self.note.setText(
            "R = share of the row's activation on cells where the column is active too; 0 to 1."
            + (" What was not counted yet is left empty." if unknown else "")
        )

    def _names(self) -> list[str]:
        found = (find(self.session.state, concept) for concept in self._concepts)
        return ["" if concept is None else concept.name_told_apart for concept in found]

    def _short(self, id: "ConceptId") -> str:
        """Return a name that an axis has room for; what tells it apart stays."""
        concept = find(self.session.state, id)
        if concept is None:
            return ""
        name = concept.shown
        short = name.plain if len(name.plain) <= LETTERS else name.plain[: LETTERS - 1] + "…"
        return replace(name, plain=short).told_apart

    def _label(self) -> None:
        short = [self._short(concept) for concept in self._concepts]
        axes = self.plot.plotItem
        numbered = [(k + 0.5, f"{name}  {k + 1}") for k, name in enumerate(short)]
        axes.getAxis("left").setTicks([numbered])
        # Names would lie over each other there.
        axes.getAxis("bottom").setTicks([[(k + 0.5, str(k + 1)) for k in range(len(short))]])

    def _cell(self, at: QPointF) -> tuple[int, int] | None:
        row, column = int(np.floor(at.y())), int(np.floor(at.x()))
        n = len(self._concepts)
        return (row, column) if 0 <= row < n and 0 <= column < n else None

    def _hovered(self, at: QPointF) -> None:
        cell = self._cell(self.box.mapSceneToView(at)) if self.isVisible() else None
        if cell is None:
            plotting.show_tip(self.plot, "")
            return
        names = self._names()
        known = float(self._matrix[cell])
        share = "not counted yet" if np.isnan(known) else f"= {figure(known)}"
        plotting.show_tip(self.plot, f"R({names[cell[0]]} → {names[cell[1]]}) {share}")

    def _clicked(self, at: QPointF, _way: object) -> None:
        """Select the pair, the row's concept first."""
        if (cell := self._cell(at)) is not None:
            self.session.selection.select(concepts=(self._concepts[k] for k in cell))

    def table(self) -> Table:
        """Return the matrix with names at both sides."""
        names = [kept_as_text(name) for name in self._names()]
        return ("concept", *names), [
            (name, *map(float, values)) for name, values in zip(names, self._matrix, strict=True)
        ]


def _shares(readers: "Sequence[ConceptReader]") -> NDArray[np.float64]:
    """Read R (n, n) between n concepts; runs on the pool."""
    from insight_app.project.composites import shares

    return shares.among(readers)
