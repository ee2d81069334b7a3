"""The texts that a search looks into: names and meanings of all rows, ready to be compared.

Knows what a word in a name is worth; knows neither filters nor what a concept is.
"""

from collections.abc import Sequence

from insight_app.project.judgements.search import folded


class Texts:
    """Hold names and meanings in comparable spelling, so that a key press costs no folding."""

    def __init__(self, names: Sequence[str], meanings: Sequence[str]) -> None:
        # A space in front: " word" then finds the beginnings of words.
        self._names = [f" {folded(name)}" for name in names]
        self._meanings = [*meanings, *[""] * (len(names) - len(meanings))]
        self._all = [f"{n}\n{m}" for n, m in zip(self._names, self._meanings, strict=True)]

    def set_name(self, row: int, name: str) -> None:
        """Take over the new name of a row."""
        self._names[row] = f" {folded(name)}"
        self._all[row] = f"{self._names[row]}\n{self._meanings[row]}"

    def named(self, name: str) -> list[int]:
        """Return the rows of exactly this name, else those whose name contains it."""
        exact = [row for row, text in enumerate(self._names) if text[1:] == name]
        return exact or [row for row, text in enumerate(self._names) if name in text]

    def ranked(self, rows: list[int], words: Sequence[str]) -> list[int]:
        """Return those of `rows` in which all words occur, as ordered: names before meanings."""
        names, texts = self._names, self._all
        for word in words:
            rows = [row for row in rows if word in texts[row]]
        if not words:
            return rows
        whole, first = " ".join(words), words[0]
        tiers: tuple[list[int], ...] = ([], [], [], [], [])
        for row in rows:
            name = names[row]
            if first not in name:
                tier = 4
            elif name[1:] == whole:
                tier = 0
            elif name.startswith(first, 1):
                tier = 1
            elif f" {first}" in name:
                tier = 2
            else:
                tier = 3
            tiers[tier].append(row)
        return [row for tier in tiers for row in tier]
