"""Which concept is more general than which: the graph of METHOD.md section 3, without cycles.

With R[i, j] = D[i, j] / D[i, i], the share of i's activation that falls on cells where j is active
too, i becomes a child of j when

1. R[i, j] > threshold, and i and j share at least `min_cells` cells in at least `min_images`
   images, as far as these are known: of others' matrices D alone may be, or C with it (a concept
   that never rises above tau has D[i, i] = 0 and no relations);
2. R[j, i] < R[i, j]: of a mutual pair the stronger direction stays. At a tie the concept that is
   active in more cells is the parent, and of two such the one with the lower index;
3. it closes no cycle: every cycle loses its weakest edge (`cycles`);
4. it is not implied: of spaniel -> dog -> animal and spaniel -> animal the last goes (transitive
   reduction; with `keep_implied` it stays, and is marked).

The threshold is the published one, 0.75, where that gives at least ENOUGH of the concepts a parent
(counting those with support of their own); else it sinks in steps of 0.05 until it does, to 0.4 at
the least. How strongly concepts overlap depends on how a dictionary was trained: the published
threshold gave 51 % of the shipped one's concepts a parent, and 1 % of another's of the same photos.

The result is a directed acyclic graph that depends on C and D alone. A concept may have several
parents. Knows nothing of names and of what a person says.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.cycles import Authority, break_cycles
from insight_app.concepts.statistics import CoOccurrence
from insight_app.concepts.statistics.fixed_point import UNITS_PER_ONE

PUBLISHED_THRESHOLD = 0.75
LOWEST_THRESHOLD = 0.4
ENOUGH = 0.3
_STEP = 0.05


@dataclass(frozen=True, eq=False)
class Edges:
    """N relations, sorted by child, then strongest first.

    child, parent (N,) int32; strength (N,) float32: R[child, parent]; reverse_strength (N,)
    float32: R[parent, child]; cells, images (N,) int64: where the two are active together;
    child_cells, child_images (N,) int64: where the child is, 0 = not known; implied (N,) bool:
    whether other edges lead to this parent too. threshold: R above which they are.
    """

    child: NDArray[np.int32]
    parent: NDArray[np.int32]
    strength: NDArray[np.float32]
    reverse_strength: NDArray[np.float32]
    cells: NDArray[np.int64]
    images: NDArray[np.int64]
    child_cells: NDArray[np.int64]
    child_images: NDArray[np.int64]
    implied: NDArray[np.bool_]
    threshold: float = PUBLISHED_THRESHOLD

    @property
    def size(self) -> int:
        return int(self.child.size)

    @property
    def columns(self) -> dict[str, Any]:
        """All arrays (N,) by name."""
        return {name: value for name, value in vars(self).items() if name != "threshold"}

    def on_no_cycle(self, authority: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Return (N,) bool: which edges stay by rule 3; authority (N,): of cycles.Authority."""
        return break_cycles(
            self.child, self.parent, self.strength, self.reverse_strength, authority
        )

    def and_others(self, others: "Edges") -> "Edges":
        """Return these edges, then others; of the threshold these."""
        second = others.columns
        joined: dict[str, Any] = {
            name: np.concatenate([one, second[name]]) for name, one in self.columns.items()
        }
        return replace(self, **joined)

    def __getitem__(self, choice: NDArray[Any]) -> "Edges":
        """Select some of the edges by a mask (N,) or by indices (n,)."""
        return replace(self, **{name: array[choice] for name, array in self.columns.items()})


def relations(
    cooccurrence: CoOccurrence,
    *,
    threshold: float | None = None,
    min_cells: int = 20,
    min_images: int = 5,
    keep_implied: bool = False,
) -> Edges:
    """Find the edges child -> parent, acyclic, by the module's rules."""
    if not cooccurrence.has_support:
        min_images = 0
        if not cooccurrence.pairs.cells.any():
            min_cells = 0
    lowest = LOWEST_THRESHOLD if threshold is None else threshold
    edges = _resolve_mutual(_candidates(cooccurrence, lowest), cooccurrence)
    edges = edges[(edges.cells >= min_cells) & (edges.images >= min_images)]
    if threshold is None:
        pairs = cooccurrence.pairs
        diagonal = (pairs.key % (cooccurrence.concepts + 1) == 0) & (pairs.mass > 0)
        able = diagonal & (pairs.cells >= min_cells) & (pairs.images >= min_images)
        threshold = _threshold(edges, int(able.sum()))
        edges = edges[edges.strength > np.float32(threshold)]
    edges = edges[edges.on_no_cycle(np.full(edges.size, Authority.DATA))]
    implied = are_led_to(edges.child, edges.parent, edges)
    edges = replace(edges, implied=implied, threshold=threshold)
    return edges if keep_implied else edges[~edges.implied]


