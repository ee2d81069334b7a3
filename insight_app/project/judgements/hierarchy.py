"""The relations in force: the machine's, less what persons rejected, plus what persons added.

Keeps them a directed acyclic graph whatever the log and the results say: where a person's relation
closes a circle with the machine's, the weakest of the machine's steps back. Rows and arrays only;
knows no names and no files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from insight_app.project.judgements.acts import ACCEPTED, ADDED, REJECTED, REMOVED, UNSURE

Pair = tuple[int, int]
"""(child row, parent row)."""
_SOURCES = ("data", "dictionary")


class Status(IntEnum):
    """What persons said of a concept or relation; the shapes in the window follow it."""

    UNREVIEWED = 0
    ACCEPTED = 1
    UNSURE = 2
    REJECTED = 3


STATUS = {
    ACCEPTED: Status.ACCEPTED,
    ADDED: Status.ACCEPTED,
    UNSURE: Status.UNSURE,
    REJECTED: Status.REJECTED,
    REMOVED: Status.REJECTED,
}


class MachineEdges(Protocol):
    """The machine's relations as arrays (n,); source: 0 this set's data, 1 the dictionary's."""

    @property
    def child(self) -> NDArray[np.int32]: ...
    @property
    def parent(self) -> NDArray[np.int32]: ...
    @property
    def strength(self) -> NDArray[np.float32]: ...
    @property
    def reverse_strength(self) -> NDArray[np.float32]: ...
    @property
    def cells(self) -> NDArray[np.int64]: ...
    @property
    def images(self) -> NDArray[np.int64]: ...
    @property
    def source(self) -> NDArray[np.uint8]: ...


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation child -> parent between rows.

    strength, reverse_strength, cells, images: the machine's support, zero where it has none.
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
    status: Status = Status.UNREVIEWED
    by_person: bool = False
    is_gone: bool = False


class Hierarchy:
    """The relations in force among rows.

    by_child, by_parent: row -> the other row -> Edge.  withdrawn: machine's relations that persons
    rejected or removed, by child.  dropped: those left out because they would close a circle.
    """

    def __init__(self, machine: MachineEdges, said: Mapping[Pair, str | None]) -> None:
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
        pairs = zip(machine.child.tolist(), machine.parent.tolist(), strict=True)
        self._proposed = {pair: index for index, pair in enumerate(pairs)}
        self._said = dict(said)
        self._rebuild()

    def edge(self, child: int, parent: int) -> Edge | None:
        return self.by_child.get(child, {}).get(parent)

    def set(self, said: Mapping[Pair, str | None]) -> set[int]:
        """Take over what persons say now of these relations; the rows whose relations changed."""
        for pair, status in said.items():
            if status is None:
                self._said.pop(pair, None)
            else:
                self._said[pair] = status
        dropped = set(self.dropped)
        if dropped or not all(self._set_one(pair) for pair in said):
            self._rebuild()
        stepped = ((edge.child, edge.parent) for edge in dropped ^ set(self.dropped))
        return {row for pair in (*said, *stepped) for row in pair}

    def path(self, start: int, goal: int) -> list[int]:
        """The rows from `start` up to its ancestor `goal`, [] where it is none (or the same)."""
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

    def _rebuild(self) -> None:
        self.by_child: dict[int, dict[int, Edge]] = {}
        self.by_parent: dict[int, dict[int, Edge]] = {}
        self.withdrawn: dict[int, dict[int, Edge]] = {}
        self.dropped: list[Edge] = []
        pairs = dict.fromkeys([*self._proposed, *sorted(self._said)])
        for pair in pairs:
            self._put(self._make(pair))
        while circle := self._circle():
            steps = zip(circle, [*circle[1:], circle[0]], strict=True)
            edges = [self.by_child[child][parent] for child, parent in steps]
            weakest = min(edges, key=lambda e: (e.by_person, e.strength, e.child, e.parent))
            self._take_out((weakest.child, weakest.parent))
            self.dropped.append(weakest)

    def _set_one(self, pair: Pair) -> bool:
        """Set one relation; False, with nothing decided, where that would close a circle."""
        self._take_out(pair)
        edge = self._make(pair)
        child, parent = pair
        is_in_force = edge is not None and edge.status != Status.REJECTED
        if is_in_force and (child == parent or self.path(parent, child)):
            return False
        self._put(edge)
        return True

    def _make(self, pair: Pair) -> Edge | None:
        """The relation as it now is, in force or not; None where there is nothing to say of it."""
        child, parent = pair
        index, said = self._proposed.get(pair), self._said.get(pair)
        status = STATUS.get(said or "", Status.UNREVIEWED)
        if index is None:
            if status != Status.ACCEPTED:
                return None
            is_gone = said == ACCEPTED
            return Edge(child, parent, status=status, by_person=True, is_gone=is_gone)
        return Edge(child, parent, *self._numbers[index], status, status == Status.ACCEPTED)

    def _put(self, edge: Edge | None) -> None:
        if edge is None:
            return
        if edge.status == Status.REJECTED:
            self.withdrawn.setdefault(edge.child, {})[edge.parent] = edge
        else:
            self.by_child.setdefault(edge.child, {})[edge.parent] = edge
            self.by_parent.setdefault(edge.parent, {})[edge.child] = edge

    def _take_out(self, pair: Pair) -> None:
        child, parent = pair
        for by_row, row, other in (
            (self.by_child, child, parent),
            (self.by_parent, parent, child),
            (self.withdrawn, child, parent),
        ):
            by_row.get(row, {}).pop(other, None)

    def _circle(self) -> list[int]:
        """Some circle of rows, each below the next, [] where there is none."""
        done: set[int] = set()
        for start in self.by_child:
            if start in done:
                continue
            way, on_way = [start], {start}
            branches = [iter(self.by_child.get(start, ()))]
            while way:
                parent = next(branches[-1], None)
                if parent is None:
                    done.add(way[-1])
                    on_way.discard(way.pop())
                    branches.pop()
                elif parent in on_way:
                    return way[way.index(parent) :]
                elif parent not in done:
                    way.append(parent)
                    on_way.add(parent)
                    branches.append(iter(self.by_child.get(parent, ())))
        return []
