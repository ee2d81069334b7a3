"""The naming rule "published" (METHOD.md section 4): the paper's.

As the rule "exemplars", but the mean code is cut down to the concepts that are related to the one
to be named. Scores are cosines.
"""

from typing import TYPE_CHECKING

import numpy as np

from insight_app.concepts.naming.candidates import Candidate, Terms
from insight_app.concepts.naming.evidence import Evidence
from insight_app.concepts.naming.exemplars import mean_codes, nearest_terms
from insight_app.concepts.naming.hypernyms import Hypernyms
from insight_app.concepts.naming.prior import Prior
from insight_app.concepts.naming.steps import Step, no_step
from insight_app.concepts.relations import PUBLISHED_THRESHOLD
from insight_app.concepts.statistics import CoOccurrence

if TYPE_CHECKING:
    from scipy.sparse import csr_array

PUBLISHED_COUNT = 30
"""What the paper's release divides by, however few exemplars there are."""
_STRETCH = 1.33


def candidates(
    evidence: Evidence,
    vocabulary: Terms,
    hypernyms: Hypernyms,
    top: int,
    prior: Prior | None = None,
    step: Step = no_step,
    *,
    divide_by: int | None = None,
) -> list[list[Candidate]]:
    """Return up to `top` candidates for each of F concepts, best first; none for a dead concept.

    A prior is not weighed: the rule has no votes. divide_by: None = the number of
    exemplars there are, PUBLISHED_COUNT = as published.
    """
    means = mean_codes(evidence.exemplars, divide_by)
    related = _related_part(means, evidence.cooccurrence)
    return nearest_terms(evidence, related, vocabulary, top, step)


def _related_part(means: "csr_array", cooccurrence: CoOccurrence) -> "csr_array":
    """Return w (F, F): p where R > 0.75 and on the diagonal, all rows scaled to one norm."""
    from scipy.sparse import csr_array, diags_array

    _, d, _ = cooccurrence.matrices()
    diagonal = cooccurrence.diagonal
    rows = np.repeat(np.arange(d.shape[0]), np.diff(d.indptr))
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.where(diagonal[rows] > 0, d.data / diagonal[rows], 0.0)
    keep = (r > PUBLISHED_THRESHOLD) & (rows != d.indices)
    related = csr_array((r[keep], (rows[keep], d.indices[keep])), shape=d.shape)
    w = related * means + diags_array(means.diagonal(), format="csr")
    norms = np.sqrt(np.asarray((w * w).sum(axis=1)).reshape(-1))
    common = float(np.sqrt(np.asarray((means * means).sum(axis=1))).mean())
    scale = np.where(norms > 0, common * _STRETCH / np.where(norms > 0, norms, 1), 0.0)
    return (diags_array(scale, format="csr") @ w).tocsr()
