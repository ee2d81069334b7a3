"""Fixed random numbers that photos of all projects are compared by: the same on every machine.

A projection makes features of any width short without changing their angles much, and random
directions of token space are the control of what concepts show. Both come from numpy's frozen
generator, so that what is kept of a photo today can be compared with what is kept in years.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FEATURES = 256
"""Numbers kept of a photo's features."""
DIRECTIONS = 64
"""Random directions that a photo's tokens are measured along."""
_PROJECTION_SEED, _DIRECTION_SEED = 20_260, 1_127


@lru_cache(maxsize=4)
def projection(width: int) -> NDArray[np.float32]:
    """Return (width, FEATURES) float32 of +-1 / sqrt(FEATURES): angles survive it (Achlioptas)."""
    signs = np.random.RandomState(_PROJECTION_SEED).randint(0, 2, (width, FEATURES))
    drawn: NDArray[np.float32] = ((2 * signs - 1) / np.sqrt(FEATURES)).astype(np.float32)
    return drawn


@lru_cache(maxsize=4)
def directions(token_dim: int) -> NDArray[np.float32]:
    """Return (token_dim, DIRECTIONS) float32, unit columns, equally likely in every direction."""
    drawn = np.random.RandomState(_DIRECTION_SEED).standard_normal((DIRECTIONS, token_dim))
    unit: NDArray[np.float64] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit.T.astype(np.float32)


def short(features: NDArray[np.floating]) -> NDArray[np.int8]:
    """Return (n, FEATURES) int8: the directions of n features (n, width), projected.

    Lengths are not kept; features that are all zero stay so. (n, 0) where there are none.
    """
    if not features.shape[1]:
        return np.zeros(features.shape, np.int8)
    projected = features.astype(np.float32) @ projection(features.shape[1])
    largest = np.abs(projected).max(axis=1, keepdims=True, initial=0)
    scaled = np.divide(projected * 127, largest, out=np.zeros_like(projected), where=largest > 0)
    rounded: NDArray[np.float32] = np.rint(scaled)
    return rounded.astype(np.int8)


def strongest(tokens: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return (n, DIRECTIONS) float16: the strongest cell of n photos along each direction.

    tokens: (n, cells, token_dim).
    """
    photos, cells, token_dim = tokens.shape
    along = tokens.reshape(-1, token_dim) @ directions(token_dim)
    most: NDArray[np.float32] = along.reshape(photos, cells, DIRECTIONS).max(axis=1)
    return np.clip(most, -65504, 65504).astype(np.float16)
