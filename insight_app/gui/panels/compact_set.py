"""The fewest concepts that are enough to tell the classes apart: a list to be judged by hand.

Each row says how right the classes are told with it and all above it; the bars are the curve.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from insight_app.figures import column, counted, percent, percentage
from insight_app.gui.curation.lists.concept_list import ConceptList
from insight_app.gui.curation.lists.concept_row import ConceptRow
from insight_app.gui.panel import Panel
from insight_app.gui.state.lists import OfferedConcepts
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, dim_label, thin_line
from insight_app.gui.wording import tooltip

if TYPE_CHECKING:
    from insight_app.project.explaining.classification import Classification

WAITING = (
    "Once classes are trained or typed, the fewest concepts that keep 90 % of the accuracy are "
    "listed here, to be looked at and judged one by one."
)
FORMULA = (
    "Grown greedily: what promises to lower the loss most comes next, and classes are learned anew "
    "from those that are in. The number beside a concept is the share of held-back photos that are "
    "told right with it and all above it; it was measured at some sizes only."
)


class CompactSetPanel(Panel):
    """Concepts, most telling first, that A, U and X go through."""

    title = "Enough concepts"
    object_name = "compact_set"
    follows = frozenset({"project", "results", "curation", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.list = ConceptList(session, self)
        self.list.setAccessibleName("The fewest concepts that are enough")
        self.head = dim_label("% of held-back photos right with it and all above it", self)
        self.head.setWordWrap(True)
        self.head.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.head.setContentsMargins(12, 4, 24, 4)
        self.head.setToolTip(tooltip(FORMULA))
        self.note = dim_label("", self)
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 4, 12, 4)
        self.every = QPushButton("Select all", self)
        self.every.setProperty("link", True)
        self.every.setToolTip("Select all of them: names, notes and judgements act on all")
        self.every.clicked.connect(self._select_all)
        self.header.add(self.every)
        self.empty = EmptyState(WAITING, self)
        self.body.addWidget(self.head)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.empty, 1)
        self.foot.addWidget(thin_line(self))
        self.foot.addWidget(self.note)
        self.setFocusProxy(self.list)
        session.explaining.changed.connect(self.invalidate)
        session.lists.offer(
            OfferedConcepts(
                self.object_name,
                self.isVisible,
                self.has_keyboard,
                self.list.distinct_concepts,
                self.list.neighbour,
                chooses_first=False,
            )
        )

    def refresh(self) -> None:
        explaining, state = self.session.explaining, self.session.state
        explaining.want()
        found = explaining.classification
        rows = [] if found is None else compact_rows(state, found)
        self.list.setVisible(bool(rows))
        self.every.setVisible(bool(rows))
        self.head.setVisible(bool(rows))
        self.note.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self.list.set_items(rows)
        if found is None or not rows:
            self.set_info("")
            self.empty.set_text(_why_none(found) or WAITING)
            return
        of = found.classifiers[0].concepts
        self.set_info(f"{len(rows):,} of {counted(of, 'concept')}", FORMULA)
        note = _note(state, found, rows)
        self.note.setText(note)
        self.note.setToolTip(tooltip(f"{note}\n{FORMULA}"))

    def _select_all(self) -> None:
        self.session.selection.select(concepts=self.list.distinct_concepts())


def compact_rows(state: ProjectState, found: "Classification") -> list[ConceptRow | str]:
    """Return a row a concept of the compact set, in its order; one for those that are merged."""
    compact, catalogue = found.compact, state.catalogue
    if compact is None or catalogue is None or found.classifiers[0].concepts > catalogue.size:
        return []
    rights = compact.right / max(1, compact.photos)
    shares = dict(zip(compact.sizes.tolist(), rights.tolist(), strict=True))
    told = [shares.get(size) for size in range(1, compact.concepts.size + 1)]
    numbers = column(["" if share is None else percentage(share) for share in told])
    rows: list[ConceptRow | str] = []
    seen: set[int] = set()
    for place, concept in enumerate(compact.concepts.tolist()):
        row = catalogue.holder(concept)
        if row in seen:
            continue
        seen.add(row)
        share, tip = told[place], ""
        if share is not None:
            photos = counted(compact.photos, "held-back photo")
            first = counted(place + 1, "concept")
            tip = f"{percent(share)} of {photos} are told right with the first {first}"
        measure = "right with so many" if tip else ""
        rows.append(ConceptRow(state.id_of(row), numbers[place], measure=measure, tip=tip,
                               share=share))  # fmt: skip
    return rows


def _why_none(found: "Classification | None") -> str:
    if found is None:
        return ""
    return "Nothing was learned here, so that there is no set of concepts that is enough."


def _note(state: ProjectState, found: "Classification", rows: Sequence[ConceptRow | str]) -> str:
    compact, catalogue = found.compact, state.catalogue
    assert compact is not None and catalogue is not None
    whole = found.accuracy(found.concepts)
    last = compact.right[-1] / max(1, compact.photos)
    kept = f"{percent(float(last))} right with these, {percent(whole.value)} with all concepts"
    if not compact.is_enough:
        kept += ", of which no set keeps 90 %"
    known = [state.row_of(one.concept) for one in rows if isinstance(one, ConceptRow)]
    judged = sum(1 for row in known if row is not None and catalogue.status[row])
    return f"{kept}.  {judged:,} of these {counted(len(rows), 'concept')} reviewed."
