"""How far people agree beyond chance: Cohen's kappa for two, Krippendorff's alpha for more.

Categories are nominal: two sayings are the same or they are not. Numpy only; knows no judgement.
"""

import numpy as np
from numpy.typing import NDArray

NOBODY = -1
"""Where a person said nothing of a thing."""


def kappa(one: NDArray[np.integer], other: NDArray[np.integer]) -> float:
    """Return Cohen's kappa of two persons' categories (n,), of the things that both spoke of.

    (observed - expected) / (1 - expected), with expected from each person's own shares (Cohen 1960,
    Educational and Psychological Measurement 20). nan where it is not defined: nothing in common,
    or both always said one and the same.
    """
    both = (one != NOBODY) & (other != NOBODY)
    a, b = one[both], other[both]
    if not a.size:
        return float("nan")
    categories = int(max(a.max(), b.max())) + 1
    first = np.bincount(a, minlength=categories) / a.size
    second = np.bincount(b, minlength=categories) / b.size
    expected = float(first @ second)
    if np.isclose(expected, 1):
        return float("nan")
    return (float((a == b).mean()) - expected) / (1 - expected)


def alpha(sayings: NDArray[np.integer]) -> float:
    """Return Krippendorff's alpha for nominal data of m persons and n things, (m, n).

    1 - observed / expected disagreement over the coincidences of all pairs of sayings of a thing,
    each thing weighed by 1 / (sayings - 1) (Krippendorff 2011, "Computing Krippendorff's
    alpha-reliability"). nan where it is not defined: nothing said twice, or always the same.
    """
    counts = counted(sayings)
    each = counts.sum(axis=1)
    counts, each = counts[each > 1], each[each > 1]
    if not each.size:
        return float("nan")
    total = float(each.sum())
    same = (counts * (counts - 1)).sum(axis=1) / (each - 1)
    of_category = counts.sum(axis=0).astype(np.float64)
    expected = total**2 - float((of_category**2).sum())
    if not expected:
        return float("nan")
    return 1 - (total - 1) * (total - float(same.sum())) / expected


def counted(sayings: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return (n, categories) how many of m persons said each of n things, given (m, n)."""
    categories = int(sayings.max(initial=NOBODY)) + 1
    counts = np.zeros((sayings.shape[1], categories), np.int64)
    for row in sayings:
        things = np.flatnonzero(row != NOBODY)
        counts[things, row[things]] += 1
    return counts


def agreeing(sayings: NDArray[np.integer]) -> tuple[int, int]:
    """Return how many of n things all say the same of, and how many two spoke of, given (m, n)."""
    counts = counted(sayings)
    several = counts.sum(axis=1) > 1
    return int((np.count_nonzero(counts[several], axis=1) == 1).sum()), int(several.sum())
