"""What an act is. Acts register themselves here; the number of a step decides what they choose."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.long_day.day import Day
from tests.long_day.hands import Pick

Doing = Callable[[Day, Pick], str | None]
"""Do something at the window and foretell what it does; return it in words, None where it is not
possible now."""


@dataclass(frozen=True)
class Act:
    """weight: how often, among all others."""

    name: str
    weight: int
    do: Doing


ACTS: dict[str, Act] = {}


def act(weight: int) -> Callable[[Doing], Doing]:
    def register(doing: Doing) -> Doing:
        ACTS[doing.__name__] = Act(doing.__name__, weight, doing)
        return doing

    return register
