"""Maps of what learned no concepts, from the same tokens: a table's atoms, k-means.

Each cell has as many active parts as a dictionary has concepts. An untrained dictionary makes codes
of its own (see `untrained`). T tokens, D token dimension, N parts.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from insight_app.concepts.codes import Codes
from insight_app.concepts.quality.pursuit import Pursuit

STEPS = 8
"""Rounds of k-means: enough for centroids to be where tokens are."""
MOST_FITTED = 20_000
"""Tokens that k-means is fitted to, evenly taken."""


@torch.no_grad()
def by_pursuit(pursuit: Pursuit, tokens: Tensor, parts: int) -> Codes:
    """Return the codes of tokens (T, D) over a table's atoms, `parts` in each cell.

    A negative coefficient says that the atom is not there: it is left out.
    """
    chosen, coefficients = pursuit.parts(tokens, parts)
    return _sparse(chosen, coefficients, len(pursuit.atoms))


@torch.no_grad()
def by_nearest(centroids: Tensor, offset: Tensor, tokens: Tensor, parts: int) -> Codes:
    """Return the codes of tokens (T, D) over centroids (N, D): the nearest by cosine are active.

    offset (D,): taken off both first.
    """
    first = torch.nn.functional.normalize(tokens.float() - offset, dim=1)
    second = torch.nn.functional.normalize(centroids - offset, dim=1)
    best = (first @ second.t()).topk(min(parts, len(centroids)), dim=1)
    return _sparse(best.indices, best.values, len(centroids))


@torch.no_grad()
def k_means(tokens: Tensor, count: int, seed: int = 0) -> Tensor:
    """Return (N, D) centroids of tokens (T, D), N = count or as many as there are tokens."""
    every = max(1, -(-len(tokens) // MOST_FITTED))
    x = tokens[::every].float()
    generator = torch.Generator().manual_seed(seed)
    centroids = x[torch.randperm(len(x), generator=generator)[:count]].clone()
    for _ in range(STEPS):
        nearest = (x @ centroids.t() - centroids.square().sum(1) / 2).argmax(1)
        sums = torch.zeros_like(centroids).index_add_(0, nearest, x)
        sizes = torch.bincount(nearest, minlength=len(centroids))[:, None]
        centroids = torch.where(sizes > 0, sums / sizes.clamp(min=1), centroids)
    return centroids


def _sparse(chosen: Tensor, values: Tensor, count: int) -> Codes:
    """Return codes of T cells: the positive ones among values (T, n) at chosen (T, n)."""
    order = chosen.argsort(1)
    indices = chosen.gather(1, order).numpy()
    kept = values.gather(1, order).numpy()
    positive = kept > 0
    indptr = np.concatenate(([0], np.cumsum(positive.sum(1)))).astype(np.int64)
    return Codes(indptr, indices[positive].astype(np.uint16), kept[positive], count).half()
