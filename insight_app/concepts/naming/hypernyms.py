"""Hypernyms of the nouns a concept can be named with: a dog is a kind of animal.

A small table shipped with the vocabulary (`resources/hypernyms.npz`, made by
packaging/make_hypernyms.py from WordNet 3.0) holds, for each noun of the vocabulary, the nearest
more general nouns that are in it too, and how often people wrote the word in that sense. The naming
rule "shared" reads it; measuring names uses the whole of WordNet (`quality.taxonomy`) instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app import resources
from insight_app.disk_errors import disk_error
from insight_app.errors import WorldError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

RESOURCE = "hypernyms.npz"


@dataclass(frozen=True, eq=False)
class Hypernyms:
    """A table of S synsets and E links between them.

    synsets (S,) int32: WordNet's numbers, ascending; hyponym, hypernym (E,) int32: the two ends of
    a link, as rows of `synsets`; frequency (S,) int32: occurrences of the synset's first lemma in
    that sense in WordNet's tagged texts.
    """

    synsets: NDArray[np.int32]
    hyponym: NDArray[np.int32]
    hypernym: NDArray[np.int32]
    frequency: NDArray[np.int32]

    def rows_of(self, synsets: Sequence[str]) -> NDArray[np.int64]:
        """Return (V,) int64 the row of each synset ("n" and eight digits), -1 for unknown ones."""
        numbers = np.array([int(s[1:]) if s[:1] == "n" else -1 for s in synsets], np.int64)
        found = np.searchsorted(self.synsets, numbers)
        known = self.synsets[np.minimum(found, self.synsets.size - 1)] == numbers
        return np.where(known, found, -1)

    def ancestors(self, synsets: Sequence[str]) -> "csr_array":
        """Return (V, V) float32, 1 where the column's synset is the row's or a hypernym of it.

        A term that the table does not know is its own only ancestor.
        """
        from scipy.sparse import csr_array

        direct: dict[int, list[int]] = {}
        for hyponym, hypernym in zip(self.hyponym.tolist(), self.hypernym.tolist(), strict=True):
            direct.setdefault(hyponym, []).append(hypernym)
        known_rows = self.rows_of(synsets).tolist()
        term_of: dict[int, int] = {}
        for term, row in enumerate(known_rows):
            if row >= 0:
                term_of.setdefault(row, term)
        rows: list[int] = []
        columns: list[int] = []
        for term, row in enumerate(known_rows):
            reached, todo = {row}, [row]
            while todo:
                new = [up for up in direct.get(todo.pop(), ()) if up not in reached]
                reached.update(new)
                todo.extend(new)
            terms = {term} | {term_of[up] for up in reached if up in term_of}
            rows.extend([term] * len(terms))
            columns.extend(sorted(terms))
        ones = np.ones(len(rows), np.float32)
        return csr_array((ones, (rows, columns)), shape=(len(known_rows), len(known_rows)))

    def frequencies(self, synsets: Sequence[str]) -> NDArray[np.int64]:
        """Return (V,) int64 how often each term was written in its sense; 0 for an unknown one."""
        rows = self.rows_of(synsets)
        return np.where(rows >= 0, self.frequency[rows], 0).astype(np.int64)


def shipped() -> Hypernyms:
    """Load the table that ships with the vocabulary."""
    return load(resources.path(RESOURCE))


def load(path: Path) -> Hypernyms:
    """Load a table that `save` wrote; WorldError if it is missing or damaged."""
    names = ("synsets", "hyponym", "hypernym", "frequency")
    try:
        with np.load(path, allow_pickle=False) as file:
            return Hypernyms(*(file[name] for name in names))
    except OSError as error:
        what, do = "The table of hypernyms cannot be read", "Install Insight again."
        raise disk_error(error, what, where=path, do=do) from error
    except (ValueError, KeyError) as error:
        raise WorldError(
            f"The table of hypernyms cannot be read ({error}).",
            where=str(path),
            do="Install Insight again.",
        ) from error


def save(table: Hypernyms, path: Path) -> None:
    """Write a table to a file."""
    np.savez_compressed(
        path,
        synsets=table.synsets,
        hyponym=table.hyponym,
        hypernym=table.hypernym,
        frequency=table.frequency,
    )
