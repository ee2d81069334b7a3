"""In which folders the selected concept is found: share of each folder's images, with intervals."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from insight_app.exchange.spreadsheet import kept_as_text
from insight_app.figures import counted
from insight_app.gui import theme
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.statistics import plotting
from insight_app.gui.statistics.rows import ask_when_seen, rows_of
from insight_app.gui.statistics.saving import Table
from insight_app.gui.widgets import dim_label
from insight_app.plain_text import visible

MOST_FOLDERS = 20
FEWEST_IMAGES = 10
"""Below it an interval would only pretend to say something."""


TITLES = ("folder", "images", "with concept", "share", "low", "high")


@dataclass(frozen=True)
class FolderShare:
    """A folder: its images, those with the concept, their share and its interval, 0 to 1.

    low, high: None where an interval would say nothing.
    """

    name: str
    images: int
    with_concept: int
    share: float
    low: float | None = None
    high: float | None = None


class FolderPlotPanel(Panel):
    """A bar a folder, the most frequent on top, and one for all images."""

    title = "Share by folder"
    object_name = "folder_plot"
    follows = frozenset({"selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.rows = rows_of(session)
        self.plot = plotting.plot_widget(self)
        self.plot.setAccessibleName(self.title)
        self.plot.setLabel("bottom", "% of the folder's images")
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.plotItem.getAxis("left").setStyle(tickLength=0)
        self.body.addWidget(self.plot, 1)
        self.note = dim_label("", self)
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 2, 12, 6)
        self.body.addWidget(self.note)
        self._items: list[pg.GraphicsObject] = []
        plotting.add_export_button(self, self.plot, self.table)
        self.plot.rethemed.connect(lambda: self.invalidate("view"))
        self.rows.changed.connect(lambda: self.invalidate("view"))
        ask_when_seen(self, self.rows)

    def refresh(self) -> None:
        if self.rows.update():
            return
        for item in self._items:
            self.plot.removeItem(item)
        self._items = []
        shares, concept = self.shares(), self._concept
        if not shares or concept is None:
            self.set_info("")
            text = "Select a concept to see in which folders it is found."
            if self.session.state.awaits_photos:
                text = "With photos, the share of each folder's images that show a concept."
            self.note.setText(text)
            self.plot.hide()
            return
        self.plot.show()
        self.set_info(self.rows.state.name_told_apart(concept))
        shown = [*shares[:-1][:MOST_FOLDERS], shares[-1]]
        place = -np.arange(len(shown))
        colour = self.rows.colour(concept) or theme.colours().of("bar")
        self._items = [_bars(place, shown, colour), *_intervals(place, shown)]
        for item in self._items:
            self.plot.addItem(item)
        names = [(int(at), _short(one.name)) for at, one in zip(place, shown, strict=True)]
        self.plot.plotItem.getAxis("left").setTicks([names])
        self.plot.setXRange(0, max(100 * furthest(shown) * 1.05, 1.0), padding=0)
        self.plot.setYRange(-len(shown) + 0.4, 0.6, padding=0)
        has_all = all(one.low is not None for one in shown)
        few = [] if has_all else [f"No interval for folders under {FEWEST_IMAGES} images."]
        left_out = len(shares) - len(shown)
        more = [f"{counted(left_out, 'more folder')} in the CSV."] if left_out > 0 else []
        self.note.setText(" ".join(["Lines: 95 % interval (Wilson).", *few, *more]))

    @property
    def _concept(self) -> int | None:
        """The row of the selected concept in the state that was counted."""
        concept = self.session.selection.primary
        return None if concept is None else self.rows.state.row_of(concept)

    def shares(self) -> list[FolderShare]:
        """Return the folders, highest share first, and all images at the end."""
        folders, concept = self.rows.folders, self._concept
        if concept is None or concept >= folders.images.shape[1] or not folders.names:
            return []
        sizes, hits = folders.sizes.tolist(), folders.images[:, concept].tolist()
        found = [
            _share(name, size, hit)
            for name, size, hit in zip(folders.names, sizes, hits, strict=True)
            if size
        ]
        found.sort(key=lambda one: (-one.share, one.name))
        return [*found, _share("all", sum(sizes), sum(hits))]

    def table(self) -> Table:
        """Return the numbers behind the bars."""
        shares = self.shares()
        return TITLES, [astuple(replace(one, name=kept_as_text(one.name))) for one in shares]


def _bars(
    place: NDArray[np.int64], shown: Sequence[FolderShare], colour: QColor
) -> pg.GraphicsObject:
    """Draw a bar a folder at its place (m,)."""
    width = [100 * one.share for one in shown]
    return pg.BarGraphItem(x0=0, y=place, width=width, height=0.62, brush=colour, pen=None)


def _intervals(place: NDArray[np.int64], shown: Sequence[FolderShare]) -> list[pg.GraphicsObject]:
    """Draw the intervals of folders at their places (m,), where there are some."""
    found = [
        (at, one.share, one.low, one.high)
        for at, one in zip(place.tolist(), shown, strict=True)
        if one.low is not None and one.high is not None
    ]
    if not found:
        return []
    y, share, low, high = np.asarray(found, np.float64).T
    return [
        pg.ErrorBarItem(
            x=100 * share,
            y=y,
            left=100 * (share - low),
            right=100 * (high - share),
            beam=0.25,
            pen=pg.mkPen(theme.colours().of("text"), width=1.2),
        )
    ]


def _share(name: str, images: int, hits: int) -> FolderShare:
    if images < FEWEST_IMAGES:
        return FolderShare(name, images, hits, hits / max(images, 1))
    low, high = wilson(np.asarray([hits]), np.asarray([images]))
    return FolderShare(name, images, hits, hits / images, float(low[0]), float(high[0]))


def furthest(shown: Sequence[FolderShare]) -> float:
    """Return the largest share that is drawn: ends of intervals where there are some."""
    return max(one.share if one.high is None else one.high for one in shown)


def wilson(
    k: NDArray[np.int64], n: NDArray[np.int64], z: float = 1.96
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Wilson's 95 % interval of shares k of n (Wilson 1927); k, n and both results (m,)."""
    p = k / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def _short(path: str, most: int = 22) -> str:
    text = visible(path)
    return text if len(text) <= most else "…" + text[-(most - 1) :]
