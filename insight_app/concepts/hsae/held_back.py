"""What a dictionary explains of cells that it was never taught, and what follows from it.

Owns the curve of a training: the threshold that is set by it, which weights are the best, and when
it rises no more. Knows no optimiser, no stream and no files. T tokens, D token dimension.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from insight_app.concepts.hsae import losses
from insight_app.concepts.hsae.losses import Parameters
from insight_app.concepts.hsae.model import indices_above, sum_rows
from insight_app.concepts.hsae.settings import Schedule
from insight_app.errors import Refusal

LOOKS = 25
"""So often in a whole run the held-back cells are looked at."""
PATIENCE = 4
LEAST_RISE = 0.002
"""A curve that rose by less over so many looks has stopped rising."""
_ROWS = 1024


@dataclass(frozen=True)
class Look:
    """How things stood after `step` steps.

    explained: share of the variance of the held-back cells, with the `threshold` at which k
    concepts are active in each of them on average.
    """

    step: int
    explained: float
    threshold: float


def cells_of(images: Iterable[Tensor]) -> Tensor:
    """Return the cells (T, D) of images as a training holds them; Refusal if there are none."""
    parts = [tokens.to("cpu", torch.float16) for tokens in images]
    cells = torch.cat(parts) if parts else torch.zeros(0, 0)
    if not len(cells):
        raise Refusal(
            "None of the photos held back to measure with can be read.",
            do="Add photos that can be read, then train again.",
        )
    return cells


def steps_between(schedule: Schedule) -> int:
    """Return how many steps lie between two looks."""
    return max(1, schedule.steps // LOOKS)


@torch.no_grad()
def look(step: int, weights: Parameters, cells: Tensor, k: int) -> Look:
    """Measure weights on cells (T, D): set the threshold, then see what is explained with it."""
    threshold = calibrated(weights, cells, k)
    device = weights.b_dec.device
    left = squares = 0.0
    mean = torch.zeros_like(weights.b_dec, dtype=torch.float64, device="cpu")
    for rows in torch.split(cells, _ROWS):
        x = rows.to(device, torch.float32)
        h = losses.activations(x, weights)
        places = indices_above(h, threshold)
        row = torch.div(places, h.shape[1], rounding_mode="floor")
        counts = torch.bincount(row, minlength=len(x))
        starts = counts.cumsum(0) - counts
        explained = sum_rows(weights.W_dec, places % h.shape[1], h.flatten()[places], starts)
        left += float((x - weights.b_dec - explained).double().square().sum())
        squares += float(x.double().square().sum())
        mean += x.double().sum(0).cpu() / len(cells)
    total = squares - len(cells) * float(mean.square().sum())
    return Look(step, 1 - left / total if total > 0 else 0.0, threshold)


@torch.no_grad()
def calibrated(weights: Parameters, cells: Tensor, k: int) -> float:
    """Return the threshold (strict) above which k concepts a cell are active, on average of cells.

    cells: (T, D). Zeros never count, so that it is 0 where fewer are active at all.
    """
    wanted = k * len(cells)
    kept = torch.zeros(0)
    least = 0.0
    for rows in torch.split(cells, _ROWS):
        h = losses.activations(rows.to(weights.b_dec.device, torch.float32), weights)
        kept = torch.cat([kept, h.flatten()[indices_above(h, least)].cpu()])
        if kept.numel() > wanted:
            kept = torch.topk(kept, wanted + 1, sorted=False).values
            least = float(kept.min())
    return least if kept.numel() > wanted else 0.0


def best(curve: Sequence[Look]) -> Look:
    """Return the look at which most was explained, the earliest of several."""
    return max(curve, key=lambda one: (one.explained, -one.step))


def shortened(schedule: Schedule, curve: Sequence[Look]) -> Schedule:
    """Return the schedule of a run with such a curve: it cools down as soon as nothing rises.

    The rate, not the photos, then holds the curve down: cooling lifts it once more.
    """
    for number in range(PATIENCE, len(curve)):
        at = curve[number].step
        if at >= schedule.steps - schedule.cool_down:
            break
        before = max(one.explained for one in curve[: number - PATIENCE + 1])
        since = max(one.explained for one in curve[number - PATIENCE + 1 : number + 1])
        if at >= schedule.warm_up and since - before < LEAST_RISE:
            return replace(schedule, steps=at + schedule.cool_down)
    return schedule
