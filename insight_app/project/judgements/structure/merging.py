"""What merging concepts says besides, and what taking one out again does: the same on every face.

Knows the catalogue and the state; judges nothing itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from insight_app.project.judgements.acts import Act, remove_alias, unmerge
from insight_app.project.judgements.state import CurationState
from insight_app.project.judgements.targets import Alias, ConceptId, alias_target

if TYPE_CHECKING:
    from insight_app.project.judgements.catalogue import Catalogue


def aliases_after(catalogue: "Catalogue", holder: int, members: Sequence[int]) -> list[Alias]:
    """Return the aliases that a merge gives to the one that stays: persons' names of the others."""
    known = {catalogue.names[holder], *(one.text for one in catalogue.aliases(holder))}
    found: dict[str, Alias] = {}
    for row in members:
        for one in (row, *catalogue.members(row)):
            name = catalogue.names[one]
            if catalogue.by_person[one] and name and name not in known:
                found.setdefault(name, Alias(name))
    return list(found.values())


def taken_out(
    state: CurationState,
    members: Iterable[ConceptId],
    came_with_merge: Callable[[str], bool],
) -> list[Act]:
    """Return the acts that take concepts out of what they are merged into, as they were.

    Where a concept was merged, its own members come along with it; where nobody merged it but
    others were merged into it and into another one, it leaves without them. A name that a merge
    made an alias goes with whom it is of; came_with_merge: whether an alias (its target) did.
    """
    cut = _cut(state, members)
    acts = [act for holder, member in cut for act in unmerge(holder, [member])]
    return [*acts, *_names_left(state, cut, came_with_merge)]


def _cut(
    state: CurationState, members: Iterable[ConceptId]
) -> dict[tuple[ConceptId, ConceptId], None]:
    """Return the pairs (holder, member) that are merged no more."""
    cut: dict[tuple[ConceptId, ConceptId], None] = {}
    for member in members:
        holders = sorted(one for one in state.holders.get(member, ()) if (one, member) not in cut)
        cut |= dict.fromkeys((holder, member) for holder in holders)
        own = _reached(state.members, member)
        leaves_alone = not holders or member in own  # merged both ways, by two persons
        for other in sorted(state.members.get(member, ())):
            # One of its own that was merged elsewhere too would lead back.
            if leaves_alone or not _connected(state, other, {*cut, (member, other)}) <= own:
                cut[member, other] = None
    return cut


def _names_left(
    state: CurationState,
    cut: Mapping[tuple[ConceptId, ConceptId], None],
    came_with_merge: Callable[[str], bool],
) -> list[Act]:
    """Return the acts that take away aliases of whom nobody is merged any more that is so called.

    One that is also another remaining concept's name stays.
    """
    acts: list[Act] = []
    todo = {concept for pair in cut for concept in pair}
    while todo:
        start = todo.pop()
        were, are = _connected(state, start, set()), _connected(state, start, set(cut))
        todo -= are
        gone = _names(state, were - are)
        for concept in sorted(one for one in are if one in state.aliases):
            still = _names(state, are - {concept})
            acts += [
                remove_alias(concept, *one)
                for one in sorted(state.aliases[concept])
                if one.text in gone - still and came_with_merge(alias_target(concept, one))
            ]
    return acts


def _names(state: CurationState, concepts: Iterable[ConceptId]) -> set[str]:
    """Return the names that persons gave to concepts."""
    found = (state.concepts.get(one) for one in concepts)
    return {one.name for one in found if one is not None and one.name}


def _reached(steps: Mapping[ConceptId, frozenset[ConceptId]], start: ConceptId) -> set[ConceptId]:
    """Return what is one step from a concept, and from that, and so on."""
    seen: set[ConceptId] = set()
    todo = [start]
    while todo:
        new = steps.get(todo.pop(), frozenset()) - seen
        todo += new
        seen |= new
    return seen


def _connected(
    state: CurationState, start: ConceptId, cut: set[tuple[ConceptId, ConceptId]]
) -> set[ConceptId]:
    """Return what pairs connect with a concept, without those that are cut."""
    seen, todo = {start}, [start]
    while todo:
        concept = todo.pop()
        below = {one for one in state.members.get(concept, ()) if (concept, one) not in cut}
        above = {one for one in state.holders.get(concept, ()) if (one, concept) not in cut}
        new = (below | above) - seen
        todo += new
        seen |= new
    return seen
