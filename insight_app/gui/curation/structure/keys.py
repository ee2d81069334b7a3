"""The commands that build the structure: merge, group, split, keep apart, take apart.

One action each for the whole window; it acts on what is selected, or on what is laid out.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from insight_app.figures import counted
from insight_app.gui.curation.present_concept import PresentConcept, selected
from insight_app.gui.state.session import Session
from insight_app.gui.state.staging import Staged, StagePlan

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

CONTEXT = "Concept"
MOST_APART = 50
"""Concepts that are kept apart at once: every two of them are a pair."""
NOT_LOOKED_AT = "Not done: this one has only just come. Look at it, then press again"
CHOOSE = "Select a concept first"
WHOLE = "Nothing to take apart: it is not merged, not split, and no group"
NEEDS_SEVERAL = "Select two concepts or more first"


def structure_keys(session: Session) -> "StructureKeys":
    """Return the one StructureKeys of a session's window, made at the first question."""
    found = session.findChild(StructureKeys)
    return found if found is not None else StructureKeys(session)


class StructureKeys(QObject):
    """Ctrl+Enter, Ctrl+G, K, Escape, Ctrl+Shift+G."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        add = session.actions.add
        add("concept.merge", "&Merge…", "Ctrl+Enter; Ctrl+Return", self.merge, context=CONTEXT,
            icon="git-merge", tip="Lay out a merge of the selected; then do it")  # fmt: skip
        add("concept.group", "&Group…", "Ctrl+G", self.group,
            context=CONTEXT, icon="folders",
            tip="Make a concept of your own above the selected")  # fmt: skip
        add("concept.split", "&Split…", "Ctrl+T", self.split, context=CONTEXT, icon="git-branch",
            tip="Lay out two or three parts of the selected concept; of one that is split, or of "
            "a part, the parts as they are")  # fmt: skip
        add("concept.split_further", "S&plit this part…", "Ctrl+Shift+T", self.split_further,
            context=CONTEXT, icon="git-branch",
            tip="Lay out parts of the selected part itself")  # fmt: skip
        add("concept.keep_apart", "&Keep apart", "K", self.keep_apart, context=CONTEXT,
            icon="arrows-out-line-horizontal",
            tip="They only look alike: they are not offered to be merged any more")  # fmt: skip
        add("concept.take_apart", "Ta&ke apart", "Ctrl+Shift+G", self.take_apart, context=CONTEXT,
            icon="git-fork",
            tip="Un-merge, un-split or un-group the selected concept")  # fmt: skip
        add("concept.duplicates", "Find &duplicates", "D", session.duplicates.go, context=CONTEXT,
            icon="copy", tip="Lay out the next concepts that may be the same")  # fmt: skip
        add("concept.cancel_stage", "Cancel", "Escape", self.cancel, context=CONTEXT,
            tip="Do nothing; selection, scroll and filters are as they were")  # fmt: skip
        for signal in (
            session.projects.opened,
            session.projects.results_changed,
            session.selection.changed,
            session.staging.changed,
            session.splitting.changed,
            session.curation.changed,
        ):
            signal.connect(self._follow)
        self._follow()

    # ---- what the keys do

    def merge(self) -> None:
        """Show a merge of the selected first; do what is laid out, where it is seen."""
        staging, splitting = self.session.staging, self.session.splitting
        if splitting.concept is not None:
            if "split" not in self.session.seen_panels.names:
                splitting.show_wanted.emit()
            elif not self.session.curation.refuses():
                splitting.do()
        elif staging.stage is None:
            self._begin(StagePlan.MERGE)
        elif "alike" not in self.session.seen_panels.names:
            staging.show_wanted.emit()
        else:
            self._do(staging.stage)

    def group(self) -> None:
        """Show a concept of one's own above the selected first."""
        self._begin(StagePlan.GROUP)

    def split(self) -> None:
        """Show first what the selected concept may be split into, or how it is split."""
        session, concept = self.session, self._to_split()
        if concept is None:
            return
        whole = split_whole(concept)
        if whole is None:
            session.splitting.begin(concept.id)
        else:
            session.splitting.adjust(concept.state.id_of(whole))

    def adjust(self, whole: "ConceptId") -> None:
        """Show first how a concept is split."""
        if not self.session.curation.refuses():
            self.session.staging.cancel()
            self.session.splitting.adjust(whole)

    def split_further(self) -> None:
        """Show first what a part may be split into itself."""
        concept = self._to_split()
        if concept is not None:
            self.session.splitting.begin(concept.id)

    def _to_split(self) -> PresentConcept | None:
        """Return the concept that is selected, None where nothing can be done with it now."""
        session, concept = self.session, selected(self.session)
        if session.curation.refuses() or session.curation.asks_to_look() or concept is None:
            return None
        session.staging.cancel()
        return concept

    def cancel(self) -> None:
        """Leave what is laid out; everything is as it was before."""
        self.session.staging.cancel()
        self.session.splitting.cancel()

    def keep_apart(self) -> None:
        """Say of what is laid out, else of the selected, that none is another."""
        session, stage = self.session, self.session.staging.stage
        concepts = session.selection.concepts if stage is None else stage.ticked
        if len(concepts) < 2:
            session.messages.say(NEEDS_SEVERAL)
        elif stage is not None and not session.staging.was_looked_at:
            session.messages.say(NOT_LOOKED_AT)
        elif len(concepts) > MOST_APART:
            session.messages.say(f"At most {MOST_APART} concepts are kept apart at once")
        elif not session.curation.refuses():
            session.structure.keep_apart(concepts)
            if stage is not None:
                self._go_on(stage, ())

    def take_apart(self) -> None:
        """Undo what a concept is made of, whichever way it was made."""
        concept = selected(self.session)
        if concept is None or self.session.curation.refuses():
            return
        catalogue, row, structure = concept.catalogue, concept.row, self.session.structure
        ids = concept.state.ids_of
        if members := catalogue.members(row):
            structure.unmerge(concept.id, ids(members))
        elif (holder := int(catalogue.merged_into[row])) >= 0:
            structure.unmerge(concept.state.id_of(holder), (concept.id,))
        elif parts := catalogue.parts(row):
            structure.unsplit(concept.id, ids(parts))
        elif (whole := catalogue.whole(row)) is not None:
            structure.unsplit(concept.state.id_of(whole), ids(catalogue.parts(whole)))
        elif is_group(concept):
            below = tuple(edge.child for edge in catalogue.children(row))
            structure.ungroup(concept.id, ids(below))

    def _begin(self, plan: StagePlan) -> None:
        session = self.session
        if session.curation.refuses() or session.curation.asks_to_look():
            return
        concepts = session.state.ids_of(session.selection.rows)
        session.splitting.cancel()
        if concepts:
            session.staging.begin(Staged(plan, concepts, concepts))

    def _do(self, stage: Staged) -> None:
        session = self.session
        if session.curation.refuses():
            return
        if not session.staging.was_looked_at:
            session.messages.say(NOT_LOOKED_AT)
            return
        if stage.plan is StagePlan.GROUP:
            if not stage.name.strip():
                session.messages.say("Type a name for the new concept first")
                return
            session.structure.group(stage.name, stage.ticked)
        elif stage.reference is None or not stage.can_be_done:
            session.messages.say("Tick at least one more concept first: Space does")
            return
        else:
            session.structure.merge(stage.reference, stage.members)
        self._go_on(stage, stage.members)

    def _go_on(self, stage: Staged, leaving: "Collection[ConceptId]") -> None:
        """Leave what is done; of several clusters the next one is laid out."""
        if stage.heading and self.session.settings.get("auto_advance"):
            self.session.duplicates.go_on(leaving)
        else:
            self.session.staging.end()

    # ---- what can be done now

    def _follow(self) -> None:
        session, actions = self.session, self.session.actions
        stage, count = session.staging.stage, len(session.selection.rows)
        set_enabled = actions.set_enabled
        is_splitting = session.splitting.concept is not None
        is_open = stage is not None or is_splitting
        set_enabled("concept.merge", is_open or count > 0, CHOOSE)
        concept = selected(session) if count == 1 else None
        whole = None if concept is None else split_whole(concept)
        is_part = concept is not None and whole not in (None, concept.row)
        can_split = count == 1 and can_be_split(session)
        why_whole = "Select one concept to split it" if count != 1 else "It fires nowhere"
        set_enabled("concept.split", can_split or whole is not None, why_whole)
        set_enabled(
            "concept.split_further", can_split and is_part, "Select a part of a split first"
        )
        actions["concept.split"].setText(
            actions.entry("concept.split").text if whole is None else "Adjust the &split…"
        )
        set_enabled("concept.group", count > 0, CHOOSE)
        ticks = stage is not None and stage.plan is StagePlan.MERGE
        several = "Tick at least one more concept first: Space does" if ticks else NEEDS_SEVERAL
        set_enabled("concept.keep_apart", count > 1, several)
        set_enabled("concept.cancel_stage", is_open)
        set_enabled("concept.duplicates", session.state.results is not None)
        what = "" if concept is None else made_by(concept)
        set_enabled("concept.take_apart", bool(what), CHOOSE if concept is None else WHOLE)
        actions["concept.take_apart"].setText(what or actions.entry("concept.take_apart").text)
        actions["concept.merge"].setText(self._merge_text(stage, count))
        actions["concept.group"].setText(
            f"&Group {count:,}…" if count > 1 else actions.entry("concept.group").text
        )  # fmt: skip

    def _merge_text(self, stage: Staged | None, count: int) -> str:
        if self.session.splitting.concept is not None:
            return "Adjust" if self.session.splitting.parts else "Split"
        if stage is None:
            return f"&Merge {count:,}…" if count > 1 else "&Merge…"
        if stage.plan is StagePlan.GROUP:
            return f"Group {len(stage.ticked):,}"
        if not stage.can_be_done:
            return "Merge"
        return f"Merge {len(stage.ticked):,}"


