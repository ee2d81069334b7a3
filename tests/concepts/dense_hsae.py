"""The straightforward dense HSAE of METHOD.md section 2, the judge of the sparse one."""

import torch
from torch import Tensor

from insight_app.concepts.hsae.losses import AUXILIARY_WEIGHT, Parameters


def random_weights(D: int, F: int, seed: int) -> Parameters:
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randn(F, D, generator=generator)
    rows /= rows.norm(dim=1, keepdim=True)
    return Parameters(
        rows.t() + 0.1 * torch.randn(D, F, generator=generator),
        0.1 * torch.randn(F, generator=generator),
        rows,
        0.2 * torch.randn(D, generator=generator),
    )


def loss(
    x: Tensor, weights: Parameters, sizes: tuple[int, ...], k: int, dead: Tensor
) -> tuple[Tensor, Tensor]:
    """(loss, kept dense activations); differentiable, everything dense.

    dead (F,) bool: those that auxk may use; kept concepts count as living.
    """
    T, D = x.shape
    h = torch.relu((x - weights.b_dec) @ weights.W_enc + weights.b_enc)
    least = h.flatten().topk(k * T).values.min()
    f = h * (h >= least)
    ends = torch.tensor(sizes).cumsum(0).tolist()
    xhat, total = weights.b_dec.expand_as(x), x.new_zeros(())
    start = 0
    for end in ends:
        xhat = xhat + f[:, start:end] @ weights.W_dec[start:end]
        weight = 1 / len(sizes)
        total = total + weight * (x - xhat).square().sum(1).mean() / len(sizes)
        start = end
    dead = dead & ~(f > 0).any(0)
    if dead.any():
        count = min(D // 2, int(dead.sum()))
        candidates = h[:, dead]
        best = candidates.topk(count, dim=1)
        a = torch.zeros_like(candidates).scatter(1, best.indices, best.values)
        residual = (x - xhat).detach()
        error = (residual - a @ weights.W_dec[dead]).square().sum(1).mean()
        spread = (residual - residual.mean(0)).square().sum(1).mean()
        total = total + AUXILIARY_WEIGHT * torch.nan_to_num(error / spread, nan=0.0)
    return total, f
