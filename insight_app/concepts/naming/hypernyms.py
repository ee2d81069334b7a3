"""What is a kind of what among the words a concept can be named with.

A small table shipped with the vocabulary (`resources/kinds.npz`, made by packaging/make_kinds.py
from WordNet 3.0): for each noun of the vocabulary the nearest more general nouns that are in it
too, and how often people wrote the word in that sense. The naming rule "shared" reads it; measuring
names uses the whole of WordNet (`taxonomy`) instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.errors import KnownError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

RESOURCE = "kinds.npz"


@dataclass(frozen=True, eq=False)
class Kinds:
    """synsets (S,) int32: WordNet's numbers, ascending; child, parent (E,) int32: places in
    synsets; uses (S,) int32: occurrences of the first lemma in that sense in WordNet's texts."""

    synsets: NDArray[np.int32]
    child: NDArray[np.int32]
    parent: NDArray[np.int32]
    uses: NDArray[np.int32]

    def places(self, synsets: Sequence[str]) -> NDArray[np.int64]:
        """(V,) where each synset ("n" and eight digits) is in the table, -1 where it is not."""
        numbers = np.array([int(s[1:]) if s[:1] == "n" else -1 for s in synsets], np.int64)
        found = np.searchsorted(self.synsets, numbers)
        known = self.synsets[np.minimum(found, self.synsets.size - 1)] == numbers
        return np.where(known, found, -1)

    def above(self, synsets: Sequence[str]) -> "csr_array":
        """(V, V) float32, 1 where the column's synset is the row's or more general than it.

        A term that the table does not know stands for itself alone.
        """
        from scipy.sparse import csr_array

        direct: dict[int, list[int]] = {}
        for child, parent in zip(self.child.tolist(), self.parent.tolist(), strict=True):
            direct.setdefault(child, []).append(parent)
        places = self.places(synsets).tolist()
        term_of: dict[int, int] = {}
        for term, place in enumerate(places):
            if place >= 0:
                term_of.setdefault(place, term)
        rows: list[int] = []
        columns: list[int] = []
        for term, place in enumerate(places):
            reached, todo = {place}, [place]
            while todo:
                new = [up for up in direct.get(todo.pop(), ()) if up not in reached]
                reached.update(new)
                todo.extend(new)
            terms = {term} | {term_of[up] for up in reached if up in term_of}
            rows.extend([term] * len(terms))
            columns.extend(sorted(terms))
        ones = np.ones(len(rows), np.float32)
        return csr_array((ones, (rows, columns)), shape=(len(places), len(places)))

    def uses_of(self, synsets: Sequence[str]) -> NDArray[np.int64]:
        """(V,) how often each term was written in its sense; 0 where unknown."""
        places = self.places(synsets)
        return np.where(places >= 0, self.uses[places], 0).astype(np.int64)


def load(path: Path) -> Kinds:
    """The table in a file that make_kinds.py wrote."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return Kinds(*(file[name] for name in ("synsets", "child", "parent", "uses")))
    except (OSError, ValueError, KeyError) as error:
        raise KnownError(
            f"The table of kinds cannot be read ({error}).",
            where=str(path),
            do="Install Insight again.",
        ) from error
