"""In which folders the selected concept is found: share of each folder's images, with intervals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QLabel, QWidget

from insight_app.gui import theme
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.statistics import plotting
from insight_app.gui.statistics.rows import StatisticsRows, rows_of

MOST_FOLDERS = 20
FEWEST_IMAGES = 10
"""Below it an interval would only pretend to say something."""


class FolderPlotPanel(Panel):
    """A bar a folder, the most frequent on top, and one for all images."""

    title = "Share by folder"
    object_name = "folder_plot"
    follows = frozenset({"selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.rows: StatisticsRows = rows_of(session)
        self.plot = plotting.plot_widget(self)
        self.plot.setAccessibleName(self.title)
        self.plot.setLabel("bottom", "% of the folder's images")
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.plotItem.getAxis("left").setStyle(tickLength=0)
        self.body.addWidget(self.plot, 1)
        self.note = QLabel("", self)
        self.note.setProperty("dim", True)
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 0, 12, 6)
        self.body.addWidget(self.note)
        self._items: list[pg.GraphicsObject] = []
        plotting.add_export_button(self, self.plot, self.table)
        self.plot.rethemed.connect(lambda: self.invalidate("view"))
        self.rows.changed.connect(lambda: self.invalidate("view"))
        self.rows.outdated.connect(lambda: self.invalidate("view"))

    def refresh(self) -> None:
        self.rows.update()
        for item in self._items:
            self.plot.removeItem(item)
        self._items = []
        titles, rows = self.table()
        del titles
        concept = self.session.selection.row
        if not rows or concept is None:
            self.set_info("")
            text = "Select a concept to see in which folders it is found."
            if self.session.state.awaits_photos:
                text = "With photos, the share of each folder's images that show a concept."
            self.note.setText(text)
            self.plot.hide()
            return
        self.plot.show()
        self.set_info(self.session.state.name(concept)[0])
        shown = [*rows[:-1][:MOST_FOLDERS], rows[-1]]
        share = np.asarray([row[3] for row in shown], np.float64) * 100
        place = -np.arange(len(shown))
        colour = self.session.selection.colour(concept) or theme.colours().of("bar")
        bars = pg.BarGraphItem(x0=0, y=place, width=share, height=0.62, brush=colour, pen=None)
        self._items.append(bars)
        wide = np.asarray([row[4] is not None for row in shown])
        if wide.any():
            low, high = (
                100 * np.asarray([row[k] for row in shown if row[k] is not None]) for k in (4, 5)
            )
            interval = pg.ErrorBarItem(
                x=share[wide],
                y=place[wide].astype(float),
                left=share[wide] - low,
                right=high - share[wide],
                beam=0.25,
                pen=pg.mkPen(theme.colours().of("text"), width=1.2),
            )
            self._items.append(interval)
        for item in self._items:
            self.plot.addItem(item)
        names = [(int(at), _short(str(row[0]))) for at, row in zip(place, shown, strict=True)]
        self.plot.plotItem.getAxis("left").setTicks([names])
        self.plot.setXRange(0, max(100 * furthest(shown) * 1.05, 1.0), padding=0)
        self.plot.setYRange(-len(shown) + 0.4, 0.6, padding=0)
        few = [] if wide.all() else ["No interval for folders under 10 images."]
        left_out = len(rows) - len(shown)
        more = [f"{left_out:,} more folders in the CSV."] if left_out > 0 else []
        self.note.setText(" ".join(["Lines: 95 % interval (Wilson).", *few, *more]))

    def table(self) -> plotting.Table:
        """A row a folder, highest share first, and one for all images at the end."""
        titles = ("folder", "images", "with concept", "share", "low", "high")
        concept = self.session.selection.row
        counts = self.rows.folder_images
        if concept is None or self.rows.is_empty or not counts.size:
            return titles, []
        sizes = self.rows.folder_sizes
        hits = counts[:, concept] if concept < counts.shape[1] else np.zeros(sizes.size, np.int64)
        rows = [
            _row(name, int(n), int(k))
            for name, n, k in zip(self.rows.folder_names, sizes, hits, strict=True)
            if n
        ]
        rows.sort(key=lambda row: (-row[3], row[0]))
        return titles, [*rows, _row("all", int(sizes.sum()), int(hits.sum()))]


def _row(name: str, n: int, k: int) -> tuple[str, int, int, float, float | None, float | None]:
    if n < FEWEST_IMAGES:
        return name, n, k, k / max(n, 1), None, None
    low, high = wilson(np.asarray([k]), np.asarray([n]))
    return name, n, k, k / n, float(low[0]), float(high[0])


def furthest(rows: Sequence[Sequence[Any]]) -> float:
    """The largest share that is drawn: ends of intervals where there are some, else of bars."""
    return max(float(row[3] if row[5] is None else row[5]) for row in rows)


def wilson(
    k: NDArray[np.int64], n: NDArray[np.int64], z: float = 1.96
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's 95 % interval of a share k of n (Wilson 1927); k, n and both results: (m,)."""
    p = k / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def _short(text: str, most: int = 22) -> str:
    return text if len(text) <= most else "…" + text[-(most - 1) :]
