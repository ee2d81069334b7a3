"""A split of one concept that is laid out: its parts, their examples and names, until it is done.

What is proposed comes from the examples of the concept; of a concept that is split already its
parts are laid out as they are. A person moves examples from part to part, and the parts follow at
once. Nothing of the project is changed before it is done. Knows no panel.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from insight_app.errors import KnownError
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.likeness import Likeness
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.structure_curation import (
    AdjustedPart,
    PartDraft,
    StructureCuration,
)
from insight_app.gui.state.views import Detour

if TYPE_CHECKING:
    from insight_app.concepts.composition import Mark
    from insight_app.project.judgements import ConceptId
    from insight_app.project.results.records import Example
    from insight_app.project.results.snapshot import Results
    from insight_app.project.similarity.basis import LikenessBasis
    from insight_app.project.similarity.listing import ConceptListing
    from insight_app.project.similarity.splitting import SplitProposal

T = TypeVar("T")

MOST_PARTS = 3


class SplitDraft(QObject):
    """concept: what is to be split, None while nothing is.  proposal: None while it is looked for.

    names: of the parts, as they are typed.  error: why there is no proposal.  parts: what the
    concept is split into already, () if it is whole; they come before parts that are new.
    """

    changed = Signal()
    show_wanted = Signal()
    """What is laid out is to be seen."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        likeness: Likeness,
        jobs: Jobs,
        structure: StructureCuration,
        detour: Detour,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._present, self._likeness, self._jobs = present, likeness, jobs
        self._structure, self._detour, self._messages = structure, detour, messages
        self.concept: ConceptId | None = None
        self.proposal: SplitProposal | None = None
        self.names: list[str] = []
        self.parts: tuple[ConceptId, ...] = ()
        self._as_it_is: SplitProposal | None = None
        """The parts with the examples that they have until now."""
        self.error: KnownError | None = None

    # ---- beginning and ending

    def begin(self, concept: "ConceptId") -> None:
        """Lay out what a concept may be split into."""
        self._begin(concept, ())
        self.propose(None)
        self.show_wanted.emit()

    def adjust(self, whole: "ConceptId") -> None:
        """Lay out the parts of a concept that is split, as they are."""
        parts = self._parts_of(whole)
        if len(parts) > MOST_PARTS:
            self._messages.say(
                f"{self._structure.name(whole)} has {len(parts)} parts; here at most {MOST_PARTS} "
                "are adjusted. The command line marks examples of any part"
            )
            return
        self._begin(whole, parts)
        self._lay_out()
        self.show_wanted.emit()

    def _begin(self, concept: "ConceptId", parts: "tuple[ConceptId, ...]") -> None:
        self._detour.begin()
        self.concept, self.parts = concept, parts
        self.names = []
        self.proposal = self._as_it_is = None

    def cancel(self) -> None:
        """Do nothing, and go back to where the person stood."""
        if self._leave():
            self._detour.undo()

    def follow(self) -> None:
        """Look again where other results are shown."""
        if self.concept is not None and self.parts:
            self._lay_out()
        elif self.concept is not None:
            self.propose(None if self.proposal is None else len(self.proposal.parts))

    def follow_judgement(self) -> None:
        """Leave it where the concept has other parts than those that it began with."""
        if self.concept is not None and set(self._parts_of(self.concept)) != set(self.parts):
            name = self._structure.name(self.concept)
            self.cancel()
            self._messages.say(f"{name} has other parts now: what was laid out is left")

    def _parts_of(self, whole: "ConceptId") -> "tuple[ConceptId, ...]":
        """Return what a concept is split into, in the order of names."""
        state = self._present()
        row = state.row_of(whole)
        if state.catalogue is None or row is None:
            return ()
        names = state.catalogue.names
        return state.ids_of(sorted(state.catalogue.parts(row), key=lambda part: names[part]))

    def forget(self) -> None:
        """Leave it without going back: it is of a project that was left."""
        if self._leave():
            self._detour.forget()

    def do(self) -> None:
        """Split the concept as it is laid out, or adjust how it is split."""
        state, concept, proposal = self._present(), self.concept, self.proposal
        if concept is None or proposal is None or state.results is None:
            return
        if why := self.why_not:
            self._messages.say(why)
            return
        names, parts = list(self.names), [part.examples for part in proposal.parts]
        if self.parts and self._as_it_is is not None:
            before = [part.examples for part in self._as_it_is.parts]
            self._jobs.run(
                partial(_marks, state.results, [*before, *parts]),
                done=partial(self._adjust, concept, self.parts, names),
            )
        else:
            self._jobs.run(
                partial(_marks, state.results, parts), done=partial(self._split, concept, names)
            )
        self._leave()
        self._detour.end()

    @property
    def why_not(self) -> str:
        """Why it cannot be done as it is, '' if it can."""
        parts = () if self.proposal is None else self.proposal.parts
        names = [" ".join(name.split()) for name in self.names]
        if not parts:
            return "There is nothing to split into yet"
        if not all(part.examples for part in parts):
            return "Every part needs an example: move one there"
        if not all(names) or len(set(names)) < len(names):
            return "Every part needs a name of its own"
        return ""

    def _split(self, concept: "ConceptId", names: list[str], marks: "list[list[Mark]]") -> None:
        drafts = [PartDraft(*one) for one in zip(names, map(tuple, marks), strict=True)]
        self._structure.split(concept, drafts)

    def _adjust(
        self,
        whole: "ConceptId",
        there: "tuple[ConceptId, ...]",
        names: list[str],
        marks: "list[list[Mark]]",
    ) -> None:
        """marks: those that the parts had, then those that they are to have."""
        before, after = marks[: len(there)], marks[len(there) :]
        kept = [
            AdjustedPart(part, name, tuple(now), tuple(set(was) - set(now)))
            for part, name, was, now in zip(there, names, before, after, strict=False)
        ]
        new = zip(names[len(there) :], map(tuple, after[len(there) :]), strict=True)
        self._structure.adjust(whole, kept, [PartDraft(*one) for one in new])

    def _leave(self) -> bool:
        """Drop what is laid out; return whether anything was."""
        was = self.concept is not None
        self.concept = self.proposal = self._as_it_is = self.error = None
        self.parts = ()
        if was:
            self.changed.emit()
        return was

    # ---- while it is there

    def propose(self, parts: int | None) -> None:
        """Look for so many parts, None: for as many as are told apart best."""
        state, concept = self._present(), self.concept
        row = None if concept is None else state.row_of(concept)
        if row is None:
            return

        def question(basis: "LikenessBasis", listing: "ConceptListing") -> "SplitProposal":
            from insight_app.project.similarity.splitting import propose

            return propose(basis, listing, row, parts)

        self._ask(question, self._take)

    def set_count(self, parts: int) -> None:
        """Look for so many parts; to those that are there already one without examples comes."""
        proposal = self.proposal
        if not self.parts:
            self.propose(parts)
        elif proposal is not None and parts >= len(self.parts):
            marked = [part.examples for part in proposal.parts[:parts]]
            marked += [()] * (parts - len(marked))
            self._take(proposal.with_examples(marked))

    def _lay_out(self) -> None:
        """Read the examples of the parts; those that a person has moved already stay there."""
        state, parts, proposal = self._present(), self.parts, self.proposal
        catalogue = state.catalogue
        row = None if self.concept is None else state.row_of(self.concept)
        if catalogue is None or row is None:
            return
        marks = [
            [mark for mark, is_one in catalogue.marks(part).items() if is_one]
            for part in state.rows_of(parts)
        ]
        moved = None if proposal is None else [part.examples for part in proposal.parts]

        def question(
            basis: "LikenessBasis", listing: "ConceptListing"
        ) -> "tuple[SplitProposal, SplitProposal]":
            from insight_app.project.similarity.splitting import divided, places

            there = [places(basis.results, listing, row, of) for of in marks]
            as_it_is = divided(basis, listing, row, there)
            return as_it_is, as_it_is if moved is None else as_it_is.with_examples(moved)

        def done(found: "tuple[SplitProposal, SplitProposal]") -> None:
            self._as_it_is = found[0]
            self._take(found[1])

        self._ask(question, done)

    def _ask(
        self,
        question: "Callable[[LikenessBasis, ConceptListing], T]",
        taken: Callable[[T], object],
    ) -> None:
        """Answer a question about the concept as long as it is laid out."""
        concept, parts = self.concept, self.parts
        self.proposal = self.error = None
        self.changed.emit()

        def is_same() -> bool:
            return (concept, parts) == (self.concept, self.parts)

        def done(found: T) -> None:
            if is_same():
                taken(found)

        def failed(error: Exception) -> None:
            if not isinstance(error, KnownError):
                self._messages.report(error)
            elif is_same():
                self.error = error
                self.changed.emit()

        self._likeness.ask(question, done, key="split", failed=failed)

    def move(self, example: "Example", to: int | None) -> None:
        """Mark a place as an example of a part, None: of none."""
        if self.proposal is None or (to is not None and to >= len(self.proposal.parts)):
            return
        marked = [
            [one for one in part.examples if not _is_same(one, example)]
            for part in self.proposal.parts
        ]
        if to is not None:
            marked[to].append(example)
        self.proposal = self.proposal.with_examples(marked)
        self.changed.emit()

    def set_name(self, part: int, name: str) -> None:
        """Take a part's name, as it is typed."""
        if part < len(self.names):
            self.names[part] = name

    def _take(self, found: "SplitProposal") -> None:
        state, concept = self._present(), self.concept
        row = None if concept is None else state.row_of(concept)
        name = "" if row is None else state.name(row)[0]
        names = [state.name(one)[0] for one in state.rows_of(self.parts)]
        names += [f"{name} {n + 1}" for n in range(len(names), len(found.parts))]
        self.proposal = found
        self.names = [*self.names, *names[len(self.names) :]][: len(found.parts)]
        self.changed.emit()


def _is_same(one: "Example", other: "Example") -> bool:
    return (one.image_id, one.cell) == (other.image_id, other.cell)


def _marks(results: "Results", parts: "Sequence[Sequence[Example]]") -> "list[list[Mark]]":
    """Name the examples by the content of their photos; runs on the pool."""
    from insight_app.project.similarity.splitting import marks

    return [marks(results, examples) for examples in parts]
