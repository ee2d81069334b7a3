"""Counts by key that are added up part by part: what pairs of concepts are counted with.

A part is a named tuple of columns (N,), the first one its keys, whole numbers below 2**32, each
once and ascending. Numpy alone. Knows nothing of what is counted.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Part = TypeVar("Part", bound=tuple[NDArray[Any], ...])


class Summed(Generic[Part]):
    """A sum of parts; of: makes a part of its columns; nothing: the part without keys.

    The parts are kept in descending size, each at most half of the one before: n additions cost
    O(n log n), not O(n * keys).
    """

    def __init__(self, of: Callable[..., Part], nothing: Part) -> None:
        self._of = of
        self._nothing = nothing
        self._parts: list[Part] = []

    def add(self, part: Part) -> None:
        """Add a part."""
        self._parts.append(part)
        while len(self._parts) > 1 and 2 * self._parts[-1][0].size > self._parts[-2][0].size:
            self._join_last()

    def merge(self, other: "Summed[Part]") -> None:
        """Add all parts of another sum."""
        for part in list(other._parts):
            self.add(part)

    def whole(self) -> Part:
        """Return the sum as one part."""
        while len(self._parts) > 1:
            self._join_last()
        return self._parts[0] if self._parts else self._nothing

    def _join_last(self) -> None:
        last = [self._parts.pop(), self._parts.pop()]
        self._parts.append(self._of(*add_up(last)))


def add_up(two: list[Part]) -> list[NDArray[Any]]:
    """Return the columns (N,) of the sum of two parts.

    Empties the list, so that the memory of each column is freed once it is added up: the whole is
    as big as all else together.
    """
    left, right = two
    two.clear()
    key = np.concatenate([left[0], right[0]])
    order = argsort(key)
    key = key[order]
    is_first = changes(key)
    again = np.flatnonzero(~is_first)
    twice = again - np.arange(1, again.size + 1)  # where, among the first, those met again stand
    firsts, seconds = order[is_first], order[again]
    columns = [key[is_first]]
    del key, order, is_first
    halves: list[list[Any]] = [list(both) for both in zip(left, right, strict=True)][1:]
    del left, right
    for both in halves:
        values = np.concatenate(both)
        both.clear()
        columns.append(values[firsts])
        columns[-1][twice] += values[seconds]
    return columns


def argsort(key: NDArray[Any]) -> NDArray[np.uint32]:
    """Return (N,) uint32 the places of whole numbers below 2**32 in ascending order, stable.

    key: (N,).
    """
    packed = key.astype(np.uint64)
    packed <<= np.uint64(32)
    packed |= np.arange(key.size, dtype=np.uint64)
    packed.sort(kind="stable")  # merges runs that are in order already, instead of sorting anew
    return packed.astype(np.uint32)  # the low half


def changes(numbers: NDArray[Any]) -> NDArray[np.bool_]:
    """Return (N,) bool: where a number differs from the one before it."""
    found = np.ones(numbers.size, bool)
    np.not_equal(numbers[1:], numbers[:-1], out=found[1:])
    return found
