"""What a person types to find concepts: words, and filters like status:accepted.

Turns text into a Query and texts into a comparable spelling. Knows no catalogue.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from insight_app.project.judgements.hierarchy import ReviewStatus

_PART = re.compile(
    r'(?P<filter>[a-z]+):(?:"(?P<quoted>[^"]*)"?|(?P<bare>\S*))|"(?P<phrase>[^"]*)"?|(?P<word>\S+)'
)
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")
_YES_OR_NO = {
    "doubtful": "is_doubtful",
    "changed": "is_changed",
    "common": "in_common",
    "merged": "has_members",
}
_STATUS = {status.name.casefold(): status for status in ReviewStatus}


@dataclass(frozen=True)
class Query:
    """Hold conditions that must all be met; None or () = no such condition.

    words: each must occur.  level: lowest and highest.  hidden: None = hidden ones too.
    parent: (part of) the name of a parent.  by_person: the name is a person's.  is_doubtful: it is
    the machine's and doubtful.  is_changed: the last naming changed it.  in_common: the concept's
    images show something in common.  has_members: others are merged into it.
    """

    words: tuple[str, ...] = ()
    statuses: frozenset[ReviewStatus] = frozenset()
    level: tuple[int, int] | None = None
    hidden: bool | None = False
    parent: str | None = None
    minimum: int = 0
    by_person: bool | None = None
    is_doubtful: bool | None = None
    is_changed: bool | None = None
    in_common: bool | None = None
    has_members: bool | None = None


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """Return the text in lower case without accents: how texts are compared."""
    if text.isascii():
        return text.lower()
    # Some letters have a capital only once they are taken apart, others are taken apart by folding.
    taken_apart = unicodedata.normalize("NFKD", text)
    plain = unicodedata.normalize("NFKD", taken_apart.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def parse(text: str) -> Query:
    """Return the Query of a line of text; a filter with an unknown value is taken as a word."""
    words: list[str] = []
    found: dict[str, object] = {}
    statuses: set[ReviewStatus] = set()
    for part in _PART.finditer(text.strip()):
        if part["filter"] is None:
            word = part["phrase"] if part["phrase"] is not None else part["word"]
            if word:
                words.append(folded(word))
            continue
        value = part["quoted"] if part["quoted"] is not None else part["bare"]
        if part["filter"] == "status" and value.casefold() in _STATUS:
            statuses.add(_STATUS[value.casefold()])
        elif (condition := _condition(part["filter"], value)) is not None:
            found |= condition
        else:
            words.append(folded(part[0]))
    return Query(tuple(words), frozenset(statuses), **found)  # type: ignore[arg-type]


def _condition(name: str, value: str) -> dict[str, object] | None:
    numbers = _RANGE.fullmatch(value)
    if name == "level" and numbers:
        return {"level": (int(numbers[1]), int(numbers[2] or numbers[1]))}
    if name == "min" and value.isdecimal():
        return {"minimum": int(value)}
    if name == "hidden" and value in ("yes", "no", "all"):
        return {"hidden": {"yes": True, "no": False, "all": None}[value]}
    if name == "by" and value in ("person", "machine"):
        return {"by_person": value == "person"}
    if name in _YES_OR_NO and value in ("yes", "no"):
        return {_YES_OR_NO[name]: value == "yes"}
    if name == "parent" and value:
        return {"parent": folded(value)}
    return None
