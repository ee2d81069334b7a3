"""Which photos of a folder are wanted: patterns of names, to be taken and to be left out.

Masks and thumbnails lie beside photos as `a_mask.png` or in a folder `thumbs`. Opens no file; knows
no project.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property

from insight_app.errors import Refusal

MOST, LONGEST = 200, 500
"""So many patterns, of so many signs, are taken at most: matching stays quick."""


@dataclass(frozen=True)
class Patterns:
    """What is taken (include; all photos where it is empty) and what is left out of that (exclude).

    `*` stands for any signs, `?` for one, `[ab]` for one of these; capitals do not matter. A
    pattern is compared with the name of a photo, with its path relative to the folder that was
    given ('/' between names), and with the folders that it lies in: `thumbs` leaves out all in
    folders of that name. One that begins with '/' is compared from that folder on only.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(cls, include: Iterable[str] = (), exclude: Iterable[str] = ()) -> "Patterns":
        """Return patterns as they were typed, without empty ones; Refusal for too many."""
        found = cls(_cleaned(include), _cleaned(exclude))
        patterns = found.include + found.exclude
        if len(patterns) > MOST or any(len(pattern) > LONGEST for pattern in patterns):
            raise Refusal(f"At most {MOST} patterns of at most {LONGEST} signs can be given.")
        return found

    @property
    def take_all(self) -> bool:
        """Whether nothing is left out."""
        return not self.include and not self.exclude

    @property
    def said(self) -> str:
        """The patterns in words; '' if they take all."""
        said = [f"only {', '.join(self.include)}"] if self.include else []
        said += [f"without {', '.join(self.exclude)}"] if self.exclude else []
        text = ", ".join(said)
        return f"{text[:1].upper()}{text[1:]}." if text else ""

    def take(self, path: str) -> bool:
        """Return whether a photo is taken; path: relative to the folder that was given."""
        if self.take_all:
            return True
        plain = _comparable(path)
        if self._included is not None and not self._included.fullmatch(plain):
            return False
        return self._excluded is None or not self._excluded.fullmatch(plain)

    @cached_property
    def _included(self) -> re.Pattern[str] | None:
        return _compiled(self.include)

    @cached_property
    def _excluded(self) -> re.Pattern[str] | None:
        return _compiled(self.exclude)


ALL = Patterns()


def split(text: str) -> list[str]:
    """Return the patterns of a line that a person typed: between commas, semicolons or lines."""
    return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]


def _cleaned(patterns: Iterable[str]) -> tuple[str, ...]:
    cleaned = (pattern.strip().replace("\\", "/").rstrip("/") for pattern in patterns)
    return tuple(dict.fromkeys(pattern.removeprefix("./") for pattern in cleaned if pattern))


def _comparable(text: str) -> str:
    """Return a text so that equal ones look equal: some systems keep accents as signs of their own,
    and capitals do not matter.
    """
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def _compiled(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """Return what a path must match whole for one of the patterns to concern it."""
    parts = []
    for pattern in patterns:
        plain = _comparable(pattern)
        where = "" if plain.startswith("/") else "(?:.*/)?"
        glob = translate(plain.lstrip("/"))  # "(?s:" + the expression + ")" + the end of the text
        parts.append(f"{where}(?:{glob[4 : glob.rindex(')')]})(?:/.*)?")
    return re.compile("|".join(parts), re.DOTALL) if parts else None
