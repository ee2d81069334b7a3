"""One training step's loss and gradients (METHOD.md section 2), by hand and sparse.

Only the product with W_enc is dense in F; everything else touches the k * T kept activations (and,
for auxk, the dead concepts). Knows nothing of optimisers, schedules or streams.
T tokens, D token dimension, F concepts, G groups, n kept activations.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import torch
from torch import Tensor

from insight_app.concepts.hsae.model import indices_above, sum_rows

AUXILIARY_WEIGHT = 1 / 32


class Parameters(NamedTuple):
    """W_enc (D, F), b_enc (F,), W_dec (F, D), b_dec (D,); gradients have the same form."""

    W_enc: Tensor
    b_enc: Tensor
    W_dec: Tensor
    b_dec: Tensor


class KeptActivations(NamedTuple):
    """The kept activations of a batch, ordered by token, then concept; each (n,)."""

    tokens: Tensor
    concepts: Tensor
    values: Tensor


class StepResult(NamedTuple):
    """Losses and gradients of one batch; smallest: its smallest kept activation, if any.

    group_errors (G,): the mean squared error of the reconstruction by groups 0..g.
    """

    loss: float
    group_errors: Tensor
    auxiliary: float
    kept: KeptActivations
    smallest: float | None
    gradients: Parameters


def activations(x: Tensor, weights: Parameters) -> Tensor:
    """Return (T, F) post-ReLU activations of tokens x (T, D): the one dense product."""
    return torch.addmm(weights.b_enc, x - weights.b_dec, weights.W_enc).relu_()


def batch_topk(h: Tensor, count: int, floor: float = 0.0) -> KeptActivations:
    """Keep the `count` largest entries of the whole batch h (T, F), without zeros.

    floor: a guess below which nothing will be kept; it only saves time, a wrong one is corrected.
    """
    flat = h.flatten()
    candidates = indices_above(flat, floor)
    if candidates.numel() < count and floor > 0:
        candidates = indices_above(flat, 0.0)
    if candidates.numel() > count:
        best = torch.topk(flat[candidates], count, sorted=False).indices
        candidates = candidates[best.sort().values]
    F = h.shape[1]
    return KeptActivations(
        torch.div(candidates, F, rounding_mode="floor"), candidates % F, flat[candidates]
    )


def step(
    x: Tensor,
    weights: Parameters,
    group_sizes: tuple[int, ...],
    k: int,
    since_fired: Tensor,
    dead_after: int,
    floor: float = 0.0,
) -> StepResult:
    """Return loss and gradients of one batch x (T, D); updates `since_fired` (F,) in place."""
    h = activations(x, weights)
    kept = batch_topk(h, k * len(x), floor)
    since_fired += len(x)
    since_fired[kept.concepts] = 0

    G, T = len(group_sizes), len(x)
    bags = _group_of(group_sizes, x.device)[kept.concepts] * T + kept.tokens
    order = torch.argsort(bags, stable=True)
    grouped = KeptActivations(bags[order], kept.concepts[order], kept.values[order])

    by_group = _reconstruction_errors(x, weights, grouped, G)
    residual = by_group[-1]
    errors = torch.linalg.vector_norm(by_group, dim=2).square_().mean(1)
    # Published: the mean over groups of terms already scaled by 1 / G.
    scale = 1 / (G * G)
    # d loss / d (output of group g), but for a factor: every later prefix contains it.
    for group in range(G - 2, -1, -1):
        by_group[group] += by_group[group + 1]
    gradients = _gradients(x, weights, grouped, by_group, -2 * scale / T)

    auxiliary = 0.0
    dead = torch.nonzero(since_fired >= dead_after).squeeze(1)
    if dead.numel():
        auxiliary, extra = auxk(x, weights, h[:, dead], dead, residual)
        for total, part in zip(gradients, extra, strict=True):
            total += AUXILIARY_WEIGHT * part
    smallest = float(kept.values.min()) if kept.values.numel() else None
    loss = float(errors.sum()) * scale + AUXILIARY_WEIGHT * auxiliary
    return StepResult(loss, errors, auxiliary, kept, smallest, gradients)


def _reconstruction_errors(
    x: Tensor, weights: Parameters, grouped: KeptActivations, G: int
) -> Tensor:
    """Return (G, T, D): x minus its reconstruction by groups 0..g.

    grouped: the kept activations with `tokens` = group * T + token, ordered by it.
    """
    starts = _starts(grouped.tokens, G * len(x))
    parts = sum_rows(weights.W_dec, grouped.concepts, grouped.values, starts)
    left, errors = x - weights.b_dec, parts.view(G, len(x), -1)
    for group in range(G):
        left = torch.sub(left, errors[group], out=errors[group])
    return errors


def _gradients(
    x: Tensor, weights: Parameters, grouped: KeptActivations, outer: Tensor, factor: float
) -> Parameters:
    """Return gradients of the reconstruction loss.

    factor * outer (G, T, D) = d loss / d outputs.
    """
    T, F = len(x), weights.b_enc.numel()
    table = outer.view(-1, x.shape[1])
    d_values = _products(table, weights.W_dec, grouped).mul_(factor)

    order = torch.argsort(grouped.concepts, stable=True)
    starts = _starts(grouped.concepts, F)
    rows = grouped.tokens[order]
    W_dec = sum_rows(table, rows, grouped.values[order] * factor, starts)
    W_enc = sum_rows(x - weights.b_dec, rows % T, d_values[order], starts).t()
    b_enc = torch.zeros_like(weights.b_enc).index_add_(0, grouped.concepts, d_values)
    b_dec = outer[0].sum(0) * factor - weights.W_enc @ b_enc
    return Parameters(W_enc.contiguous(), b_enc, W_dec, b_dec)


def auxk(
    x: Tensor, weights: Parameters, h_dead: Tensor, dead: Tensor, residual: Tensor
) -> tuple[float, Parameters]:
    """Return loss and gradients of dead concepts that reconstruct what the living ones leave.

    h_dead (T, n_dead): activations of the concepts `dead` (n_dead,); residual (T, D) counts as
    constant. Per token the min(D / 2, n_dead) largest are used, without bias. A residual without
    variance (0 / 0) counts as no loss.
    """
    T, D = x.shape
    count = min(D // 2, dead.numel())
    if count < dead.numel():
        least = torch.topk(h_dead, count, dim=1)
        a = torch.zeros_like(h_dead).scatter_(1, least.indices, least.values)
    else:
        a = h_dead
    decoder = weights.W_dec[dead]
    error = residual - a @ decoder
    variance = (residual - residual.mean(0)).square().sum(1).mean()
    loss = float(error.square().sum(1).mean() / variance)
    gradients = Parameters(*(torch.zeros_like(w) for w in weights))
    if loss != loss or loss == float("inf"):
        return 0.0, gradients
    outer = error * (-2 / (T * variance))
    d_a = (outer @ decoder.t()) * (a > 0)
    gradients.W_dec[dead] = a.t() @ outer
    gradients.W_enc[:, dead] = (x - weights.b_dec).t() @ d_a
    gradients.b_enc[dead] = d_a.sum(0)
    gradients.b_dec.copy_(-(weights.W_enc @ gradients.b_enc))
    return loss, gradients


def project_and_clip(gradients: Parameters, weights: Parameters, limit: float = 1.0) -> float:
    """Remove W_dec's gradient along its rows, then clip all together; returns the norm before."""
    along = (gradients.W_dec * weights.W_dec).sum(1, keepdim=True)
    gradients.W_dec.addcmul_(along, weights.W_dec, value=-1)
    norm = float(torch.stack([g.norm() for g in gradients]).norm())
    if norm > limit:
        for g in gradients:
            g.mul_(limit / norm)
    return norm


