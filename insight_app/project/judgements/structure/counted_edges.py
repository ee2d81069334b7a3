"""What was counted of relations between merged concepts, put over what the machine measured.

The machine measured single concepts. Of a merge its numbers are those of one member until the merge
itself was counted. Which relations are in force never depends on what was counted by now.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from insight_app.project.judgements.structure.edges import Edge, Pair


@dataclass(frozen=True, slots=True)
class MergedStrengths:
    """Hold R of child and parent, both ways; cells, images: where both fire, None if not known."""

    strength: float
    reverse_strength: float
    cells: int | None = None
    images: int | None = None


class CountedEdges:
    """Hold what was counted of pairs of rows; members: the rows that stand for several concepts."""

    def __init__(self, members: Mapping[int, Collection[int]]) -> None:
        self._members = members
        self._found: dict[Pair, MergedStrengths] = {}

    def put(self, found: Mapping[Pair, MergedStrengths]) -> None:
        """Take over what was counted of pairs as they are now."""
        self._found |= found

    def forget(self, rows: Collection[int]) -> None:
        """Drop what was counted of rows that are made of something else now."""
        if self._found and rows:
            gone = [pair for pair in self._found if pair[0] in rows or pair[1] in rows]
            for pair in gone:
                del self._found[pair]

    def is_known(self, edge: Edge) -> bool:
        """Return whether the numbers of a relation are those of its two ends."""
        return not self._is_of_merged(edge) or (edge.child, edge.parent) in self._found

    def over(self, edge: Edge) -> Edge:
        """Return a relation with the numbers of its ends, else told of whom the numbers are."""
        if not self._is_of_merged(edge):
            return edge
        found = self._found.get((edge.child, edge.parent))
        if found is None:
            return replace(edge, measured_on=edge.measured)
        return replace(
            edge,
            strength=found.strength,
            reverse_strength=found.reverse_strength,
            cells=found.cells,
            images=found.images,
            measured_on=edge.measured,
            is_counted=True,
        )

    def over_all(self, edges: Iterable[Edge]) -> list[Edge]:
        """Return relations with the numbers of their ends, in the same order."""
        return list(map(self.over, edges)) if self._members else list(edges)

    def _is_of_merged(self, edge: Edge) -> bool:
        has_members = edge.child in self._members or edge.parent in self._members
        return has_members and edge.index is not None
