"""What an intervention does to decisions: how many changed, how many were and are right, by class.

Shares are of photos with a label, with Wilson intervals; the change of accuracy is paired, photo by
photo, with a bootstrap interval. Numpy only; knows no concepts.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.quality.intervals import (
    DRAWS,
    FEWEST_IMAGES,
    NONE,
    Interval,
    between,
    wilson,
)


@dataclass(frozen=True, eq=False)
class DecisionChange:
    """Decisions of N photos before and after, and what is right: all (N,) int64, of C classes.

    labels: -1 where a photo has none; such photos count among the decisions changed alone.
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    labels: NDArray[np.int64]
    classes: int

    @property
    def changed(self) -> NDArray[np.int64]:
        """(m,) the photos decided otherwise."""
        return np.flatnonzero(self.before != self.after)

    @cached_property
    def labelled(self) -> int:
        """How many photos have a label."""
        return int((self.labels >= 0).sum())

    @cached_property
    def right_before(self) -> NDArray[np.bool_]:
        """(N,) whether a photo was decided right."""
        found: NDArray[np.bool_] = self.before == self.labels
        return found

    @cached_property
    def right_after(self) -> NDArray[np.bool_]:
        """(N,) whether it is now."""
        found: NDArray[np.bool_] = self.after == self.labels
        return found

    @property
    def now_wrong(self) -> int:
        """How many were right and are wrong now."""
        return int((self.right_before & ~self.right_after).sum())

    @property
    def now_right(self) -> int:
        """How many were wrong and are right now."""
        return int((~self.right_before & self.right_after).sum())

    @property
    def still_wrong(self) -> int:
        """How many are decided otherwise, were wrong and still are."""
        known = self.labels >= 0
        moved = self.before != self.after
        return int((known & moved & ~self.right_before & ~self.right_after).sum())

    @property
    def accuracy(self) -> tuple[float, float]:
        """Accuracy before and after, nan without labels."""
        if not self.labelled:
            return float("nan"), float("nan")
        right = int(self.right_before.sum()), int(self.right_after.sum())
        return right[0] / self.labelled, right[1] / self.labelled

    @property
    def intervals(self) -> tuple[Interval, Interval]:
        """The 95 % intervals of both (Wilson)."""
        right = int(self.right_before.sum()), int(self.right_after.sum())
        return wilson(right[0], self.labelled), wilson(right[1], self.labelled)

    @property
    def difference(self) -> Interval:
        """The 95 % interval of the change of accuracy, the same photos before and after."""
        return difference_interval(self._change[self.labels >= 0])

    @cached_property
    def _change(self) -> NDArray[np.int64]:
        return self.right_after.astype(np.int64) - self.right_before

    def by_class(self) -> NDArray[np.int64]:
        """Return (C, 3) int64: of each class the photos, those right before, and right after."""
        known = self.labels >= 0
        columns = (known, self.right_before & known, self.right_after & known)
        found = [np.bincount(self.labels[one], minlength=self.classes) for one in columns]
        return np.stack(found, axis=1).astype(np.int64)


def difference_interval(change: NDArray[np.integer]) -> Interval:
    """Return the interval of a mean change over n photos, (n,) of -1, 0 or 1 each.

    How often each of the three is drawn is multinomial, so that no photo is drawn one by one.
    """
    photos = change.size
    if photos < FEWEST_IMAGES:
        return NONE
    counts = np.array([(change == one).sum() for one in (-1, 0, 1)])
    drawn = np.random.default_rng(0).multinomial(photos, counts / photos, DRAWS)
    return between((drawn[:, 2] - drawn[:, 0]) / photos)
