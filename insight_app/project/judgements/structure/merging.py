"""What merging concepts says besides, and what taking one out again does: the same on every face.

Knows the catalogue and the state; judges nothing itself.
"""

from collections.abc import Iterable, Sequence
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
    acts: list[Act] = []
    for member in members:
        holders = sorted(state.holders.get(member, ()))
        for holder in holders:
            acts += unmerge(holder, [member])
        if not holders:
            acts += unmerge(member, sorted(state.members.get(member, ())))
    return acts
