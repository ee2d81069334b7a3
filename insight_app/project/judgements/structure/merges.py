"""Which concepts are merged into which: all that pairs of (holder, member) connect are one.

One of them stays and stands for the others: the one that is nobody's member. Where two persons
merged without knowing of each other there may be several such, or none; then the first in order
stays. So what comes out depends on what was said, not on who said it first. A concept that a person
made and unmade holds nobody: what was merged into it is there by itself, and joined with nothing by
it. Knows ids only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from insight_app.project.judgements.targets import ConceptId

_NONE: frozenset[ConceptId] = frozenset()


class Merges:
    """Hold merged concepts, without those that are not there.

    holders: member -> the one that stays.  members: that one -> the others, in order.
    is_there: whether lists have a concept, were it not merged.  is_unmade: whether it is a person's
    own and hidden.  order: which comes first.
    """

    def __init__(
        self,
        is_there: Callable[[ConceptId], bool],
        is_unmade: Callable[[ConceptId], bool],
        order: Callable[[ConceptId], Any],
    ) -> None:
        self.holders: dict[ConceptId, ConceptId] = {}
        self.members: dict[ConceptId, Sequence[ConceptId]] = {}
        self._is_there, self._is_unmade = is_there, is_unmade
        self._order = order
        self._said: dict[ConceptId, frozenset[ConceptId]] = {}
        self._said_by: dict[ConceptId, frozenset[ConceptId]] = {}

    def set(
        self,
        members: Mapping[ConceptId, frozenset[ConceptId]],
        holders: Mapping[ConceptId, frozenset[ConceptId]],
        appeared: Iterable[ConceptId] = (),
    ) -> dict[ConceptId, ConceptId]:
        """Take over which pairs are merged; return the concepts that another one stands for now
        than before, with that one: itself if nothing.

        members: holder -> members.  holders: the same the other way round.  appeared: concepts
        that are there now and were not, or the reverse.
        """
        touched = {*appeared, *_differing(self._said, members), *_differing(self._said_by, holders)}
        self._said, self._said_by = dict(members), dict(holders)
        # Those that were one before may be several now.
        for concept in list(touched):
            holder = self.holders.get(concept, concept)
            touched.update((holder, *self.members.get(holder, ())))
        now: dict[ConceptId, ConceptId] = {}
        for concept in touched:
            if concept not in now:
                now.update(self._component(concept))
        changed = {
            concept: holder
            for concept, holder in now.items()
            if self.holders.get(concept, concept) != holder
        }
        for concept in now:
            self.holders.pop(concept, None)
            self.members.pop(concept, None)
        found: dict[ConceptId, list[ConceptId]] = {}
        for concept, holder in now.items():
            if holder != concept:
                self.holders[concept] = holder
                found.setdefault(holder, []).append(concept)
        for holder, others in found.items():
            self.members[holder] = sorted(others, key=self._order)
        return changed

    def _component(self, start: ConceptId) -> dict[ConceptId, ConceptId]:
        """Return all that are one with a concept, each with the one that stays."""
        seen, todo = {start}, [start]
        while todo:
            concept = todo.pop()
            below = _NONE if self._is_unmade(concept) else self._said.get(concept, _NONE)
            for other in (*below, *self._above(concept)):
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        there = [concept for concept in seen if self._is_there(concept)]
        nobodys = [concept for concept in there if not self._above(concept)]
        stays = min(nobodys or there, key=self._order, default=start)
        return {concept: stays if self._is_there(concept) else concept for concept in seen}

    def _above(self, concept: ConceptId) -> list[ConceptId]:
        """Return what a concept is merged into and what holds."""
        return [one for one in self._said_by.get(concept, _NONE) if not self._is_unmade(one)]


def _differing(
    before: Mapping[ConceptId, frozenset[ConceptId]], now: Mapping[ConceptId, frozenset[ConceptId]]
) -> set[ConceptId]:
    """Return the concepts of which two mappings say different things."""
    if before == now:
        return set()
    return {one for one in before.keys() | now.keys() if before.get(one) != now.get(one)}
