"""Whether names are right, on photos whose classes are known (METRICS.md, "Names").

A name is right when it is the class, or a hypernym of it, of more than half of a concept's
strongest cells. General names are right more easily, so beside it stand how special names are and
how many concepts share one. Words count in any of their noun senses. F concepts, C classes, V
terms.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.quality.taxonomy import Taxonomy


class Classes:
    """C classes of photos, synsets of a taxonomy, and which words cover them."""

    def __init__(self, taxonomy: Taxonomy, synsets: Sequence[str]) -> None:
        self.synsets = list(synsets)
        self._taxonomy = taxonomy
        self._kinds = [taxonomy.with_hypernyms(synset) for synset in synsets]
        self._known: dict[tuple[str, str], NDArray[np.bool_]] = {}

    def covered(self, term: str, synset: str = "") -> NDArray[np.bool_]:
        """Return (C,) bool: which classes a word is the name of, or of a hypernym of.

        synset: one that the word stands for although the taxonomy may not say so.
        """
        key = term, synset
        if key not in self._known:
            senses = set(self._taxonomy.synsets(term)) | ({synset} if synset else set())
            covered = [not kinds.isdisjoint(senses) for kinds in self._kinds]
            self._known[key] = np.array(covered, np.bool_)
        return self._known[key]

    def coverage(self, terms: Sequence[str], synsets: Sequence[str]) -> NDArray[np.bool_]:
        """Return (C, V) bool `covered` of each word and synset (V,)."""
        words: dict[str, list[int]] = {}
        for n, (term, synset) in enumerate(zip(terms, synsets, strict=True)):
            for sense in {*self._taxonomy.synsets(term), synset} - {""}:
                words.setdefault(sense, []).append(n)
        found = np.zeros((len(self.synsets), len(terms)), np.bool_)
        for row, kinds in zip(found, self._kinds, strict=True):
            for kind in kinds:
                row[words.get(kind, [])] = True
        return found


def class_counts(
    concept: NDArray[np.integer],
    image: NDArray[np.integer],
    class_of: NDArray[np.integer],
    concepts: int,
    classes: int,
) -> NDArray[np.int64]:
    """Return (F, C) how many of a concept's strongest cells lie in photos of each class.

    concept, image (N,): of each strongest cell; class_of: of each image.
    """
    key = concept.astype(np.int64) * classes + class_of[image]
    return np.bincount(key, minlength=concepts * classes).reshape(concepts, classes)


def right(
    counts: NDArray[np.int64], classes: Classes, names: Sequence[str], synsets: Sequence[str]
) -> NDArray[np.float64]:
    """Return (F,) 1 where a name is right, 0 where it is wrong, NaN without a name or cells.

    names, synsets (F,): "" for none.
    """
    found = np.full(len(names), np.nan)
    cells = counts.sum(axis=1)
    for n, (name, synset) in enumerate(zip(names, synsets, strict=True)):
        if name and cells[n]:
            found[n] = counts[n, classes.covered(name, synset)].sum() * 2 > cells[n]
    return found


def sharing(names: Sequence[str]) -> float:
    """Return the share of named concepts whose name another concept has too."""
    count = Counter(name for name in names if name)
    total = sum(count.values())
    return sum(n for n in count.values() if n > 1) / total if total else 0.0


@dataclass(frozen=True, eq=False)
class Calibration:
    """Names in bins of equal count, by rising probability; arrays (bins,).

    claimed: mean probability; right: the share that is right; count. error: the expected
    calibration error, the mean distance of the two weighted by count.
    """

    claimed: NDArray[np.float64]
    right: NDArray[np.float64]
    count: NDArray[np.int64]

    @property
    def error(self) -> float:
        return float(np.abs(self.claimed - self.right) @ self.count / max(self.count.sum(), 1))


def calibration(
    probability: NDArray[np.floating], is_right: NDArray[np.floating], bins: int = 10
) -> Calibration:
    """Compare probabilities (n,) with what is right (n,); names with a NaN are left out."""
    known = ~(np.isnan(probability) | np.isnan(is_right))
    claimed, was_right = probability[known].astype(np.float64), is_right[known].astype(np.float64)
    order = np.argsort(claimed, kind="stable")
    parts = [part for part in np.array_split(order, bins) if part.size]
    return Calibration(
        np.array([claimed[part].mean() for part in parts]),
        np.array([was_right[part].mean() for part in parts]),
        np.array([part.size for part in parts], np.int64),
    )
