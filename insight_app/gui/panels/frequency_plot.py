"""Every concept as a point: how many images it covers against how strong it is.

A rectangle selects (Shift adds, Alt removes), a click selects one, an empty click clears.
"""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from insight_app.exchange.spreadsheet import kept_as_text
from insight_app.figures import counted, figure
from insight_app.gui import theme
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.statistics import plotting
from insight_app.gui.statistics.rows import NO_ROWS, ask_when_seen, rows_of
from insight_app.gui.statistics.saving import Table
from insight_app.gui.statistics.selecting import How
from insight_app.gui.widgets import dim_label

HOW = "drag to select · Shift adds · Alt removes · Esc clears"
NO_PHOTOS = "With photos, every concept becomes a point here: how often against how strongly."
NEAR = 8.0
"""Pixels within which a click or the mouse means a point."""


class FrequencyPlotPanel(Panel):
    """Scatter of the rows shown; the selection is drawn as a second item over it."""

    title = "Frequency against strength"
    object_name = "frequency_plot"
    follows = frozenset({"selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.rows = rows_of(session)
        self.box = plotting.SelectingBox()
        self.plot = plotting.plot_widget(self, self.box, bottom=plotting.CountAxis("bottom"))
        self.plot.setAccessibleName(self.title)
        self.plot.setLabel("bottom", "images covered")
        self.plot.setLabel("left", "mean strength")
        self._all = pg.ScatterPlotItem(pxMode=True, pen=None)
        self._chosen = pg.ScatterPlotItem(pxMode=True)
        self.plot.addItem(self._all)
        self.plot.addItem(self._chosen)
        self.body.addWidget(self.plot, 1)
        self.how = dim_label(HOW, self)
        self.how.setWordWrap(True)
        self.how.setContentsMargins(12, 2, 12, 6)
        self.body.addWidget(self.how)
        self._points: NDArray[np.float64] = np.zeros((0, 2))
        self._drawn = NO_ROWS
        plotting.add_export_button(self, self.plot, self.table)
        self.plot.rethemed.connect(lambda: self.invalidate("rows"))
        self.box.dragged.connect(self._dragged)
        self.box.clicked.connect(self._clicked)
        self.plot.scene().sigMouseMoved.connect(self._hovered)
        self.rows.changed.connect(lambda: self.invalidate("rows"))
        ask_when_seen(self, self.rows)

    def invalidate(self, reason: str = "view") -> None:
        """Follow as every panel does, with one reason of its own: "rows", the points moved."""
        if reason == "rows":
            self.reasons.add("rows")
            reason = "view"
        super().invalidate(reason)

    def refresh(self) -> None:
        if self.rows.update():
            return
        if "rows" in self.reasons or self._drawn.size == 0:
            self._draw_points()
        self._draw_selection()

    def _draw_points(self) -> None:
        rows = self.rows.rows
        awaits = self.session.state.awaits_photos
        self.plot.setVisible(not awaits)
        self.how.setText(NO_PHOTOS if awaits else HOW)
        if not rows.size:
            self._points, self._drawn = np.zeros((0, 2)), NO_ROWS
            self._all.clear()
            return
        images, mean = self.rows.values["images"][rows], self.rows.values["mean"][rows]
        seen = images > 0
        self._drawn = rows[seen]
        self._points = np.column_stack([np.log10(images[seen]), mean[seen]])
        brush = pg.mkBrush(plotting.faded(theme.colours().of("bar"), 130))
        self._all.setData(pos=self._points, size=7, brush=brush, pen=None)

    def _draw_selection(self) -> None:
        drawn = set(self._drawn.tolist())
        selected = [row for row in self.rows.selected if row in drawn]
        text = f"{len(selected):,} of {self._drawn.size:,} selected"
        if (in_colour := len(self.rows.coloured)) < len(selected):
            text += f", {in_colour} in colours of their own"
        self.set_info("" if self.session.state.awaits_photos else text)
        places = np.flatnonzero(np.isin(self._drawn, np.asarray(selected, np.int64)))
        colours = theme.colours()
        brushes = [pg.mkBrush(colours.of("accent"))] * places.size
        point_of = {row: point for point, row in enumerate(self._drawn[places].tolist())}
        for row in self.rows.coloured:
            if row in point_of:
                brushes[point_of[row]] = pg.mkBrush(self.rows.colour(row))
        self._chosen.setData(
            pos=self._points[places],
            size=11,
            brush=brushes,
            pen=pg.mkPen(colours.of("text"), width=1),
        )

    # ---- selecting

    def _dragged(self, area: QRectF, way: How) -> None:
        x, y = self._points[:, 0], self._points[:, 1]
        inside = (x >= area.left()) & (x <= area.right()) & (y >= area.top()) & (y <= area.bottom())
        self.rows.select(self._drawn[inside].tolist(), way)

    def _clicked(self, at: QPointF, way: How) -> None:
        place = self._nearest(at)
        self.rows.select([] if place is None else [int(self._drawn[place])], way)

    def _nearest(self, at: QPointF) -> int | None:
        """Return the place of the point under the mouse, by distance on the screen."""
        if not self._points.size:
            return None
        width, height = self.box.viewPixelSize()
        offset = (self._points - (at.x(), at.y())) / (width, height)
        distance = np.hypot(offset[:, 0], offset[:, 1])
        place = int(distance.argmin())
        return place if distance[place] <= NEAR else None

    def _hovered(self, at: QPointF) -> None:
        place = self._nearest(self.box.mapSceneToView(at)) if self.isVisible() else None
        if place is None:
            plotting.show_tip(self.plot, "")
            return
        row = int(self._drawn[place])
        images, cells = (int(self.rows.values[key][row]) for key in ("images", "cells"))
        mean = figure(float(self.rows.values["mean"][row]))
        name = self.rows.state.name_told_apart(row)
        text = f"{name}: {counted(images, 'image')}, {counted(cells, 'cell')}, mean {mean}"
        plotting.show_tip(self.plot, text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.session.selection.concepts:
            self.session.selection.select(concepts=())
            return
        super().keyPressEvent(event)

    def table(self) -> Table:
        """Return the numbers behind the points."""
        values = self.rows.values
        return ("concept", "name", "images", "mean strength"), [
            (
                row,
                kept_as_text(self.rows.state.name(row)[0]),
                int(values["images"][row]),
                float(values["mean"][row]),
            )
            for row in map(int, self._drawn)
        ]
