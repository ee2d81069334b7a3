"""The naming rules by name, and the one door to them.

- "published" (METHOD.md section 4): a term near the decoded mean code of the exemplars, cut down to
  the concepts that are related to this one. Scores are cosines.
- "exemplars": a term near the decoded mean code of the exemplars, nothing cut. Scores are cosines.
- "shared" (the default): the most specific term that covers at least half of what a concept's
  exemplars and children show. Scores are the shares covered.

A new rule is one module here and one line in RULES. Knows nothing of images, files and persons.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from insight_app.concepts.naming import exemplars, published, shared
from insight_app.concepts.naming.candidates import (
    CANDIDATES,
    COSINE,
    SHARE_OF_VOTES,
    Candidate,
    Terms,
)
from insight_app.concepts.naming.evidence import Evidence
from insight_app.concepts.naming.hypernyms import Hypernyms

Rule = Literal["shared", "exemplars", "published"]
RULES: Mapping[Rule, Callable[[Evidence, Terms, Hypernyms, int], list[list[Candidate]]]] = {
    "shared": shared.candidates,
    "exemplars": exemplars.candidates,
    "published": published.candidates,
}
UNITS: Mapping[Rule, str] = {"shared": SHARE_OF_VOTES, "exemplars": COSINE, "published": COSINE}
"""What the scores of each rule are."""


def name_concepts(
    evidence: Evidence,
    vocabulary: Terms,
    hypernyms: Hypernyms,
    *,
    rule: Rule = "shared",
    top: int = CANDIDATES,
) -> list[list[Candidate]]:
    """Return up to `top` candidates for each of F concepts, the name first; none for a dead one."""
    return RULES[rule](evidence, vocabulary, hypernyms, top)
