"""From co-occurrence to what is published of it: relations and shares.

Owns the rule for small sets: a concept's own relations count from MIN_CELLS cells in MIN_IMAGES
images on; below that those that came with the dictionary stand, marked as such. Knows nothing of
files.
"""

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.relations import Edges, relations
from insight_app.concepts.statistics import CoOccurrence
from insight_app.project.generations import DATA, DICTIONARY, EdgeTable, Shares

MIN_CELLS, MIN_IMAGES = 20, 5


def edges(own: CoOccurrence, shipped: CoOccurrence | None) -> EdgeTable:
    """Relations of this set, and the dictionary's for children too rare here; without circles."""
    found = relations(own, min_cells=MIN_CELLS, min_images=MIN_IMAGES)
    if shipped is None:
        return _table(found, found[np.zeros(0, np.int64)])
    lent = relations(shipped, min_cells=MIN_CELLS, min_images=MIN_IMAGES)
    lent = lent[~_speaks_for_itself(own)[lent.child]]
    return _table(found, _without_circles(found, lent))


def shares(cooccurrence: CoOccurrence) -> Shares:
    """R of METHOD.md section 3, all entries above zero."""
    arrays = cooccurrence.to_arrays()
    indptr, indices, steps = arrays["indptr"], arrays["indices"], arrays["steps"]
    rows = np.repeat(np.arange(indptr.size - 1), np.diff(indptr))
    mass = cooccurrence.diagonal * 2.0**24
    values = np.divide(steps, mass[rows], out=np.zeros(steps.size), where=mass[rows] > 0)
    keep = values > 0
    counts = np.bincount(rows[keep], minlength=indptr.size - 1)
    return Shares(
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        indices[keep],
        values[keep].astype(np.float32),
    )


def _speaks_for_itself(own: CoOccurrence) -> NDArray[np.bool_]:
    """(F,) whether a concept is frequent enough here for relations of its own."""
    pairs = own.pairs
    row, column = np.divmod(pairs.key, own.concepts)
    itself = row == column
    enough = np.zeros(own.concepts, bool)
    enough[row[itself]] = (pairs.cells[itself] >= MIN_CELLS) & (pairs.images[itself] >= MIN_IMAGES)
    return enough


def _without_circles(found: Edges, lent: Edges) -> Edges:
    """Those of `lent` that close no circle with `found` and each other, strongest first."""
    parents: dict[int, set[int]] = {}
    for child, parent in zip(found.child.tolist(), found.parent.tolist(), strict=True):
        parents.setdefault(child, set()).add(parent)
    kept = []
    for at in np.argsort(-lent.strength, kind="stable"):
        child, parent = int(lent.child[at]), int(lent.parent[at])
        if not _reaches(parents, parent, child):
            parents.setdefault(child, set()).add(parent)
            kept.append(int(at))
    return lent[np.array(sorted(kept), np.int64)]


def _reaches(parents: dict[int, set[int]], start: int, goal: int) -> bool:
    """Whether going up from `start` one comes to `goal`."""
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        new = parents.get(here, set()) - seen
        seen |= new
        waiting.extend(new)
    return False


def _table(found: Edges, lent: Edges) -> EdgeTable:
    """Both together, by child, then strongest first."""
    columns = {
        name: np.concatenate([getattr(found, name), getattr(lent, name)])
        for name in ("child", "parent", "strength", "back", "cells", "images")
    }
    source = np.repeat(np.array([DATA, DICTIONARY], np.uint8), [found.size, lent.size])
    order = np.lexsort((columns["parent"], -columns["strength"], columns["child"]))
    return EdgeTable(
        **{name: column[order] for name, column in columns.items()}, source=source[order]
    )
