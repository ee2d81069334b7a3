"""What a person can do to the structure: merge, group, split, keep apart, and take it apart again.

Turns it into the acts of the log and one line of text; each is one judgement and one undo. What is
laid out before (staging.py) is not known here. Knows no panel.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from insight_app.figures import counted
from insight_app.gui.state.curation import Curation
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import SelectionModel

if TYPE_CHECKING:
    from insight_app.concepts.composition import Mark
    from insight_app.project.judgements import Alias, ConceptId


MOST_LOOKED_AT = 200
"""Members of which it is looked for what else merging them does: the window must not wait."""


@dataclass(frozen=True)
class PartDraft:
    """A part that a concept is to be split into: its name, and places that show it."""

    name: str
    examples: "tuple[Mark, ...]"


@dataclass(frozen=True)
class AdjustedPart:
    """A part that is there: its name, places that show it, and those that show it no more."""

    part: "ConceptId"
    name: str
    examples: "tuple[Mark, ...]"
    no_more: "tuple[Mark, ...]"


class StructureCuration(QObject):
    """The judgements about what belongs together."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        curation: Curation,
        selection: SelectionModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._present, self._curation, self._selection = present, curation, selection
        self._to_select: ConceptId | None = None
        """What was made a moment ago: selected as soon as it is on the disk."""
        curation.changed.connect(self._select_made)

    # ---- merging

    def merge(self, holder: "ConceptId", members: "Sequence[ConceptId]") -> None:
        """Let one concept stand for others too; persons' names of those become its aliases."""
        from insight_app.project import judgements as j

        aliases = self.aliases_after(holder, members)
        what = self._names(members)
        self._curation.judge(
            j.merge(holder, members, aliases),
            f"Merged {what} into {self.name(holder)}",
            f"{what} {'is' if len(members) == 1 else 'are'} merged into it already",
        )

    def unmerge(self, holder: "ConceptId", members: "Sequence[ConceptId]") -> None:
        """Let merged concepts stand for themselves again, as they were."""
        from insight_app.project.judgements.structure.merging import taken_out

        fixed, came_with_merge = tuple(members), self._came_with_merge
        text = f"Took {self._names(members)} out of {self.name(holder)}"
        self._curation.judge(lambda judged: taken_out(judged, fixed, came_with_merge), text)

    @property
    def _came_with_merge(self) -> Callable[[str], bool]:
        """What asks the log, on the thread that writes, whether an alias came with a merge."""
        project = self._present().project
        return (lambda _target: False) if project is None else project.judgements.came_with_merge

    def aliases_after(self, holder: "ConceptId", members: "Sequence[ConceptId]") -> "list[Alias]":
        """Return the names that a merge gives to the one that stays: persons' names of others."""
        from insight_app.project.judgements.structure.merging import aliases_after

        state = self._present()
        row = state.row_of(holder)
        if state.catalogue is None or row is None:
            return []
        return aliases_after(state.catalogue, row, state.rows_of(members))

    def effects_of(self, holder: "ConceptId", members: "Sequence[ConceptId]") -> list[str]:
        """Return what else a merge does, a sentence each; of very many nobody asks."""
        state = self._present()
        row = state.row_of(holder)
        if state.catalogue is None or row is None or len(members) > MOST_LOOKED_AT:
            return []
        return state.catalogue.merge_effects(row, state.rows_of(members), state.name_told_apart)

    # ---- grouping

    def group(self, name: str, children: "Sequence[ConceptId]") -> None:
        """Make a concept of one's own above others, and select it."""
        from insight_app.project import judgements as j

        name = " ".join(name.split())
        if self._curation.refuses():
            return
        self._to_select = made = j.own_concept()
        text = f"Grouped {self._names(children)} under {name}"
        self._curation.judge(j.group(made, name, children), text)

    def ungroup(self, concept: "ConceptId", children: "Sequence[ConceptId]") -> None:
        """Unmake a concept of one's own; what is below it stays."""
        from insight_app.project import judgements as j

        self._curation.judge(j.ungroup(concept, children), f"Unmade {self.name(concept)}")

    # ---- splitting

    def split(self, whole: "ConceptId", parts: Sequence[PartDraft]) -> None:
        """Split a concept into parts of one's own, which stand below it; select the first."""
        from insight_app.project import judgements as j

        if self._curation.refuses():
            return
        drafts = [(j.own_concept(), draft.name, draft.examples) for draft in parts]
        self._to_select = drafts[0][0]
        names = " and ".join(draft.name for draft in parts)
        self._curation.judge(j.split(whole, drafts), f"Split {self.name(whole)} into {names}")

    def adjust(
        self, whole: "ConceptId", kept: Sequence[AdjustedPart], new: Sequence[PartDraft]
    ) -> None:
        """Adjust how a concept is split: names and examples of its parts, and parts that are new.

        What is as it was is not said again.
        """
        from insight_app.project import judgements as j

        state, acts = self._present(), []
        for one in kept:
            row = state.row_of(one.part)
            if row is None or state.catalogue is None:
                continue
            if one.name.split() != state.catalogue.names[row].split():
                acts.append(j.rename(one.part, one.name))
            acts += [j.mark(one.part, place, None) for place in sorted(one.no_more)]
            marked = state.catalogue.marks(row)
            acts += [
                j.mark(one.part, place, True)
                for place in sorted(one.examples)
                if marked.get(place) is not True
            ]
        for draft in new:
            acts += j.add_part(whole, j.own_concept(), draft.name, draft.examples)
        text = f"Adjusted the split of {self.name(whole)}"
        if acts:
            self._curation.judge(acts, text)

    def unsplit(self, whole: "ConceptId", parts: "Sequence[ConceptId]") -> None:
        """Unmake parts of a concept."""
        from insight_app.project import judgements as j

        text = f"{self.name(whole)} is whole again"
        self._curation.judge(j.unsplit(whole, parts), text)

    # ---- what only looks alike

    def keep_apart(self, concepts: "Collection[ConceptId]") -> None:
        """Say of several concepts that none is another: they are not offered to be merged."""
        from insight_app.project import judgements as j

        pairs = list(combinations(concepts, 2))
        text = f"Kept apart: {self._names(list(concepts))}"
        self._curation.judge(
            [j.keep_apart(*pair) for pair in pairs], text, "They are kept apart already"
        )

    def allow_together(self, concept: "ConceptId", others: "Sequence[ConceptId]") -> None:
        """Take back that a concept and others only look alike."""
        from insight_app.project import judgements as j

        text = f"{self.name(concept)} is no longer kept apart from {self._names(others)}"
        self._curation.judge([j.allow_together(concept, one) for one in others], text)

    def _select_made(self) -> None:
        made = self._to_select
        if made is not None and self._present().row_of(made) is not None:
            self._to_select = None
            self._selection.select(concepts=(made,))

    # ---- in words

    def name(self, concept: "ConceptId") -> str:
        """Return a name as it looks, told apart from others."""
        row = self._present().row_of(concept)
        return str(concept) if row is None else self._present().name_told_apart(row)

    def _names(self, concepts: "Sequence[ConceptId]") -> str:
        """Return one name, two, or how many there are."""
        if len(concepts) > 2:
            return counted(len(concepts), "concept")
        return " and ".join(map(self.name, concepts))
