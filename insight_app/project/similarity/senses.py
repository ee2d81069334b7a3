"""In which sense a concept has its name, and whether two names mean the same.

A machine's name has the sense of its definition; a word that a person wrote can have any of its
senses. Knows the machine's candidates; nothing of what persons said but the names it is given.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

from insight_app.concepts.likeness.lexicon import Lexicon
from insight_app.concepts.likeness.spelling import plain
from insight_app.concepts.naming import vocabulary
from insight_app.project.results.candidates import CandidateName

_MOST_SENSES = 4
"""Of a word whose sense is not known: rarer ones are left out."""


class CandidateNames(Protocol):
    """Give the machine's candidate names of F concepts."""

    @property
    def F(self) -> int: ...
    def candidates(self, concept: int) -> Sequence[CandidateName]: ...


class Senses:
    """Tell what the names of concepts mean."""

    def __init__(self, results: CandidateNames, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._results = results
        self._known: dict[tuple[int, str], tuple[int, ...]] = {}

    def of(self, row: int, name: str) -> tuple[int, ...]:
        """Return the senses in which a concept may be called so, the likeliest first."""
        found = self._known.get((row, name))
        if found is None:
            found = self._known[row, name] = self._read(row, name)
        return found

    def _read(self, row: int, name: str) -> tuple[int, ...]:
        word = plain(name)
        if not word:
            return ()
        if row < self._results.F:
            for candidate in self._results.candidates(row):
                if candidate.reading in ("noun", "") and plain(candidate.term) == word:
                    sense = self._defined.get((candidate.term, candidate.definition))
                    if sense is not None:
                        return (sense,)
        return self.lexicon.senses(name)[:_MOST_SENSES]

    def prepare(self) -> None:
        """Build what the first question needs: 0.3 s."""
        self.lexicon.senses("thing")
        _ = self._defined

    @cached_property
    def _defined(self) -> dict[tuple[str, str], int]:
        """The sense of each term of the shipped vocabulary, by term and definition."""
        terms, _, definitions, synsets = vocabulary.shipped_terms()
        found = {}
        for term, definition, synset in zip(terms, definitions, synsets, strict=True):
            sense = self.lexicon.sense_of(synset)
            if sense is not None:
                found[term, definition] = sense
        return found
