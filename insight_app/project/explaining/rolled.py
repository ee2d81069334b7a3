"""What a score is made of, along the hierarchy as persons left it.

Lays merges and relations in force over what each of the machine's concepts gives; the rule is that
of `concepts.explain.rollup`. Knows nothing of how it is shown.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.rollup import ParentRelation, Row, first_parent, roll_up
from insight_app.project.judgements.catalogue import Catalogue


def rolled(
    catalogue: Catalogue, concepts: NDArray[np.integer], values: NDArray[np.float64]
) -> tuple[Row, ...]:
    """Return what concepts (n,) of the dictionary give, (n,), as rows of the catalogue."""

    def parents(row: int) -> Sequence[int]:
        edges = catalogue.parents(row)
        return first_parent(ParentRelation(e.parent, e.strength, e.by_person) for e in edges)

    return roll_up(concepts, values, parents, catalogue.holder)
