"""Exact sums of half-precision numbers, whatever order they come in, as fixed-point numbers.

Every finite half-precision number is a whole multiple of 2**-24 and at most 2**16, so sums held as
int64 units of 2**-24 stay exact up to 5e11, where float64 would start to round at 5e8.
"""

import numpy as np
from numpy.typing import NDArray

UNITS_PER_ONE = float(2**24)


def to_units(values: NDArray[np.float16]) -> NDArray[np.int64]:
    """Convert values (N,) float16 to int64 units of 2**-24, exactly."""
    wide = values.astype(np.float64) * UNITS_PER_ONE
    if not np.isfinite(wide).all():
        raise ValueError("codes hold values that are not finite")
    return wide.astype(np.int64)


def from_units(units: NDArray[np.int64]) -> NDArray[np.float64]:
    """Convert int64 units of 2**-24, of any shape (...,), to float64."""
    return units / UNITS_PER_ONE
