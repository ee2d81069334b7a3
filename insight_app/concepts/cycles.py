"""The one rule that keeps a hierarchy free of cycles.

The strongest edges are taken first; an edge is left out if those already taken lead back from its
parent to its child. So every cycle loses its weakest edge, none goes without need, and what stays
shows why another went. Of two edges that one is stronger which

1. has more authority: a person's before those of these images, these before a dictionary's;
2. is more asymmetric: R[child, parent] - R[parent, child] is larger (METHOD.md section 3);
3. has the larger R[child, parent]; then the lower child; then the lower parent.

What stays depends on the edges alone, not on the order in which they came. The machine's relations
are made acyclic with it when they are published, and again with what persons say over them. Arrays
in, arrays out; numpy alone, so that a window can use it.
"""

from collections import defaultdict
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DEEPEST = 64


class Authority(IntEnum):
    """Who stands behind an edge: of a cycle the lowest gives way."""

    DICTIONARY = 0
    DATA = 1
    PERSON = 2


def break_cycles(
    child: NDArray[np.integer[Any]],
    parent: NDArray[np.integer[Any]],
    strength: NDArray[np.float32],
    reverse_strength: NDArray[np.float32],
    authority: NDArray[np.integer[Any]],
) -> NDArray[np.bool_]:
    """Return (N,) bool: which edges stay; all arrays (N,).

    strength: R[child, parent].  reverse_strength: R[parent, child].  authority: of Authority.
    """
    stays: NDArray[np.bool_] = child != parent
    between = _may_lie_on_cycles(child, parent, np.flatnonzero(stays))
    below, above = child[between].astype(np.int64), parent[between].astype(np.int64)
    forward, reverse = strength[between], reverse_strength[between]
    weakest_first = np.lexsort((-above, -below, forward, forward - reverse, authority[between]))
    taken = _Taken()
    for n in weakest_first[::-1].tolist():
        stays[between[n]] = taken.add(int(below[n]), int(above[n]))
    return stays


def _may_lie_on_cycles(
    child: NDArray[np.integer[Any]], parent: NDArray[np.integer[Any]], edges: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return those of the edges (n,) whose ends have something above and something below them.

    What is at the top or at the bottom lies on no cycle, nor does, without it, what comes next: a
    hierarchy that has no cycles is gone after as many rounds as it is deep.
    """
    for _ in range(_DEEPEST):
        nodes = np.intersect1d(child[edges], parent[edges])
        inner = edges[np.isin(child[edges], nodes) & np.isin(parent[edges], nodes)]
        if inner.size == edges.size:
            break
        edges = inner
    return edges


class _Taken:
    """Hold the edges taken so far and, of each node, everything above it as a set of bits."""

    def __init__(self) -> None:
        self._above: dict[int, int] = defaultdict(int)
        self._children: dict[int, list[int]] = defaultdict(list)

    def add(self, child: int, parent: int) -> bool:
        """Take an edge; return False, and take nothing, where it would close a cycle."""
        if self._above[parent] >> child & 1:
            return False
        self._children[parent].append(child)
        more = self._above[parent] | 1 << parent
        todo = [child]
        while todo:
            node = todo.pop()
            known = self._above[node]
            if known | more != known:  # else all below it know it too
                self._above[node] = known | more
                todo += self._children[node]
        return True