def _threshold(edges: Edges, concepts: int) -> float:
    """Return the highest threshold that gives enough of so many concepts a parent."""
    strongest: dict[int, float] = {}
    for child, strength in zip(edges.child.tolist(), edges.strength.tolist(), strict=True):
        strongest[child] = max(strength, strongest.get(child, 0.0))
    for step in range(round((PUBLISHED_THRESHOLD - LOWEST_THRESHOLD) / _STEP)):
        threshold = round(PUBLISHED_THRESHOLD - step * _STEP, 2)
        limit = float(np.float32(threshold))  # as strengths are rounded
        if sum(best > limit for best in strongest.values()) >= ENOUGH * concepts:
            return threshold
    return LOWEST_THRESHOLD


def _candidates(cooccurrence: CoOccurrence, threshold: float) -> Edges:
    """Return all ordered pairs with R > threshold, whatever the reverse strength."""
    pairs, concepts = cooccurrence.pairs, cooccurrence.concepts
    child, parent = np.divmod(pairs.key, concepts)
    units = np.rint(cooccurrence.diagonal * UNITS_PER_ONE)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(units[child] > 0, pairs.mass / units[child], 0.0)
    chosen = np.flatnonzero((share > threshold) & (child != parent))
    mirror = parent[chosen] * concepts + child[chosen]
    place = np.minimum(np.searchsorted(pairs.key, mirror), pairs.key.size - 1)
    reverse = np.where(pairs.key[place] == mirror, share[place], 0.0)
    of_child = np.searchsorted(pairs.key, child[chosen] * (concepts + 1))
    return Edges(
        child[chosen].astype(np.int32),
        parent[chosen].astype(np.int32),
        share[chosen].astype(np.float32),
        reverse.astype(np.float32),
        pairs.cells[chosen],
        pairs.images[chosen],
        pairs.cells[of_child],
        pairs.images[of_child],
        np.zeros(chosen.size, bool),
    )


def _resolve_mutual(edges: Edges, cooccurrence: CoOccurrence) -> Edges:
    """Apply rule 2 and bring the edges into their final order."""
    pairs, concepts = cooccurrence.pairs, cooccurrence.concepts
    cells = np.zeros(concepts, np.int64)
    row, column = np.divmod(pairs.key, concepts)
    cells[row[row == column]] = pairs.cells[row == column]
    of_child, of_parent = cells[edges.child], cells[edges.parent]
    more_general = (of_parent > of_child) | ((of_parent == of_child) & (edges.parent < edges.child))
    keep = (edges.reverse_strength < edges.strength) | (
        (edges.reverse_strength == edges.strength) & more_general
    )
    edges = edges[keep]
    return edges[np.lexsort((edges.parent, -edges.strength, edges.child))]


def are_led_to(
    child: NDArray[np.int32], parent: NDArray[np.int32], edges: Edges
) -> NDArray[np.bool_]:
    """Return (n,) bool: whether edges lead from each child to its parent over others between them.

    child, parent (n,); the edges form no cycle.
    """
    parents: dict[int, list[int]] = {}
    for low, high in zip(edges.child.tolist(), edges.parent.tolist(), strict=True):
        parents.setdefault(low, []).append(high)
    above: dict[int, int] = {}  # all ancestors of a concept
    beyond: dict[int, int] = {}  # all ancestors of its parents

    def visit(start: int) -> None:
        todo = [start]
        while todo:
            concept = todo[-1]
            waiting = [up for up in parents.get(concept, ()) if up not in above]
            if waiting:
                todo.extend(waiting)
                continue
            todo.pop()
            further = nearest = 0
            for up in parents.get(concept, ()):
                further |= above[up]
                nearest |= 1 << up
            beyond[concept], above[concept] = further, further | nearest

    for concept in parents:
        if concept not in above:
            visit(concept)
    pairs = zip(child.tolist(), parent.tolist(), strict=True)
    return np.array([beyond.get(low, 0) >> high & 1 for low, high in pairs], np.bool_)


def shuffled(edges: Edges, seed: int = 0) -> Edges:
    """Join the same children and parents at random, no concept to itself: a baseline.

    Every concept keeps its number of parents and of children; strengths stay where they were.
    """
    rng = np.random.default_rng(seed)
    parent = rng.permutation(edges.parent)
    for _ in range(100):
        own = np.flatnonzero(parent == edges.child)
        if not own.size:
            break
        other = rng.integers(0, parent.size, own.size)
        for a, b in zip(own, other, strict=True):
            parent[a], parent[b] = parent[b], parent[a]
    return replace(edges, parent=parent)
