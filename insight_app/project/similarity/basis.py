"""What concepts of one snapshot of results are compared by: directions, looks, meanings.

Opened once for a snapshot, then read by any thread. Knows nothing of persons.
"""

import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.hsae.directions import read
from insight_app.concepts.likeness import lexicon
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import KnownError
from insight_app.project.composites import basis as composites_basis
from insight_app.project.composites.store import CountedStore
from insight_app.project.folder import DICTIONARY
from insight_app.project.results.snapshot import Results
from insight_app.project.similarity import looks
from insight_app.project.similarity.senses import Senses


@dataclass(frozen=True, eq=False)
class LikenessBasis:
    """Hold what concepts are compared by.

    directions: (F, D) float32, the decoder's rows, None where the dictionary's weights cannot be
    read; trouble: why not, '' else.  counted: what was counted of composed concepts.
    """

    results: Results
    directions: NDArray[np.float32] | None
    trouble: str
    senses: Senses
    counted: CountedStore
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _looks: list[NDArray[np.float32]] = field(default_factory=list)

    def looks(
        self, progress: Progress = silent, cancel: CancelToken | None = None
    ) -> NDArray[np.float32] | None:
        """Return (F, D) float32 unit rows, see `looks.average`; None without directions.

        The first call computes them: 2 s for 16,384 concepts.
        """
        if self.directions is None:
            return None
        with self._lock:
            if not self._looks:
                self._looks.append(looks.average(self.results, self.directions, progress, cancel))
            return self._looks[0]


def open_basis(results: Results) -> LikenessBasis:
    """Open what the concepts of `results` are compared by."""
    directions, trouble = None, ""
    try:
        rows = read(results.project / DICTIONARY)
        if rows.shape[0] == results.F and rows.any():
            directions = rows
        else:
            trouble = "The dictionary in the project is not the one of these results."
    except KnownError as error:
        trouble = error.what
    senses = Senses(results, lexicon.shipped())
    senses.prepare()
    counted = CountedStore(results.project, composites_basis.of(results))
    return LikenessBasis(results, directions, trouble, senses, counted)
