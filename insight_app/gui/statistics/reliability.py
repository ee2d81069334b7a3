"""Whether names are right as often as their probability says, by what a person judged.

Arrays in, bins out. Knows no widget.
"""

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.quality.names import Calibration, calibration
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.hierarchy import ReviewStatus
from insight_app.project.results.snapshot import Results

A_BIN, MOST_BINS = 5, 10
"""Names in a bin on average at least, and bins at most."""


def judged_right(results: Results, catalogue: Catalogue) -> NDArray[np.float64]:
    """Return (F,) whether the machine's name is right: 1, 0, NaN where nobody said.

    Right: accepted under the same name. Wrong: rejected, or a person gave another name.
    """
    machine = results.machine_names
    status, by_person = catalogue.status[: results.F], catalogue.by_person[: results.F]
    found = np.full(results.F, np.nan)
    for row in np.flatnonzero((status > 0) | by_person).tolist():
        if not machine[row]:
            continue
        is_same = catalogue.names[row] == machine[row]
        if status[row] == ReviewStatus.REJECTED or (by_person[row] and not is_same):
            found[row] = 0
        elif status[row] == ReviewStatus.ACCEPTED and is_same:
            found[row] = 1
    return found


def by_judgements(results: Results, catalogue: Catalogue) -> Calibration:
    """Return names with a probability that a person judged, in bins of equal count."""
    probability = np.asarray(results.name_probability, np.float64)
    is_right = judged_right(results, catalogue)
    known = int((~np.isnan(probability) & ~np.isnan(is_right)).sum())
    return calibration(probability, is_right, max(1, min(MOST_BINS, known // A_BIN)))
