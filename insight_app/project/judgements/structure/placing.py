"""Where a concept can stand: the ways to it from the top, and why it cannot go somewhere, in words.

Every face of the program says it in these words. Knows names only as it is told them.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from insight_app.figures import agreeing, counted
from insight_app.project.judgements.structure.edges import Edge, Pair

MOST_WAYS = 20
MOST_TOLD = 3
"""Concepts and pairs that a sentence names."""
NameOf = Callable[[int], str]


class Placed(Protocol):
    """Tell of rows where they stand."""

    def holder(self, row: int) -> int:
        """Return what it is merged into, itself if into nothing."""
        ...

    def members(self, row: int) -> Collection[int]:
        """Return what is merged into it."""
        ...

    def wholes(self, row: int) -> Collection[int]:
        """Return what it is a part of."""
        ...

    def edge(self, child: int, parent: int) -> Edge | None:
        """Return the relation in force."""
        ...

    def parents(self, row: int) -> Sequence[Edge]:
        """Return the relations upwards."""
        ...

    def kept_apart(self, row: int) -> Sequence[int]:
        """Return what a person said only looks like it."""
        ...

    def between(self, rows: Collection[int]) -> Sequence[int]:
        """Return what is above one of the rows and below another."""
        ...

    def way_up(self, row: int, ancestor: int, but: Pair | None = None) -> Sequence[int]:
        """Return the rows from a row up to an ancestor; but: a relation that is not taken."""
        ...


def ways_down(
    parents: Callable[[int], Sequence[int]], row: int, most: int = MOST_WAYS
) -> list[tuple[int, ...]]:
    """Return the ways from the top down to a row, itself the last; at most so many."""
    found: list[tuple[int, ...]] = []
    todo: list[tuple[int, ...]] = [(row,)]
    while todo and len(found) < most:
        way = todo.pop()
        above = parents(way[0])
        if not above:
            found.append(way)
        todo += [(parent, *way) for parent in reversed(above)]
    return found


def why_not_below(placed: Placed, child: int, parent: int, name_of: NameOf) -> str | None:
    """Return why a concept cannot be put below another, in words; None if it can."""
    names = f"“{name_of(child)}”", f"“{name_of(parent)}”"
    if child == parent:
        return f"{names[0]} cannot be below itself."
    for row, name in zip((child, parent), names, strict=True):
        if (holder := placed.holder(row)) != row:
            return f"{name} is merged into “{name_of(holder)}”: take it out of there first."
    if placed.edge(child, parent) is not None:
        return f"{names[0]} is already below {names[1]}."
    if way := placed.way_up(parent, child):
        return (
            f"{names[1]} is itself below {names[0]} ({_steps(way, name_of)}); "
            "that would go in a circle."
        )
    return None


def why_not_reversed(placed: Placed, child: int, parent: int, name_of: NameOf) -> str | None:
    """Return why a relation cannot hold the other way round, in words; None if it can."""
    if way := placed.way_up(child, parent, (child, parent)):
        return (
            f"“{name_of(child)}” is below “{name_of(parent)}” by another way too "
            f"({_steps(way, name_of)}); the other way round it would go in a circle."
        )
    return None


def why_not_merged(
    placed: Placed, holder: int, members: Iterable[int], name_of: NameOf
) -> str | None:
    """Return why concepts cannot be merged into `holder`, in words; None if they can."""
    others = [row for row in members if row != holder]
    if not others:
        return f"“{name_of(holder)}” cannot be merged with itself: choose another one too."
    for row in (holder, *others):
        if (stays := placed.holder(row)) != row:
            return f"“{name_of(row)}” is merged into “{name_of(stays)}” already."
    chosen = {holder, *others}
    for row in (holder, *others):
        if wholes := chosen.intersection(placed.wholes(row)):
            return (
                f"“{name_of(row)}” is a part of “{name_of(min(wholes))}”: "
                "take the split back instead."
            )
    return None


def what_merging_does(
    placed: Placed, holder: int, members: Iterable[int], name_of: NameOf
) -> list[str]:
    """Return what else a merge of concepts does, a sentence each; nothing for most."""
    rows = list(dict.fromkeys((holder, *members)))
    place = {row: number for number, row in enumerate(rows)}
    apart = [
        (row, other)
        for row in rows
        for other in placed.kept_apart(row)
        if place[row] < place.get(other, 0)
    ]
    found = [
        f"“{name_of(row)}” and “{name_of(other)}” were kept apart: they only look alike."
        for row, other in apart[:MOST_TOLD]
    ]
    inner = sum(edge.parent in place for row in rows for edge in placed.parents(row))
    if inner:
        gone = agreeing(inner, "is", "are")
        found.append(f"{counted(inner, 'relation')} between them {gone} no longer shown.")
    above = {edge.parent for edge in placed.parents(holder)}
    left = sum(
        not edge.by_person and edge.parent not in place and edge.parent not in above
        for row in rows[1:]
        for edge in placed.parents(row)
    )
    if left:
        found.append(
            f"{counted(left, 'relation')} upwards of what is merged {agreeing(left, 'is', 'are')} "
            "not taken over: what a member lies under, the whole need not."
        )
    above |= {edge.parent for row in rows for edge in placed.parents(row) if edge.by_person}
    between = placed.between(rows)
    if not above.isdisjoint(between):
        named = ", ".join(f"“{name_of(row)}”" for row in between[:MOST_TOLD])
        more = f" and {len(between) - MOST_TOLD:,} more" if len(between) > MOST_TOLD else ""
        found.append(
            f"{named}{more} {agreeing(len(between), 'stands', 'stand')} between them: of the "
            "relations that would then go in a circle the weakest steps back."
        )
    return found


def _steps(way: Sequence[int], name_of: NameOf) -> str:
    return " → ".join(map(name_of, way))
