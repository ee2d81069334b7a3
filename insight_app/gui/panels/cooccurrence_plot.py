"""Which of the selected concepts fire together: a heat map of R, child by parent."""

from functools import partial
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QLabel, QWidget

from insight_app.gui import theme
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.statistics import plotting
from insight_app.gui.statistics.rows import rows_of
from insight_app.gui.wording import number_text

MOST = 40
"""Concepts drawn; names of more could not be read."""


class CoOccurrencePlotPanel(Panel):
    """R of every pair of selected concepts, strongest rows together with their names."""

    title = "Co-occurrence"
    object_name = "cooccurrence_plot"
    follows = frozenset({"selection", "project", "results", "curation"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.rows = rows_of(session)
        self.box = plotting.SelectingBox()
        self.box.invertY(True)
        self.plot = plotting.plot_widget(self, self.box)
        self.plot.setAccessibleName(self.title)
        self.picture = pg.ImageItem(axisOrder="row-major")
        self.plot.addItem(self.picture)
        self.body.addWidget(self.plot, 1)
        self.note = QLabel("", self)
        self.note.setProperty("dim", True)
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 0, 12, 6)
        self.body.addWidget(self.note)
        self._concepts: tuple[int, ...] = ()
        self._matrix: NDArray[np.float64] = np.zeros((0, 0))
        plotting.add_export_button(self, self.plot, self.table)
        self.plot.rethemed.connect(lambda: self.invalidate("results"))
        self.box.clicked.connect(self._clicked)
        self.plot.scene().sigMouseMoved.connect(self._hovered)

    def refresh(self) -> None:
        results = self.session.state.results
        machine = results.F if results is not None else 0
        chosen = [row for row in self.session.selection.rows if row < machine]
        if len(chosen) < 2 or self.session.state.awaits_photos:
            self.plot.hide()
            self.set_info("")
            self._concepts, self._matrix = (), np.zeros((0, 0))
            text = "Select two or more concepts to see how often they fire together."
            if self.session.state.awaits_photos:
                text = "With photos, how often the selected concepts fire together."
            self.note.setText(text)
            return
        kept = tuple(chosen[:MOST])
        if kept == self._concepts and not self.reasons & {"project", "results"}:
            self._label()
            return
        self.session.jobs.run(
            partial(results.co_occurrence, kept),
            done=lambda matrix: self._show(kept, matrix, len(chosen)),
            key="co-occurrence",
        )

    def _show(self, concepts: tuple[int, ...], matrix: Any, chosen: int) -> None:
        self._concepts = concepts
        self._matrix = np.asarray(matrix, np.float64)
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
        self.set_info(f"{n} concepts{first}")
        self.note.setText(
            "R = share of the row's activation on cells where the column is active too; 0 to 1."
        )

    def _label(self) -> None:
        names = [self.session.state.name(row)[0] for row in self._concepts]
        short = [name if len(name) <= 16 else name[:15] + "…" for name in names]
        axes = self.plot.plotItem
        axes.getAxis("left").setTicks([[(k + 0.5, name) for k, name in enumerate(short)]])
        few = short if len(short) <= 8 else [str(k + 1) for k in range(len(short))]
        axes.getAxis("bottom").setTicks([[(k + 0.5, name) for k, name in enumerate(few)]])

    def _cell(self, at: QPointF) -> tuple[int, int] | None:
        row, column = int(np.floor(at.y())), int(np.floor(at.x()))
        n = len(self._concepts)
        return (row, column) if 0 <= row < n and 0 <= column < n else None

    def _hovered(self, at: QPointF) -> None:
        cell = self._cell(self.box.mapSceneToView(at)) if self.isVisible() else None
        if cell is None:
            plotting.tell(self.plot, "")
            return
        row, column = (self.session.state.name(self._concepts[k])[0] for k in cell)
        share = number_text(float(self._matrix[cell]))
        plotting.tell(self.plot, f"R({row} → {column}) = {share}")

    def _clicked(self, at: QPointF, _way: object) -> None:
        """Look at the pair: the row's concept first."""
        if (cell := self._cell(at)) is not None:
            self.session.selection.select_rows(rows=tuple(self._concepts[k] for k in cell))

    def table(self) -> plotting.Table:
        names = [self.session.state.name(row)[0] for row in self._concepts]
        return ("concept", *names), [
            (name, *map(float, values)) for name, values in zip(names, self._matrix, strict=True)
        ]
