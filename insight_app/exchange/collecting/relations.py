"""Relations of an export, from the catalogue."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from insight_app.exchange.collecting.sayings import Sayings
from insight_app.exchange.content import Relation, short
from insight_app.project.judgements import CurationState
from insight_app.project.judgements.acts import ACCEPTED, ADDED, REJECTED, UNSURE
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.hierarchy import Edge, ReviewStatus
from insight_app.project.judgements.targets import relation as target_of

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results

_SAID = {"status": "status", "kind": "kind"}


def relations(
    catalogue: Catalogue, results: "Results", state: CurationState, sayings: Sayings
) -> tuple[Relation, ...]:
    """Return those in force, those that a person rejected, those that others imply and those that
    only say "related", by the ids of child and parent.
    """
    withdrawn = (edge for row in range(catalogue.size) for edge in catalogue.withdrawn(row))
    edges = (*catalogue.edges(), *withdrawn, *catalogue.implied, *catalogue.related_edges())
    return _relations(catalogue, results, state, sayings, edges)


def circular(
    catalogue: Catalogue, results: "Results", state: CurationState, sayings: Sayings
) -> tuple[Relation, ...]:
    """Return those that are in no hierarchy, as stronger ones lead back."""
    return _relations(catalogue, results, state, sayings, catalogue.dropped)


def above(results: "Results", source: str) -> float | None:
    """Return the share that relations of a source had to exceed, None where that is not known."""
    here, dictionary = results.relations_above
    return {"data": here, "dictionary": dictionary}.get(source) or None


def _relations(
    catalogue: Catalogue,
    results: "Results",
    state: CurationState,
    sayings: Sayings,
    edges: Iterable[Edge],
) -> tuple[Relation, ...]:
    found = (_relation(catalogue, results, state, sayings, edge) for edge in edges)
    return tuple(sorted(found, key=lambda one: (one.child, one.parent)))


def _relation(
    catalogue: Catalogue, results: "Results", state: CurationState, sayings: Sayings, edge: Edge
) -> Relation:
    pair = catalogue.id_of(edge.child), catalogue.id_of(edge.parent)
    said = state.relations.get(pair)
    measured = edge.measured
    is_of_members = edge.is_of_member
    found = None if edge.index is None else results.edges.measured(edge.index)
    plain = Relation(
        child=pair[0],
        parent=pair[1],
        strength=None,
        back=None,
        cells=edge.cells,
        images=edge.images,
        source=edge.source,
        status=(said and said.status) or _status(edge),
        decided_by="person"
        if edge.by_person or edge.status == ReviewStatus.REJECTED
        else "machine",
        above=above(results, edge.source),
        kind=edge.kind,
        measured_child=catalogue.id_of(measured[0]) if is_of_members else "",
        measured_parent=catalogue.id_of(measured[1]) if is_of_members else "",
        said=sayings.all_of(target_of(*pair), _SAID),
    )
    if found is None:
        return plain
    implied = found.implied and not edge.by_person
    if edge.is_counted:
        return replace(
            plain,
            strength=short(edge.strength),
            back=short(edge.reverse_strength),
            asymmetry=short(edge.strength - edge.reverse_strength),
            implied=implied,
        )
    low, high = found.interval or (None, None)
    near_low, near_high = found.absorption_interval or (None, None)
    return replace(
        plain,
        strength=short(found.strength),
        back=short(found.reverse_strength),
        implied=implied,
        asymmetry=short(found.asymmetry),
        silent=_short(found.silent),
        low=_short(low),
        high=_short(high),
        absorption=_short(found.absorption),
        absorption_low=_short(near_low),
        absorption_high=_short(near_high),
    )


def _status(edge: Edge) -> str:
    """Return what persons said of the relation of merged concepts by way of their members."""
    accepted = ADDED if edge.index is None else ACCEPTED
    words = {
        ReviewStatus.ACCEPTED: accepted,
        ReviewStatus.UNSURE: UNSURE,
        ReviewStatus.REJECTED: REJECTED,
    }
    return words.get(edge.status, "unreviewed")


def _short(value: float | None) -> float | None:
    return None if value is None else short(value)
