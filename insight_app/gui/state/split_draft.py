"""A split of one concept that is laid out: its parts, their examples and names, until it is done.

What is proposed comes from the examples of the concept; a person moves examples from part to part,
and the parts follow at once. Nothing of the project is changed before it is done. Knows no panel.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from insight_app.errors import KnownError
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.likeness import Likeness
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.structure_curation import PartDraft, StructureCuration
from insight_app.gui.state.views import Detour

if TYPE_CHECKING:
    from insight_app.concepts.composition import Mark
    from insight_app.project.judgements import ConceptId
    from insight_app.project.results.records import Example
    from insight_app.project.results.snapshot import Results
    from insight_app.project.similarity.basis import LikenessBasis
    from insight_app.project.similarity.listing import ConceptListing
    from insight_app.project.similarity.splitting import SplitProposal

MOST_PARTS = 3


class SplitDraft(QObject):
    """concept: what is to be split, None while nothing is.  proposal: None while it is looked for.

    names: of the parts, as they are typed.  error: why there is no proposal.
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
        self.error: KnownError | None = None

    # ---- beginning and ending

    def begin(self, concept: "ConceptId") -> None:
        """Lay out what a concept may be split into."""
        self._detour.begin()
        self.concept = concept
        self.names = []
        self.propose(None)
        self.show_wanted.emit()

    def cancel(self) -> None:
        """Do nothing, and go back to where the person stood."""
        if self._leave():
            self._detour.undo()

    def follow(self) -> None:
        """Look again where other results are shown."""
        if self.concept is not None:
            self.propose(None if self.proposal is None else len(self.proposal.parts))

    def forget(self) -> None:
        """Leave it without going back: it is of a project that was left."""
        if self._leave():
            self._detour.forget()

    def do(self) -> None:
        """Split the concept as it is laid out."""
        state, concept, proposal = self._present(), self.concept, self.proposal
        if concept is None or proposal is None or state.results is None:
            return
        if why := self.why_not:
            self._messages.say(why)
            return
        names, parts = list(self.names), [part.examples for part in proposal.parts]
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

    def _leave(self) -> bool:
        """Drop what is laid out; return whether anything was."""
        was = self.concept is not None
        self.concept = self.proposal = self.error = None
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
        self.proposal = self.error = None
        self.changed.emit()

        def question(basis: "LikenessBasis", listing: "ConceptListing") -> "SplitProposal":
            from insight_app.project.similarity.splitting import propose

            return propose(basis, listing, row, parts)

        def done(found: "SplitProposal") -> None:
            if concept == self.concept:
                self._take(found)

        def failed(error: Exception) -> None:
            if not isinstance(error, KnownError):
                self._messages.report(error)
            elif concept == self.concept:
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
        concept = self.concept
        row = None if concept is None else self._present().row_of(concept)
        name = "" if row is None else self._present().name(row)[0]
        self.proposal = found
        self.names = self.names[: len(found.parts)]
        self.names += [f"{name} {n + 1}" for n in range(len(self.names), len(found.parts))]
        self.changed.emit()


def _is_same(one: "Example", other: "Example") -> bool:
    return (one.image_id, one.cell) == (other.image_id, other.cell)


def _marks(results: "Results", parts: "Sequence[Sequence[Example]]") -> "list[list[Mark]]":
    """Name the examples by the content of their photos; runs on the pool."""
    from insight_app.project.similarity.splitting import marks

    return [marks(results, examples) for examples in parts]
