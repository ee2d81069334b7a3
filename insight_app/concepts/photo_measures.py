"""What is kept of a whole photo as a few numbers: its strongest classes, and how usual it is.

Photos far from what an encoder learned from have flat logits and short features; names found from
them are doubtful. Numpy only.
"""

import numpy as np
from numpy.typing import NDArray

CLASSES = 20
"""So many of a photo's classes are kept."""
MEASURES = ("logit_spread", "logit_kurtosis", "feature_norm", "feature_mean")
_LARGEST = 65504.0


def strongest_classes(
    logits: NDArray[np.float32],
) -> tuple[NDArray[np.uint16], NDArray[np.float16]]:
    """Return the strongest classes (n, CLASSES) of n photos, best first, and their logits.

    logits: (n, C) of the mean cell, C = 0 for an encoder without classes; those returned are less
    the mean of all C.
    """
    centred = _centred(logits)
    order = np.argsort(-centred, axis=1, kind="stable")[:, :CLASSES]
    return order.astype(np.uint16), _half(np.take_along_axis(centred, order, axis=1))


def measured(features: NDArray[np.float32], logits: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return MEASURES (n, 4) of n photos; NaN where there are no features or no classes.

    features: (n, width), the norm and the mean of each row; logits: (n, C), the standard deviation
    of z, each row less its mean, and its kurtosis mean z^4 / (mean z^2)^2.
    """
    found = np.full((len(features), len(MEASURES)), np.nan)
    if logits.shape[1]:
        squares = np.square(_centred(logits).astype(np.float64))
        variance = squares.mean(axis=1)
        found[:, 0] = np.sqrt(variance)
        fourth = np.square(squares).mean(axis=1)
        np.divide(fourth, np.square(variance), out=found[:, 1], where=variance > 0)
    if features.shape[1]:
        found[:, 2] = np.linalg.norm(features, axis=1)
        found[:, 3] = features.mean(axis=1)
    return _half(found)


def _centred(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    if not logits.shape[1]:
        return logits
    centred: NDArray[np.float32] = logits - logits.mean(axis=1, keepdims=True)
    return centred


def _half(numbers: NDArray[np.floating]) -> NDArray[np.float16]:
    inside: NDArray[np.floating] = np.clip(numbers, -_LARGEST, _LARGEST)
    return inside.astype(np.float16)
