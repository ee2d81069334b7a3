"""Which concepts the hierarchy lists, and in which order: at the top, and below each concept.

Reads a catalogue of concepts; knows nothing of Qt, nor of which branches are open.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.project.judgements.catalogue import Catalogue

IMAGES, STRENGTH, BY_NAME = "images", "strength", "name"
MOST_PATHS = 16

NameOf = Callable[[int], str]
"""The name that is shown for a row."""


@dataclass(frozen=True)
class ConceptOrder:
    """by: images | strength | name.  flat: all concepts without the tree.

    levels: (lowest, highest) shown, None = all.  doubtful: only concepts with a doubtful name, or
    only others; None = all.  What is then below nothing shown stands at the top.
    """

    by: str = IMAGES
    flat: bool = False
    levels: tuple[int, int] | None = None
    doubtful: bool | None = None

    @property
    def shows_all(self) -> bool:
        """Whether nothing is filtered out."""
        return self.levels is None and self.doubtful is None

    def shows(self, catalogue: Catalogue, row: int) -> bool:
        """Return whether a concept is listed wherever its place is."""
        if catalogue.hidden[row] or catalogue.folded[row] or catalogue.merged_into[row] >= 0:
            return False
        if self.doubtful is not None and catalogue.doubtful[row] != self.doubtful:
            return False
        if self.levels is None:
            return True
        return bool(self.levels[0] <= catalogue.level[row] <= self.levels[1])

    def _passes(self, catalogue: Catalogue) -> NDArray[np.bool_]:
        """Return (n,) which concepts no filter leaves out, those folded away included."""
        passes = catalogue.is_listed
        if self.levels is not None:
            passes &= (catalogue.level >= self.levels[0]) & (catalogue.level <= self.levels[1])
        if self.doubtful is not None:
            passes &= catalogue.doubtful == self.doubtful
        return passes

    def folded(self, catalogue: Catalogue, name_of: NameOf) -> list[int]:
        """Return the rows that are folded away, in order."""
        rows = np.flatnonzero(self._passes(catalogue) & catalogue.folded).tolist()
        return self._sorted(catalogue, rows, name_of)

    def listed(self, catalogue: Catalogue) -> NDArray[np.bool_]:
        """Return (n,) which concepts are listed somewhere, but for those folded away."""
        shows = self._passes(catalogue) & ~catalogue.folded
        found: NDArray[np.bool_] = catalogue.is_active.copy()
        if not self.flat:
            children, parents = catalogue.relation_ends()
            found[children[shows[parents]]] = True
            found[parents if self.shows_all else parents[shows[children]]] = True
        return found & shows

    def parents(self, catalogue: Catalogue, row: int) -> list[int]:
        """Return the shown concepts that a concept is below, the strongest relation first."""
        above = (edge.parent for edge in catalogue.parents(row))
        return [parent for parent in above if self.shows(catalogue, parent)]

    def top(self, catalogue: Catalogue, name_of: NameOf) -> list[int]:
        """Return the rows that stand at the top, in order."""
        if not self.flat and self.shows_all:
            return self._sorted(catalogue, catalogue.roots(), name_of)
        found = np.flatnonzero(self.listed(catalogue)).tolist()
        if not self.flat:
            found = [row for row in found if not self.parents(catalogue, row)]
        return self._sorted(catalogue, found, name_of)

    def below(self, catalogue: Catalogue, row: int, name_of: NameOf) -> list[int]:
        """Return the rows that stand below a concept, in order."""
        if self.flat:
            return []
        children = (edge.child for edge in catalogue.children(row))
        shown = (child for child in children if self.shows(catalogue, child))
        return self._sorted(catalogue, shown, name_of)

    def branches(self, catalogue: Catalogue) -> set[int]:
        """Return the rows that have others below them."""
        if self.flat:
            return set()
        return {edge.parent for edge in catalogue.edges() if self.shows(catalogue, edge.child)}

    def paths(self, catalogue: Catalogue, row: int) -> list[list[int]]:
        """Return the ways from the top down to a concept, at most MOST_PATHS, short ones first."""
        if not self.shows(catalogue, row):
            return []
        if self.flat:
            return [[row]]
        done: list[list[int]] = []
        todo = [[row]]
        while todo and len(done) + len(todo) <= 4 * MOST_PATHS:
            path = todo.pop(0)
            parents = self.parents(catalogue, path[0])
            if not parents:
                done.append(path)
            todo.extend([parent, *path] for parent in parents)
        return done[:MOST_PATHS]

    def _sorted(self, catalogue: Catalogue, rows: Iterable[int], name_of: NameOf) -> list[int]:
        if self.by == BY_NAME:
            return sorted(rows, key=lambda row: (name_of(row).casefold(), row))
        found = np.fromiter(rows, np.int64)
        values = catalogue.images_at_least if self.by == IMAGES else catalogue.mean
        ordered: list[int] = found[np.lexsort((found, -values[found].astype(np.float64)))].tolist()
        return ordered
