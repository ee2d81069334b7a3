"""What completes a name that is being typed: names in use, aliases, then the vocabulary.

All in memory, to be asked on any thread. Knows no catalogue.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from insight_app.project.judgements.finding.search import folded
from insight_app.project.judgements.names.spelling import same_name

MOST = 10


@dataclass(frozen=True)
class Completion:
    """Hold a name to be taken; count: how many concepts have it; alias: by which it was found."""

    name: str
    count: int = 0
    alias: str = ""


class KnownWords:
    """Hold words in comparable spelling, so that looking one up costs no folding."""

    def __init__(self, words: Iterable[str]) -> None:
        pairs = {word: f" {folded(word)}" for word in words}
        self._words = sorted(pairs.items(), key=lambda pair: (len(pair[0]), pair[1]))

    def beginning(self, text: str) -> list[str]:
        """Return the words with a part that begins as `text` (folded), the whole ones first."""
        part = f" {text}"
        found = [(word, spelled) for word, spelled in self._words if part in spelled]
        return [
            word for word, spelled in sorted(found, key=lambda one: not one[1].startswith(part))
        ]


class Completions:
    """Hold what completes a name. used: the names in force, once a concept; aliases: to names."""

    def __init__(
        self,
        used: Iterable[str],
        aliases: Mapping[str, str] | None = None,
        vocabulary: KnownWords | None = None,
    ) -> None:
        counts = Counter(name for name in used if name)
        self._counts = counts
        self._called: Counter[str] = Counter()
        for name, count in counts.items():
            self._called[same_name(name)] += count
        self._used = sorted(
            ((f" {folded(name)}", name) for name in counts),
            key=lambda one: (-counts[one[1]], one[0]),
        )
        self._aliases = sorted(
            (f" {folded(alias)}", alias, name) for alias, name in (aliases or {}).items()
        )
        self._vocabulary = vocabulary or KnownWords(())

    def called(self, name: str) -> int:
        """Return how many concepts have a name, however it is spelled."""
        return self._called[same_name(name)]

    def find(self, text: str, most: int = MOST, own: Sequence[str] = ()) -> list[Completion]:
        """Return at most `most` completions of what was typed, each name once, best first.

        own: the concept's candidate names, which come before words of the vocabulary. Beginnings of
        names come before beginnings of later words. Nothing completes nothing.
        """
        typed = folded(" ".join(text.split()))
        if not typed:
            return []
        part = f" {typed}"
        found: dict[str, Completion] = {}
        for is_whole in (True, False):
            for spelled, name in self._used:
                if spelled.startswith(part) if is_whole else part in spelled:
                    found.setdefault(name, Completion(name, self._counts[name]))
                    if len(found) >= most:
                        return list(found.values())
        for spelled, alias, name in self._aliases:
            if part in spelled:
                found.setdefault(name, Completion(name, self._counts[name], alias))
        for word in own:
            if part in f" {folded(word)}":
                found.setdefault(word, Completion(word))
        if len(found) < most:
            for word in self._vocabulary.beginning(typed):
                found.setdefault(word, Completion(word))
        return list(found.values())[:most]
