"""The weights of an image in the draws of a bootstrap over images, from its content hash alone.

In the Poisson bootstrap an image counts 0, 1, 2, ... times in a draw, each as often as a Poisson
number of mean 1: what drawing N of N images with replacement tends to, without knowing N. So sums
over weighted images can be added up in any order and over any split, images that come later change
no weight of others, and the same photos have the same intervals on every machine.
"""

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

DRAWS = 1000
LEVEL = 0.95
_VALUES = 1 << 16
_SEED = b"insight: weights of images 1"


def _poisson() -> NDArray[np.uint8]:
    """Return (65,536,) how often an image counts, by a number drawn from so many."""
    shares = np.cumsum([math.exp(-1) / math.factorial(n) for n in range(12)])
    return np.searchsorted(shares, (np.arange(_VALUES) + 0.5) / _VALUES).astype(np.uint8)


_TIMES = _poisson()


def weights(content_hash: bytes) -> NDArray[np.uint8]:
    """Return (DRAWS,) how often an image counts in each draw."""
    drawn = hashlib.shake_128(_SEED + content_hash).digest(2 * DRAWS)
    times: NDArray[np.uint8] = _TIMES[np.frombuffer(drawn, "<u2")]
    return times


def interval(
    part: NDArray[np.float64], whole: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the percentile interval (low, high), each (n,), of part / whole over draws.

    part, whole: (n, DRAWS) weighted sums.  A draw in which nothing counts says nothing; NaN where
    none says anything.
    """
    share = np.full(part.shape, np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    share.sort(axis=1)  # what says nothing comes last
    known = np.count_nonzero(whole > 0, axis=1)
    row = np.arange(len(share))
    ends = []
    for at in ((1 - LEVEL) / 2, (1 + LEVEL) / 2):
        place = at * np.maximum(known - 1, 0)  # as numpy's percentile: between the two nearest
        low = np.floor(place).astype(np.int64)
        high = np.minimum(low + 1, np.maximum(known - 1, 0))
        between = place - low
        ends.append((1 - between) * share[row, low] + between * share[row, high])
    return ends[0], ends[1]
