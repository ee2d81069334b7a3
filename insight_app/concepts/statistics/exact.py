"""Exact sums of half-precision numbers, whatever the order they come in.

Every finite half-precision number is a whole multiple of 2**-24 and at most 2**16, so sums held as
int64 multiples stay exact up to 5e11, where float64 would start to round at 5e8.
"""

import numpy as np
from numpy.typing import NDArray

_STEPS_PER_ONE = float(2**24)


def to_steps(values: NDArray[np.float16]) -> NDArray[np.int64]:
    """The same numbers as int64 multiples of 2**-24."""
    wide = values.astype(np.float64) * _STEPS_PER_ONE
    if not np.isfinite(wide).all():
        raise ValueError("codes hold values that are not finite")
    return wide.astype(np.int64)


def from_steps(steps: NDArray[np.int64]) -> NDArray[np.float64]:
    return steps / _STEPS_PER_ONE
