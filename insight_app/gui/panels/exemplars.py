"""Where the selected concept fires: cut-outs of its images, more of them as one scrolls.

Where a relation is selected, the edge card stands in their place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from insight_app.figures import counted
from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.curation.present_concept import PresentConcept, Version, find, selected
from insight_app.gui.curation.surroundings import SurroundingsButton
from insight_app.gui.panel import Panel
from insight_app.gui.relations.edge_card import EdgeCard
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, base_widget, scrolled
from insight_app.project.results.examples import FEW

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.results.records import Example

PAGE = 60
BAND_WORDS = {
    "strongest": ("strong", "strongest first"),
    "middle": ("middle", "around the median"),
    "threshold": ("weak", "just above the threshold first"),
    "random": ("random", "at random"),
}
"""What a band is called in its button, and in full."""


@dataclass(frozen=True)
class ShownBand:
    """Which examples are shown, or being read: of which concept, in which results, which band."""

    version: "Version"
    name: str

    @property
    def concept(self) -> "ConceptId":
        """Whose they are."""
        return self.version[1]


class ExemplarsPanel(Panel):
    """One cut-out an image: its strongest cell."""

    title = "Examples"
    object_name = "exemplars"
    follows = frozenset({"project", "results", "curation", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.band = "strongest"
        self._shown: ShownBand | None = None
        self._is_whole = False
        self._loading = False
        self.grid = CutoutGrid(session, self, can_mark=True)
        inside = base_widget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.grid)
        column.addStretch(1)
        self.area = scrolled(inside, self)
        self.area.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.area.verticalScrollBar().rangeChanged.connect(lambda *_: self._scrolled())
        self.empty = EmptyState("Choose a concept: the places where it fires appear here.", self)
        self.add = self.empty.add_action(session.actions, "analysis.add")
        self.edge = EdgeCard(session, self)
        self.body.addWidget(self.edge, 1)
        self.body.addWidget(self.area, 1)
        self.body.addWidget(self.empty, 1)
        self.buttons: dict[str, QToolButton] = {}
        for band, (word, tip) in BAND_WORDS.items():
            button = QToolButton(self)
            button.setText(word)
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setChecked(band == self.band)
            button.setToolTip(f"Images with this concept, {tip}; one place an image")
            button.clicked.connect(lambda _c=False, band=band: self.set_band(band))
            self.header.add(button)
            self.buttons[band] = button
        self.header.add(SurroundingsButton(session, self))

    def set_band(self, band: str) -> None:
        """Show another band: strongest, middle, threshold or random."""
        self.band = band
        self.refresh()

    def refresh(self) -> None:
        session, concept = self.session, selected(self.session)
        if self._show_relation():
            return
        has_any = concept is not None and concept.is_counted
        self.add.setVisible(session.state.awaits_photos)
        self.area.setVisible(has_any)
        self.empty.setVisible(not has_any)
        if concept is None or not has_any:
            self._shown = None
            self.set_info("")
            self.empty.set_text(self._why_empty(concept))
            return
        self.grid.setAccessibleName(f"Examples of {concept.shown.spoken}")
        images = int(concept.catalogue.images[concept.row])
        has_bands = images > FEW
        for name, button in self.buttons.items():
            button.setVisible(has_bands)
            button.setChecked(name == self.band)
        are_several = len(session.selection.rows) > 1
        whose = concept.name_told_apart if are_several else ""
        count = "" if has_bands else counted(images, "image")
        self.set_info(", ".join(filter(None, (whose, count))))
        band = ShownBand(concept.version, self.band if has_bands else "strongest")
        if band != self._shown:
            self._shown, self._is_whole = band, False
            self._load(band, 0)

    def _show_relation(self) -> bool:
        """Show the edge card in the place of the examples where a relation is selected."""
        is_relation = self.edge.show_selected()
        self.edge.setVisible(is_relation)
        self.header.title.setText("Relation" if is_relation else self.title)
        if is_relation:
            self.area.hide()
            self.empty.hide()
            for button in self.buttons.values():
                button.hide()
            self.set_info("")
        return is_relation

    def _why_empty(self, concept: PresentConcept | None) -> str:
        if self.session.state.awaits_photos:
            return (
                "No photos in this project yet. The places where a concept fires appear here when "
                "some are added."
            )
        if self.session.state.catalogue is None:
            return "The places where a concept fires appear here as soon as photos are analyzed."
        if concept is not None and concept.can_fire:
            return "The worker counts where this part fires; its places appear here then."
        if concept is not None:
            return "A concept that a person made: nothing is below it that could fire."
        return "Choose a concept: the places where it fires appear here."

    def _load(self, band: ShownBand, offset: int) -> None:
        concept = find(self.session.state, band.concept)
        if concept is None or band.version != concept.version:
            return  # newer results: the next refresh asks them
        self._loading = True
        self.session.jobs.run(
            partial(concept.reader.examples, band.name, PAGE, offset),
            done=partial(self._show, band, offset),
            key="exemplars",
        )

    def _show(self, band: ShownBand, offset: int, found: "Sequence[Example]") -> None:
        if band != self._shown:
            return
        self._loading = False
        self._is_whole = len(found) < PAGE
        self.grid.show_examples([*self.grid.examples[:offset], *found])
        if not offset:
            self.area.verticalScrollBar().setValue(0)

    def _scrolled(self) -> None:
        bar = self.area.verticalScrollBar()
        near_end = bar.maximum() - bar.value() < bar.pageStep()
        if self._shown is not None and near_end and not (self._is_whole or self._loading):
            self._load(self._shown, len(self.grid.examples))
