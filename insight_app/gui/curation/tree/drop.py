"""What dropping concepts on another one does, in words and as acts.

Moving removes exactly the parent a concept was dragged from and adds exactly the new one; adding
only adds; the empty space takes it from under all its parents. Knows no widget.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData

from insight_app.figures import agreeing, counted
from insight_app.gui.state.project_state import ProjectState

if TYPE_CHECKING:
    from insight_app.gui.state.relation_curation import Place
    from insight_app.project.judgements import Act, ConceptId
    from insight_app.project.judgements.catalogue import Catalogue

MIME = "application/x-insight-concepts"


@dataclass(frozen=True)
class DropPlan:
    """will: before the drop; done: what the log says; refusal: why nothing can be done."""

    acts: "tuple[Act, ...]" = ()
    will: str = ""
    done: str = ""
    refusal: str = ""


def pack(state: ProjectState, places: "Sequence[Place]") -> QMimeData:
    """Return dragged concepts for this project's widgets, and their names for other programs."""
    data = QMimeData()
    data.setData(MIME, json.dumps(places).encode())
    data.setText("\n".join(_name(state, concept) for concept, _old in places))
    return data


def unpack(state: ProjectState, data: QMimeData) -> "list[Place]":
    """Return the dragged concepts that this project has."""
    if not data.hasFormat(MIME):
        return []
    places: list[Place] = json.loads(bytes(data.data(MIME).data()))
    return [
        (concept, old if old is not None and state.row_of(old) is not None else None)
        for concept, old in places
        if state.row_of(concept) is not None
    ]


def plan(
    state: ProjectState, places: "Sequence[Place]", target: "ConceptId | None", adds: bool
) -> DropPlan:
    """Return what dropping `places` on a concept (None: on the empty space) would do.

    adds: keep the old parents.
    """
    if state.catalogue is None or not places:
        return DropPlan(refusal="Only concepts of this hierarchy can be dropped here.")
    if state.read_only:
        return DropPlan(refusal="This project is open for reading only.")
    what = _what(state, state.catalogue, places)
    if target is None:
        if adds:
            return DropPlan(refusal="At the top there is no parent to add; drop without Ctrl.")
        return _to_the_top(state, state.catalogue, places, what)
    return _under(state, state.catalogue, places, target, what, adds)


def _what(state: ProjectState, catalogue: "Catalogue", places: "Sequence[Place]") -> str:
    """Return what moves: a whole branch where something is below it."""
    concepts = list(dict.fromkeys(concept for concept, _old in places))
    count = len(concepts)
    what = _name(state, concepts[0]) if count == 1 else counted(count, "concept")
    has_below = any(catalogue.children(row) for row in state.rows_of(concepts))
    return f"{what} with all below {agreeing(count, 'it', 'them')}" if has_below else what


def _to_the_top(
    state: ProjectState, catalogue: "Catalogue", places: "Sequence[Place]", what: str
) -> DropPlan:
    from insight_app.project import judgements as j

    pairs = [
        (concept, state.id_of(edge.parent))
        for concept in dict.fromkeys(concept for concept, _old in places)
        for row in state.rows_of((concept,))
        for edge in catalogue.parents(row)
    ]
    count = len({concept for concept, _old in places})
    if not pairs:
        return DropPlan(refusal=f"{what} {agreeing(count, 'is', 'are')} at the top already.")
    acts = tuple(j.remove_parent(concept, old) for concept, old in pairs)
    olds = _names(state, [old for _concept, old in pairs])
    return DropPlan(acts, f"Take {what} out of {olds}, to the top.", f"Moved {what} to the top")


def _under(
    state: ProjectState,
    catalogue: "Catalogue",
    places: "Sequence[Place]",
    target: "ConceptId",
    what: str,
    adds: bool,
) -> DropPlan:
    from insight_app.project import judgements as j

    acts: list[Act] = []
    count = len({concept for concept, _old in places})
    for concept, old in places:
        rows = state.rows_of((concept, target))
        if len(rows) < 2:
            return DropPlan(refusal="This concept is not there any more.")
        refusal = catalogue.refusal(rows[0], rows[1], state.name_told_apart)
        is_there = len(places) > 1 and catalogue.edge(*rows) is not None
        if refusal and not is_there:
            return DropPlan(refusal=refusal)
        leaves = None if adds or (is_there and old == target) else old
        acts += j.move(concept, leaves, None if is_there else target)
    acts = list({act.target: act for act in acts}.values())
    if not acts:
        return DropPlan(refusal=f"All of them are below “{_name(state, target)}” already.")
    olds = _names(state, [old for _concept, old in places if old is not None])
    new = _name(state, target)
    if adds:
        done = f"{what} {agreeing(count, 'is', 'are')} now also under {new}"
        return DropPlan(tuple(acts), f"Put {what} also under {new}.", done)
    if not olds:
        return DropPlan(tuple(acts), f"Move {what} to {new}.", f"Moved {what} to {new}")
    will = f"Move {what} from {olds} to {new}. Ctrl adds a parent instead."
    return DropPlan(tuple(acts), will, f"Moved {what} from {olds} to {new}")


def _names(state: ProjectState, concepts: "Sequence[ConceptId]") -> str:
    """Return names, each once."""
    return ", ".join(dict.fromkeys(_name(state, concept) for concept in concepts))


def _name(state: ProjectState, concept: "ConceptId") -> str:
    row = state.row_of(concept)
    return concept if row is None else state.name_told_apart(row)
