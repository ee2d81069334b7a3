"""How naming, which can take minutes, tells how far it is and lets itself be stopped.

Knows neither what is named nor who waits for it.
"""

from collections.abc import Callable

Step = Callable[[int, int], None]
"""step(done, total) is called between parts of the work; what it raises ends that."""


def no_step(done: int, total: int) -> None:
    """Do nothing between parts."""
