"""The texts that a search looks into: names, candidate names and meanings, ready to be compared.

Knows what a word in a name is worth; knows neither filters nor what a concept is.
"""

from collections.abc import Sequence
from typing import NamedTuple

from insight_app.project.judgements.search import folded


class Meaning(NamedTuple):
    """What a concept may be called, a line each, and what its first candidate name means."""

    terms: str
    definition: str


class Texts:
    """Hold names and meanings in comparable spelling, so that a key press costs no folding."""

    def __init__(self, names: Sequence[str], meanings: Sequence[Meaning]) -> None:
        # A space in front: " word" then finds the beginnings of words.
        self._names = [f" {folded(name)}" for name in names]
        self._meanings = [*meanings, *[Meaning("", "")] * (len(names) - len(meanings))]
        self._all = list(map(self._joined, range(len(names))))

    def _joined(self, row: int) -> str:
        return "\n".join((self._names[row], *self._meanings[row]))

    def set_name(self, row: int, name: str) -> None:
        """Take over the new name of a row."""
        self._names[row] = f" {folded(name)}"
        self._all[row] = self._joined(row)

    def named(self, name: str) -> list[int]:
        """Return the rows of exactly this name, else those whose name contains it."""
        exact = [row for row, text in enumerate(self._names) if text[1:] == name]
        return exact or [row for row, text in enumerate(self._names) if name in text]

    def ranked(self, rows: list[int], words: Sequence[str], meanings: bool = True) -> list[int]:
        """Return those of `rows` in which all words occur, as ordered.

        Names come before candidate names, and these before meanings, where those count.
        """
        names, texts = self._names, self._all
        for word in words:
            rows = [row for row in rows if word in texts[row]]
        if not words:
            return rows
        whole, first = " ".join(words), words[0]
        tiers: tuple[list[int], ...] = ([], [], [], [], [], [])
        for row in rows:
            name = names[row]
            if not all(word in name for word in words):
                terms = f"{name}\n{self._meanings[row].terms}"
                tier = 4 if all(word in terms for word in words) else 5
            elif name[1:] == whole:
                tier = 0
            elif name.startswith(first, 1):
                tier = 1
            elif f" {first}" in name:
                tier = 2
            else:
                tier = 3
            tiers[tier].append(row)
        counted = tiers if meanings else tiers[:5]
        return [row for tier in counted for row in tier]

    def beside_name(self, row: int, words: Sequence[str]) -> list[str]:
        """Return the words that a row's name does not have."""
        return [word for word in words if word not in self._names[row]]
