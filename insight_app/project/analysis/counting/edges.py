"""From co-occurrence to what is published of it: relations and shares.

Owns the rule for small sets: a concept's own relations count from MIN_CELLS cells in MIN_IMAGES
images on; below that those that came with the dictionary stand, marked as such. Knows nothing of
files.
"""

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.cycles import Authority
from insight_app.concepts.relations import Edges, are_led_to, relations
from insight_app.concepts.statistics import CoOccurrence
from insight_app.concepts.statistics.fixed_point import UNITS_PER_ONE
from insight_app.project.results.edge_table import DATA, DICTIONARY, UNKNOWN, EdgeTable
from insight_app.project.results.shares import Shares

MIN_CELLS, MIN_IMAGES = 20, 5


def dictionary_edges(shipped: CoOccurrence) -> Edges:
    """Return the relations that a dictionary brings; support is asked for as far as it is known."""
    return relations(shipped, min_cells=MIN_CELLS, min_images=MIN_IMAGES, keep_implied=True)


def own_edges(own: CoOccurrence) -> Edges:
    """Return the relations of this set."""
    return relations(own, min_cells=MIN_CELLS, min_images=MIN_IMAGES, keep_implied=True)


def edges(own: CoOccurrence, found: Edges, shipped: Edges | None) -> EdgeTable:
    """Return the relations of this set, and the dictionary's for children too rare here: n edges.

    found: `own_edges(own)`.  All edges form no cycle. Direct ones are chosen among direct ones; an
    implied one is published where they lead from its child to its parent.
    """
    if shipped is None:
        return _table(found, np.full(found.size, DATA, np.uint8))
    shipped = shipped[~_is_frequent(own)[shipped.child]]
    both = found.and_others(shipped)
    source = np.repeat(np.array([DATA, DICTIONARY], np.uint8), [found.size, shipped.size])
    direct = np.flatnonzero(~both.implied)
    authority = np.where(source == DATA, Authority.DATA, Authority.DICTIONARY)
    direct = direct[both[direct].on_no_cycle(authority[direct])]
    stays = both.implied & are_led_to(both.child, both.parent, both[direct])
    stays[direct] = True
    return _table(both[stays], source[stays])


def shares(cooccurrence: CoOccurrence) -> Shares:
    """Return R of METHOD.md section 3, all N entries above zero: indptr (F + 1,), others (N,)."""
    arrays = cooccurrence.to_arrays()
    indptr, indices, mass = arrays["indptr"], arrays["indices"], arrays["steps"]
    rows = np.repeat(np.arange(indptr.size - 1), np.diff(indptr))
    whole = (cooccurrence.diagonal * UNITS_PER_ONE)[rows]
    values = np.divide(mass, whole, out=np.zeros(mass.size), where=whole > 0)
    keep = values > 0
    counts = np.bincount(rows[keep], minlength=indptr.size - 1)
    return Shares(
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        indices[keep],
        values[keep].astype(np.float32),
    )


def _is_frequent(own: CoOccurrence) -> NDArray[np.bool_]:
    """Return (F,) bool: which concepts are frequent enough here for relations of their own."""
    pairs = own.pairs
    row, column = np.divmod(pairs.key, own.concepts)
    diagonal = row == column
    enough = (pairs.cells[diagonal] >= MIN_CELLS) & (pairs.images[diagonal] >= MIN_IMAGES)
    is_frequent = np.zeros(own.concepts, bool)
    is_frequent[row[diagonal]] = enough
    return is_frequent


def _table(edges: Edges, source: NDArray[np.uint8]) -> EdgeTable:
    """Return the edges by child, then strongest first; source (n,): DATA or DICTIONARY."""
    order = np.lexsort((edges.parent, -edges.strength, edges.child))
    unknown = np.full(edges.size, UNKNOWN, np.float32)
    return EdgeTable(
        **edges[order].columns,
        source=source[order],
        low=unknown,
        high=unknown,
        near=unknown.astype(np.int64),
        near_low=unknown,
        near_high=unknown,
    )
