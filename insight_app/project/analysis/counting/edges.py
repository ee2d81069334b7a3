"""From co-occurrence to what is published of it: relations and shares.

Owns the rule for small sets: a concept's own relations count from MIN_CELLS cells in MIN_IMAGES
images on; below that those that came with the dictionary stand, marked as such. Knows nothing of
files.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.cycles import Authority
from insight_app.concepts.relations import Edges, relations
from insight_app.concepts.statistics import CoOccurrence
from insight_app.concepts.statistics.fixed_point import UNITS_PER_ONE
from insight_app.project.results.generations import DATA, DICTIONARY, EdgeTable, Shares

MIN_CELLS, MIN_IMAGES = 20, 5


def dictionary_edges(shipped: CoOccurrence) -> Edges:
    """The relations that a dictionary brings; where its support is not known, whatever it is."""
    return relations(shipped, min_cells=MIN_CELLS, min_images=MIN_IMAGES)


def edges(own: CoOccurrence, shipped: Edges | None) -> EdgeTable:
    """Relations of this set, and the dictionary's for children too rare here; without cycles."""
    found = relations(own, min_cells=MIN_CELLS, min_images=MIN_IMAGES)
    if shipped is None:
        return _table(found, np.full(found.size, DATA, np.uint8))
    shipped = shipped[~_is_frequent(own)[shipped.child]]
    second = _columns(shipped)
    both = Edges(**{n: np.concatenate([c, second[n]]) for n, c in _columns(found).items()})
    source = np.repeat(np.array([DATA, DICTIONARY], np.uint8), [found.size, shipped.size])
    authority = np.where(source == DATA, Authority.DATA, Authority.DICTIONARY)
    stays = both.on_no_cycle(authority)
    return _table(both[stays], source[stays])


def shares(cooccurrence: CoOccurrence) -> Shares:
    """R of METHOD.md section 3, all entries above zero."""
    arrays = cooccurrence.to_arrays()
    indptr, indices, steps = arrays["indptr"], arrays["indices"], arrays["steps"]
    rows = np.repeat(np.arange(indptr.size - 1), np.diff(indptr))
    mass = cooccurrence.diagonal * UNITS_PER_ONE
    values = np.divide(steps, mass[rows], out=np.zeros(steps.size), where=mass[rows] > 0)
    keep = values > 0
    counts = np.bincount(rows[keep], minlength=indptr.size - 1)
    return Shares(
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        indices[keep],
        values[keep].astype(np.float32),
    )


def _is_frequent(own: CoOccurrence) -> NDArray[np.bool_]:
    """(F,) whether a concept is frequent enough here for relations of its own."""
    pairs = own.pairs
    row, column = np.divmod(pairs.key, own.concepts)
    itself = row == column
    enough = np.zeros(own.concepts, bool)
    enough[row[itself]] = (pairs.cells[itself] >= MIN_CELLS) & (pairs.images[itself] >= MIN_IMAGES)
    return enough


def _columns(edges: Edges) -> dict[str, NDArray[Any]]:
    return {name: getattr(edges, name) for name in Edges.__dataclass_fields__}


def _table(edges: Edges, source: NDArray[np.uint8]) -> EdgeTable:
    """By child, then strongest first."""
    order = np.lexsort((edges.parent, -edges.strength, edges.child))
    return EdgeTable(**_columns(edges[order]), source=source[order])
