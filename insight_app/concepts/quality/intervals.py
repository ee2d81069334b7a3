"""How far a figure can be trusted: bootstrap over photos, Wilson for shares.

A bootstrap draws photos, not cells: cells of one photo say much the same. Numpy only; knows no
measure.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

DRAWS = 1000
FEWEST_IMAGES = 10
"""Of fewer photos no interval is shown (DESIGN, "Small sets")."""
LEVEL = 0.95

Interval = tuple[float | None, float | None]
NONE: Interval = (None, None)


def weights(images: int, draws: int = DRAWS, seed: int = 0) -> NDArray[np.float64]:
    """Return (draws, images): how often each of N photos is drawn, N times with replacement."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(images, np.full(images, 1 / images), draws).astype(np.float64)


def bootstrap(
    measure: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    images: int,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """Return the 95 % interval of a figure over photos; none of fewer than FEWEST_IMAGES.

    measure: weights (draws, N) of the photos -> the figure (draws,) at each; nan is left out.
    """
    if images < FEWEST_IMAGES:
        return NONE
    return between(measure(weights(images, draws, seed)))


def between(values: NDArray[np.float64]) -> Interval:
    """Return the middle 95 % of drawn values (draws,); none where too few of them are numbers."""
    known = values[np.isfinite(values)]
    if known.size < max(2, values.size // 2):
        return NONE
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(known, [tail, 100 - tail])
    return float(low), float(high)


def wilson(successes: float, trials: float, z: float = 1.959964) -> Interval:
    """Return the 95 % interval of a share by Wilson; none of no trials."""
    if trials <= 0:
        return NONE
    share = successes / trials
    scale = 1 + z * z / trials
    middle = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def ones(images: int) -> NDArray[np.float64]:
    """Return (1, images) weights: every photo once, the figure itself."""
    return np.ones((1, images))
