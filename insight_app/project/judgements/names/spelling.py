"""When two names are the same name, and when a name has gone another way. One rule for all."""

import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
"""What a name belongs to: a concept's id, a row."""


@dataclass(frozen=True)
class Renaming(Generic[K]):
    """State that what is called `before` shall be called `after`."""

    key: K
    before: str
    after: str


def tidy(name: str) -> str:
    """Return a name as the log keeps it: one line, single spaces."""
    return " ".join(name.split())


def same_name(name: str) -> str:
    """Return what is equal of two names that differ in case, spaces or the coding of accents only.

    Accents themselves count: "ano" is not "año".
    """
    if name.isascii():
        return tidy(name).lower()
    return tidy(unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold()))
