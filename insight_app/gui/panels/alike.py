"""What is like the selected concept, and the merge or group that is laid out: ticked, then done.

As long as nothing is laid out the list follows the selection; a tick lays a merge out, in which the
concept that was selected stays. Judging goes through the session.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from insight_app.figures import counted
from insight_app.gui.curation.structure.alike_table import AlikeTable
from insight_app.gui.curation.structure.keys import structure_keys
from insight_app.gui.curation.structure.stage_foot import StageFoot, name_of
from insight_app.gui.panel import Panel
from insight_app.gui.state.alike import Alike, alike
from insight_app.gui.state.session import Session
from insight_app.gui.state.staging import Staged, StagePlan
from insight_app.gui.widgets import EmptyState
from insight_app.gui.wording import command_text, tooltip

if TYPE_CHECKING:
    from insight_app.project.composites.counted import ConceptNumbers
    from insight_app.project.composites.preview import Together
    from insight_app.project.judgements import ConceptId
    from insight_app.project.similarity.basis import LikenessBasis
    from insight_app.project.similarity.listing import ConceptListing
    from insight_app.project.similarity.similar import Similar

MOST = 30
NEXT_LETTERS = 22
"""Letters of the next cluster's title that there is room for."""
CHOOSE = (
    "Choose a concept: what is like it appears here. Tick what is the same and merge it, or look "
    "for duplicates in the whole project."
)


