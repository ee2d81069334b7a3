"""What made a region what it is: concepts that give to the class, with the bias, summing to it.

Shows the session's chosen region, rolled up along the hierarchy. Going to a row selects its
concept, everywhere.
"""

from typing import TYPE_CHECKING

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from insight_app.figures import counted, figure, signed
from insight_app.gui.explain.score_rows import ScoreParts, score_parts
from insight_app.gui.explain.score_tree import ScoreTree, SumRow
from insight_app.gui.panel import Panel
from insight_app.gui.state.lists import OfferedConcepts, neighbour
from insight_app.gui.state.segmented import Region, concepts_of
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import ElidedLabel, EmptyState, thin_line
from insight_app.gui.wording import tooltip
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Collection

    from insight_app.project.judgements import ConceptId

WAITING = (
    "Click a region of the photo, or press J: the concepts that made it what it is stand here, "
    "with what each gives, for and against."
)


class RegionPartsPanel(Panel):
    """Bars of one region and one class."""

    title = "What made it so"
    object_name = "region_parts"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._shown: Region | None = None
        self.parts = ScoreParts()
        self.tree = ScoreTree(session, self._picture, self)
        self.sum = SumRow(self.tree, self)
        self.notes = ElidedLabel("", self)
        self.notes.setProperty("dim", True)
        self.notes.setContentsMargins(12, 2, 12, 4)
        self.empty = EmptyState(WAITING, self)
        self.body.addWidget(self.tree, 1)
        self.body.addWidget(self.empty, 1)
        self.foot.addWidget(thin_line(self))
        self.foot.addWidget(self.sum)
        self.foot.addWidget(self.notes)
        self.setFocusProxy(self.tree)
        session.segmented.region_changed.connect(self.invalidate)
        session.lists.offer(
            OfferedConcepts(
                self.object_name,
                self.isVisible,
                self.has_keyboard,
                self.tree.concepts,
                self._neighbour,
                chooses_first=False,
            )
        )

    def refresh(self) -> None:
        session, region = self.session, self.session.segmented.region
        catalogue = session.state.catalogue
        is_shown = region is not None and catalogue is not None
        for widget in (self.tree, self.sum, self.notes):
            widget.setVisible(is_shown)
        self.empty.setVisible(not is_shown)
        if region is None or catalogue is None:
            self._shown = None
            self.set_info("")
            return
        if region is self._shown and self.reasons <= {"selection"}:
            self.tree.follow_selection()
            return
        self._shown = region
        concepts, values, bias = concepts_of(region)
        self.parts = score_parts(catalogue, concepts, values, bias)
        self.tree.show_parts(self.parts)
        self._show_words(region)

    def _show_words(self, region: Region) -> None:
        names = region.look.names
        name, cells = visible(names[region.wanted]), int(region.cells.sum())
        self.sum.show_sum(f"cosine with {name}", self.parts.score)
        self.set_info(
            f"{name}, {counted(cells, 'cell')}",
            f"{name}: {counted(cells, 'cell')} that hang together\nThe mean cosine of what its "
            f"concepts stand for with the class: {signed(self.parts.score)}, the sum of what "
            f"{counted(self.parts.counted, 'concept')} give and of the bias\n"
            "f_i <d_i, t> / |xhat| each; bias <b, t> / |xhat|",
        )
        notes = f"mean probability {figure(region.probability)}"
        if region.following >= 0:
            score = float(region.parts.scores[region.following])
            notes += f"; next class: {visible(names[region.following])} {signed(score)}"
        if self.session.segmented.source == "raw":
            notes += "; labels go by raw tokens, which have no parts: these are of the concepts"
        self.notes.setText(notes)
        self.notes.setToolTip(tooltip(notes))

    def _picture(self, _row: int, _side: int) -> QPixmap | None:
        return None

    def _neighbour(
        self, concept: "ConceptId | None", by: int, leaving: "Collection[ConceptId]"
    ) -> "ConceptId | None":
        concepts = self.tree.concepts()
        place = concepts.index(concept) if concept in concepts else None
        return neighbour(concepts, place, by, leaving)
