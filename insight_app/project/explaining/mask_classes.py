"""The classes of a table of labels: which words stand for them, and which pixels are judged.

A table's name may hold several words ("building, edifice"), and COCO's have endings that nobody
says ("floor-other-merged"). Owns how a name becomes words, and which ids are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.class_words import ClassWords, checked, of_line
from insight_app.concepts.explain.overlap import LEFT_OUT
from insight_app.errors import Refusal
from insight_app.project.quality.masks import LabelTable

NO_LABEL = {"", "unlabeled", "unlabelled", "void", "ignore", "ignored", "unknown"}
"""What tables call pixels that nobody judged."""
ENDINGS = ("merged", "other", "stuff")
"""Of COCO's names: they tell labels of one kind apart, not what is seen."""
BACKGROUND_NAME = "background"
FEWEST = 2


@dataclass(frozen=True, eq=False)
class MaskClasses:
    """C classes, and which one each id of a mask is; has_background: whether the last one is 0.

    words: of the classes without the background; ids (n,), rows (n,): the class of each id of the
    table, LEFT_OUT for what is not judged; without: labels of the table that no class stands for.
    """

    words: tuple[ClassWords, ...]
    has_background: bool
    ids: NDArray[np.int64]
    rows: NDArray[np.int64]
    without: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What the C classes are called, the background last."""
        named = tuple(one.name for one in self.words)
        return (*named, BACKGROUND_NAME) if self.has_background else named

    def truth(self, mask: NDArray[np.integer], height: int, width: int) -> NDArray[np.int64]:
        """Return (height, width) the class of each pixel of a mask (H, W), at most as large."""
        rows = ((np.arange(height) + 0.5) * mask.shape[0] / height).astype(np.int64)
        cols = ((np.arange(width) + 0.5) * mask.shape[1] / width).astype(np.int64)
        nearest = mask[rows[:, None], cols]
        found: NDArray[np.int64] = self.rows[np.searchsorted(self.ids, nearest)]
        return found


def of_table(
    table: LabelTable, given: Sequence[ClassWords] | None, *, background: bool
) -> MaskClasses:
    """Return the classes of a table; Refusal where there are fewer than two.

    given: other classes than the table's own, each for the label that has one of its words.
    background: whether what the table calls background is judged.
    """
    own = [words_of(*one) for one in zip(table.names, _synonyms(table), strict=True)]
    labels = [row for row, name in enumerate(table.names) if not _is_no_label(name)]
    if background:  # which is no class among others then
        labels = [row for row in labels if table.names[row].casefold() != BACKGROUND_NAME]
        given = given and [one for one in given if one.name.casefold() != BACKGROUND_NAME]
    if given is None:
        words = _named_apart([own[row] for row in labels], [table.names[row] for row in labels])
        place = {row: n for n, row in enumerate(labels)}
    else:
        words = checked(given, FEWEST)
        by_word = {w.casefold(): n for n, one in reversed([*enumerate(words)]) for w in one.words}
        place = {}
        for row in labels:
            said = (table.names[row], *own[row].words)
            match = next((by_word[w.casefold()] for w in said if w.casefold() in by_word), None)
            if match is not None:
                place[row] = match
        if not place:
            raise Refusal(
                "None of the classes is a label of the masks.",
                do=f"The labels are: {', '.join(table.names[:8])}…",
            )
    is_judged = background and table.background.casefold() == BACKGROUND_NAME
    rows = np.full(len(table.ids) + 1, LEFT_OUT, np.int64)
    for row, n in place.items():
        rows[row + 1] = n
    if is_judged:
        rows[0] = len(words)
    without = tuple(table.names[row] for row in labels if row not in place)
    return MaskClasses(words, is_judged, np.array((0, *table.ids), np.int64), rows, without)


def words_of(name: str, synonyms: str) -> ClassWords:
    """Return the words for a table's name: the parts between commas, as they are said."""
    whole = of_line(f"{_said(name)}, {synonyms}")
    return whole if whole is not None else ClassWords(name)


def _said(name: str) -> str:
    return ",".join(map(_word, name.replace(";", ",").replace("/", ",").split(",")))


def _word(text: str) -> str:
    parts = text.strip().replace("_", "-").split("-")
    while len(parts) > 1 and parts[-1].casefold() in ENDINGS:
        parts.pop()
    return " ".join(parts)


def _named_apart(words: Sequence[ClassWords], names: Sequence[str]) -> tuple[ClassWords, ...]:
    """Return the classes, those whose first words are the same under the names of the table."""
    firsts = [one.name.casefold() for one in words]
    apart = [
        one if firsts.count(one.name.casefold()) == 1 else ClassWords(name, one.words)
        for one, name in zip(words, names, strict=True)
    ]
    return checked(apart, FEWEST)


def _synonyms(table: LabelTable) -> Sequence[str]:
    return table.synonyms or ("",) * len(table.ids)


def _is_no_label(name: str) -> bool:
    return name.strip().casefold() in NO_LABEL