class AlikePanel(Panel):
    """The list, and under it what is laid out."""

    title = "Alike"
    object_name = "alike"
    follows = frozenset({"project", "results", "curation", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        structure_keys(session)
        self._known: dict[ConceptId, Alike] = {}
        """What was found of others, compared with `_of`."""
        self._of: tuple[int, ConceptId] | None = None
        self._union_of: tuple[int, tuple[ConceptId, ...]] | None = None
        self.table = AlikeTable(session, self)
        self.table.turned.connect(self._turned)
        self.table.looked_at.connect(self._look_at)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.setFocusProxy(self.table)
        self.empty = EmptyState(CHOOSE, self)
        self.next = QPushButton(self)
        self.next.setProperty("link", True)
        self.next.clicked.connect(lambda: session.duplicates.go())
        self.header.add(self.next)
        self.foot_of_stage = StageFoot(session, self)
        self.foot_of_stage.named.connect(session.staging.set_name)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.empty, 1)
        self.foot.addWidget(self.foot_of_stage)
        add = session.actions.add
        add("concept.stays", "Let this one s&tay", "R", self._let_stay, context="Concept",
            panel=self, tip="The current row of the list stays, the others go into it")  # fmt: skip
        session.staging.changed.connect(self.invalidate)
        session.duplicates.changed.connect(self._show_next)

    # ---- what is shown

    @property
    def stage(self) -> Staged | None:
        """What is laid out."""
        return self.session.staging.stage

    def _compared_with(self) -> "ConceptId | None":
        """Return the concept that the others are compared with."""
        stage = self.stage
        if stage is None:
            return self.session.selection.primary
        return stage.reference or next(iter(stage.ticked), None)

    def refresh(self) -> None:
        if self.reasons == {"selection"} and self.stage is not None:
            self.table.viewport().update()  # the colours that overlays have
            return
        state, concept = self.session.state, self._compared_with()
        row = None if concept is None else state.row_of(concept)
        if self.reasons & {"project", "results", "curation"}:
            self._union_of = None
        if self.reasons & {"project", "results"} or self.changed_rows is None:
            self._of = None  # what is merged looks otherwise than it did
        elif row in self.changed_rows:
            self._of = None  # it may be kept apart from what is listed
        if concept is None or row is None:
            self._of = None
            self.table.rows.set_rows((), None)
        else:
            self._list(concept)
        has_any = bool(self.table.rows.rows)
        self.table.setVisible(has_any)
        self.empty.setVisible(not has_any)
        self._show_stage()

    def _list(self, concept: "ConceptId") -> None:
        """List a concept and what is like it; ask for what is not known yet."""
        if self._of != (self.session.state.epoch, concept):
            self._of = (self.session.state.epoch, concept)
            self._known = {concept: Alike(concept)}
            self._ask_similar(concept)
        listed = [concept, *(one for one in self._known if one != concept)]
        if self.stage is not None and not self.stage.heading:
            self.session.staging.offer(listed)
        if (stage := self.stage) is not None:
            listed = list(stage.offered)
            self._ask_compared(concept, [one for one in listed if one not in self._known])
        rows = [self._known.get(one, Alike(one)) for one in listed]
        self.table.rows.set_rows(rows, concept)
        self.table.rows.set_stage(self.stage)

    def take_keyboard(self) -> None:
        """Give the keys to what is to be done next: the name of a group, else the list."""
        stage = self.stage
        if stage is not None and stage.plan is StagePlan.GROUP:
            self.foot_of_stage.name.setFocus()
            return
        self.table.setFocus()
        if not self.table.currentIndex().isValid() or (stage is not None and stage.heading):
            self.table.make_current(min(1, len(self.table.rows.rows) - 1))

    def _show_stage(self) -> None:
        stage, state = self.stage, self.session.state
        self.foot_of_stage.setVisible(stage is not None)
        self.session.actions.set_enabled("concept.stays", stage is not None)
        self._show_next()
        concept = self._compared_with()
        if stage is None:
            self._union_of = None
            self.session.composites.end_preview()
            what = "" if concept is None else f"most like {name_of(state, concept)} first"
            self._entitle("Alike", what)
            return
        heading = stage.heading or {StagePlan.MERGE: "Merge", StagePlan.GROUP: "Group"}[stage.plan]
        self._entitle(heading, f"{len(stage.ticked):,} of {counted(len(stage.offered), 'concept')}")
        aliases, effects = 0, []
        if stage.reference is not None:
            structure = self.session.structure
            aliases = len(structure.aliases_after(stage.reference, stage.members))
            effects = structure.effects_of(stage.reference, stage.members)
        self.foot_of_stage.show_stage(stage, aliases, effects)
        self._ask_union(stage)

    def _entitle(self, title: str, info: str) -> None:
        self.header.title.setText(title)
        self.header.title.setToolTip(tooltip(title))
        self.set_info(info)

    def _show_next(self) -> None:
        """Say which cluster comes after this one."""
        stage, following = self.stage, self.session.duplicates.following
        text, whole = "duplicates…", self.session.actions["concept.duplicates"].toolTip()
        if self.session.duplicates.is_looking:
            text = "looking for duplicates…"
        elif stage is not None and stage.heading and following is not None:
            whole = f"Next: {following.title}, {counted(len(following.concepts), 'concept')}"
            text = self.fontMetrics().elidedText(
                following.title,
                Qt.TextElideMode.ElideRight,
                NEXT_LETTERS * self.fontMetrics().averageCharWidth(),
            )
            text = f"{text}, {len(following.concepts):,} →"
        elif stage is not None and stage.heading:
            text = "no more"
        self.next.setText(command_text(text))
        self.next.setToolTip(tooltip(whole))
        self.next.setEnabled(stage is None or following is not None)

    # ---- asking

    def _ask_similar(self, concept: "ConceptId") -> None:
        row = self.session.state.row_of(concept)
        assert row is not None

        def question(basis: "LikenessBasis", listing: "ConceptListing") -> "list[Similar]":
            from insight_app.project.similarity.similar import similar

            return similar(basis, listing, row, MOST)

        version = self._of

        def done(found: "list[Similar]") -> None:
            if version == self._of:
                self._take(found)

        self.session.likeness.ask(question, done, key="alike")

    def _ask_compared(self, concept: "ConceptId", others: "Sequence[ConceptId]") -> None:
        state = self.session.state
        row, rows = state.row_of(concept), state.rows_of(others)
        if row is None or not rows:
            return
        self._known |= {one: Alike(one) for one in others}

        def question(basis: "LikenessBasis", listing: "ConceptListing") -> "list[Similar]":
            from insight_app.project.similarity.similar import compare

            return compare(basis, listing, row, rows)

        version = self._of

        def done(found: "list[Similar]") -> None:
            if version == self._of:
                self._take(found)

        self.session.likeness.ask(question, done)

    def _take(self, found: "list[Similar]") -> None:
        self._known |= {one.concept: one for one in (alike(self.session.state, f) for f in found)}
        self.invalidate()

    def _ask_union(self, stage: Staged) -> None:
        state = self.session.state
        if self._union_of == (state.epoch, stage.ticked) or state.results is None:
            return
        self._union_of = version = (state.epoch, stage.ticked)
        self.foot_of_stage.show_union(stage.ticked, None)

        def told(union: "Together", numbers: "ConceptNumbers") -> None:
            if version == self._union_of:
                self.foot_of_stage.show_union(stage.ticked, union, numbers)

        self.session.composites.preview(state.rows_of(stage.ticked), told)

    # ---- ticking

    def _turned(self, concept: "ConceptId") -> None:
        staging, first = self.session.staging, self._compared_with()
        if staging.stage is not None:
            staging.turn(concept)
        elif first is not None and not self.session.curation.refuses():
            listed = tuple(one.concept for one in self.table.rows.rows)
            ticked = (first,) if concept == first else (first, concept)
            staging.begin(Staged(StagePlan.MERGE, ticked, listed))

    def _let_stay(self) -> None:
        concept = self.table.rows.concept_at(self.table.currentIndex())
        if concept is not None:
            self.session.staging.let_stay(concept)

    def _look_at(self, concept: "ConceptId") -> None:
        if self.stage is None:
            self.session.selection.select(concepts=(concept,))

    def _menu(self, point: QPoint) -> None:
        index = self.table.indexAt(point)
        concept = self.table.rows.concept_at(index)
        if concept is None:
            return
        self.table.setCurrentIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        word = "Leave it out" if self.table.rows.is_ticked(concept) else "Tick it"
        menu.addAction(word, lambda: self._turned(concept))
        for id in ("concept.stays", "concept.merge", "concept.keep_apart", "concept.cancel_stage"):
            menu.addAction(self.session.actions[id])
        menu.exec(self.table.viewport().mapToGlobal(point))
