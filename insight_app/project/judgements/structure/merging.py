"""What merging concepts says besides, and what taking one out again does: the same on every face.

Knows the catalogue and the state; judges nothing itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from insight_app.project.judgements.acts import Act, unmerge
from insight_app.project.judgements.state import CurationState
from insight_app.project.judgements.targets import Alias, ConceptId

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


def taken_out(state: CurationState, members: Iterable[ConceptId]) -> list[Act]:
    """Return the acts that take concepts out of what they are merged into, as they were.

    Where a concept was merged, its own members come along with it; where nobody merged it but
    others were merged into it and into another one, it leaves without them.
    """
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
    return [act for holder, member in cut for act in unmerge(holder, [member])]


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
