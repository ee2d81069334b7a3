"""When a machine's name is doubtful: its calibrated probability of being right is low.

The one place that says how low. A name whose probability nobody knows is not called doubtful.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

DOUBTFUL = 0.25
"""Names that are right less often than this are shown as doubtful."""


def is_doubtful(probability: float | None) -> bool:
    """Return whether a name is doubtful; probability: None or NaN if not known."""
    return probability is not None and probability < DOUBTFUL


def are_doubtful(probability: NDArray[Any]) -> NDArray[np.bool_]:
    """Return (F,) bool which names are doubtful; probability (F,), NaN if not known."""
    doubtful: NDArray[np.bool_] = probability < DOUBTFUL
    return doubtful
