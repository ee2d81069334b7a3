"""What the groups of a report share: titles of controls, and figures over concepts.

Knows no measure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.quality import intervals
from insight_app.project.quality.report import Control, Figure, Standout

UNTRAINED, SHUFFLED, RANDOM = "untrained", "shuffled", "random_directions"
UNTRAINED_TITLE = "untrained dictionary"
MOST_STANDOUTS = 10
OVER_CONCEPTS = "The interval is over concepts."
DRAWS = 200
"""So often photos are drawn anew where each drawing costs a product of matrices."""


def mean(values: NDArray[np.floating]) -> float:
    """Return the mean of the numbers among values (n,), nan if there are none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def known(values: NDArray[np.floating]) -> int:
    """Return how many of values (n,) are numbers."""
    return int(np.count_nonzero(np.isfinite(values)))


def drawn(
    measure: Callable[[NDArray[np.float64]], NDArray[np.float64]], photos: int
) -> intervals.Interval:
    """Return the interval of a mean over concepts.

    measure: weights (N,) of the photos -> values (F,) of the concepts.
    """
    return intervals.bootstrap(
        lambda weights: np.array([mean(measure(one)) for one in weights]), photos, DRAWS
    )


def over_concepts(values: NDArray[np.floating]) -> intervals.Interval:
    """Return the interval of the mean of values (F,), concepts drawn instead of photos."""
    found = values[np.isfinite(values)].astype(np.float64)
    return intervals.bootstrap(lambda drawn: drawn @ found / found.size, found.size)


def of_share(figure: Figure, part: int, whole: int) -> Figure:
    """Return a figure with the value of a share, its interval by Wilson and its count."""
    low, high = intervals.wilson(part, whole)
    value = part / whole if whole else None
    return replace(figure, value=value, low=low, high=high, count=whole, unit="share")


def control(title: str, values: NDArray[np.floating]) -> Control:
    """Return the mean of a control's values (n,)."""
    return Control(title, mean(values))


def standouts(
    values: NDArray[np.floating],
    partners: NDArray[np.integer] | None = None,
    images: Mapping[int, tuple[int, ...]] | None = None,
    *,
    lowest: bool = False,
) -> tuple[Standout, ...]:
    """Return the concepts with the largest (lowest: smallest) of values (F,), best first.

    partners (F,): whom each is compared with; images: ids of photos that show it.
    """
    order = np.argsort(values if lowest else -values, kind="stable")
    chosen = [int(one) for one in order[:MOST_STANDOUTS] if np.isfinite(values[one])]
    return tuple(
        Standout(
            one,
            float(values[one]),
            -1 if partners is None else int(partners[one]),
            (images or {}).get(one, ()),
        )
        for one in chosen
    )
