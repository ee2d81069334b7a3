"""What is counted of pairs of concepts over some images, as one mergeable value.

Bigger than a tally, and therefore kept for several shards together. Knows nothing of files.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts import near_misses
from insight_app.concepts.codes import Codes, concatenate
from insight_app.concepts.near_misses import NearMisses
from insight_app.concepts.statistics import CoOccurrence, NearPairs
from insight_app.project.analysis.counting.tally import flatten

_NEAR = "near_"


class PairTally:
    """Hold co-occurrence and near pairs over some images."""

    def __init__(self, concepts: int) -> None:
        self.cooccurrence = CoOccurrence(concepts)
        self.near = NearPairs(concepts)

    def add(
        self, images: Sequence[int], codes: Sequence[Codes], near: Sequence[NearMisses]
    ) -> None:
        """Count whole images; near misses where they are known."""
        joined, image, _ = flatten(images, codes)
        self.cooccurrence.add(joined, image)
        known = [at for at, one in enumerate(near) if one.are_known]
        if len(known) < len(images):
            if not known:
                return
            joined = concatenate([codes[at] for at in known])
            cells = [codes[at].cells for at in known]
            image = np.repeat(np.asarray([images[at] for at in known], np.int64), cells)
        self.near.add(joined, near_misses.concatenate([near[at] for at in known]), image)

    def merge(self, other: "PairTally") -> None:
        """Add what was counted over other images and the same concepts."""
        self.cooccurrence.merge(other.cooccurrence)
        self.near.merge(other.near)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all arrays for a file; those of near pairs are called near_..."""
        near = {_NEAR + name: array for name, array in self.near.to_arrays().items()}
        return self.cooccurrence.to_arrays() | near

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], concepts: int) -> "PairTally":
        """Read what `to_arrays` returned, also without near pairs, as an older Insight saved it."""
        tally = cls(concepts)
        tally.cooccurrence = CoOccurrence.from_arrays(arrays)
        if knows_near(arrays):
            cut = {n.removeprefix(_NEAR): a for n, a in arrays.items() if n.startswith(_NEAR)}
            tally.near = NearPairs.from_arrays(cut)
        return tally


def knows_near(arrays: Mapping[str, NDArray[Any]]) -> bool:
    """Return whether near pairs are among the arrays of a file."""
    return _NEAR + "size" in arrays
