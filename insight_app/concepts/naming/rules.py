"""The naming rules by name, and the one door to them.

- "published" (METHOD.md section 4): a term near the decoded mean code of the exemplars, cut down to
  the concepts that are related to this one. Scores are cosines.
- "exemplars": a term near the decoded mean code of the exemplars, nothing cut. Scores are cosines.
- "likely" (the default): the word that is most probably right, weighed by how much it says. Scores
  are fits, with calibrated probabilities. It asks what classes photos are of, and falls back on
- "shared": the most specific term that covers at least half of what a concept's exemplars and
  children show. Scores are the shares covered.

A new rule is one module here and one line in RULES. Knows nothing of images, files and persons.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from insight_app.concepts.naming import exemplars, likely, published, shared
from insight_app.concepts.naming.candidates import (
    CANDIDATES,
    COSINE,
    FIT,
    SHARE_OF_VOTES,
    Candidate,
    Terms,
)
from insight_app.concepts.naming.evidence import Evidence
from insight_app.concepts.naming.hypernyms import Hypernyms
from insight_app.concepts.naming.prior import Prior
from insight_app.concepts.naming.steps import Step, no_step

Rule = Literal["likely", "shared", "exemplars", "published"]
_Find = Callable[
    [Evidence, Terms, Hypernyms, int, Prior | None, Step],
    list[list[Candidate]],
]
RULES: Mapping[Rule, _Find] = {
    "likely": likely.candidates,
    "shared": shared.candidates,
    "exemplars": exemplars.candidates,
    "published": published.candidates,
}
UNITS: Mapping[Rule, str] = {
    "likely": FIT,
    "shared": SHARE_OF_VOTES,
    "exemplars": COSINE,
    "published": COSINE,
}
"""What the scores of each rule are."""


def name_concepts(
    evidence: Evidence,
    vocabulary: Terms,
    hypernyms: Hypernyms,
    *,
    rule: Rule = "likely",
    top: int = CANDIDATES,
    prior: Prior | None = None,
    step: Step = no_step,
) -> list[list[Candidate]]:
    """Return up to `top` candidates for each of F concepts, the name first; none for a dead one.

    prior: the names that came with the dictionary, to be weighed against the evidence; they stand
    as they are where there is none. step: called between parts of the work, may raise to stop it.
    """
    found = RULES[rule](evidence, vocabulary, hypernyms, top, prior, step)
    if prior is None:
        return found
    is_shown = evidence.exemplars.counts > 0
    rows = zip(found, prior.candidates, is_shown, strict=True)
    return [own if shown else came for own, came, shown in rows]


def usable_rule(rule: Rule, evidence: Evidence) -> Rule:
    """Return the rule, or the one that stands in for it where its evidence is not known."""
    return "shared" if rule == "likely" and evidence.photos is None else rule
