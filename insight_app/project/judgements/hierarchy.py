"""The relations in force: the machine's, less what persons rejected, plus what persons added.

They form no cycle, whatever the log and the results say: the rule is that of `concepts.cycles`, and
this is the one state that lists, trees, statistics and exports show. Rows and arrays only; knows no
names and no files.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from insight_app.concepts.cycles import Authority, break_cycles
from insight_app.project.judgements.acts import ACCEPTED, ADDED, REJECTED, REMOVED, UNSURE
from insight_app.project.judgements.machine_results import MachineEdges

Pair = tuple[int, int]
"""(child row, parent row)."""
_SOURCES = ("data", "dictionary")


class ReviewStatus(IntEnum):
    """Tell what persons said of a concept or relation; the shapes in the window follow it."""

    UNREVIEWED = 0
    ACCEPTED = 1
    UNSURE = 2
    REJECTED = 3


STATUS = {
    ACCEPTED: ReviewStatus.ACCEPTED,
    ADDED: ReviewStatus.ACCEPTED,
    UNSURE: ReviewStatus.UNSURE,
    REJECTED: ReviewStatus.REJECTED,
    REMOVED: ReviewStatus.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Edge:
    """Describe a relation child -> parent between rows.

    strength, reverse_strength, cells, images: the machine's support, zero where it has none.
    index: its place in the machine's table, None where it has none.
    source: "data", "dictionary", or "person" where the machine does not propose it.  by_person: a
    person added or accepted it.  is_gone: a person accepted what the machine no longer proposes.
    """

    child: int
    parent: int
    strength: float = 0.0
    reverse_strength: float = 0.0
    cells: int = 0
    images: int = 0
    source: str = "person"
    index: int | None = None
    status: ReviewStatus = ReviewStatus.UNREVIEWED
    by_person: bool = False
    is_gone: bool = False

    @property
    def authority(self) -> Authority:
        """Who stands behind it, where it would close a cycle."""
        if self.by_person:
            return Authority.PERSON
        return Authority.DATA if self.source == "data" else Authority.DICTIONARY


class Hierarchy:
    """Hold the relations in force among rows.

    by_child, by_parent: row -> the other row -> Edge.  withdrawn: machine's relations that persons
    rejected or removed, by child.  dropped: those left out because they would close a cycle.
    order: what rows are compared by where two edges are equally strong; the same in every session.
    """

    def __init__(
        self,
        machine: MachineEdges,
        statuses: Mapping[Pair, str | None],
        order: Callable[[int], tuple[int, str]],
    ) -> None:
        # Plain numbers: reading an array one by one is slow.
        self._numbers = list(
            zip(
                machine.strength.tolist(),
                machine.reverse_strength.tolist(),
                machine.cells.tolist(),
                machine.images.tolist(),
                (_SOURCES[source] for source in machine.source.tolist()),
                strict=True,
            )
        )
        pairs = list(zip(machine.child.tolist(), machine.parent.tolist(), strict=True))
        implied = machine.implied.tolist()
        self._proposed = {pair: n for n, pair in enumerate(pairs) if not implied[n]}
        self._implied = {pair: n for n, pair in enumerate(pairs) if implied[n]}
        self._statuses = {pair: status for pair, status in statuses.items() if status is not None}
        self._order = order
        self._standing: dict[Pair, Edge] = {}
        self._dropped: set[Pair] = set()
        self.by_child: dict[int, dict[int, Edge]] = {}
        self.by_parent: dict[int, dict[int, Edge]] = {}
        self.withdrawn: dict[int, dict[int, Edge]] = {}
        for pair in {**self._proposed, **self._statuses}:
            self._put(pair)
        self._break_cycles()

    @property
    def implied(self) -> list[Edge]:
        """The machine's relations that others lead to, less those that a person spoke of."""
        return [
            Edge(child, parent, *self._numbers[at], index=at)
            for (child, parent), at in self._implied.items()
            if (child, parent) not in self._statuses
        ]

    @property
    def dropped(self) -> list[Edge]:
        """Relations left out because stronger ones lead back, by child and parent."""
        return [self._standing[pair] for pair in sorted(self._dropped)]

    def edge(self, child: int, parent: int) -> Edge | None:
        """Return the relation in force, None if there is none."""
        return self.by_child.get(child, {}).get(parent)

    def set(self, statuses: Mapping[Pair, str | None]) -> set[int]:
        """Take over what persons say now of these relations; return the rows that changed."""
        before = set(self._dropped)
        is_acyclic = not before
        for pair, status in statuses.items():
            if status is None:
                self._statuses.pop(pair, None)
            else:
                self._statuses[pair] = status
            self._put(pair)
            is_acyclic = is_acyclic and not self._closes_cycle(pair)
        if not is_acyclic:
            self._break_cycles()
        return {row for pair in {*statuses, *(before ^ self._dropped)} for row in pair}

    def path(self, start: int, goal: int) -> list[int]:
        """Return the rows from `start` up to its ancestor `goal`, [] if it is none or the same."""
        came: dict[int, int] = {start: start}
        todo = [start]
        while todo and start != goal:
            row = todo.pop()
            for parent in self.by_child.get(row, ()):
                if parent not in came:
                    came[parent] = row
                    if parent == goal:
                        way = [goal]
                        while way[-1] != start:
                            way.append(came[way[-1]])
                        return way[::-1]
                    todo.append(parent)
        return []

    def _closes_cycle(self, pair: Pair) -> bool:
        child, parent = pair
        is_in_force = parent in self.by_child.get(child, ())
        return is_in_force and (child == parent or bool(self.path(parent, child)))

    def _put(self, pair: Pair) -> None:
        """Set one relation as it now is, as if it closed no cycle."""
        child, parent = pair
        self._take_out_of_force(pair)
        self._dropped.discard(pair)
        self._standing.pop(pair, None)
        self.withdrawn.get(child, {}).pop(parent, None)
        edge = self._make(pair)
        if edge is None:
            return
        if edge.status == ReviewStatus.REJECTED:
            self.withdrawn.setdefault(child, {})[parent] = edge
        else:
            self._standing[pair] = edge
            self._put_in_force(edge)

    def _make(self, pair: Pair) -> Edge | None:
        """Return the relation as it now is, in force or not; None if nothing is said of it."""
        child, parent = pair
        index, word = self._proposed.get(pair), self._statuses.get(pair)
        status = STATUS.get(word or "", ReviewStatus.UNREVIEWED)
        if status == ReviewStatus.ACCEPTED and index is None:
            index = self._implied.get(pair)
        if index is None:
            if status != ReviewStatus.ACCEPTED:
                return None
            is_gone = word == ACCEPTED
            return Edge(child, parent, status=status, by_person=True, is_gone=is_gone)
        is_accepted = status == ReviewStatus.ACCEPTED
        numbers = self._numbers[index]
        return Edge(child, parent, *numbers, index=index, status=status, by_person=is_accepted)

    def _break_cycles(self) -> None:
        """Leave out what the rule leaves out of all that stands, and put the rest in force."""
        edges = list(self._standing.values())
        rows = sorted({row for pair in self._standing for row in pair}, key=self._order)
        place = {row: number for number, row in enumerate(rows)}
        stays = break_cycles(
            np.array([place[edge.child] for edge in edges], np.int64),
            np.array([place[edge.parent] for edge in edges], np.int64),
            np.array([edge.strength for edge in edges], np.float32),
            np.array([edge.reverse_strength for edge in edges], np.float32),
            np.array([edge.authority for edge in edges], np.int64),
        )
        for edge, is_in_force in zip(edges, stays.tolist(), strict=True):
            pair = edge.child, edge.parent
            if is_in_force and pair in self._dropped:
                self._dropped.discard(pair)
                self._put_in_force(edge)
            elif not is_in_force and pair not in self._dropped:
                self._dropped.add(pair)
                self._take_out_of_force(pair)

    def _put_in_force(self, edge: Edge) -> None:
        self.by_child.setdefault(edge.child, {})[edge.parent] = edge
        self.by_parent.setdefault(edge.parent, {})[edge.child] = edge

    def _take_out_of_force(self, pair: Pair) -> None:
        child, parent = pair
        self.by_child.get(child, {}).pop(parent, None)
        self.by_parent.get(parent, {}).pop(child, None)
