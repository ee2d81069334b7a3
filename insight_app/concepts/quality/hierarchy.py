"""The shape of a graph of relations child -> parent. Arrays in, numbers out (METRICS.md).

Knows nothing of how relations were found. n edges over F concepts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.statistics import CoOccurrence
from insight_app.concepts.statistics.fixed_point import from_units

Ends = NDArray[np.integer]


def several_parents(child: Ends, concepts: int) -> tuple[int, int]:
    """Return (concepts with more than one parent, with any); child (n,)."""
    parents = np.bincount(child, minlength=concepts)
    return int(np.count_nonzero(parents > 1)), int(np.count_nonzero(parents))


def orphans(child: Ends, parent: Ends, is_live: NDArray[np.bool_]) -> int:
    """Return how many live concepts (F,) have no relation at all; child, parent (n,)."""
    related = np.zeros(is_live.size, bool)
    related[child] = related[parent] = True
    return int(np.count_nonzero(is_live & ~related))


def depth(child: Ends, parent: Ends, concepts: int) -> NDArray[np.int64]:
    """Return (F,) the number of steps of the longest way up from each concept; child, parent (n,).

    The graph has no cycles: ValueError if it has.
    """
    found = np.zeros(concepts, np.int64)
    for _ in range(concepts):
        again = np.zeros(concepts, np.int64)
        np.maximum.at(again, child, found[parent] + 1)
        if np.array_equal(again, found):
            return found
        found = again
    raise ValueError("these relations go in a circle")


def against_levels(child: Ends, parent: Ends, levels: NDArray[np.integer]) -> int:
    """Return how many of the edges (n,) lead to a parent of a finer level (F,) than the child's."""
    return int(np.count_nonzero(levels[parent].astype(int) > levels[child].astype(int)))


def on_cycles(
    cooccurrence: CoOccurrence, threshold: float, min_cells: int = 20, min_images: int = 5
) -> tuple[int, int]:
    """Return (pairs that lie on a cycle, all pairs) of the graph before cycles are resolved.

    Its edges are all ordered pairs with R > threshold that share so many cells in so many images,
    both directions of a mutual pair.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    pairs, concepts = cooccurrence.pairs, cooccurrence.concepts
    child, parent = np.divmod(pairs.key, concepts)
    diagonal = cooccurrence.diagonal
    mass = from_units(pairs.mass)
    is_edge = (child != parent) & (mass > threshold * diagonal[child]) & (diagonal[child] > 0)
    is_edge &= (pairs.cells >= min_cells) & (pairs.images >= min_images)
    child, parent = child[is_edge], parent[is_edge]
    graph = csr_array((np.ones(child.size), (child, parent)), shape=(concepts, concepts))
    _count, group = connected_components(graph, directed=True, connection="strong")
    return int(np.count_nonzero(group[child] == group[parent])), int(child.size)
