"""Running sums over tokens, a row an image: explained variance and cosine with their intervals.

NMSE = sum |x - y|^2 / sum |x - mean x|^2, two sums over all tokens (METRICS.md). The mean is that
of all tokens, also where images are drawn anew for an interval: with a mean of its own each draw
would vary less than the tokens do. Mergeable by appending; exact under any split into images.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


@dataclass
class TokenSums:
    """Hold, for each of N images, the number of its tokens, their sum (D,) and sum of squares."""

    counts: list[int] = field(default_factory=list)
    sums: list[NDArray[np.float64]] = field(default_factory=list)
    squares: list[float] = field(default_factory=list)

    def add(self, x: Tensor) -> None:
        """Add the tokens x (T, D) of one image."""
        rows = x.cpu().numpy().astype(np.float64)
        self.counts.append(len(rows))
        self.sums.append(rows.sum(0))
        self.squares.append(float(np.einsum("td,td->", rows, rows)))

    @property
    def images(self) -> int:
        return len(self.counts)

    @property
    def tokens(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> NDArray[np.float64]:
        """(D,) mean token so far."""
        mean: NDArray[np.float64] = np.sum(self.sums, axis=0) / max(self.tokens, 1)
        return mean

    def spread(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (draws,) sum |x - mean x|^2 with the images weighted by weights (draws, N)."""
        mean, counts = self.mean, np.asarray(self.counts, np.float64)
        of_image = np.asarray(self.squares) - 2 * np.asarray(self.sums) @ mean
        spread: NDArray[np.float64] = weights @ (of_image + counts * (mean @ mean))
        return spread


@dataclass
class Errors:
    """Hold, for each of N images, its reconstruction's squared error and its sum of cosines."""

    squared: list[float] = field(default_factory=list)
    cosines: list[float] = field(default_factory=list)

    def add(self, x: Tensor, y: Tensor) -> None:
        """Add the tokens x (T, D) of one image and their reconstructions y (T, D)."""
        a, b = x.cpu().numpy().astype(np.float64), y.cpu().numpy().astype(np.float64)
        self.squared.append(float(np.square(a - b).sum()))
        norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        self.cosines.append(float((np.einsum("td,td->t", a, b) / np.maximum(norms, 1e-12)).sum()))


def mixed(steps: Sequence[Errors], at: float) -> Errors:
    """Return the errors between those of whole numbers of parts: at 6.7 parts, mostly of the 7.

    steps: of 0, 1, 2, ... parts; beyond the last it is the last.
    """
    low = min(int(at), len(steps) - 1)
    high, share = min(low + 1, len(steps) - 1), at - low
    first, second = steps[low], steps[high]

    def between(a: list[float], b: list[float]) -> list[float]:
        return [(1 - share) * one + share * other for one, other in zip(a, b, strict=True)]

    return Errors(between(first.squared, second.squared), between(first.cosines, second.cosines))


def explained(
    tokens: TokenSums, errors: Errors, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (draws,) 1 - NMSE with the images weighted by weights (draws, N).

    nan where the tokens do not vary.
    """
    spread = tokens.spread(weights)
    squared = weights @ np.asarray(errors.squared)
    share = np.divide(squared, spread, out=np.full(len(weights), np.nan), where=spread > 0)
    return np.asarray(1.0 - share)


def cosine(tokens: TokenSums, errors: Errors, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (draws,) the mean cosine between token and reconstruction, weighted likewise."""
    counts = weights @ np.asarray(tokens.counts, np.float64)
    sums = weights @ np.asarray(errors.cosines)
    found = np.full(len(weights), np.nan)
    np.divide(sums, counts, out=found, where=counts > 0)
    return found
