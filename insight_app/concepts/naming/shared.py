"""The naming rule "shared": the most specific word that covers most of what a concept shows.

1. Every photo among a concept's exemplars has a vote, weighted by its number of exemplars. The
   NEAREST_TERMS terms closest to the mean of its decoded exemplar cells share the vote (softmax of
   cosines), and a vote for a term is a vote for all its hypernyms too. The votes that came with a
   dictionary count like those of PRIOR_PHOTOS photos.
2. A parent also counts its children: a part of its votes is the mean of theirs, children first, so
   that what grandchildren show arrives too.
3. The name is the most specific term with at least MIN_COVER of the votes, where specific means few
   terms below it. Terms so general that they say nothing (above more than a third of the
   vocabulary: "artifact", "organism") are not used; of the other general ones only those that
   people write ("mammal", not "placental"). If no term covers enough, the term with the largest
   product of cover and specificity is the name.
4. A child whose name is also a parent's takes its best more specific word instead, if that covers
   at least a third: "dog > dog" tells nobody anything. Parents are named first.

The other candidates follow by that product: general and specific words side by side, to choose
from. Hypernyms come from WordNet, so a measurement of *relations* by WordNet is partly circular for
this rule; what a photo shows is not.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.naming.candidates import Candidate, Terms, candidate
from insight_app.concepts.naming.evidence import Evidence, sparse, unit_rows
from insight_app.concepts.naming.hypernyms import Hypernyms
from insight_app.concepts.naming.prior import PRIOR_PHOTOS, Prior
from insight_app.concepts.naming.specialness import specialness, usable_terms
from insight_app.concepts.naming.steps import Step, no_step
from insight_app.concepts.relations import Edges

if TYPE_CHECKING:
    from scipy.sparse import csr_array

NEAREST_TERMS = 30
TEMPERATURE = 0.05
MIN_COVER = 0.5
MIN_COVER_OF_SECOND_CHOICE = 1 / 3
SHARE_OF_CHILDREN = 0.5
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
    """Return up to `top` candidates for each of F concepts, the name first.

    Scores are shares of the votes.
    """
    ancestors = hypernyms.ancestors(vocabulary.synsets)
    specific = specialness(ancestors)
    usable = usable_terms(vocabulary, hypernyms, specific)
    cover = votes(evidence, vocabulary, step) @ ancestors
    if prior is not None:
        cover = _weighed(prior.cover(vocabulary, ancestors), cover, evidence.exemplars.photos)
    cover = _with_children(cover, evidence.edges)
    chosen: dict[int, list[tuple[int, float]]] = {}
    for concept, parents in _parents_first(cover.shape[0], evidence.edges):
        run = slice(cover.indptr[concept], cover.indptr[concept + 1])
        terms, share = cover.indices[run], cover.data[run]
        kept = usable[terms]
        taken = {chosen[up][0][0] for up in parents if chosen[up]}
        ordered = _best_first(terms[kept], share[kept], specific)
        chosen[concept] = _unlike_parents(ordered, taken, ancestors)[:top]
    return [
        [candidate(vocabulary, n, float(share)) for n, share in chosen[concept]]
        for concept in range(cover.shape[0])
    ]


def votes(evidence: Evidence, vocabulary: Terms, step: Step = no_step) -> "csr_array":
    """Apply rule 1, without hypernyms and prior: return (F, V) each term's share of the votes.

    Rows sum to 1, or to 0 for a concept without exemplars.
    """
    from scipy.sparse import csr_array

    exemplars, decoder = evidence.exemplars, evidence.decoder
    concepts, size = len(decoder), len(vocabulary.terms)
    pair, group, weight = np.unique(
        exemplars.concept << 32 | exemplars.image, return_inverse=True, return_counts=True
    )
    gather = csr_array(
        (np.ones(group.size), (group, np.arange(group.size))), shape=(pair.size, group.size)
    )
    codes = (gather @ sparse(exemplars.codes)).tocsr()
    nearest_terms = min(NEAREST_TERMS, size)
    chosen = np.zeros((pair.size, nearest_terms), np.int32)
    shares = np.zeros((pair.size, nearest_terms), np.float32)
    for start in range(0, pair.size, _ROWS):
        step(start, pair.size)
        photos = unit_rows(codes[start : start + _ROWS] @ decoder)
        cosines = photos @ vocabulary.embeddings.T
        nearest = np.argpartition(-cosines, nearest_terms - 1, axis=1)[:, :nearest_terms]
        softmax = np.take_along_axis(cosines, nearest, axis=1).astype(np.float64)
        softmax = np.exp((softmax - softmax.max(axis=1, keepdims=True)) / TEMPERATURE)
        chosen[start : start + _ROWS] = nearest
        shares[start : start + _ROWS] = softmax / softmax.sum(axis=1, keepdims=True)
    concept = pair >> 32
    shares *= (weight / np.maximum(exemplars.counts[concept], 1))[:, None]
    rows = np.repeat(concept.astype(np.int32), nearest_terms)
    return csr_array((shares.reshape(-1), (rows, chosen.reshape(-1))), shape=(concepts, size))


def _weighed(prior: "csr_array", own: "csr_array", photos: NDArray[np.int32]) -> "csr_array":
    """Return (F, V) the cover of a prior and of one's own photos (F,) together.

    A prior counts like PRIOR_PHOTOS photos.
    """
    from scipy.sparse import diags_array

    of_prior = PRIOR_PHOTOS / (PRIOR_PHOTOS + photos)
    both = diags_array(of_prior, format="csr") @ prior
    return (both + diags_array(1 - of_prior, format="csr") @ own).tocsr()


def _with_children(own: "csr_array", edges: Edges) -> "csr_array":
    """Apply rule 2: return (F, V) the votes with the children's mean, (1 - s) own + s children.

    The children's votes hold those of their own children.
    """
    from scipy.sparse import csr_array, diags_array

    concepts = own.shape[0]
    children = np.bincount(edges.parent, minlength=concepts)
    share = np.where(children > 0, SHARE_OF_CHILDREN, 0.0)
    mean = csr_array(
        (share[edges.parent] / children[edges.parent], (edges.parent, edges.child)),
        shape=(concepts, concepts),
    )
    kept = diags_array(1 - share, format="csr") @ own
    votes = own
    for _ in range(concepts):  # as many rounds as the graph is deep: it has no cycles
        again = (kept + mean @ votes).tocsr()
        if abs(again - votes).max() < 1e-4:
            return again
        votes = again
    return votes


def _parents_first(concepts: int, edges: Edges) -> Iterator[tuple[int, list[int]]]:
    """Yield all concepts with their parents, none before its parents; otherwise in order."""
    parents: list[list[int]] = [[] for _ in range(concepts)]
    for child, parent in zip(edges.child.tolist(), edges.parent.tolist(), strict=True):
        parents[child].append(parent)
    done = [False] * concepts
    for start in range(concepts):
        todo = [start]
        while todo:
            waiting = [up for up in parents[todo[-1]] if not done[up]]
            if waiting:
                todo.extend(waiting)
                continue
            concept = todo.pop()
            if not done[concept]:
                done[concept] = True
                yield concept, parents[concept]


def _best_first(
    terms: NDArray[np.int64], share: NDArray[np.float64], specific: NDArray[np.float64]
) -> list[tuple[int, float]]:
    """Apply rule 3: return the name, then the others by cover times specificity.

    Ties go to the earlier term.
    """
    if not terms.size:
        return []
    product = share * specific[terms]
    order = np.lexsort((terms, -product))
    covers = np.flatnonzero(share >= MIN_COVER - 1e-6)
    if covers.size:
        name = covers[np.lexsort((terms[covers], -share[covers], -specific[terms[covers]]))[0]]
        order = np.concatenate([[name], order[order != name]])
    return [(int(terms[n]), float(share[n])) for n in order]


def _unlike_parents(
    ordered: list[tuple[int, float]], taken: set[int], ancestors: "csr_array"
) -> list[tuple[int, float]]:
    """Apply rule 4: while a parent has the name, move the best more specific one before it."""
    while ordered and ordered[0][0] in taken:
        name = ordered[0][0]
        more_specific = (
            n
            for n, (term, share) in enumerate(ordered)
            if share >= MIN_COVER_OF_SECOND_CHOICE
            and term != name
            and name in ancestors.indices[ancestors.indptr[term] : ancestors.indptr[term + 1]]
        )
        best = next(more_specific, None)
        if best is None:
            break
        ordered = [ordered[best], *ordered[:best], *ordered[best + 1 :]]
    return ordered
