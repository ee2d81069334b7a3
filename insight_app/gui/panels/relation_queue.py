"""The queue of relations nobody judged: those first that are doubtful and weigh much.

What was judged in this sitting stays in the list, faint, so that Left and undo lead back to it.
"""

from collections.abc import Callable, Sequence
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
            if self.changed_rows is None:
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
        super()._curated(rows, structure)

    def _ask(self) -> None:
        """Read the queue again; what is listed and was judged meanwhile stays."""
        state = self.session.state
        if state.catalogue is not None:
            question, epoch = _question(state.catalogue.edges()), state.epoch
            self.session.likeness.ask(
                question, lambda found: self._take(epoch, found), key="relation queue"
            )

    def _take(self, epoch: int, found: "Sequence[QueuedRelation]") -> None:
        state = self.session.state
        if epoch != state.epoch:
            return
        new = {(state.id_of(one.child), state.id_of(one.parent)): one for one in found}
        kept = {relation: self._found[relation] for relation in self._judged - new.keys()}
        self._found, self._of_end = {**new, **kept}, {}
        self._judged = set(filter(self._is_judged, self._judged))
        for relation in self._found:
            for end in relation:
                self._of_end.setdefault(end, []).append(relation)
        order = sorted(self._found, key=lambda relation: (-self._found[relation].worth, relation))
        worths = [100 * one.worth for one in self._found.values() if one.worth > 0]
        self._decimals = most_decimals([min(worths)]) if worths else 0
        if order != list(self.list.relations):
            self.list.set_relations(order, self._row)
            self.list.mark(self.session.selection.relation)
        self._show_count()
        self._choose_first()

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
        has_any = self.session.state.catalogue is not None and bool(
            self.session.state.catalogue.relation_ends()[0].size
        )
        self.empty.set_text(ALL_JUDGED if has_any else NO_RELATIONS)


def _question(
    edges: "Sequence[Edge]",
) -> "Callable[[LikenessBasis, ConceptListing], list[QueuedRelation]]":
    def answer(basis: "LikenessBasis", listing: "ConceptListing") -> "list[QueuedRelation]":
        from insight_app.project.similarity.queue import relation_queue

        return relation_queue(basis, listing, edges)

    return answer
