"""Numbers as a person reads them: the one place that turns a value into digits.

At most three significant digits, never an exponent; what is too small for DECIMALS digits says so.
Counts are whole. Files for programs and spreadsheets get full precision elsewhere. Knows no window.
"""

import math
from collections.abc import Iterable, Sequence

DECIMALS = 3
"""Digits after the point at most."""
FLOOR = 10.0**-DECIMALS
MOST_DECIMALS = 6
"""Of parts of a sum."""
MINUS = "\u2212"
"""As wide as a plus."""
_DIGIT, _POINT = "\u2007", "\u2008"
"""Spaces as wide as a digit and as a point."""


def figure(value: float) -> str:
    """Return a measured value: 0, < 0.001, 0.012, 6.10, 61.0, 137, 1,310."""
    if not math.isfinite(value):
        return "not known"
    if 0 < abs(value) < FLOOR:
        return f"< {FLOOR}" if value > 0 else f"> -{FLOOR}"
    return f"{value:,.{_places(value)}f}" if value else "0"


def signed(value: float) -> str:
    """Return a value with its sign, as parts of a sum have it: +0.140, −0.290, +0.00031, 0.

    Parts of a sum may be far smaller than the sum: they keep two digits, up to MOST_DECIMALS.
    """
    if not math.isfinite(value) or not value:
        return figure(value)
    sign, size = "+" if value > 0 else MINUS, abs(value)
    if size >= FLOOR:
        return f"{sign}{figure(size)}"
    digits = f"{size:.{min(MOST_DECIMALS, 1 - math.floor(math.log10(size)))}f}"
    return f"{sign}{digits}" if float(digits) else "0"


def percentage(share: float) -> str:
    """Return a share of 0 to 1 in percent, for a column whose header has the sign.

    Only a whole is 100, only nothing is 0.
    """
    value = 100 * share
    if math.isclose(value, 100):
        return "100"
    return "> 99.9" if 99.9 < value < 100 and figure(value) == "100" else figure(value)


def percent(share: float) -> str:
    """Return a share of 0 to 1 with its sign: 12.3 %, < 0.001 %."""
    return f"{percentage(share)} %"


def counted(count: int, thing: str) -> str:
    """Return how many things there are: 1 image, 1,310 images, 2 classes."""
    end = "" if count == 1 else "es" if thing.endswith(("s", "x", "ch", "sh")) else "s"
    return f"{count:,} {thing}{end}"


def agreeing(count: int, one: str, many: str) -> str:
    """Return the form of a word that goes with so many: "is" for one, "are" for others."""
    return one if count == 1 else many


def spread(values: Sequence[float]) -> str:
    """Return from where to where values go: 0.841 to 0.994; one number where that is all."""
    low, high = figure(min(values)), figure(max(values))
    return low if low == high else f"{low} to {high}"


def most_decimals(values: Iterable[float]) -> int:
    """Return the digits after the point of the value that `figure` gives most of them."""
    return max((_places(value) for value in values if math.isfinite(value) and value), default=0)


def aligned(text: str, decimals: int) -> str:
    """Return a number for a right-aligned column in which points stand below each other.

    decimals: the most that a number of this column has.
    """
    _whole, point, digits = text.partition(".")
    if not text or not decimals:
        return text
    return text + (_POINT if not point else "") + _DIGIT * (decimals - len(digits))


def column(texts: Sequence[str]) -> list[str]:
    """Return numbers whose points stand below each other in a right-aligned column."""
    decimals = max((len(text.partition(".")[2]) for text in texts), default=0)
    return [aligned(text, decimals) for text in texts]


def _places(value: float) -> int:
    """Return the digits after the point that make three significant ones."""
    size = abs(value)
    for places, limit in enumerate((99.95, 9.995, 0.9995)):
        if size >= limit:
            return places
    return DECIMALS
