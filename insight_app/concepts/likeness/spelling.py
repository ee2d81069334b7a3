"""When two names are spelled alike: the same words in another form, or a slip of the pen.

Texts only; knows no meanings.
"""

import re
import unicodedata
from collections.abc import Iterator

_WORDS = re.compile(r"[^\W_]+")
_LONGEST = 40
"""Letters that are compared one by one; longer names are alike in form or not at all."""


def plain(name: str) -> str:
    """Return a name in small letters without accents, its words parted by single spaces."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(one for one in letters if not unicodedata.combining(one))
    return " ".join(_WORDS.findall(letters.replace("'", "").replace("’", "")))


def singulars(word: str) -> Iterator[str]:
    """Yield what the singular of plain words may be in English, by the last of them."""
    for end, instead in _ENDINGS:
        if word.endswith(end) and len(word) > len(end) + 1:
            yield word[: len(word) - len(end)] + instead


_ENDINGS = (
    ("ies", "y"), ("ives", "ife"), ("lves", "lf"), ("aves", "af"), ("ches", "ch"), ("shes", "sh"),
    ("sses", "ss"), ("xes", "x"), ("oes", "o"), ("men", "man"), ("feet", "foot"),
    ("teeth", "tooth"), ("geese", "goose"), ("mice", "mouse"), ("s", ""),
)  # fmt: skip


def form(name: str) -> str:
    """Return what all forms of a name share: its words in singular, sorted, without spaces.

    "Wind screens", "windscreen" and "wind-screen" have one form, "screen, wind" too.
    """
    words = plain(name).split()
    if not words:
        return ""
    one = [_singular(word) for word in words]
    return "".join(sorted(one)) if len(one) > 1 and "," in name else "".join(one)


def _singular(word: str) -> str:
    if word.endswith(("ss", "us", "is")) or len(word) < 4:
        return word
    return next(singulars(word), word)


def is_slip(one: str, other: str) -> bool:
    """Return whether two plain names differ by a slip: one letter of at least five, two of ten.

    A letter is missing, too much, another one, or two stand in the wrong order.
    """
    shorter = min(len(one), len(other))
    allowed = 0 if shorter < 5 else 1 if shorter < 10 else 2
    if not allowed or max(len(one), len(other)) > _LONGEST or one == other:
        return False
    return abs(len(one) - len(other)) <= allowed and distance(one, other, allowed) <= allowed


def distance(one: str, other: str, most: int) -> int:
    """Return how many slips lie between two texts (Damerau and Levenshtein); most + 1 if more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, of_other in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != of_other))
            if i > 1 and j > 1 and letter == other[j - 2] and of_other == one[i - 2]:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
