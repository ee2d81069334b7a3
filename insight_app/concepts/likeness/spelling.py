"""When two names are spelled alike: the same words in another form, or a slip of the pen.

Texts only; knows no meanings.
"""

import re
import unicodedata
from collections.abc import Iterator

_WORDS = re.compile(r"[^\W_]+")
SHORTEST = 5
"""Letters of a name; shorter ones are too many words away from each other by one letter."""


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
    """Return what all forms of a name share: its words in singular, without spaces.

    "Wind screens", "windscreen", "wind-screen" and "screen, wind" have one form.
    """
    last_first = " ".join(reversed(name.split(",")))
    return "".join(_singular(word) for word in plain(last_first).split())


def _singular(word: str) -> str:
    if word.endswith(("ss", "us", "is")) or len(word) < 4:
        return word
    return next(singulars(word), word)


def is_slip(one: str, other: str) -> bool:
    """Return whether two plain names differ by a slip in one of at least SHORTEST letters.

    A letter is missing, too much, another one, or two stand in the wrong order. Other digits are no
    slip: "texture 18" and "texture 19" are two things.
    """
    if _digits(one) != _digits(other):
        return False
    if one == other or min(len(one), len(other)) < SHORTEST or abs(len(one) - len(other)) > 1:
        return False
    first = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    if first < 0:
        return True
    rests = one[first:], other[first:]
    if len(one) != len(other):
        longer, shorter = sorted(rests, key=len, reverse=True)
        return longer[1:] == shorter
    a, b = rests
    return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _digits(name: str) -> list[str]:
    return [letter for letter in name if letter.isdigit()]


def deletions(name: str) -> Iterator[str]:
    """Yield a plain name and all that it is without one letter; nothing for a short one.

    Two names with a slip between them have at least one of these in common.
    """
    if len(name) >= SHORTEST:
        yield name
        yield from {name[:place] + name[place + 1 :] for place in range(len(name))}
