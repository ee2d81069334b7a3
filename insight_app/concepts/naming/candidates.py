"""Candidate names and the words they are taken from: the values that naming rules return and read.

Knows no rule.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

CANDIDATES = 8
"""Names that a concept gets to choose from."""
SHARE_OF_VOTES, COSINE, FIT = "share of votes", "cosine", "fit"
"""What a rule's scores are."""
UNKNOWN = -1
"""The reading of a name that others published."""


@dataclass(frozen=True)
class Candidate:
    """A name a concept could have; reading: 0 noun, 1 adjective, 2 verb; score: as the rule scores.

    Names that others published have the reading UNKNOWN and the score None. probability: that the
    name is right, calibrated; None if not known.
    """

    term: str
    reading: int
    score: float | None
    probability: float | None = None


class Terms(Protocol):
    """The columns of a vocabulary that rules read: V terms.

    readings (V,) uint8; synsets: "" for a term that has none; embeddings (V, D) float32 unit rows.
    """

    @property
    def terms(self) -> list[str]: ...
    @property
    def readings(self) -> NDArray[np.uint8]: ...
    @property
    def synsets(self) -> list[str]: ...
    @property
    def embeddings(self) -> NDArray[np.float32]: ...


def candidate(vocabulary: Terms, term: int, score: float) -> Candidate:
    """Make the candidate for one term of a vocabulary."""
    return Candidate(vocabulary.terms[term], int(vocabulary.readings[term]), score)
