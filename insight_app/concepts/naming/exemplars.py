"""The naming rule "exemplars": the terms nearest to the decoded mean code of a concept's exemplars.

Scores are cosines. Owns how a mean code is decoded and how its nearest terms are found, which the
published rule uses too.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.naming.candidates import Candidate, Terms, candidate
from insight_app.concepts.naming.evidence import Evidence, ExemplarCodes, sparse, unit_rows
from insight_app.concepts.naming.hypernyms import Hypernyms
from insight_app.concepts.naming.prior import Prior
from insight_app.concepts.naming.steps import Step, no_step

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_ROWS = 1024
"""Rows compared with the vocabulary at once: bounds memory."""


def candidates(
    evidence: Evidence,
    vocabulary: Terms,
    hypernyms: Hypernyms,
    top: int,
    prior: Prior | None = None,
    step: Step = no_step,
) -> list[list[Candidate]]:
    """Return up to `top` candidates for each of F concepts, best first; none for a dead concept.

    A prior is not weighed: the rule has no votes.
    """
    return nearest_terms(evidence, mean_codes(evidence.exemplars), vocabulary, top, step)


def mean_codes(exemplars: ExemplarCodes, divide_by: int | None = None) -> "csr_array":
    """Return p (F, F) float64, sparse: each concept's mean exemplar code (METHOD.md section 4).

    divide_by: what the sums are divided by; None = by the number of exemplars.
    """
    from scipy.sparse import csr_array

    concepts, n = exemplars.codes.concepts, exemplars.concept.size
    weights = 1.0 / np.maximum(exemplars.counts if divide_by is None else divide_by, 1)
    share = np.broadcast_to(weights, (concepts,))[exemplars.concept]
    gather = csr_array((share, (exemplars.concept, np.arange(n))), shape=(concepts, n))
    return (gather @ sparse(exemplars.codes)).tocsr()


def nearest_terms(
    evidence: Evidence, codes: "csr_array", vocabulary: Terms, top: int, step: Step = no_step
) -> list[list[Candidate]]:
    """Return the terms of highest cosine to each row of codes (F, F), decoded.

    Only cosines > 0 count, ties go to the earlier term, a concept without exemplars gets none.
    """
    vectors = codes @ evidence.decoder + evidence.bias
    vectors[evidence.exemplars.counts == 0] = 0
    vectors = unit_rows(vectors)
    named: list[list[Candidate]] = []
    for start in range(0, len(vectors), _ROWS):
        step(start, len(vectors))
        cosines = vectors[start : start + _ROWS] @ vocabulary.embeddings.T
        for row in cosines:
            best = _largest(row, min(top, row.size))
            named.append([candidate(vocabulary, n, float(row[n])) for n in best if row[n] > 0])
    return named


def _largest(row: NDArray[np.float32], top: int) -> list[int]:
    """Return the places of the `top` largest values of row (V,), ties to the earlier."""
    least = np.partition(row, row.size - top)[row.size - top]
    chosen = np.flatnonzero(row >= least)
    best: list[int] = chosen[np.lexsort((chosen, -row[chosen]))][:top].tolist()
    return best
