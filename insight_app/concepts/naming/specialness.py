"""How much a word says, and which words say enough to be a name."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.naming.candidates import Terms
from insight_app.concepts.naming.hypernyms import Hypernyms

if TYPE_CHECKING:
    from scipy.sparse import csr_array

TOO_GENERAL = 0.105
GENERAL = 0.5
MIN_FREQUENCY = 2
"""So often a general word has to be written to be used."""


def specialness(ancestors: "csr_array") -> NDArray[np.float64]:
    """Return (V,) float64: 1 for a term with none below it, 0 for one above all.

    It is the intrinsic information content of Seco et al. (2004): 1 - log(below) / log(V).
    ancestors (V, V): as `Hypernyms.ancestors` gives them.
    """
    below = np.asarray(ancestors.sum(axis=0)).reshape(-1)
    special: NDArray[np.float64] = 1 - np.log(np.maximum(below, 1)) / np.log(max(below.size, 2))
    return special


def usable_terms(
    vocabulary: Terms, hypernyms: Hypernyms, special: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return (V,) bool: which terms may be names; special (V,): their specialness.

    Terms so general that they say nothing (above more than a third of the vocabulary: "artifact",
    "organism") may not; of the other general ones only those that people write ("mammal", not
    "placental"). Adjectives and verbs all may.
    """
    usable = (special > TOO_GENERAL) & (
        (special > GENERAL) | (hypernyms.frequencies(vocabulary.synsets) >= MIN_FREQUENCY)
    )
    either: NDArray[np.bool_] = usable | (np.asarray(vocabulary.readings) > 0)
    return either
