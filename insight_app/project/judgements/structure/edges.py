"""Relations one by one: what the machine measured and what persons said of two concepts.

Concepts that are merged are one at both ends: their relations are one relation, which this module
makes of them. Which relations are in force together is `hierarchy`'s business.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from insight_app.concepts.cycles import Authority
from insight_app.project.judgements.acts import ACCEPTED, ADDED, REJECTED, REMOVED, UNSURE
from insight_app.project.judgements.machine_results import MachineEdges
from insight_app.project.judgements.state import RelationState

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
    kind: "is-a", "part-of" or "related", "" if nobody said.  measured_on: the two concepts that the
    machine measured, where one of the ends stands for several.  is_counted: the numbers are those
    of all that the two stand for, not of these; cells, images: None where they are not known.
    """

    child: int
    parent: int
    strength: float = 0.0
    reverse_strength: float = 0.0
    cells: int | None = 0
    images: int | None = 0
    source: str = "person"
    index: int | None = None
    status: ReviewStatus = ReviewStatus.UNREVIEWED
    by_person: bool = False
    is_gone: bool = False
    kind: str = ""
    measured_on: Pair | None = None
    is_counted: bool = False

    @property
    def authority(self) -> Authority:
        """Who stands behind it, where it would close a cycle."""
        if self.by_person:
            return Authority.PERSON
        return Authority.DATA if self.source == "data" else Authority.DICTIONARY

    @property
    def measured(self) -> Pair:
        """The rows that the machine measured."""
        return self.measured_on or (self.child, self.parent)

    @property
    def is_of_member(self) -> bool:
        """Whether the numbers are of single concepts, and an end stands for more than these."""
        return self.measured_on is not None and not self.is_counted

    def between(
        self, pair: Pair, status: ReviewStatus, by_person: bool, is_gone: bool, kind: str
    ) -> "Edge":
        """Return it as the relation of the concepts that its own are merged into."""
        return Edge(
            pair[0],
            pair[1],
            self.strength,
            self.reverse_strength,
            self.cells,
            self.images,
            self.source,
            self.index,
            status,
            by_person,
            is_gone,
            kind,
            None if self.index is None else self.measured,
        )

    @property
    def is_withdrawn(self) -> bool:
        """Whether a person rejected or removed what the machine proposes."""
        return self.status == ReviewStatus.REJECTED


