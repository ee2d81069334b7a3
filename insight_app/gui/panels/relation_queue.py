"""The queue of relations nobody judged: those first that are doubtful and weigh much.

What was judged in this sitting stays in the list, faint, so that Left and undo lead back to it.
"""

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStyle, QWidget

from insight_app.figures import aligned, counted, figure, most_decimals, percent, percentage
from insight_app.gui.curation.judge_buttons import AdvanceSwitch
from insight_app.gui.curation.lists.relation_list import RelationList
from insight_app.gui.curation.lists.relation_row import RelationRow
from insight_app.gui.panel import Panel
from insight_app.gui.relations.relation_keys import relation_keys_of
from insight_app.gui.state.lists import OfferedRelations
from insight_app.gui.state.present_relation import find_relation
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, dim_label, thin_line
from insight_app.gui.wording import tooltip
from insight_app.project.similarity.queue import FORMULA

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId, Relation
    from insight_app.project.judgements.hierarchy import Edge
    from insight_app.project.similarity.basis import LikenessBasis
    from insight_app.project.similarity.listing import ConceptListing
    from insight_app.project.similarity.queue import QueuedRelation

UNIT = "% of activation in doubt"
WHY_WORTH = "Judging from the top settles most with the fewest keys"
REST_MS = 1500
"""So long nothing is judged before relations that are new or gone are looked for."""
NO_RELATIONS = "Relations appear here when the first photos are analyzed."
ALL_JUDGED = "Every relation is judged. The table in Statistics lists all of them."