def can_be_split(session: Session) -> bool:
    """Return whether the selected concept fires anywhere."""
    concept = selected(session)
    return concept is not None and concept.state.reader(concept.row).can_fire


def split_whole(concept: PresentConcept) -> int | None:
    """Return the row of what is split: the concept, or what it is a part of; None if neither is."""
    row = concept.row
    return row if concept.catalogue.parts(row) else concept.catalogue.whole(row)


def is_group(concept: PresentConcept) -> bool:
    """Return whether a person made a concept, to stand above others."""
    is_own = concept.row >= concept.results.F and not concept.catalogue.is_gone[concept.row]
    return is_own and concept.catalogue.whole(concept.row) is None and not concept.is_hidden


def made_by(concept: PresentConcept) -> str:
    """Return what taking a concept apart would undo, as a command; '' where there is nothing."""
    catalogue, row = concept.catalogue, concept.row
    if members := catalogue.members(row):
        return f"Take out {counted(len(members), 'merged concept')}"
    if int(catalogue.merged_into[row]) >= 0:
        return "Take out of what it is merged into"
    if parts := catalogue.parts(row):
        return f"Undo the split into {len(parts):,}"
    if catalogue.whole(row) is not None:
        return "Undo the split that it came from"
    return "Unmake the group" if is_group(concept) else ""
