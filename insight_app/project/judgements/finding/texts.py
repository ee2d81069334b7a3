"""The texts that a search looks into: names, candidate names and meanings, ready to be compared.

Knows what a word in a name is worth; knows neither filters nor what a concept is.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from insight_app.project.judgements.finding.search import folded

NAMES, ALIASES, MERGED, CANDIDATES, MEANINGS = range(5)
"""Where the words of a search were found, the best first."""

_NUMBER = re.compile(r"#?([0-9]{1,9})")


class Meaning(NamedTuple):
    """What a concept may be called, a line each, and what its first candidate name means."""

    terms: str
    definition: str


class Called(NamedTuple):
    """What persons and the machine say a concept is, in comparable spelling, a line each.

    merged: what is merged into it is called.  terms, definition: as of Meaning.
    """

    name: str
    aliases: str
    merged: str
    terms: str
    definition: str


class Texts:
    """Hold what concepts are called in comparable spelling, so that a key press folds nothing.

    A word that is a number, with or without #, is also looked for among the numbers of concepts.
    """

    def __init__(self, called: Sequence[Called]) -> None:
        self._called: list[Called] = []
        self._all: list[str] = []
        self._members: dict[int, frozenset[int]] = {}
        """Row -> the rows merged into it, where there are any."""
        for row, one in enumerate(called):
            self.set(row, one)

    def set(self, row: int, called: Called, members: Sequence[int] = ()) -> None:
        """Take over what a row is called now; row: one of those there are, or the next.

        members: the rows that are merged into it.
        """
        self._members.pop(row, None)
        if members:
            self._members[row] = frozenset(members)
        # A space in front: " word" then finds the beginnings of words.
        now = called._replace(name=f" {called.name}")
        self._called[row : row + 1] = [now]
        self._all[row : row + 1] = ["\n".join(now)]

    def named(self, name: str) -> list[int]:
        """Return the rows of exactly this name, else those whose name contains it."""
        exact = [row for row, one in enumerate(self._called) if one.name[1:] == name]
        return exact or [row for row, one in enumerate(self._called) if name in one.name]

    def ranked(self, rows: list[int], words: Sequence[str], meanings: bool = True) -> list[int]:
        """Return those of `rows` in which all words occur, as ordered.

        Names come before aliases, then what is merged into them, candidate names, and meanings
        where those count.
        """
        for word in words:
            numbered = self._numbered(word)
            rows = [row for row in rows if word in self._all[row] or row in numbered]
        if not words:
            return rows
        whole, first = " ".join(words), words[0]
        own = {number for word in words if (number := number_of(word)) is not None}
        tiers: tuple[list[int], ...] = tuple([] for _ in range(4 + MEANINGS))
        for row in rows:
            name = self._called[row].name
            place = self.place(row, words)
            if place != NAMES:
                tier = 3 + place
            elif name[1:] == whole or row in own:
                tier = 0
            elif name.startswith(first, 1):
                tier = 1
            elif f" {first}" in name:
                tier = 2
            else:
                tier = 3
            tiers[tier].append(row)
        counted = tiers if meanings else tiers[:-1]
        return [row for tier in counted for row in tier]

    def place(self, row: int, words: Sequence[str]) -> int:
        """Return up to which of its texts one has to look to find all words in a row."""
        text, members = "", self._members.get(row, frozenset())
        for place, more in enumerate(self._called[row]):
            text = f"{text}\n{more}"
            known = {row} | (members if place >= MERGED else frozenset())
            if all(word in text or number_of(word) in known for word in words):
                return place
        return MEANINGS

    def _numbered(self, word: str) -> frozenset[int]:
        """Return the rows that have a number, or into which the one with it is merged."""
        number = number_of(word)
        if number is None:
            return frozenset()
        holders = (row for row, members in self._members.items() if number in members)
        return frozenset((number, *holders))


def number_of(word: str) -> int | None:
    """Return the number that a word is - 244, or #244 as lists write it - None for another word."""
    found = _NUMBER.fullmatch(word)
    return None if found is None else int(found[1])


def called(
    name: str, aliases: Sequence[str], merged: Sequence[str], meanings: Sequence[Meaning]
) -> Called:
    """Return what a concept is called in comparable spelling; meanings: folded already."""
    return Called(
        folded(name),
        "\n".join(map(folded, aliases)),
        "\n".join(map(folded, merged)),
        "\n".join(one.terms for one in meanings),
        "\n".join(one.definition for one in meanings),
    )
