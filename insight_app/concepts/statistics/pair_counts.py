"""Pairs of different concepts that co-occur in a cell, counted by sorting packed numbers.

C and the images of a pair are symmetric, so each pair (i, j) is held once, i < j, with the two
masses of D side by side. Numpy alone. Knows nothing of how often a concept fires by itself.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.statistics.fixed_point import to_units
from insight_app.concepts.statistics.summed import changes

TAU = np.float32(0.001)
"""A concept is present in a cell where its activation is strictly greater."""

PAIRS_AT_ONCE = 1 << 20
"""PairCounts that are sorted together: few enough for the caches, many enough to meet again."""
_HALF = np.arange(0x7C00, dtype=np.uint16).view(np.float16)
_UNITS = to_units(_HALF)
_PRESENT = _HALF.astype(np.float32) > TAU
"""By the bits of a half-precision number (finite, not negative): its multiple of 2**-24, and
whether it counts as present."""
_LOW = np.uint64(0xFFFF_FFFF)


class PairCounts(NamedTuple):
    """N pairs i < j, sorted by key = i * F + j; all (N,).

    cells: where both are present; mass_i: the mass of i where j is present; mass_j: the mass of j
    where i is present, both in fixed-point units of 2**-24; images: those with a cell of `cells`.
    """

    key: NDArray[np.uint32]
    cells: NDArray[np.uint32]
    mass_i: NDArray[np.int64]
    mass_j: NDArray[np.int64]
    images: NDArray[np.uint32]


def empty() -> PairCounts:
    """Return the counts of no pairs."""
    counts, masses = np.zeros(0, np.uint32), np.zeros(0, np.int64)
    return PairCounts(counts, counts, masses, masses, counts)


def count(codes: Codes, image_of_row: NDArray[np.integer]) -> Iterator[PairCounts]:
    """Yield the pair counts of the cells of whole images, in parts of bounded size that add up.

    image_of_row: (T,), the rows of an image side by side.
    """
    lengths = np.diff(codes.indptr)
    pairs_until = np.cumsum(lengths * (lengths - 1) // 2)
    image = np.cumsum(changes(image_of_row)) - 1
    ends = np.append(np.flatnonzero(np.diff(image)) + 1, image.size)  # rows where images end
    start = 0
    while start < image.size:
        before = pairs_until[start - 1] if start else 0
        fits = ends[(ends > start) & (pairs_until[ends - 1] - before <= PAIRS_AT_ONCE)]
        stop = int(fits[-1]) if fits.size else int(ends[ends > start][0])
        yield _sorted(codes[start:stop], image[start:stop] - image[start])
        start = stop


def _sorted(codes: Codes, image: NDArray[np.int64]) -> PairCounts:
    """Count the pairs of some cells; image (T,): the image of each.

    The payload of each occurrence - strengths and image - is put into one 64-bit number, key and
    place into another: sorting numbers is several times faster than sorting places by a key.
    """
    F, indices = codes.concepts, codes.indices.astype(np.uint64)
    bits = codes.stored.view(np.uint16).astype(np.uint64)
    rows = codes.rows
    later = codes.indptr[1:][rows] - 1 - np.arange(rows.size)  # entries after this one in its cell
    total = int(later.sum())
    if not total:
        return empty()
    first = np.repeat(np.cumsum(later) - later, later)
    second = np.arange(total) - first + np.repeat(np.arange(1, rows.size + 1), later)
    payload = np.repeat(bits | image[rows].astype(np.uint64) << np.uint64(32), later)
    payload |= bits[second] << np.uint64(16)
    packed = np.repeat(indices * np.uint64(F), later) + indices[second]
    packed <<= np.uint64(32)
    packed |= np.arange(total, dtype=np.uint64)
    packed.sort()
    payload = payload[packed & _LOW]
    key = packed >> np.uint64(32)
    starts = np.flatnonzero(changes(key))

    strengths = payload & _LOW
    of_i, of_j = strengths & np.uint64(0xFFFF), strengths >> np.uint64(16)
    mass_i, mass_j, both = _UNITS[of_i], _UNITS[of_j], _PRESENT[of_i] & _PRESENT[of_j]
    if not both.all():
        mass_i[~_PRESENT[of_j]] = 0
        mass_j[~_PRESENT[of_i]] = 0
    # Within a pair the cells of an image lie side by side: sorting kept their order.
    image_of_pair = (key << np.uint64(32) | payload >> np.uint64(32))[both]
    is_new = np.zeros(total, bool)
    is_new[both] = changes(image_of_pair)
    return PairCounts(
        key[starts].astype(np.uint32),
        np.add.reduceat(both, starts, dtype=np.uint32),
        np.add.reduceat(mass_i, starts),
        np.add.reduceat(mass_j, starts),
        np.add.reduceat(is_new, starts, dtype=np.uint32),
    )
