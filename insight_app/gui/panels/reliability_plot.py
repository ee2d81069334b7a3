"""How often names of a probability are right: the reliability curve, by what a person judged."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from insight_app.concepts.quality.intervals import wilson
from insight_app.concepts.quality.names import Calibration
from insight_app.figures import counted, figure
from insight_app.gui import theme
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.statistics import plotting, reliability
from insight_app.gui.statistics.saving import Table
from insight_app.gui.widgets import EmptyState, dim_label

FEWEST = 10
"""Judged names below which there is no curve."""
NOT_KNOWN = "These names have no probability: they are from an older Insight, or were released."
MEANING = (
    "Names in bins of equal count by rising probability; a dot is the share of a bin that a person "
    "accepted, its line the 95 % interval (Wilson). Expected calibration error: the mean distance "
    "of the dots from the diagonal, weighted by count. Wrong: rejected, or named otherwise."
)


class ReliabilityPlotPanel(Panel):
    """A dot a bin, its interval, and the diagonal on which probabilities are true."""

    title = "How sure names are"
    object_name = "reliability_plot"
    follows = frozenset({"project", "results", "curation"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.shown: Calibration | None = None
        self.plot = plotting.plot_widget(self)
        self.plot.setAccessibleName(self.title)
        self.plot.setToolTip(MEANING)
        self.plot.setLabel("bottom", "probability that the machine gives")
        self.plot.setLabel("left", "share that is right")
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setRange(xRange=(0, 1), yRange=(0, 1), padding=0.02)
        self.note = dim_label("", self)
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 0, 12, 8)
        self.empty = EmptyState("", self)
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(self.note)
        self.body.addWidget(self.empty, 1)
        self._items: list[pg.GraphicsObject] = []
        plotting.add_export_button(self, self.plot, self.table)
        self.plot.rethemed.connect(self.invalidate)

    def refresh(self) -> None:
        state = self.session.state
        self.shown = None
        text = "How often names of each probability are right appears here once names are judged."
        if state.results is not None and state.catalogue is not None:
            found = reliability.by_judgements(state.results, state.catalogue)
            judged = int(found.count.sum())
            if np.isnan(state.results.name_probability).all():
                text = NOT_KNOWN
            elif judged < FEWEST:
                text = (
                    f"{counted(judged, 'name')} with a probability judged so far; from {FEWEST} on "
                    "the curve of how often names of each probability are right is drawn here. "
                    "A accepts, X rejects."
                )
            else:
                self.shown = found
        for widget in (self.plot, self.note):
            widget.setVisible(self.shown is not None)
        self.empty.setVisible(self.shown is None)
        self.empty.set_text(text)
        self._draw()

    def _draw(self) -> None:
        for item in self._items:
            self.plot.removeItem(item)
        self._items = []
        if (shown := self.shown) is None:
            self.set_info("")
            return
        c = theme.colours()
        diagonal = pg.PlotDataItem(
            [0, 1], [0, 1], pen=pg.mkPen(c.of("dim"), width=1, style=Qt.PenStyle.DashLine)
        )
        low, high = self._intervals(shown)
        bars = pg.ErrorBarItem(
            x=shown.claimed,
            y=shown.right,
            top=high - shown.right,
            bottom=shown.right - low,
            pen=pg.mkPen(c.of("accent"), width=1.5),
        )
        dots = pg.PlotDataItem(
            shown.claimed,
            shown.right,
            pen=pg.mkPen(c.of("accent"), width=1),
            symbol="o",
            symbolSize=8,
            symbolPen=None,
            symbolBrush=c.of("accent"),
        )
        self._items = [diagonal, bars, dots]
        for item in self._items:
            self.plot.addItem(item)
        judged = counted(int(shown.count.sum()), "name")
        self.set_info(f"{judged} judged", MEANING)
        self.note.setText(
            f"Expected calibration error {figure(shown.error)}, over {judged} judged by a person, "
            f"in {counted(len(shown.count), 'bin')}. They are not a random choice of names."
        )

    def _intervals(self, shown: Calibration) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        bins = zip(shown.right.tolist(), shown.count.tolist(), strict=True)
        ends = np.array([wilson(right * count, count) for right, count in bins], np.float64)
        return ends[:, 0], ends[:, 1]

    def table(self) -> Table:
        """Return the bins behind the dots."""
        titles = ("probability", "share right", "low", "high", "names")
        if (shown := self.shown) is None:
            return titles, []
        low, high = self._intervals(shown)
        rows = zip(shown.claimed, shown.right, low, high, shown.count, strict=True)
        return titles, [tuple(float(one) for one in row) for row in rows]
