"""How many concepts of each level are alive, and how many of them a person has judged."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from insight_app.gui import theme
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.statistics import plotting
from insight_app.gui.statistics.rows import ask_when_seen, rows_of
from insight_app.gui.statistics.saving import Table
from insight_app.gui.statistics.selecting import How

MEANINGS = ("shown here", "judged by a person")
MARGIN, GAP = 12, 16


class LevelPlotPanel(Panel):
    """Bars by level; a click selects the level's concepts."""

    title = "Levels"
    object_name = "level_plot"
    follows: frozenset[str] = frozenset()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.rows = rows_of(session)
        self.box = plotting.SelectingBox()
        self.plot = plotting.plot_widget(self, self.box, left=plotting.WholeAxis("left"))
        self.plot.setAccessibleName(self.title)
        self.plot.setLabel("bottom", "level (0 = coarsest)")
        self.plot.setLabel("left", "concepts")
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(_Legend(self))
        self._bars: list[pg.BarGraphItem] = []
        self._was_empty = False
        plotting.add_export_button(self, self.plot, self.table)
        self.plot.rethemed.connect(lambda: self.invalidate("view"))
        self.box.clicked.connect(self._clicked)
        self.rows.changed.connect(lambda: self.invalidate("view"))
        self.rows.judged.connect(lambda _rows: self.invalidate("view"))
        ask_when_seen(self, self.rows)

    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (levels,) concepts shown, and (levels,) those of them with a status."""
        catalogue = self.rows.state.catalogue
        if catalogue is None:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        level = catalogue.level[self.rows.rows]
        judged = catalogue.status[self.rows.rows] > 0
        size = int(catalogue.level.max(initial=0)) + 1
        return np.bincount(level, minlength=size), np.bincount(level[judged], minlength=size)

    def refresh(self) -> None:
        if self.rows.update():
            return
        for bar in self._bars:
            self.plot.removeItem(bar)
        shown, judged = self.counts()
        place = np.arange(shown.size)
        self._bars = [
            pg.BarGraphItem(x=place, height=height, width=0.7, brush=colour, pen=None)
            for height, colour in zip((shown, judged), _bar_colours(), strict=True)
        ]
        for item in self._bars:
            self.plot.addItem(item)
        if not shown.any():
            self.plot.setYRange(0, 1)  # pyqtgraph puts nothing into the middle of -20 to 20
        elif self._was_empty:
            self.plot.enableAutoRange()
        self._was_empty = not shown.any()
        ticks = [(int(level), str(level)) for level in place]
        self.plot.plotItem.getAxis("bottom").setTicks([ticks])
        self.set_info(
            f"{int(judged.sum()):,} of {int(shown.sum()):,} judged",
            "Judged by a person, of the concepts that pass the filter of the table",
        )

    def _clicked(self, at: QPointF, way: How) -> None:
        catalogue, rows = self.rows.state.catalogue, self.rows.rows
        if catalogue is not None:
            is_hit = (catalogue.level[rows] == round(at.x())) & (at.y() >= 0)
            self.rows.select(rows[is_hit].tolist(), way)

    def table(self) -> Table:
        """Return the numbers behind the bars."""
        shown, judged = self.counts()
        return ("level", "concepts", "judged"), [
            (level, int(a), int(b)) for level, (a, b) in enumerate(zip(shown, judged, strict=True))
        ]


def _bar_colours() -> tuple[QColor, QColor]:
    """Return the colours of what is shown and of what is judged, in the present theme."""
    colours = theme.colours()
    return plotting.faded(colours.of("bar"), 110), colours.of("accent")


class _Legend(QWidget):
    """Each colour of the bars beside what it means."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Bars: concepts shown here; in front, those judged by a person")

    def sizeHint(self) -> QSize:
        """Return the height of a line."""
        return QSize(100, self.fontMetrics().height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint squares and words."""
        painter = QPainter(self)
        metrics, left = self.fontMetrics(), MARGIN
        side = metrics.ascent()
        painter.setPen(theme.colours().of("dim"))
        for colour, meaning in zip(_bar_colours(), MEANINGS, strict=True):
            painter.fillRect(left, (self.height() - side) // 2, side, side, colour)
            left += side + 6
            line = QRect(left, 0, self.width() - left, self.height())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, meaning)
            left += metrics.horizontalAdvance(meaning) + GAP
        painter.end()
