"""The review queue: concepts nobody judged, by their share of all activation.

What was judged in this sitting stays in the list, faint, so that Left and undo lead back to it.
What shows nothing in common comes last, once a person has opened the line that stands for it.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QStyle, QToolButton, QWidget

from insight_app.figures import column, counted, figure, percentage
from insight_app.gui import icons
from insight_app.gui.curation.fold_line import FoldLine
from insight_app.gui.curation.folding import sentence
from insight_app.gui.curation.lists.concept_picker import ConceptPicker
from insight_app.gui.curation.lists.concept_row import ConceptRow
from insight_app.gui.curation.names_facet import NamesFacet
from insight_app.gui.panel import Panel
from insight_app.gui.state.curation import COMING
from insight_app.gui.state.lists import OfferedConcepts, neighbour
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, dim_label

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.judgements.catalogue import Catalogue

UNIT = "% of activation"
WHY_SHARE = (
    "Share = the concept's summed activation / that of all concepts. Judging from the top reviews "
    "most of what the model says with the fewest keys"
)
QUEUE_FOLD = "queue_fold_open"
"""What the place in a project calls whether what is folded away is listed."""
BY_LEVEL = "From coarse to fine: without photos there is no share of activation yet"


class QueuePanel(Panel):
    """Which concept comes next."""

    title = "Queue"
    object_name = "queue"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.list = ConceptPicker(session, self, fade_judged=True)
        self.list.setAccessibleName("Queue of concepts to review")
        self.all = QToolButton(self)
        self.empty = EmptyState("", self)
        self.button = QPushButton("Review all again", self.empty)
        self.button.setToolTip("List judged concepts too")
        self.button.clicked.connect(lambda: self.all.setChecked(True))
        self.empty.add_button(self.button)
        self.all.setCheckable(True)
        self.all.setIcon(icons.icon("checks", "dim"))
        self.all.setToolTip("List all concepts, also those judged before")
        self.all.setAccessibleName("List judged concepts too")
        self.all.toggled.connect(lambda _on: self.invalidate())
        self.facet = NamesFacet(self._filter_names, self, is_icon=True)
        self.header.add(self.facet)
        self.header.add(self.all)
        self.note = dim_label("", self)
        self.note.setWordWrap(True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.note.setContentsMargins(12, 6, 12 + self.style().pixelMetric(
            QStyle.PixelMetric.PM_ScrollBarExtent), 4)  # fmt: skip
        self.body.addWidget(self.note)
        self.body.addWidget(self.list, 1)
        self.setFocusProxy(self.list)
        self.body.addWidget(self.empty, 1)
        self.fold = FoldLine(session, QUEUE_FOLD, self.invalidate, self)
        self.body.addWidget(self.fold)
        self._doubtful: bool | None = None
        """Whether only doubtful names are listed, only others, or all."""
        self._rank: NDArray[np.int64] = np.zeros(0, np.int64)
        """(concepts,) the place of each row of the present state: by its share, the folded last."""
        self._whole = 0.0
        self._activation: NDArray[np.float64] = np.zeros(0)
        """The summed activation of all concepts."""
        self._numbers: dict[int, str] = {}
        """Row -> its share, as shown."""
        session.lists.offer(
            OfferedConcepts(
                self.object_name,
                self.isVisible,
                self.has_keyboard,
                lambda: self.list.concepts,
                self._neighbour,
                gives_way=True,
            )
        )

    def refresh(self) -> None:
        if self.reasons & {"project", "results", "curation"}:
            self.facet.count(self.session.state)
        if self.reasons & {"project", "results", "view"}:
            self._rebuild(keep="results" in self.reasons and "project" not in self.reasons)
        elif "curation" in self.reasons:
            self._follow_judgements()
        self._show_selected()

    # ---- which concepts are listed

    def _rebuild(self, keep: bool) -> None:
        """List what is not judged; keep: and what was listed before."""
        state = self.session.state
        catalogue, results = state.catalogue, state.results
        self._rank = np.zeros(0, np.int64)
        if catalogue is None or results is None or state.awaits_first_codes:
            self.list.set_rows([])
        else:
            self._activation = catalogue.activation
            whole = self._whole = float(self._activation.sum())
            order = np.lexsort((np.arange(catalogue.size), -self._activation, catalogue.folded))
            self._rank = np.argsort(order)
            fires, may = self._fires(catalogue), self._may_be_listed(catalogue)
            kept = list(state.rows_of(self.list.concepts if keep else ()))
            self._open_if_listed(kept, may & catalogue.folded)
            due = self._is_due(catalogue)
            due[kept] = True
            may &= due
            rows = np.flatnonzero(fires).tolist()
            shares = (self._activation[rows] / (whole or 1.0)).tolist()
            self._numbers = dict(zip(rows, column(list(map(percentage, shares))), strict=True))
            self.list.set_rows([self._row(row) for row in order[may[order]].tolist()])
            self.note.setText(UNIT if whole else BY_LEVEL)
            self.note.setToolTip(WHY_SHARE if whole else "")
        self._count()

    def _open_if_listed(self, kept: list[int], folded: NDArray[np.bool_]) -> None:
        """Show the line as open where all that it stands for stays listed: as an analysis ends."""
        if folded.any() and set(np.flatnonzero(folded).tolist()) <= set(kept):
            self.fold.open_unasked()

    def _fires(self, catalogue: "Catalogue") -> NDArray[np.bool_]:
        """Return (size,) what there is something to judge of."""
        if not self._whole:
            return catalogue.is_active
        return catalogue.activation > 0

    def _may_be_listed(self, catalogue: "Catalogue") -> NDArray[np.bool_]:
        """Return (size,) what could be in a queue, judged or not."""
        return self._fires(catalogue) & ~catalogue.hidden

    def _is_due(self, catalogue: "Catalogue") -> NDArray[np.bool_]:
        """Return (size,) what of that is listed without being asked for."""
        due = np.ones(catalogue.size, bool) if self.all.isChecked() else catalogue.status == 0
        if not self.fold.is_open:
            due &= ~catalogue.folded
        if self._doubtful is not None:
            due &= catalogue.doubtful == self._doubtful
        return due

    def _filter_names(self, doubtful: bool | None) -> None:
        self._doubtful = doubtful
        self.invalidate()

    def _follow_judgements(self) -> None:
        """Take out what was hidden, put in what came back; all else keeps its place."""
        state, catalogue = self.session.state, self.session.state.catalogue
        if catalogue is None or catalogue.size != self._rank.size:
            self._rebuild(keep=True)
            return
        may, due = self._may_be_listed(catalogue), self._is_due(catalogue)
        changed = self.changed_rows
        rows = range(catalogue.size) if changed is None else changed
        for row in rows:
            concept = state.id_of(row)
            is_listed = self.list.place_of(concept) is not None
            if is_listed and not may[row]:
                self.list.remove(concept)
            elif not is_listed and may[row] and due[row]:
                self._insert(row)
        self.list.refresh(state.ids_of(rows))
        self._count()

    def _show_selected(self) -> None:
        """Mark the selected concept; one that was judged before is listed at its place."""
        state, concept = self.session.state, self.session.selection.primary
        row = None if concept is None else state.row_of(concept)
        catalogue = state.catalogue
        is_missing = self.list.place_of(concept) is None
        if catalogue is None or row is None or row >= self._rank.size:
            pass  # nothing to list
        elif is_missing and self._may_be_listed(catalogue)[row]:
            self._insert(row)
            self._count()
        self.list.mark(concept)
        self.session.lists.listed(self.object_name)

    def _insert(self, row: int) -> None:
        self.list.insert(self._place_for(row), self._row(row))

    def _place_for(self, row: int) -> int:
        """Return before which place of the list a row belongs."""
        listed = np.array(self.session.state.rows_of(self.list.concepts), np.int64)
        return int(np.searchsorted(self._rank[listed], self._rank[row]))

    def _neighbour(
        self, concept: "ConceptId | None", by: int, leaving: "Collection[ConceptId]"
    ) -> "ConceptId | None":
        place: float | None = self.list.place_of(concept)
        row = None if concept is None else self.session.state.row_of(concept)
        if place is None and row is not None and row < self._rank.size:  # hidden
            place = self._place_for(row) - 0.5
        return neighbour(self.list.concepts, place, by, leaving)

    def _row(self, row: int) -> ConceptRow:
        state = self.session.state
        assert state.catalogue is not None and state.results is not None
        total = float(self._activation[row]) if row < self._activation.size else 0.0
        # Without photos a concept is listed as soon as it has relations; no numbers are shown then.
        number = self._numbers.get(row, "")
        shown = _row(state.id_of(row), number, total, self._whole, state.results.tokens)
        return replace(shown, is_apart=bool(state.catalogue.folded[row]))

    def _count(self) -> None:
        state = self.session.state
        left = folded = 0
        if (catalogue := state.catalogue) is not None:
            rows = np.array(state.rows_of(self.list.concepts), np.int64)
            left = int(((catalogue.status[rows] == 0) & ~catalogue.hidden[rows]).sum())
            folded = int((self._may_be_listed(catalogue) & catalogue.folded).sum())
        tip = f"Not judged yet: {left:,} of {counted(len(self.list.concepts), 'listed concept')}"
        is_too_early = catalogue is None or state.awaits_first_codes
        self.fold.set_count(0 if is_too_early else folded)
        self.set_info("" if is_too_early else f"{left:,} left", tip)
        has_any = bool(self.list.items)
        self.list.setVisible(has_any)
        self.note.setVisible(has_any)
        self.empty.setVisible(not has_any)
        judged_all = catalogue is not None and catalogue.size > 0 and not is_too_early
        self.button.setVisible(judged_all)
        self.empty.set_text(self._why_empty(folded) if judged_all else COMING)

    def _why_empty(self, folded: int) -> str:
        """Return why nothing is listed, though there are concepts."""
        if self._doubtful is not None:
            return "No concept to be reviewed has such a name. Above, all names are listed again."
        away = f" {sentence(folded)}: the line below lists them." if folded else ""
        return f"Every concept is judged.{away}"


def _row(concept: "ConceptId", number: str, total: float, whole: float, tokens: int) -> ConceptRow:
    """Return the row of a concept; whole: the activation of all, 0 before anything was coded."""
    if not whole:
        return ConceptRow(concept)
    tip = (
        f"Share of activation = {figure(total)} / {figure(whole)}, "
        f"summed over {counted(tokens, 'cell')}"
    )
    return ConceptRow(concept, number, measure=UNIT, tip=tip)
