"""What all plots share: colours of the theme, axes, and taking the picture or its numbers away.

Knows pyqtgraph; knows no particular plot.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QCursor
from PySide6.QtWidgets import QMenu, QToolButton, QToolTip, QWidget

from insight_app.errors import WorldError
from insight_app.gui import theme
from insight_app.gui.dialogs.files import choose_new_file
from insight_app.gui.panel import Panel
from insight_app.gui.statistics.saving import Table, save_picture, save_table
from insight_app.gui.statistics.selecting import how
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent, MouseDragEvent


TICK_MARGIN = 8
"""Pixels around a plot, so that the numbers at the ends of its axes are whole."""
MOST_WHOLE = 12
"""Counts that an axis says one by one."""
TICK_STEP = 8
"""Pixels by which an axis makes more or less room for its numbers."""


class SelectingBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """A plot's area where dragging draws a rectangle; wheel zooms, the middle button pans."""

    dragged = Signal(QRectF, object)
    """A rectangle in data coordinates, and how it changes the selection."""
    clicked = Signal(QPointF, object)
    """A point in data coordinates, and how it changes the selection."""

    def __init__(self, **options: object) -> None:
        super().__init__(enableMenu=False, **options)

    def mouseDragEvent(self, event: "MouseDragEvent", axis: int | None = None) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mouseDragEvent(event, axis)
            return
        event.accept()
        start, here = event.buttonDownPos(), event.pos()
        if event.isFinish():
            self.rbScaleBox.hide()
            area = QRectF(start, here).normalized()
            self.dragged.emit(self.childGroup.mapRectFromParent(area), how(event.modifiers()))
        else:
            self.updateScaleBox(start, here)

    def mouseClickEvent(self, event: "MouseClickEvent") -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            if event.double():
                self.enableAutoRange()
                return
            point = self.childGroup.mapFromParent(event.pos())
            self.clicked.emit(QPointF(point), how(event.modifiers()))


class Axis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Leaves its numbers the room they need now; pyqtgraph's own also counts what was before."""

    def _updateMaxTextSize(self, side: float) -> None:
        room = math.ceil(side / TICK_STEP) * TICK_STEP
        if self.orientation in ("left", "right"):
            self.textWidth = room
            self.setWidth(self.fixedWidth)
        else:
            self.textHeight = room
            self.setHeight(self.fixedHeight)


class CountAxis(Axis):
    """An axis of log10 counts that says the counts themselves: 1, 2, 5, 10, 20, ..."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[None, list[float]]]:
        steps = (1, 2, 5) if high - low < 3.5 else (1,)
        powers = range(max(math.floor(low), 0), math.ceil(high) + 1)
        counts = [step * 10**power for power in powers for step in steps]
        if 10**high - 10**low < MOST_WHOLE:
            counts = [*range(max(1, math.ceil(10**low)), math.floor(10**high) + 1)]
        return [(None, [math.log10(n) for n in counts if low <= math.log10(n) <= high])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [f"{round(10**value):,}" for value in values]


class WholeAxis(Axis):
    """An axis of counts: nothing stands between two of them."""

    def tickValues(
        self, low: float, high: float, size: float
    ) -> list[tuple[float, Sequence[float]]]:
        found: list[tuple[float, Sequence[float]]] = super().tickValues(low, high, size)
        return [(step, values) for step, values in found if step >= 1]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [f"{round(value):,}" for value in values]


class ThemedPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """A plot that follows the theme; `rethemed` so that its items are drawn in new colours."""

    rethemed = Signal()

    def look(self) -> None:
        """Take colours and font of the theme that is applied now."""
        colours = theme.colours()
        self.setBackground(colours.of("base"))
        for name in ("left", "bottom"):
            axis = self.plotItem.getAxis(name)
            axis.setPen(colours.of("line"))
            axis.setTextPen(colours.of("dim"))
            axis.setTickFont(theme.tabular(self.font()))
            axis.label.setFont(self.font())
        self.rethemed.emit()


def plot_widget(
    parent: QWidget,
    box: pg.ViewBox | None = None,
    left: pg.AxisItem | None = None,
    bottom: pg.AxisItem | None = None,
) -> ThemedPlot:
    """Make an empty plot in the theme's colours."""
    axes = {"left": left or Axis("left"), "bottom": bottom or Axis("bottom")}
    widget = ThemedPlot(parent, viewBox=box or pg.ViewBox(enableMenu=False), axisItems=axes)
    widget.setFrameShape(widget.Shape.NoFrame)
    widget.plotItem.setContentsMargins(0, TICK_MARGIN, 2 * TICK_MARGIN, TICK_MARGIN)
    for axis in (widget.plotItem.getAxis(name) for name in ("left", "bottom")):
        axis.enableAutoSIPrefix(False)
        axis.setStyle(hideOverlappingLabels=False)
    widget.plotItem.hideButtons()
    widget.plotItem.setMenuEnabled(False)
    menu = widget.plotItem.ctrlMenu  # never shown; nobody's, it would outlive the window
    menu.setParent(widget, menu.windowFlags())
    theme.follow(widget.look)
    return widget


def faded(colour: QColor, alpha: int) -> QColor:
    """Return a colour with an alpha of 0 to 255."""
    new = QColor(colour)
    new.setAlpha(alpha)
    return new


def show_tip(widget: pg.PlotWidget, text: str) -> None:
    """Show a tooltip on what is under the mouse; '' takes it away."""
    if text:
        QToolTip.showText(QCursor.pos(), tooltip(text), widget)
    else:
        QToolTip.hideText()


def add_export_button(panel: Panel, plot: pg.PlotWidget, table: Callable[[], Table]) -> QToolButton:
    """Add a button to the header: the picture as PNG or SVG, the numbers behind it as CSV."""
    button = QToolButton(panel)
    button.setText("Export")
    button.setAccessibleName(f"Export {panel.title}")
    button.setToolTip("Save this plot as PNG or SVG, or its numbers as CSV")
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(button)
    for kind in ("PNG", "SVG", "CSV"):
        menu.addAction(f"{kind}…", partial(_ask_and_save, panel, plot, table, kind.lower()))
    button.setMenu(menu)
    panel.header.add(button)
    return button


def _ask_and_save(panel: Panel, plot: pg.PlotWidget, table: Callable[[], Table], kind: str) -> None:
    name = f"{panel.title.lower()}.{kind}"
    kinds = f"{kind.upper()} (*.{kind})"
    path = choose_new_file(panel, "Export", panel.session.settings, name, kinds)
    if path is None:
        return
    if path.suffix.lower() != f".{kind}":
        path = path.with_name(f"{path.name}.{kind}")
    try:
        if kind == "csv":
            save_table(table(), path)
        else:
            save_picture(plot, path)
    except WorldError as error:
        panel.show_error(error)
    else:
        panel.session.messages.say(f"Saved {path.name}")
