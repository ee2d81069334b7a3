"""The review queue: concepts nobody judged, by their share of all activation.

What was judged in this sitting stays in the list, faint, so that Left and undo lead back to it.
"""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QStyle, QToolButton, QWidget

from insight_app.figures import column, counted, figure, percentage
from insight_app.gui import icons
from insight_app.gui.curation.lists.concept_picker import ConceptPicker
from insight_app.gui.curation.lists.concept_row import ConceptRow
from insight_app.gui.panel import Panel
from insight_app.gui.state.lists import Follow
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, dim_label

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

UNIT = "% of activation"
WHY_SHARE = (
    "Share = the concept's summed activation / that of all concepts. Judging from the top reviews "
    "most of what the model says with the fewest keys"
)
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

    def refresh(self) -> None:
        if self.reasons & {"project", "results", "view"}:
            self._rebuild()
        elif "curation" in self.reasons:
            self._count()
            self.list.refresh(self.session.state.ids_of(self.changed_rows or ()))
        self.list.mark(self.session.selection.primary)
        self._lead()

    def _rebuild(self) -> None:
        state = self.session.state
        catalogue, results = state.catalogue, state.results
        if catalogue is None or results is None:
            self.list.set_rows([])
        else:
            is_same_project = "results" in self.reasons and "project" not in self.reasons
            kept = set(state.rows_of(self.list.concepts)) if is_same_project else set()
            whole = float(catalogue.total.sum())
            shown = (catalogue.total > 0 if whole else catalogue.is_active) & ~catalogue.hidden
            due = catalogue.status == 0
            order = np.lexsort((np.arange(catalogue.size), -catalogue.total))
            rows = [
                row
                for row in order[shown[order]].tolist()
                if due[row] or row in kept or self.all.isChecked()
            ]
            totals = catalogue.total.tolist()
            numbers = column([percentage(totals[row] / (whole or 1.0)) for row in rows])
            self.list.set_rows(
                [
                    _row(concept, number, totals[row], whole, results.tokens)
                    for concept, row, number in zip(state.ids_of(rows), rows, numbers, strict=True)
                ]
            )
            self.note.setText(UNIT if whole else BY_LEVEL)
            self.note.setToolTip(WHY_SHARE if whole else "")
        self._count()
        self._lead()
        concepts = self.list.concepts
        selection = self.session.selection
        is_elsewhere = selection.is_given or selection.primary not in set(concepts)
        if self._leads and concepts and is_elsewhere:
            selection.select(concepts=concepts[:1])

    @property
    def _leads(self) -> bool:
        """Whether judging goes on through this list."""
        return self.isVisible() and self.session.lists.follows is Follow.CONCEPTS

    def _lead(self) -> None:
        concepts = self.list.concepts
        if self._leads and self.session.lists.concepts != concepts:
            self.session.lists.set_rows(self.session.state.rows_of(concepts))

    def _count(self) -> None:
        state = self.session.state
        left = 0
        if (catalogue := state.catalogue) is not None:
            rows = np.array(state.rows_of(self.list.concepts), np.int64)
            left = int(((catalogue.status[rows] == 0) & ~catalogue.hidden[rows]).sum())
        self.set_info(f"{left:,} left" if catalogue is not None else "")
        has_any = bool(self.list.items)
        self.list.setVisible(has_any)
        self.note.setVisible(has_any)
        self.empty.setVisible(not has_any)
        judged_all = catalogue is not None and catalogue.size > 0
        self.button.setVisible(judged_all)
        self.empty.set_text(
            "Every concept is judged."
            if judged_all
            else "Concepts to review appear here as soon as the first photos are analyzed."
        )


def _row(concept: "ConceptId", number: str, total: float, whole: float, tokens: int) -> ConceptRow:
    """Return the row of a concept; whole: the activation of all, 0 before anything was coded."""
    if not whole:
        return ConceptRow(concept)
    tip = (
        f"Share of activation = {figure(total)} / {figure(whole)}, "
        f"summed over {counted(tokens, 'cell')}"
    )
    return ConceptRow(concept, number, measure=UNIT, tip=tip)
