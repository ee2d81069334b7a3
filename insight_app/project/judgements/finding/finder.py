"""Finding concepts among all that a catalogue has: by words and filters, and why one was found.

Knows no judgements; what is looked for in the texts is `texts`' business.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.project.judgements.finding import search
from insight_app.project.judgements.finding.search import Query, folded
from insight_app.project.judgements.finding.texts import (
    ALIASES,
    CANDIDATES,
    MERGED,
    NAMES,
    Called,
    Meaning,
    Texts,
    called,
    number_of,
)
from insight_app.project.judgements.machine_results import MachineResults

if TYPE_CHECKING:
    from insight_app.project.judgements.catalogue import Catalogue


class Finder:
    """Search a catalogue; its texts are read when they are needed for the first time."""

    def __init__(self, catalogue: "Catalogue", results: MachineResults) -> None:
        self._catalogue = catalogue
        self._results = results
        self._texts: Texts | None = None
        self._meanings: list[Meaning] | None = None
        self._stale: set[int] = set()

    def search(self, text: str, meanings: bool) -> list[int]:
        """Return the rows that match, best first."""
        query, texts = search.parse(text), self._ready()
        rows = np.flatnonzero(self._passing(query, texts))
        rows = rows[np.lexsort((rows, -self._catalogue.images_at_least[rows]))]
        return texts.ranked(rows.tolist(), query.words, meanings)

    def why_found(self, row: int, text: str) -> str:
        """Return by what else than its name a row matches, "" where its name does."""
        words, texts, catalogue = search.parse(text).words, self._ready(), self._catalogue
        place = texts.place(row, words)
        if place == NAMES:
            return ""
        name = folded(catalogue.names[row])
        beside = [word for word in words if word not in name]
        if place == ALIASES:
            return f"via alias {_first([one.text for one in catalogue.aliases(row)], beside)}"
        if place == MERGED:
            return f"via {self._member(row, beside)}, merged into it"
        if place == CANDIDATES:
            return f"via {_first(self._terms(row), beside)}"
        return "by meaning"

    def refresh(self, rows: Iterable[int]) -> None:
        """Say that rows may be called something else now; the next search takes it over."""
        if self._texts is not None:
            self._stale.update(rows)

    def read_meanings(self) -> list[Meaning]:
        """Return (F,) what the machine's concepts may be called and mean, in comparable spelling.

        Only reads the machine's results: another thread may do it while the catalogue is used.
        """
        texts = []
        for concept in range(self._results.F):
            candidates = self._results.candidates(concept)
            terms = "\n".join(folded(candidate.term) for candidate in candidates)
            definitions = [folded(one.definition) for one in candidates[:1]]
            texts.append(Meaning(terms, "".join(definitions)))
        return texts

    def prepare(self, meanings: list[Meaning]) -> None:
        """Take over what read_meanings found, so that the first search need not."""
        self._meanings = meanings
        self._ready()

    def _ready(self) -> Texts:
        if self._meanings is None:
            self._meanings = self.read_meanings()
        if self._texts is None:
            self._texts = Texts([self._called(row) for row in range(self._catalogue.size)])
            self._stale |= set(self._catalogue.merged_into[self._catalogue.is_merged].tolist())
        for row in sorted(self._stale):
            self._texts.set(row, self._called(row), self._catalogue.members(row))
        self._stale.clear()
        return self._texts

    def _called(self, row: int) -> Called:
        catalogue = self._catalogue
        meanings = [
            self._meanings[one]
            for one in (row, *catalogue.members(row))
            if self._meanings is not None and one < self._results.F
        ]
        if said := catalogue.definitions.get(row):
            meanings.append(Meaning("", folded(said)))
        aliases = [one.text for one in catalogue.aliases(row)]
        return called(catalogue.names[row], aliases, self._merged(row), meanings)

    def _merged(self, row: int) -> list[str]:
        """Return the names of what is merged into a row, and their aliases."""
        catalogue = self._catalogue
        found = []
        for member in catalogue.members(row):
            found += [catalogue.names[member], *(one.text for one in catalogue.aliases(member))]
        return found

    def _member(self, row: int, words: list[str]) -> str:
        """Return what of that has one of the words: a name, or one with the number typed."""
        numbers = {number_of(word) for word in words}
        numbered = (one for one in self._catalogue.members(row) if one in numbers)
        if (member := next(numbered, None)) is not None:
            return f"{self._catalogue.names[member]} #{member}".lstrip()
        return _first(self._merged(row), words)

    def _terms(self, row: int) -> list[str]:
        """Return the candidate names of a row and of what is merged into it."""
        rows = (one for one in (row, *self._catalogue.members(row)) if one < self._results.F)
        return [candidate.term for one in rows for candidate in self._results.candidates(one)]

    def _passing(self, query: Query, texts: Texts) -> NDArray[np.bool_]:
        """Return (size,) whether a row meets all conditions but the words."""
        catalogue = self._catalogue
        passes = (catalogue.images_at_least >= query.minimum) & ~catalogue.is_merged
        if query.statuses:
            passes &= np.isin(catalogue.status, [int(status) for status in query.statuses])
        if query.level is not None:
            passes &= (catalogue.level >= query.level[0]) & (catalogue.level <= query.level[1])
        if query.hidden is not None:
            passes &= catalogue.hidden == query.hidden
        if query.by_person is not None:
            passes &= catalogue.by_person == query.by_person
        if query.is_doubtful is not None:
            passes &= catalogue.doubtful == query.is_doubtful
        if query.is_changed is not None:
            passes &= catalogue.changed == query.is_changed
        if query.in_common is not None:
            passes &= catalogue.in_common == query.in_common
        if query.has_members is not None:
            holders = np.zeros(catalogue.size, bool)
            holders[catalogue.merged_into[catalogue.is_merged]] = True
            passes &= holders == query.has_members
        if query.parent is not None:
            below = np.zeros(catalogue.size, bool)
            for row in texts.named(query.parent):
                children = catalogue.children(catalogue.holder(row))
                below[[edge.child for edge in children]] = True
            passes &= below
        return passes


def _first(names: Iterable[str], words: list[str]) -> str:
    """Return the first of names that has one of the words."""
    return next((name for name in names if any(word in folded(name) for word in words)), "")
