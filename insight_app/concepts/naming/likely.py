"""The naming rule "likely": the word that is most probably right, weighed by how much it says.

1. What the exemplars show gives votes for words (`shown`); a vote for a word is one for all above
   it in WordNet. What came with the dictionary counts like PRIOR_PHOTOS photos beside one's own.
2. Every word with enough votes gets the probability that it is right (`likelihood`).
3. Its fit is that probability plus SPECIALNESS_PRICE times its specialness: "animal" is right more
   easily than "spaniel", and says less. The concept is called what fits best.
4. Concepts that are surer of their names choose first; a name that is taken costs SHARING_PRICE,
   so that others get the word that sets them apart, if one fits nearly as well.

Words so general that they say nothing are not used, of the other general ones only those that
people write (`usable_terms`). Scores are fits, scaled to 0..1; every candidate has its
probability.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.naming import likelihood
from insight_app.concepts.naming.candidates import Candidate, Terms
from insight_app.concepts.naming.evidence import Evidence
from insight_app.concepts.naming.hypernyms import Hypernyms
from insight_app.concepts.naming.likelihood import Candidates, Likelihood
from insight_app.concepts.naming.photo_classes import columns_of
from insight_app.concepts.naming.prior import PRIOR_PHOTOS, Prior
from insight_app.concepts.naming.shown import Shown, shown
from insight_app.concepts.naming.specialness import specialness, usable_terms
from insight_app.concepts.naming.steps import Step, no_step

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SPECIALNESS_PRICE = 0.36
SHARING_PRICE = 0.18
LEAST_VOTES = 0.16
"""Words with less than this of both kinds of votes together are no candidates."""
_LOOKED_AT = 40
"""So many of a concept's best words may take the place of one that is taken."""


@dataclass(frozen=True, eq=False)
class Weighed:
    """All candidates, with their probabilities (N,) and fits (N,), not scaled."""

    candidates: Candidates
    probability: NDArray[np.float64]
    fit: NDArray[np.float64]


def candidates(
    evidence: Evidence,
    vocabulary: Terms,
    hypernyms: Hypernyms,
    top: int,
    prior: Prior | None = None,
    step: Step = no_step,
) -> list[list[Candidate]]:
    """Return up to `top` candidates for each of F concepts, the name first.

    ValueError where `evidence` does not tell what classes photos are of.
    """
    if evidence.photos is None:
        raise ValueError("the rule asks what classes photos are of")
    came = prior.shown(vocabulary) if prior is not None else None
    own = shown(
        evidence.exemplars,
        evidence.decoder,
        vocabulary,
        evidence.photos,
        columns_of(evidence.class_synsets, vocabulary),
        came.strength if came is not None else None,
        step,
    )
    return named(own, came, vocabulary, hypernyms, likelihood.shipped(), top)


def named(
    own: Shown | None,
    prior: Shown | None,
    vocabulary: Terms,
    hypernyms: Hypernyms,
    chance: Likelihood,
    top: int,
) -> list[list[Candidate]]:
    """Return up to `top` candidates for each of F concepts, best fit first."""
    ancestors = hypernyms.ancestors(vocabulary.synsets)
    special = specialness(ancestors)
    found = gathered(own, prior, ancestors, special, usable_terms(vocabulary, hypernyms, special))
    probability = chance.probability(found)
    weighed = Weighed(found, probability, probability + SPECIALNESS_PRICE * found.specialness)
    some = own or prior
    assert some is not None
    return _chosen(weighed, some.words.shape[0], vocabulary, top)


def gathered(
    own: Shown | None,
    prior: Shown | None,
    ancestors: "csr_array",
    special: NDArray[np.float64],
    usable: NDArray[np.bool_],
) -> Candidates:
    """Return all words with enough votes, and what speaks for them.

    ancestors (V, V): as `Hypernyms.ancestors` gives them; special (V,): how
    special words are; usable (V,): which may be names.
    """
    words, photos, evidence, measures = _together(own, prior)
    words, photos = (words @ ancestors).tocsr(), (photos @ ancestors).tocsr()
    both = (words + photos).tocsr()
    concept = np.repeat(np.arange(both.shape[0]), np.diff(both.indptr))
    kept = (both.data >= LEAST_VOTES) & usable[both.indices]
    concept, term = concept[kept], both.indices[kept].astype(np.int64)
    said_twice = np.asarray(words.minimum(photos).sum(axis=1)).reshape(-1)
    said = np.asarray(words.sum(axis=1)).reshape(-1)
    agreement = said_twice / np.maximum(said, 1e-9)
    return Candidates(
        concept,
        term,
        np.asarray(words[concept, term], np.float64).reshape(-1),
        np.asarray(photos[concept, term], np.float64).reshape(-1),
        special[term],
        agreement[concept],
        evidence[concept],
        *measures[concept].T,
    )


def _together(
    own: Shown | None, prior: Shown | None
) -> tuple["csr_array", "csr_array", NDArray[np.float64], NDArray[np.float64]]:
    """Return what one's own photos and what came with a dictionary say together.

    Return votes of words and of photos (F, V), what they are worth (F,), and measures (F, m). How
    usual photos are is asked of one's own alone, if there are any: of a concept that few of them
    show it is said by all of them.
    """
    from scipy.sparse import diags_array

    if own is None or not np.isfinite(own.usual).all():
        assert prior is not None
        worth = np.minimum(prior.worth, PRIOR_PHOTOS)
        return prior.words, prior.photos, worth, prior.measures
    share = (own.worth / (own.worth + PRIOR_PHOTOS))[:, None]
    measures = share * own.measures + (1 - share) * own.usual
    if prior is None:
        return own.words, own.photos, own.worth, measures
    came = np.minimum(prior.worth, PRIOR_PHOTOS)
    of_own = own.worth / np.maximum(own.worth + came, 1e-9)
    mine, theirs = diags_array(of_own, format="csr"), diags_array(1 - of_own, format="csr")
    words = mine @ own.words + theirs @ prior.words
    photos = mine @ own.photos + theirs @ prior.photos
    return words, photos, own.worth + came, measures


def _chosen(weighed: Weighed, concepts: int, vocabulary: Terms, top: int) -> list[list[Candidate]]:
    """Apply rule 4 and return the candidates, best first; ties go to the earlier term."""
    found, probability, fit = weighed.candidates, weighed.probability, weighed.fit
    order = np.lexsort((found.term, -fit, found.concept))
    starts = np.searchsorted(found.concept[order], np.arange(concepts + 1))
    runs = [order[start:stop][:_LOOKED_AT] for start, stop in pairwise(starts)]
    surest = np.array([probability[run[0]] if run.size else -1.0 for run in runs])
    taken: set[int] = set()
    rows: list[list[Candidate]] = [[] for _ in range(concepts)]
    for concept in np.argsort(-surest, kind="stable").tolist():
        run = runs[concept]
        if not run.size:
            continue
        is_taken = np.array([term in taken for term in found.term[run].tolist()])
        worth = fit[run] - SHARING_PRICE * is_taken
        best = np.lexsort((found.term[run], -worth))[:top]
        taken.add(int(found.term[run[best[0]]]))
        rows[concept] = [
            Candidate(
                vocabulary.terms[found.term[run[n]]],
                int(vocabulary.readings[found.term[run[n]]]),
                max(float(worth[n]), 0.0) / (1 + SPECIALNESS_PRICE),
                float(probability[run[n]]),
            )
            for n in best.tolist()
        ]
    return rows
