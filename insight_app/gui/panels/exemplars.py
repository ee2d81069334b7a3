"""Where the selected concept fires: cut-outs of its images, more of them as one scrolls."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QToolButton, QVBoxLayout, QWidget

from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.panel import Panel
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState

PAGE = 60
BAND_WORDS = {
    "strongest": "strongest first",
    "middle": "around the median",
    "threshold": "just above the threshold",
    "random": "at random",
}


class ExemplarsPanel(Panel):
    """One cut-out an image: its strongest cell."""

    title = "Examples"
    object_name = "exemplars"
    follows = frozenset({"project", "results", "curation", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.band = "strongest"
        self._shown_of: Any = None
        self._is_whole = False
        self._loading = False
        self.grid = CutoutGrid(session, self, side=120)
        inside = QWidget(self)
        inside.setProperty("base", True)
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.grid)
        column.addStretch(1)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        self.area.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.area.verticalScrollBar().rangeChanged.connect(lambda *_: self._scrolled())
        self.empty = EmptyState("Choose a concept: the places where it fires appear here.", self)
        self.add = self.empty.add_action(session.actions, "analysis.add")
        self.body.addWidget(self.area, 1)
        self.body.addWidget(self.empty, 1)
        self.buttons: dict[str, QToolButton] = {}
        for band, tip in BAND_WORDS.items():
            button = QToolButton(self)
            button.setText(band)
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setChecked(band == self.band)
            button.setToolTip(f"Images with this concept, {tip}; one place an image")
            button.clicked.connect(lambda _c=False, band=band: self.set_band(band))
            self.header.add(button)
            self.buttons[band] = button

    def set_band(self, band: str) -> None:
        """strongest | middle | threshold | random."""
        self.band = band
        self.refresh()

    def refresh(self) -> None:
        session, row = self.session, self.session.selection.row
        results = session.state.results
        has_any = row is not None and session.state.catalogue is not None and row < results.F
        has_any = has_any and not session.state.awaits_photos
        self.add.setVisible(session.state.awaits_photos)
        self.area.setVisible(has_any)
        self.empty.setVisible(not has_any)
        if not has_any:
            self._shown_of = None
            if session.state.awaits_photos:
                self.empty.set_text(
                    "No photos in this project yet. The places where a concept fires appear here "
                    "when some are added."
                )
            elif row is not None and session.state.catalogue is not None:
                self.empty.set_text("A concept that a person made: it fires nowhere itself.")
            else:
                self.empty.set_text("Choose a concept: the places where it fires appear here.")
            return
        assert row is not None
        self.grid.setAccessibleName(f"Examples of {session.state.name(row)[0]}")
        wanted = (results, row, self.band)
        if wanted != self._shown_of:
            self._shown_of, self._is_whole, self._loading = wanted, False, True
            session.jobs.run(
                partial(results.examples, row, self.band, PAGE),
                done=lambda found: self._show(wanted, found, True), key="exemplars",
            )  # fmt: skip

    def _show(self, wanted: Any, found: Any, anew: bool) -> None:
        if wanted != self._shown_of:
            return
        self._loading = False
        self._is_whole = len(found) < PAGE
        self.grid.show_examples(found if anew else [*self.grid.examples, *found])
        if anew:
            self.area.verticalScrollBar().setValue(0)

    def _scrolled(self) -> None:
        bar = self.area.verticalScrollBar()
        near_end = bar.maximum() - bar.value() < bar.pageStep()
        if self._shown_of is None or self._is_whole or self._loading or not near_end:
            return
        wanted, self._loading = self._shown_of, True
        results, row, band = wanted
        self.session.jobs.run(
            partial(results.examples, row, band, PAGE, len(self.grid.examples)),
            done=lambda found: self._show(wanted, found, False), key="exemplars",
        )  # fmt: skip