class Proposals:
    """Hold what the machine measured of each pair of rows, merged or not, and what persons say.

    order: what rows are compared by where two relations are equally strong; the same in every
    session.
    """

    def __init__(self, machine: MachineEdges, order: Callable[[int], tuple[int, str]]) -> None:
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
        is_implied = machine.implied.tolist()
        self._proposed = {pair: n for n, pair in enumerate(pairs) if not is_implied[n]}
        self._implied = {pair: n for n, pair in enumerate(pairs) if is_implied[n]}
        self._implied_of: dict[int, list[Pair]] = defaultdict(list)
        for pair in self._implied:
            self._implied_of[pair[0]].append(pair)
        self._said: dict[Pair, RelationState] = {}
        self._order = order
        self._at: dict[int, set[Pair]] = defaultdict(set)
        for pair in self.pairs():
            self._note(pair)

    def pairs(self) -> Collection[Pair]:
        """Return the pairs that the machine proposes."""
        return self._proposed.keys()

    def pairs_at(self, row: int) -> Collection[Pair]:
        """Return those of the pairs that have a row at an end."""
        return self._at.get(row, ())

    def stands(self, pair: Pair) -> bool:
        """Return whether there is something between two rows, and no person withdrew it."""
        edge = self.edge(pair)
        return edge is not None and not edge.is_withdrawn

    def say(self, pair: Pair, said: RelationState | None) -> None:
        """Take over what persons say of a pair now."""
        if said is None:
            self._said.pop(pair, None)
        else:
            self._said[pair] = said
            self._note(pair)

    def edge(self, pair: Pair) -> Edge | None:
        """Return what there is between two rows, in force or not; None if it is nothing."""
        child, parent = pair
        index, said = self._proposed.get(pair), self._said.get(pair)
        word = said.status if said else None
        status = STATUS.get(word or "", ReviewStatus.UNREVIEWED)
        kind = (said and said.kind) or ""
        if status == ReviewStatus.ACCEPTED and index is None:
            index = self._implied.get(pair)
        if index is not None:
            by_person = status == ReviewStatus.ACCEPTED
            numbers = self._numbers[index]
            return Edge(
                child,
                parent,
                *numbers,
                index=index,
                status=status,
                by_person=by_person,
                kind=kind,
            )
        if status != ReviewStatus.ACCEPTED:
            return None
        is_gone = word == ACCEPTED
        return Edge(child, parent, status=status, by_person=True, is_gone=is_gone, kind=kind)

    def merged(self, pair: Pair, others: Collection[Pair]) -> Edge | None:
        """Return what there is between two merged concepts: between them, and between `others`.

        A person's word on the two themselves wins. Else it stands if one of the others does, and is
        a person's if one of these is. Its numbers are those of the strongest. What lies below a
        member lies below the whole, whose cells are more; but what a member lies below, the whole
        need not: there only a person's word on the member counts.
        """
        known = ((one, self.edge(one)) for one in (pair, *others))
        found = [
            edge
            for one, edge in known
            if edge is not None and (one[0] == pair[0] or edge.by_person)
        ]
        said = self._said.get(pair)
        if said is not None and said.status is not None:
            return self._as_said(pair, said, found)
        standing = [edge for edge in found if not edge.is_withdrawn]
        if not standing:
            return self._with_numbers(pair, found, found[0]) if found else None
        first = max(standing, key=lambda edge: (edge.by_person, edge.status, -edge.is_gone))
        return self._with_numbers(pair, standing, first)

    def _as_said(self, pair: Pair, said: RelationState, found: list[Edge]) -> Edge | None:
        """Return the relation of merged concepts as a person said it is."""
        status = STATUS[said.status or ""]
        if not found:
            return None
        first = replace(
            found[0],
            status=status,
            by_person=status == ReviewStatus.ACCEPTED,
            is_gone=said.status == ACCEPTED and all(edge.index is None for edge in found),
        )
        made = self._with_numbers(pair, found, first)
        if made.index is not None or status == ReviewStatus.ACCEPTED:
            return made
        # What persons added between the members, no machine proposes: it is gone when removed.
        return None if status == ReviewStatus.REJECTED else replace(made, by_person=True)

    def _with_numbers(self, pair: Pair, found: list[Edge], first: Edge) -> Edge:
        """Return the relation between merged concepts that `first` says is there, with its numbers
        and its kind.
        """
        strongest = sorted(found, key=self.weakness) if len(found) > 1 else found
        best = next((edge for edge in strongest if edge.index is not None), None)
        said = self._said.get(pair)
        kind = (said and said.kind) or next((one.kind for one in strongest if one.kind), "")
        is_gone = first.is_gone and best is None
        return (best or first).between(pair, first.status, first.by_person, is_gone, kind)

    def implied(self, children: Iterable[int] | None = None) -> list[Edge]:
        """Return the machine's relations that others lead to, less those that a person spoke of.

        children: only theirs.
        """
        pairs: Iterable[Pair] = self._implied
        if children is not None:
            pairs = [pair for child in children for pair in self._implied_of.get(child, ())]
        return [
            Edge(child, parent, *self._numbers[at], index=at, kind=(said and said.kind) or "")
            for child, parent in pairs
            if (said := self._said.get((child, parent))) is None or said.status is None
            for at in (self._implied[child, parent],)
        ]

    def weakness(self, edge: Edge) -> tuple[bool, float, tuple[int, str], tuple[int, str]]:
        """Return what several are sorted by, the strongest first: those of these photos, by R."""
        ends = self._order(edge.child), self._order(edge.parent)
        return edge.source != "data", -edge.strength, *ends

    def _note(self, pair: Pair) -> None:
        for row in pair:
            self._at[row].add(pair)