class RelationQueuePanel(Panel):
    """Which relation comes next."""

    title = "Relations to judge"
    object_name = "relation_queue"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        relation_keys_of(session)
        self.list = RelationList(session, self, fades_judged=True)
        self.list.setAccessibleName("Queue of relations to judge")
        self._found: dict[Relation, QueuedRelation] = {}
        self._judged: set[Relation] = set()
        """Those listed that were judged since they were read."""
        self._of_end: dict[ConceptId, list[Relation]] = {}
        self._decimals = 0
        self._wants_first = True
        self._has_others = False
        """Whether relations that are listed are none any more, so that others are to be listed."""
        self.note = dim_label(UNIT, self)
        self.note.setToolTip(tooltip(f"{FORMULA}\n{WHY_WORTH}."))
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight)
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self.note.setContentsMargins(12, 6, 12 + bar, 4)
        self.empty = EmptyState(NO_RELATIONS, self)
        self.body.addWidget(self.note)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.empty, 1)
        self.setFocusProxy(self.list)
        self.foot.addWidget(thin_line(self))
        below = QHBoxLayout()
        below.setContentsMargins(12, 4, 8, 4)
        below.addStretch(1)
        below.addWidget(AdvanceSwitch(session, self))
        self.foot.addLayout(below)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._ask)
        session.lists.offer_relations(
            OfferedRelations(
                self.object_name,
                self.isVisible,
                self.has_keyboard,
                self.list.has,
                self.list.neighbour,
            )
        )
        self._show_count()

    def showEvent(self, event: QShowEvent) -> None:
        """Choose a relation where one comes to judge them and none is selected."""
        self._wants_first = True
        super().showEvent(event)
        self._choose_first()

    def refresh(self) -> None:
        if self.reasons & {"project", "results"}:
            if "project" in self.reasons:
                self._found, self._judged, self._of_end = {}, set(), {}
                self.list.set_relations([], self._row)
            self._ask()
        elif "curation" in self.reasons:
            if self._has_others:
                self._ask()
            elif self.changed_rows is None:
                self._rest.start()
            self.list.viewport().update()
        self.list.mark(self.session.selection.relation)
        self._show_count()

    def _curated(self, rows: set[int], structure: bool) -> None:
        """Note which of the listed relations are judged now."""
        if structure:
            for end in self.session.state.ids_of(rows):
                for relation in self._of_end.get(end, ()):
                    judge = self._judged.add if self._is_judged(relation) else self._judged.discard
                    judge(relation)
                    self._has_others |= not self._is_there(relation)
        super()._curated(rows, structure)

    def _ask(self) -> None:
        """Read the queue again; what is listed and was judged meanwhile stays."""
        state, self._has_others = self.session.state, False
        if state.catalogue is not None:
            question, epoch = _question(state, state.catalogue.edges()), state.epoch
            self.session.likeness.ask(
                question, lambda read: self._take(epoch, read), key="relation queue"
            )

    def _take(self, epoch: int, read: "_ReadQueue") -> None:
        if epoch != self.session.state.epoch:
            return
        kept = {relation: self._found[relation] for relation in self._judged - read.found.keys()}
        self._found, self._of_end = read.found, read.of_end
        order = list(read.found)
        for relation, queued in kept.items():
            self._found[relation] = queued
            order.insert(bisect(order, -queued.worth, key=self._negative_worth), relation)
            for end in relation:
                self._of_end.setdefault(end, []).append(relation)
        self._judged = set(filter(self._is_judged, self._judged))
        least = min((one.worth for one in (*read.least, *kept.values())), default=0.0)
        self._decimals = most_decimals([100 * least])
        if order != list(self.list.relations):
            self.list.set_relations(order, self._row)
            self.list.mark(self.session.selection.relation)
        self._show_count()
        self._choose_first()

    def _negative_worth(self, relation: "Relation") -> float:
        return -self._found[relation].worth

    def _is_there(self, relation: "Relation") -> bool:
        """Return whether a relation is still one of its own: a merge makes it that of others."""
        found = find_relation(self.session.state, relation)
        return found is not None and found.id == relation and found.edge is not None

    def _is_judged(self, relation: "Relation") -> bool:
        found = find_relation(self.session.state, relation)
        return found is not None and bool(found.status)

    def _choose_first(self) -> None:
        """Select the first that is not judged, once, where no relation is selected."""
        if not (self._wants_first and self.isVisible() and self.list.relations):
            return
        self._wants_first = False
        if not self.session.selection.relations:
            left = (one for one in self.list.relations if one not in self._judged)
            if (first := next(left, None)) is not None:
                self.session.selection.select_relations((first,))

    def _row(self, relation: "Relation") -> RelationRow:
        found = self._found.get(relation)
        if found is None:
            return RelationRow(relation)
        tip = (
            f"Doubt x share = {figure(found.doubt)} x {percent(found.share)} = "
            f"{percent(found.worth)} of all activation"
        )
        number = aligned(percentage(found.worth), self._decimals)
        return RelationRow(relation, number, measure=UNIT, tip=tip)

    def _show_count(self) -> None:
        relations = self.list.relations
        left = len(relations) - len(self._judged)
        tip = f"Not judged yet: {left:,} of {counted(len(relations), 'listed relation')}"
        self.set_info(f"{left:,} left" if relations else "", tip)
        for widget in (self.list, self.note):
            widget.setVisible(bool(relations))
        self.empty.setVisible(not relations)
        if not relations:
            catalogue = self.session.state.catalogue
            has_any = catalogue is not None and bool(catalogue.relation_ends()[0].size)
            self.empty.set_text(ALL_JUDGED if has_any else NO_RELATIONS)


@dataclass(frozen=True, eq=False)
class _ReadQueue:
    """found: relations nobody judged, the worthiest first.  of_end: those of each concept.

    least: the one that is worth least, but for those that are worth nothing.
    """

    found: "dict[Relation, QueuedRelation]"
    of_end: "dict[ConceptId, list[Relation]]"
    least: "tuple[QueuedRelation, ...]"


def _question(
    state: ProjectState, edges: "Sequence[Edge]"
) -> "Callable[[LikenessBasis, ConceptListing], _ReadQueue]":
    """Return what reads the queue: all that takes long with tens of thousands of relations."""

    def answer(basis: "LikenessBasis", listing: "ConceptListing") -> _ReadQueue:
        from insight_app.project.similarity.queue import relation_queue

        queued = relation_queue(basis, listing, edges)
        ends = {row: state.id_of(row) for one in queued for row in (one.child, one.parent)}
        found = {(ends[one.child], ends[one.parent]): one for one in queued}
        of_end: dict[ConceptId, list[Relation]] = {}
        for relation in found:
            for end in relation:
                of_end.setdefault(end, []).append(relation)
        return _ReadQueue(found, of_end, tuple(one for one in queued if one.worth > 0)[-1:])

    return answer
