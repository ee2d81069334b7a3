"""A concept in the present state of the window: what everything that shows one asks of it.

Found by its id when it is shown, and then forgotten: what is kept is the id.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insight_app.figures import counted
from insight_app.gui.icons import STATUS_WORDS
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.state.shown_name import ShownName

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.results.snapshot import Results


@dataclass(frozen=True, eq=False)
class PresentConcept:
    """row: its address in `state`, and in the state's results where it is the machine's."""

    state: ProjectState
    results: "Results"
    catalogue: "Catalogue"
    id: "ConceptId"
    row: int

    @property
    def version(self) -> "tuple[int, ConceptId]":
        """What is equal as long as concept and results are the same: for what is read of it."""
        return self.state.epoch, self.id

    @property
    def is_machine(self) -> bool:
        """Whether the present dictionary has it, so that it can fire."""
        return self.row < self.results.F

    @property
    def is_counted(self) -> bool:
        """Whether it was counted over photos."""
        return self.is_machine and not self.state.awaits_photos

    @property
    def images_counted(self) -> str:
        """The images that it was counted over, in words."""
        thing = "analyzed image" if self.results.uncoded_images else "image"
        return counted(self.results.coded_images, thing)

    @property
    def name(self) -> str:
        """The name without any sign, as it is compared."""
        return self.state.name(self.row)[0]

    @property
    def shown(self) -> ShownName:
        """How the name looks."""
        return self.state.shown(self.row)

    @property
    def distinctions(self) -> tuple[str, ...]:
        """What tells it from others of its name, the fullest first; () where it has none."""
        return self.state.distinctions(self.row)

    @property
    def name_told_apart(self) -> str:
        """The name as it looks, with its number where another concept has the same."""
        return self.shown.told_apart

    @property
    def by_person(self) -> bool:
        """Whether a person gave the name: it is upright then, else italic."""
        return bool(self.catalogue.by_person[self.row])

    @property
    def status(self) -> int:
        """What was judged of the name: a place in icons.STATUS_WORDS."""
        return int(self.catalogue.status[self.row])

    @property
    def is_hidden(self) -> bool:
        """Whether a person took it out of the lists."""
        return bool(self.catalogue.hidden[self.row])

    @property
    def status_word(self) -> str:
        """What was judged of the name, in words."""
        return STATUS_WORDS[self.status]

    @property
    def introduction(self) -> str:
        """The name, who gave it, and what was judged of it, as tooltips begin."""
        name = " ".join((self.shown.text, *self.distinctions[:1]))
        hidden = ", hidden" if self.is_hidden else ""
        return f"{name}: {self.state.giver(self.row)}, {self.status_word}{hidden}"


def at_row(state: ProjectState, row: int) -> PresentConcept | None:
    """Return the concept at a row of a state, None where there is none."""
    if state.results is None or state.catalogue is None or not state.has_row(row):
        return None
    return PresentConcept(state, state.results, state.catalogue, state.id_of(row), row)


def find(state: ProjectState, concept: "ConceptId | None") -> PresentConcept | None:
    """Return a concept where the state has it."""
    row = None if concept is None else state.row_of(concept)
    return None if row is None else at_row(state, row)


def selected(session: Session) -> PresentConcept | None:
    """Return the selected concept, the first of several."""
    return find(session.state, session.selection.primary)
