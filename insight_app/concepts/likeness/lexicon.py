"""What nouns mean: their senses, what each is a kind of and what it is a part of.

A table shipped with Insight (`resources/lexicon.npz`, made by packaging/make_lexicon.py from
WordNet 3.0) holds the senses of things that can be seen, all words for each, and the links between
them. It proposes; no name and no relation is made from it. Knows nothing of concepts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insight_app import resources
from insight_app.concepts.likeness.spelling import plain, singulars
from insight_app.disk_errors import disk_error
from insight_app.errors import WorldError
from insight_app.plain_arrays import read_npz

RESOURCE = "lexicon.npz"
_COLUMNS = (
    "synsets",
    "called",
    "sense_word",
    "sense",
    "hyponym",
    "hypernym",
    "part",
    "whole",
)


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Hold S senses (WordNet's synsets) of W words.

    words (W,): in plain spelling (`spelling.plain`).  synsets (S,) int32: WordNet's numbers,
    ascending; called (S,) int32: the first word of each; sense_word, sense (N,) int32: words and
    their senses, by word, the most usual sense first; hyponym, hypernym (E,) int32, part, whole
    (P,) int32: the ends of links.  Senses are rows of `synsets`.
    """

    words: list[str]
    synsets: NDArray[np.int32]
    called: NDArray[np.int32]
    sense_word: NDArray[np.int32]
    sense: NDArray[np.int32]
    hyponym: NDArray[np.int32]
    hypernym: NDArray[np.int32]
    part: NDArray[np.int32]
    whole: NDArray[np.int32]

    def senses(self, name: str) -> tuple[int, ...]:
        """Return what a noun can mean, the most usual first; () for one that is not known.

        In whatever case, with or without hyphens, singular or plural.
        """
        word = plain(name)
        for form in (word, *singulars(word), word.replace(" ", "")):
            if form in self._senses:
                return self._senses[form]
        return ()

    def sense_of(self, synset: str) -> int | None:
        """Return the sense of a synset ("n" and eight digits), None if it is not known."""
        number = int(synset[1:]) if synset[:1] == "n" and synset[1:].isdecimal() else -1
        at = int(np.searchsorted(self.synsets, number))
        is_known = at < self.synsets.size and int(self.synsets[at]) == number
        return at if is_known else None

    def word(self, sense: int) -> str:
        """Return the first word that means this."""
        return self.words[int(self.called[sense])]

    def kinds(self, sense: int) -> Mapping[int, int]:
        """Return the sense and all it is a kind of, each with the number of steps up to it."""
        return self._above(sense)

    def wholes(self, sense: int) -> tuple[int, ...]:
        """Return what the sense itself is a part of."""
        return self._wholes.get(sense, ())

    @cached_property
    def _senses(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {}
        for word, sense in zip(self.sense_word.tolist(), self.sense.tolist(), strict=True):
            found.setdefault(self.words[word], []).append(sense)
        return {word: tuple(senses) for word, senses in found.items()}

    @cached_property
    def _hypernyms(self) -> dict[int, tuple[int, ...]]:
        return _links(self.hyponym, self.hypernym)

    @cached_property
    def _wholes(self) -> dict[int, tuple[int, ...]]:
        return _links(self.part, self.whole)

    @cached_property
    def _above_by_sense(self) -> dict[int, dict[int, int]]:
        return {}

    def _above(self, sense: int) -> Mapping[int, int]:
        found = self._above_by_sense.get(sense)
        if found is None:
            found = {sense: 0}
            level = [sense]
            while level:
                steps = found[level[0]] + 1
                ups = (up for one in level for up in self._hypernyms.get(one, ()))
                level = list(dict.fromkeys(up for up in ups if up not in found))
                found.update(dict.fromkeys(level, steps))
            self._above_by_sense[sense] = found
        return found


def _links(low: NDArray[np.int32], high: NDArray[np.int32]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = {}
    for one, other in zip(low.tolist(), high.tolist(), strict=True):
        found.setdefault(one, []).append(other)
    return {one: tuple(others) for one, others in found.items()}


@cache
def shipped() -> Lexicon:
    """Load the table that ships with Insight, once."""
    return load(resources.path(RESOURCE))


def load(path: Path) -> Lexicon:
    """Load a table that `save` wrote; WorldError if it is missing or damaged."""
    try:
        arrays = read_npz(path)
        words = arrays["words"].tobytes().decode().split("\n")
        return Lexicon(words, **{name: arrays[name].astype(np.int32) for name in _COLUMNS})
    except OSError as error:
        what, do = "The table of nouns cannot be read", "Install Insight again."
        raise disk_error(error, what, where=path, do=do) from error
    except (ValueError, KeyError) as error:
        raise WorldError(
            f"The table of nouns cannot be read ({error}).",
            where=str(path),
            do="Install Insight again.",
        ) from error


def save(lexicon: Lexicon, path: Path) -> None:
    """Write a table to a file."""
    words = np.frombuffer("\n".join(lexicon.words).encode(), np.uint8)
    np.savez_compressed(path, words=words, **{n: getattr(lexicon, n) for n in _COLUMNS})


def table(
    words: Mapping[str, Iterable[str]],
    called: Mapping[str, str],
    hypernyms: Iterable[tuple[str, str]],
    holonyms: Iterable[tuple[str, str]],
) -> Lexicon:
    """Make a table of words with their synsets, most usual first, and of pairs of synsets.

    called: synset -> its first word; hypernyms: (kind, more general); holonyms: (part, whole).
    """
    senses = {word: list(synsets) for word, synsets in sorted(words.items())}
    known = sorted({synset for synsets in senses.values() for synset in synsets})
    place = {synset: row for row, synset in enumerate(known)}
    listed = [(n, place[s]) for n, synsets in enumerate(senses.values()) for s in synsets]
    links = [sorted((place[a], place[b]) for a, b in pairs) for pairs in (hypernyms, holonyms)]
    columns = [
        np.array(pairs, np.int32).reshape(-1, 2).T.copy() for pairs in (listed, links[0], links[1])
    ]
    numbers = np.array([int(synset[1:]) for synset in known], np.int32)
    at = {word: n for n, word in enumerate(senses)}
    first = np.array([at[called[synset]] for synset in known], np.int32)
    return Lexicon(list(senses), numbers, first, *columns[0], *columns[1], *columns[2])
