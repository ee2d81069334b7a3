"""The nouns of WordNet 3.0: hypernyms (kinds) and holonyms (wholes).

Only for measuring names and relations against a taxonomy; no name is made from it. The files are
those of `wordnet-base` (`data.noun`; format: wndb(5)). A synset is "n" and the eight digits of its
place in data.noun, which is also ImageNet's id of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from insight_app.disk_errors import disk_error
from insight_app.errors import Refusal

_KIND = {"@", "@i"}
_WHOLE = {"#m", "#s", "#p"}


@dataclass(frozen=True)
class Taxonomy:
    """hypernyms, holonyms: synset -> the ones directly above; lemmas: synset -> its words."""

    hypernyms: Mapping[str, tuple[str, ...]]
    holonyms: Mapping[str, tuple[str, ...]]
    lemmas: Mapping[str, tuple[str, ...]]
    _hypernym_closures: dict[str, frozenset[str]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _holonym_closures: dict[str, frozenset[str]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def _by_word(self) -> dict[str, tuple[str, ...]]:
        words: dict[str, list[str]] = {}
        for synset, lemmas in self.lemmas.items():
            for lemma in lemmas:
                words.setdefault(_plain(lemma), []).append(synset)
        return {word: tuple(synsets) for word, synsets in words.items()}

    def synsets(self, word: str) -> tuple[str, ...]:
        """Return all noun senses of a word, whatever its capitals; () if it has none."""
        return self._by_word.get(_plain(word), ())

    def with_hypernyms(self, synset: str) -> frozenset[str]:
        """Return the synset and all its hypernyms, however far."""
        return _closure(synset, self.hypernyms, self._hypernym_closures)

    def with_holonyms(self, synset: str) -> frozenset[str]:
        """Return the synset and all it is a member, a part or the substance of, however far."""
        return _closure(synset, self.holonyms, self._holonym_closures)

    def depth(self, synset: str) -> int:
        """Return the length of the shortest way up; 1 for a synset with nothing above."""
        level, seen, steps = {synset}, {synset}, 1
        while all(self.hypernyms.get(one) for one in level):
            level = {up for one in level for up in self.hypernyms[one]} - seen
            seen |= level
            steps += 1
        return steps

    def is_kind(self, synset: str, above: Iterable[str]) -> bool:
        """Return whether the synset is one of `above`, or a kind of one."""
        return not self.with_hypernyms(synset).isdisjoint(above)

    def is_kind_or_part(self, below: Iterable[str], above: Iterable[str]) -> bool:
        """Return whether any of `above` is a true hypernym or holonym of any of `below`."""
        targets = set(above)
        return any(
            not ((self.with_hypernyms(one) | self.with_holonyms(one)) - {one}).isdisjoint(targets)
            for one in below
        )

    def similarity(self, one: str, other: str) -> float:
        """Return the similarity of Wu and Palmer; 0 if the two have nothing in common.

        It is 2 depth(lowest common hypernym) / (depth + depth).
        """
        common = self.with_hypernyms(one) & self.with_hypernyms(other)
        if not common:
            return 0.0
        lowest = max(self.depth(synset) for synset in common)
        return min(1.0, 2 * lowest / (self.depth(one) + self.depth(other)))


def read(folder: Path) -> Taxonomy:
    """Read the nouns of a WordNet folder; KnownError if it is none."""
    file = folder / "data.noun"
    hypernyms: dict[str, tuple[str, ...]] = {}
    holonyms: dict[str, tuple[str, ...]] = {}
    lemmas: dict[str, tuple[str, ...]] = {}
    try:
        with file.open(encoding="ascii") as lines:
            for line in lines:
                if line.startswith("  "):  # the licence
                    continue
                fields = line.partition(" | ")[0].split()
                synset, words = "n" + fields[0], int(fields[3], 16)
                lemmas[synset] = tuple(fields[4 : 4 + 2 * words : 2])
                pointers = fields[5 + 2 * words :]
                marked = list(zip(pointers[::4], pointers[1::4], pointers[2::4], strict=False))
                hypernyms[synset] = tuple("n" + p for mark, p, _ in marked if mark in _KIND)
                holonyms[synset] = tuple("n" + p for mark, p, _ in marked if mark in _WHOLE)
    except (FileNotFoundError, ValueError, IndexError) as error:
        raise Refusal(
            f"This is not WordNet's list of nouns ({error}).",
            where=str(file),
            do="Name the folder that holds data.noun, for instance /usr/share/wordnet.",
        ) from error
    except OSError as error:
        raise disk_error(error, "WordNet's list of nouns cannot be read", where=file) from error
    return Taxonomy(hypernyms, holonyms, lemmas)


def _plain(word: str) -> str:
    return word.replace("_", " ").lower()


def _closure(
    start: str, above: Mapping[str, tuple[str, ...]], known: dict[str, frozenset[str]]
) -> frozenset[str]:
    found = known.get(start)
    if found is None:
        seen, todo = {start}, [start]
        while todo:
            new = [up for up in above.get(todo.pop(), ()) if up not in seen]
            seen.update(new)
            todo.extend(new)
        found = known[start] = frozenset(seen)
    return found
