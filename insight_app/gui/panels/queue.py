"""The review queue: concepts nobody judged, by their share of all activation.

What was judged in this sitting stays in the list, faint, so that Left and undo lead back to it.
"""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from insight_app.gui import icons
from insight_app.gui.curation.concept_row import ConceptRow
from insight_app.gui.curation.concept_rows import ConceptRows
from insight_app.gui.panel import Panel
from insight_app.gui.state.lists import Follow
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, dim_label

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

BY_SHARE = "Ordered by share of activation"
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
        self._listed: tuple[ConceptId, ...] = ()
        self.list = ConceptRows(session, self, fade_judged=True)
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
        self.all.toggled.connect(lambda _on: self._rebuild())
        self.header.add(self.all)
        self.body.addWidget(self.list, 1)
        self.setFocusProxy(self.list)
        self.body.addWidget(self.empty, 1)
        self.note = dim_label("", self)
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 8, 12, 8)
        self.body.addWidget(self.note)

    def refresh(self) -> None:
        if self.reasons & {"project", "results", "view"}:
            self._rebuild()
        elif "curation" in self.reasons:
            self._count()
            if self.changed_rows is not None:
                self.list.model_.refresh(self.changed_rows)
            self.list.viewport().update()
        self._follow()

    def _rebuild(self) -> None:
        catalogue, results = self.session.state.catalogue, self.session.state.results
        if catalogue is None:
            self.list.set_rows([])
        else:
            kept = set(self.session.state.rows_of(self._listed))
            if "results" not in self.reasons or "project" in self.reasons:
                kept = set()
            whole = float(catalogue.total.sum())
            shown = catalogue.total > 0 if whole else catalogue.is_active
            order = np.lexsort((np.arange(catalogue.size), -catalogue.total))
            rows = []
            for row in order.tolist():
                is_due = catalogue.status[row] == 0 or self.all.isChecked() or row in kept
                if is_due and shown[row] and not catalogue.hidden[row]:
                    rows.append(self._row(row, whole, results.tokens))
            self.list.set_rows(rows)
            self._listed = self.session.state.ids_of(item.row for item in rows)
            self.note.setText(BY_SHARE if whole else BY_LEVEL)
            self.note.setToolTip(WHY_SHARE if whole else "")
        self._count()
        if self.isVisible() and self.session.lists.follows is Follow.CONCEPTS:
            rows_ = [item.row for item in self.list.rows]
            self.session.lists.set_rows(rows_)
            if rows_ and self.session.selection.row not in self.list.model_.place:
                self.session.selection.select_rows(rows=(rows_[0],))

    def _row(self, row: int, whole: float, tokens: int) -> ConceptRow:
        if not whole:  # nothing was coded yet
            return ConceptRow(row)
        total = float(self.session.state.catalogue.total[row])
        tip = f"Share of activation = {total:,.0f} / {whole:,.0f}, summed over {tokens:,} cells"
        return ConceptRow(row, percent(total / whole), "", tip)

    def _follow(self) -> None:
        primary = self.session.selection.row
        self.list.mark(primary)
        rows = [item.row for item in self.list.rows]
        leads = self.isVisible() and self.session.lists.follows is Follow.CONCEPTS
        if leads:
            self.session.lists.set_rows(rows)

    def _count(self) -> None:
        catalogue = self.session.state.catalogue
        left = 0
        if catalogue is not None:
            left = sum(
                catalogue.status[i.row] == 0 and not catalogue.hidden[i.row] for i in self.list.rows
            )
        self.set_info(f"{left:,} left" if catalogue is not None else "")
        has_any = bool(self.list.rows)
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


def percent(share: float) -> str:
    """A share with at most three significant digits: 12.3 %, 0.041 %."""
    value = 100 * share
    return f"{value:.1f} %" if value >= 1 else f"{value:.2g} %"
