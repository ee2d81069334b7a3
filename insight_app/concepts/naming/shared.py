"""The naming rule "shared": the most special word that covers most of what a concept shows.

1. Every photo among a concept's exemplars speaks by its decoded exemplar cells (their mean): the
   VOICES nearest terms share its vote (softmax of cosines), and a vote for a term is a vote for
   everything it is a kind of. Photos weigh by their number of exemplars.
2. A parent also hears its children: a part of its votes is the mean of theirs, children first, so
   that what grandchildren show arrives too.
3. The name is the most special term with at least COVER of the votes, where special means few
   terms below it. Terms so general that they say nothing (above more than a third of the
   vocabulary: "artifact", "organism") are not used; of the other general ones only those that
   people write ("mammal", not "placental"). If no term covers enough, the best product of
   cover and specialness is the name.

4. A child whose name is also a parent's takes its best more special word instead, if that covers
   at least a third: "dog > dog" tells nobody anything. Parents are named first.

The other candidates follow by that product: general and special words side by side, to choose from.
What is a kind of what comes from WordNet, so a measurement of *relations* by WordNet is partly
circular for this rule; what a photo shows does not.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.naming.hypernyms import Kinds
from insight_app.concepts.naming.rules import Candidate, ExemplarCodes, Terms, sparse, unit_rows
from insight_app.concepts.relations import Edges

if TYPE_CHECKING:
    from scipy.sparse import csr_array

VOICES = 30
TEMPERATURE = 0.05
COVER = 0.5
COVER_APART = 1 / 3
FROM_CHILDREN = 0.5
TOO_GENERAL = 0.105
GENERAL = 0.5
WRITTEN = 2
_ROWS = 1024


def shared_candidates(
    decoder: NDArray[np.float32],
    exemplars: ExemplarCodes,
    edges: Edges,
    vocabulary: Terms,
    kinds: Kinds,
    top: int,
) -> list[list[Candidate]]:
    """Candidates of every concept, the name first; scores are the shares of votes covered."""
    above = kinds.above(vocabulary.synsets)
    speciality = special(above)
    usable = (speciality > TOO_GENERAL) & (
        (speciality > GENERAL) | (kinds.uses_of(vocabulary.synsets) >= WRITTEN)
    )
    usable |= np.asarray(vocabulary.readings) > 0
    cover = _with_children(_votes(decoder, exemplars, vocabulary) @ above, edges)
    chosen: dict[int, list[tuple[int, float]]] = {}
    for concept, parents in _parents_first(cover.shape[0], edges):
        run = slice(cover.indptr[concept], cover.indptr[concept + 1])
        terms, share = cover.indices[run], cover.data[run]
        kept = usable[terms]
        taken = {chosen[up][0][0] for up in parents if chosen[up]}
        ordered = _ordered(terms[kept], share[kept], speciality)
        chosen[concept] = _told_apart(ordered, taken, above)[:top]
    return [
        [
            Candidate(vocabulary.terms[n], int(vocabulary.readings[n]), float(share))
            for n, share in chosen[concept]
        ]
        for concept in range(cover.shape[0])
    ]


def special(above: "csr_array") -> NDArray[np.float64]:
    """(V,) 1 for a term with none below it, 0 for one above all: 1 - log(below) / log(V)."""
    below = np.asarray(above.sum(axis=0)).reshape(-1)
    speciality: NDArray[np.float64] = 1 - np.log(np.maximum(below, 1)) / np.log(max(below.size, 2))
    return speciality


def _votes(
    decoder: NDArray[np.float32], exemplars: ExemplarCodes, vocabulary: Terms
) -> "csr_array":
    """(F, V) share of each concept's vote given to each term itself; rows sum to 1 or 0."""
    from scipy.sparse import csr_array

    concepts, size = len(decoder), len(vocabulary.terms)
    pair, group, weight = np.unique(
        exemplars.concept << 32 | exemplars.image, return_inverse=True, return_counts=True
    )
    gather = csr_array(
        (np.ones(group.size), (group, np.arange(group.size))), shape=(pair.size, group.size)
    )
    speakers = unit_rows((gather @ sparse(exemplars.codes)) @ decoder)
    voices = min(VOICES, size)
    chosen = np.zeros((pair.size, voices), np.int64)
    shares = np.zeros((pair.size, voices))
    for start in range(0, pair.size, _ROWS):
        cosines = speakers[start : start + _ROWS] @ vocabulary.embeddings.T
        nearest = np.argpartition(-cosines, voices - 1, axis=1)[:, :voices]
        loud = np.take_along_axis(cosines, nearest, axis=1).astype(np.float64)
        loud = np.exp((loud - loud.max(axis=1, keepdims=True)) / TEMPERATURE)
        chosen[start : start + _ROWS] = nearest
        shares[start : start + _ROWS] = loud / loud.sum(axis=1, keepdims=True)
    concept = pair >> 32
    shares *= (weight / np.maximum(exemplars.counts[concept], 1))[:, None]
    rows = np.repeat(concept, voices)
    return csr_array((shares.reshape(-1), (rows, chosen.reshape(-1))), shape=(concepts, size))


def _with_children(own: "csr_array", edges: Edges) -> "csr_array":
    """Rule 2. The mean of the children's votes, theirs included: (1 - s) own + s children."""
    from scipy.sparse import csr_array, diags_array

    concepts = own.shape[0]
    children = np.bincount(edges.parent, minlength=concepts)
    share = np.where(children > 0, FROM_CHILDREN, 0.0)
    mean = csr_array(
        (share[edges.parent] / children[edges.parent], (edges.parent, edges.child)),
        shape=(concepts, concepts),
    )
    kept = diags_array(1 - share, format="csr") @ own
    heard = own
    for _ in range(concepts):  # as many rounds as the graph is deep: it has no circles
        again = (kept + mean @ heard).tocsr()
        if abs(again - heard).max() < 1e-4:
            return again
        heard = again
    return heard


def _parents_first(concepts: int, edges: Edges) -> Iterator[tuple[int, list[int]]]:
    """All concepts with their parents, none before its parents; otherwise in order."""
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


def _ordered(
    terms: NDArray[np.int64], share: NDArray[np.float64], speciality: NDArray[np.float64]
) -> list[tuple[int, float]]:
    """Rule 3: the name, then the others by cover times specialness; ties to the earlier term."""
    if not terms.size:
        return []
    product = share * speciality[terms]
    order = np.lexsort((terms, -product))
    covers = np.flatnonzero(share >= COVER - 1e-6)
    if covers.size:
        name = covers[np.lexsort((terms[covers], -share[covers], -speciality[terms[covers]]))[0]]
        order = np.concatenate([[name], order[order != name]])
    return [(int(terms[n]), float(share[n])) for n in order]


def _told_apart(
    ordered: list[tuple[int, float]], taken: set[int], above: "csr_array"
) -> list[tuple[int, float]]:
    """Rule 4: while the first name is taken by a parent, the best more special one goes first."""
    while ordered and ordered[0][0] in taken:
        name = ordered[0][0]
        special_ones = (
            n
            for n, (term, share) in enumerate(ordered)
            if share >= COVER_APART
            and term != name
            and name in above.indices[above.indptr[term] : above.indptr[term + 1]]
        )
        best = next(special_ones, None)
        if best is None:
            break
        ordered = [ordered[best], *ordered[:best], *ordered[best + 1 :]]
    return ordered
