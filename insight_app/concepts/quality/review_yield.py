"""How many of the first concepts that a person meets are grounded: whether the order is good.

METRICS.md, "Yield at budget B". Numpy alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ORDERS = 2000


@dataclass(frozen=True)
class Chance:
    """The yield of random orders: mean, the middle 95 %, and how many are as good (p)."""

    mean: float
    low: float
    high: float
    as_good: float


def at_budget(grounded: NDArray[np.bool_], order: NDArray[np.int64], budget: int) -> float:
    """Return the share of the first `budget` concepts of an order that are grounded; nan of none.

    grounded (K,); order: concepts, the first one offered first.
    """
    first = order[:budget]
    return float(grounded[first].mean()) if first.size else float("nan")


def by_chance(
    grounded: NDArray[np.bool_], order: NDArray[np.int64], budget: int, seed: int = 0
) -> Chance:
    """Return what the yield would be if the same concepts were offered in random order.

    grounded (K,), order (n,): as in `at_budget`.
    """
    rng = np.random.default_rng(seed)
    of, taken = int(order.size), min(budget, int(order.size))
    good = int(grounded[order].sum())
    drawn = rng.hypergeometric(good, of - good, taken, ORDERS) / max(taken, 1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    # The order itself is one of those that could have been (Phipson and Smyth 2010).
    as_good = (1 + int((drawn >= at_budget(grounded, order, budget)).sum())) / (ORDERS + 1)
    return Chance(float(drawn.mean()), float(low), float(high), as_good)
