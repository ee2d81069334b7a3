"""What a score is made of, rolled up along a hierarchy: every concept counted exactly once.

The rule. A concept may have several parents, so a sum over the hierarchy as it is would count it
several times. Here it counts under ONE parent, the first that it is given (`first_parent` says
which: one that a person stands behind, then the strongest relation, then the lower row), and the
others are named, "also under ...". What is merged counts where its holder does, as part of it. A
row is what is its own plus all that is below it, so that the rows without a parent sum to the
score less its bias. Rows and numbers only; knows no names and no files.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class ParentRelation(NamedTuple):
    """Say of a parent how strongly it is one, and whether a person stands behind that."""

    parent: int
    strength: float
    by_person: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Describe one row of what a score is made of.

    own: what the concept itself gives, with all that is merged into it; 0 where it is not active.
    total: own and all below.  counted: how many active concepts are in total.  below: its rows, the
    largest total first, whatever its sign.  members: active concepts that count in `own`, itself
    left out.  also_under: parents under which it is not counted.
    """

    concept: int
    own: float
    total: float
    counted: int
    below: tuple["Row", ...]
    members: tuple[int, ...]
    also_under: tuple[int, ...]

    @property
    def is_active(self) -> bool:
        """Whether something of the concept itself is counted, not only what is below it."""
        return self.counted > sum(row.counted for row in self.below)


def first_parent(relations: Iterable[ParentRelation]) -> tuple[int, ...]:
    """Return the parents in the order in which they count: the first is the one."""
    ordered = sorted(relations, key=lambda one: (not one.by_person, -one.strength, one.parent))
    return tuple(dict.fromkeys(one.parent for one in ordered))


def roll_up(
    concepts: NDArray[np.integer],
    values: NDArray[np.float64],
    parents: Callable[[int], Sequence[int]],
    holder: Callable[[int], int] = lambda concept: concept,
) -> tuple[Row, ...]:
    """Return the rows without a parent, the largest total first; their totals sum to the values'.

    concepts, values: (n,) active concepts, each once, and what each gives.  parents: those of a
    concept as `first_parent` orders them; they form no cycle.  holder: what a concept is merged
    into, itself where into nothing.
    """
    own: dict[int, float] = {}
    counted: dict[int, list[int]] = {}
    for concept, value in zip(concepts.tolist(), values.tolist(), strict=True):
        stands = holder(concept)
        own[stands] = own.get(stands, 0.0) + value
        counted.setdefault(stands, []).append(concept)
    above: dict[int, tuple[int, ...]] = {}
    todo = list(own)
    while todo:
        concept = todo.pop()
        if concept not in above:
            above[concept] = tuple(parents(concept))
            todo.extend(above[concept][:1])
    below: dict[int, list[Row]] = {}
    tops: list[Row] = []
    for concept in _leaves_first(above):
        rows = sorted(below.pop(concept, []), key=_largest_first)
        members = counted.get(concept, [])
        row = Row(
            concept,
            own.get(concept, 0.0),
            own.get(concept, 0.0) + sum(one.total for one in rows),
            len(members) + sum(one.counted for one in rows),
            tuple(rows),
            tuple(one for one in members if one != concept),
            above[concept][1:],
        )
        if above[concept]:
            below.setdefault(above[concept][0], []).append(row)
        else:
            tops.append(row)
    return tuple(sorted(tops, key=_largest_first))


def _leaves_first(above: dict[int, tuple[int, ...]]) -> list[int]:
    """Return all concepts, each before the one that it counts under."""
    waiting = dict.fromkeys(above, 0)
    for parents in above.values():
        for parent in parents[:1]:
            waiting[parent] += 1
    ready = [concept for concept, number in waiting.items() if not number]
    for concept in ready:  # grows while it is walked
        for parent in above[concept][:1]:
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)
    if len(ready) != len(above):
        raise ValueError("the parents form a cycle")
    return ready


def _largest_first(row: Row) -> tuple[float, int]:
    return -abs(row.total), row.concept
