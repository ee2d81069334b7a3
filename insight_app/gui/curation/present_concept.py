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
    from insight_app.project.composites.reader import ConceptReader
    from insight_app.project.judgements import ConceptId
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.results.snapshot import Results


MOST_PIECES = 12
"""Numbers of concepts that a sentence lists."""
Version = tuple[int, "ConceptId", str]
"""Epoch, concept, and what it is made of and whether that was counted."""


@dataclass(frozen=True, eq=False)
class PresentConcept:
    """row: its address in `state`, and in the state's results where it is the machine's."""

    state: ProjectState
    results: "Results"
    catalogue: "Catalogue"
    id: "ConceptId"
    row: int

    @property
    def version(self) -> "Version":
        """What is equal as long as concept and results are the same: for what is read of it."""
        composition = self.reader.composition
        is_counted = bool(self.catalogue.is_counted[self.row])
        made_of = "" if composition is None else f"{composition.digest} {is_counted}"
        return self.state.epoch, self.id, made_of

    @property
    def reader(self) -> "ConceptReader":
        """What answers where and how often it fires, whatever it is made of."""
        return self.state.reader(self.row)

    @property
    def is_composite(self) -> bool:
        """Whether a person made it of concepts of the dictionary, or of their cells."""
        return self.reader.composition is not None

    @property
    def is_machine(self) -> bool:
        """Whether it is a concept of the present dictionary, merged with others or not."""
        return self.row < self.results.F

    @property
    def can_fire(self) -> bool:
        """Whether there are cells in which it may be: the dictionary has it, or its pieces."""
        return self.reader.can_fire

    @property
    def is_counted(self) -> bool:
        """Whether photos in which it fires are known; of parts they are once the worker counted."""
        if self.state.awaits_photos or not self.can_fire:
            return False
        composition = self.reader.composition
        is_divided = composition is not None and composition.is_divided
        return not is_divided or bool(self.catalogue.is_counted[self.row])

    @property
    def knows_cells(self) -> bool:
        """Whether its cells were counted, beside its photos."""
        is_composite = self.reader.composition is not None
        return self.is_counted and (not is_composite or bool(self.catalogue.is_counted[self.row]))

    @property
    def what_it_is(self) -> str:
        """What a composite's activation is at a cell, as a sentence; '' for other concepts."""
        composition = self.reader.composition
        if composition is None:
            return ""
        some = [f"#{one}" for one in composition.concepts[:MOST_PIECES]]
        rest = len(composition.concepts) - len(some)
        of = ", ".join(some) + (f" and {rest:,} more" if rest else "")
        where = " where a cell is most like its examples" if composition.is_divided else ""
        return f"Strength in a cell = the largest of {of}{where}."

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
