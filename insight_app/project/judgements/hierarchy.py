"""The relations in force: the machine's, less what persons rejected, plus what persons added.

Merged concepts are one row here, the holder's. They form no cycle, whatever the log and the results
say: the rule is that of `concepts.cycles`, and this is the one state that lists, trees, statistics
and exports show. Relations of the kind "related" order nothing: they stand apart and close no
cycle. Rows and arrays only; knows no names and no files.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from insight_app.concepts.cycles import break_cycles
from insight_app.project.judgements.acts import RELATED
from insight_app.project.judgements.machine_results import MachineEdges
from insight_app.project.judgements.state import RelationState
from insight_app.project.judgements.structure.circles import circles
from insight_app.project.judgements.structure.edges import Edge, Pair, Proposals, ReviewStatus

__all__ = ["Edge", "Hierarchy", "Pair", "ReviewStatus"]


class Rearranged(NamedTuple):
    """Name the rows at whose relations something changed, and those with other relations now."""

    changed: set[int]
    moved: set[int]


class Hierarchy:
    """Hold the relations in force among rows: at first the machine's.

    by_child, by_parent: row -> the other row -> Edge.  withdrawn: machine's relations that persons
    rejected or removed, by child.  related: row -> relations of that kind at either end.  dropped:
    those left out because they would close a cycle.
    order: what rows are compared by where two edges are equally strong; the same in every session.
    """

    def __init__(self, machine: MachineEdges, order: Callable[[int], tuple[int, str]]) -> None:
        self._proposals = Proposals(machine, order)
        self._order = order
        self._holders: dict[int, int] = {}
        self._others: dict[Pair, set[Pair]] = {}
        self._standing: dict[Pair, Edge] = {}
        self._dropped: set[Pair] = set()
        self.by_child: dict[int, dict[int, Edge]] = {}
        self.by_parent: dict[int, dict[int, Edge]] = {}
        self.related: dict[int, dict[Pair, Edge]] = {}
        self.withdrawn: dict[int, dict[int, Edge]] = {}
        for pair in self._proposals.pairs():
            self._place(pair)
        self._break_cycles(self.by_child)

    @property
    def implied(self) -> list[Edge]:
        """The machine's relations that others lead to, less those that a person spoke of."""
        return self._implied_among(self._proposals.implied())

    def implied_above(self, row: int) -> list[Edge]:
        """Return those of them that a row is the child of."""
        if row in self._holders:
            return []
        members = (one for one, holder in self._holders.items() if holder == row)
        return self._implied_among(self._proposals.implied((row, *members)))

    def _implied_among(self, found: list[Edge]) -> list[Edge]:
        """Return relations that others lead to, as those of the merged concepts."""
        if not self._holders:
            return found
        joined: dict[Pair, Edge] = {}
        for edge in sorted(found, key=self._proposals.weakness):
            pair = self._joined((edge.child, edge.parent))
            if pair[0] != pair[1] and not self._is_known(pair):
                joined.setdefault(
                    pair, replace(edge, child=pair[0], parent=pair[1], measured_on=edge.measured)
                )
        return [joined[pair] for pair in sorted(joined)]

    @property
    def dropped(self) -> list[Edge]:
        """Relations left out because stronger ones lead back, by child and parent."""
        return [self._standing[pair] for pair in sorted(self._dropped)]

    def edge(self, child: int, parent: int) -> Edge | None:
        """Return the relation in force, None if there is none."""
        return self.by_child.get(child, {}).get(parent)

    def children_by(self, parent: int) -> list[int]:
        """Return the rows that relations of `parent` itself put below it, whatever it is merged
        into.
        """
        found = []
        for pair in self._proposals.pairs_at(parent):
            child, above = self._joined(pair)
            is_below = pair[1] == parent and self._is_in_force((child, above))
            if is_below and self._proposals.stands(pair):
                found.append(child)
        return found

    def take_over(
        self, said: Mapping[Pair, RelationState | None], holders: Mapping[int, int] | None = None
    ) -> Rearranged:
        """Take over what persons say now of these relations; return the rows that changed.

        holders: rows that are merged into others now than before, themselves if into none.
        """
        holders = holders or {}
        dropped = set(self._dropped)
        stood = {pair for pair in said if self._proposals.stands(pair)}
        for pair, now in said.items():
            self._proposals.say(pair, now)
        stood ^= {pair for pair in said if self._proposals.stands(pair)}
        moved = {pair for row in holders for pair in self._proposals.pairs_at(row)}
        changed = {*map(self._join, said), *map(self._part, moved)}
        for row, holder in holders.items():
            if holder == row:
                self._holders.pop(row, None)
            else:
                self._holders[row] = holder
        changed.update(map(self._join, moved))
        was = {pair for pair in changed if self._is_in_force(pair)}
        for pair in changed:
            self._put(pair)
        self._break_cycles(row for pair in changed for row in pair)
        now_dropped = dropped ^ self._dropped
        is_now = {pair for pair in changed if self._is_in_force(pair)}
        rows = {row for pair in {*said, *changed, *now_dropped} for row in pair}
        ends = {row for pair in {*stood, *(was ^ is_now), *now_dropped} for row in pair}
        return Rearranged(rows.union(holders), ends)

    def path(self, start: int, goal: int, but: Pair | None = None) -> list[int]:
        """Return the rows from `start` up to its ancestor `goal`, [] if it is none or the same.

        but: (child, parent) of a relation that the way does not take.
        """
        came: dict[int, int] = {start: start}
        todo = [start]
        while todo and start != goal:
            row = todo.pop()
            for parent in self.by_child.get(row, ()):
                if parent not in came and (row, parent) != but:
                    came[parent] = row
                    if parent == goal:
                        way = [goal]
                        while way[-1] != start:
                            way.append(came[way[-1]])
                        return way[::-1]
                    todo.append(parent)
        return []

    def reached(self, rows: Iterable[int]) -> tuple[set[int], set[int]]:
        """Return all that is above any of the rows, and all that is below any."""
        found = []
        for neighbours in (self.by_child, self.by_parent):
            seen: set[int] = set()
            todo = list(rows)
            while todo:
                new = neighbours.get(todo.pop(), {}).keys() - seen
                seen |= new
                todo += new
            found.append(seen)
        return found[0], found[1]

    def _joined(self, pair: Pair) -> Pair:
        """Return the rows that stand for those of a pair."""
        if not self._holders:
            return pair
        child, parent = pair
        return self._holders.get(child, child), self._holders.get(parent, parent)

    def _join(self, pair: Pair) -> Pair:
        """Count a pair among those of the rows that stand for it; return these."""
        joined = self._joined(pair)
        if joined != pair:
            self._others.setdefault(joined, set()).add(pair)
        return joined

    def _part(self, pair: Pair) -> Pair:
        """Count a pair no more among those of the rows that stand for it; return these."""
        joined = self._joined(pair)
        if (others := self._others.get(joined)) is not None:
            others.discard(pair)
            if not others:
                del self._others[joined]
        return joined

    def _is_in_force(self, pair: Pair) -> bool:
        return pair[1] in self.by_child.get(pair[0], ())

    def _is_known(self, pair: Pair) -> bool:
        """Return whether something is said of a pair: in force, dropped, apart or withdrawn."""
        child, parent = pair
        is_withdrawn = parent in self.withdrawn.get(child, ())
        return pair in self._standing or is_withdrawn or pair in self.related.get(child, ())

    def _put(self, pair: Pair) -> None:
        """Set one relation as it now is, as if it closed no cycle."""
        child, parent = pair
        self._take_out_of_force(pair)
        self._dropped.discard(pair)
        self._standing.pop(pair, None)
        self.withdrawn.get(child, {}).pop(parent, None)
        for row in pair:
            self.related.get(row, {}).pop(pair, None)
        self._place(pair)

    def _place(self, pair: Pair) -> None:
        """Put one relation, of which nothing is kept, where it belongs."""
        child, parent = pair
        others = self._others.get(pair) if child != parent else None
        # A merged row is at no end of a relation: its relations are its holder's.
        is_merged = child in self._holders or parent in self._holders
        edge = None
        if not is_merged:
            edge = self._proposals.merged(pair, others) if others else self._proposals.edge(pair)
        if edge is None:
            return
        if edge.is_withdrawn:
            self.withdrawn.setdefault(child, {})[parent] = edge
        elif edge.kind == RELATED and child != parent:
            for row in pair:
                self.related.setdefault(row, {})[pair] = edge
        else:
            self._standing[pair] = edge
            self._put_in_force(edge)

    def _break_cycles(self, rows: Iterable[int]) -> None:
        """Leave out what the rule leaves out of all that stands, and put the rest in force.

        rows: the ends of what changed since. Every cycle has one of them, or an edge that is left
        out already.
        """
        left_out: dict[int, set[int]] = {}
        for child, parent in self._dropped:
            left_out.setdefault(child, set()).add(parent)

        def above(row: int) -> Collection[int]:
            parents = self.by_child.get(row, {}).keys()
            return parents | left_out[row] if row in left_out else parents

        starts = dict.fromkeys([*rows, *left_out])
        edges = [
            self._standing[row, parent]
            for group in circles(starts, above)
            for row in group
            for parent in above(row)
            if parent in group
        ]
        dropped = {(edge.child, edge.parent) for edge in self._on_cycles(edges)}
        for pair in self._dropped - dropped:
            self._put_in_force(self._standing[pair])
        for pair in dropped - self._dropped:
            self._take_out_of_force(pair)
        self._dropped = dropped

    def _on_cycles(self, edges: Sequence[Edge]) -> list[Edge]:
        """Return those of the edges that the rule leaves out."""
        rows = sorted({row for edge in edges for row in (edge.child, edge.parent)}, key=self._order)
        place = {row: number for number, row in enumerate(rows)}
        stays = break_cycles(
            np.array([place[edge.child] for edge in edges], np.int64),
            np.array([place[edge.parent] for edge in edges], np.int64),
            np.array([edge.strength for edge in edges], np.float32),
            np.array([edge.reverse_strength for edge in edges], np.float32),
            np.array([edge.authority for edge in edges], np.int64),
        )
        return [
            edge for edge, is_in_force in zip(edges, stays.tolist(), strict=True) if not is_in_force
        ]

    def _put_in_force(self, edge: Edge) -> None:
        self.by_child.setdefault(edge.child, {})[edge.parent] = edge
        self.by_parent.setdefault(edge.parent, {})[edge.child] = edge

    def _take_out_of_force(self, pair: Pair) -> None:
        child, parent = pair
        self.by_child.get(child, {}).pop(parent, None)
        self.by_parent.get(parent, {}).pop(child, None)