def geometric_median(x: Tensor, iterations: int = 100, tolerance: float = 1e-5) -> Tensor:
    """Return (D,) the geometric median of x (T, D), by Weiszfeld's iteration from the mean."""
    guess = x.mean(0)
    for _ in range(iterations):
        before = guess
        closeness = 1 / (x - guess).norm(dim=1).clamp_(min=1e-12)
        guess = (closeness @ x) / closeness.sum()
        if float((guess - before).norm()) < tolerance:
            break
    return guess


def _products(left: Tensor, right: Tensor, at: KeptActivations) -> Tensor:
    """Return (n,): <left[at.tokens], right[at.concepts]>, entries ordered by row of `left`."""
    rows = _starts(at.tokens, len(left))
    ends = torch.cat([rows, rows.new_tensor([at.tokens.numel()])])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*[Ss]parse CSR.*")  # "in beta state"
        where = torch.sparse_csr_tensor(
            ends,
            at.concepts,
            torch.zeros_like(at.values),
            (len(left), len(right)),
            check_invariants=False,
        )
        products: Tensor = torch.sparse.sampled_addmm(where, left, right.t(), beta=0.0).values()
    return products


def _group_of(group_sizes: tuple[int, ...], device: torch.device) -> Tensor:
    sizes = torch.tensor(group_sizes, device=device)
    return torch.repeat_interleave(torch.arange(len(group_sizes), device=device), sizes)


def _starts(bags: Tensor, count: int) -> Tensor:
    """Return (count,): where each bag starts once the entries are sorted by bag."""
    sizes = torch.bincount(bags, minlength=count)
    return sizes.cumsum(0) - sizes
