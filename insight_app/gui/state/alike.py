"""How a concept compares with another one, named by its id: it outlives a state of the project."""

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

from insight_app.gui.state.project_state import ProjectState

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.similarity.similar import Similar


@dataclass(frozen=True)
class Alike:
    """Compare a concept with another one.

    look: cosine of what their cells decode to.  together: how much they fire in the same cells.
    cosine: of the decoder's rows.  NaN where nobody knows.  why: what their names have in common,
    in a word or two.
    """

    concept: "ConceptId"
    look: float = nan
    together: float = nan
    cosine: float = nan
    why: str = ""


def alike(state: ProjectState, found: "Similar") -> Alike:
    """Return what was found of the concept at a row of this state."""
    values = found.look, found.together, found.cosine
    look, together, cosine = (nan if value is None else value for value in values)
    return Alike(state.id_of(found.row), look, together, cosine, found.names)
