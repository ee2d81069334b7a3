"""Training a dictionary on a stream of tokens that is never stored whole.

Owns the loop, optimiser, threshold and resuming. The stream is read through a buffer (`buffer`).
With cells that are held back (`held_back`) the run is as long as they gain by it, ends with the
weights that were best on them, and with a threshold set by them. Knows nothing of images or
encoders.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from insight_app.concepts.hsae import checkpoints, held_back, losses, warm_start
from insight_app.concepts.hsae.buffer import Batches, Chunks, batches_of, generator
from insight_app.concepts.hsae.checkpoints import Position, SavedRun
from insight_app.concepts.hsae.held_back import Look
from insight_app.concepts.hsae.losses import Parameters
from insight_app.concepts.hsae.model import HSAE, device_beside
from insight_app.concepts.hsae.settings import (
    BUFFER_TOKENS,
    Schedule,
    TrainingSettings,
    group_sizes,
    schedule_for,
)
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.figures import percent

CHECKPOINT_SECONDS = 60.0
THRESHOLD_MEMORY = 0.999
STARTING_CELLS = 20_000
"""So many cells say which concepts of another dictionary are begun with."""
LEARNING = "Learning concepts"


def train(
    batches: Batches,
    settings: TrainingSettings,
    *,
    tokens: int,
    measure_on: Callable[[], Iterable[Tensor]] | None = None,
    start: HSAE | None = None,
    checkpoint_dir: Path | None = None,
    progress: Progress = silent,
    looked: Callable[[Sequence[Look]], None] = lambda curve: None,
    cancel: CancelToken | None = None,
    device: str = "cpu",
    buffer_tokens: int = BUFFER_TOKENS,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> HSAE:
    """Train a dictionary on `tokens` tokens an epoch (expected; it sets the schedule).

    measure_on: images (T_i, D) that the stream does not hold; with them the run is measured as it
    goes, and looked(curve) is told. start: a dictionary whose most active concepts are begun with.
    Same seed, stream and machine -> same weights. With `checkpoint_dir` a cancelled or killed run
    goes on from its last checkpoint to the same weights; a cancelled one leaves a checkpoint.
    """
    sizes = group_sizes(settings.concepts, settings.fractions)
    planned = schedule_for(settings, tokens, is_warm=start is not None)
    run = {
        "settings": asdict(settings),
        "tokens": tokens,
        "schedule": asdict(planned),
        "is_measured": measure_on is not None,
        "start": start.fingerprint if start is not None else "",
    }
    kept = checkpoints.read(checkpoint_dir, run) if checkpoint_dir else None
    position, curve = (kept.position, list(kept.curve)) if kept else (Position(), [])
    schedule = held_back.shortened(planned, curve)
    if kept and position.step >= schedule.steps:  # finished before: nothing needs to be read
        nothing = torch.zeros(1, kept.state["b_dec"].numel())
        trainer = _Trainer(nothing, settings, schedule, sizes, device)
        trainer.restore(kept)
        return trainer.result(sizes, _measured(run, schedule, curve, kept.by_start))
    held = held_back.cells_of(measure_on()) if measure_on is not None else None
    chunks = Chunks(batches, buffer_tokens, tokens, progress)
    chunk = chunks.read(position.epoch, position.chunk_start, cancel)
    chunk = replace(chunk, passes=position.passes)
    first = next(batches_of(chunk, settings.seed, schedule, 0))
    trainer = _Trainer(chunk.tokens[first], settings, schedule, sizes, device)
    if kept:
        trainer.restore(kept)
    elif start is not None:
        trainer.begin_with(start, chunk.tokens[:STARTING_CELLS])

    by_start = None
    if held is not None and start is not None:
        weights = Parameters(start.W_enc, start.b_enc, start.W_dec, start.b_dec)
        by_start = held_back.look(0, weights, held, settings.k).explained

    def save() -> None:
        if checkpoint_dir:
            state = trainer.state()
            now = SavedRun(position, trainer.threshold, tuple(curve), state, by_start)
            checkpoints.write(checkpoint_dir, run, now)

    if curve:
        looked(curve)
    saved = time.monotonic()
    while position.step < schedule.steps:
        for batch in batches_of(chunk, settings.seed, schedule, position.chunk_step):
            if cancel is not None and cancel.is_cancelled:
                save()
                cancel.check()
            trainer.step(chunk.tokens[batch], position.step)
            position = replace(position, step=position.step + 1, chunk_step=position.chunk_step + 1)
            if held is not None and _is_due(position.step, planned, schedule):
                curve.append(trainer.look(position.step, held, curve))
                schedule = trainer.schedule = held_back.shortened(planned, curve)
                looked(curve)
            progress(position.step, schedule.steps, _message(curve, by_start))
            if time.monotonic() - saved > checkpoint_seconds:
                save()
                saved = time.monotonic()
            if position.step >= schedule.steps:
                break
        else:
            chunk = chunks.after(chunk, cancel)
            position = Position(position.step, chunk.epoch, chunk.start, chunk.passes)
    save()
    return trainer.result(sizes, _measured(run, schedule, curve, by_start))


def _is_due(step: int, planned: Schedule, schedule: Schedule) -> bool:
    return step % held_back.steps_between(planned) == 0 or step == schedule.steps


def _message(curve: Sequence[Look], by_start: float | None) -> str:
    """Return what is being done; a figure after the colon changes while the step does not."""
    if not curve:
        return LEARNING
    beside = "" if by_start is None else f" ({percent(by_start)} by the shipped one)"
    return f"{LEARNING}: {percent(curve[-1].explained)} explained{beside}"


def _measured(
    run: dict[str, Any], schedule: Schedule, curve: Sequence[Look], by_start: float | None
) -> dict[str, Any]:
    """Return what the provenance says of a run beside its settings.

    by_start: what the dictionary that it started from explains of the held-back cells, whole.
    """
    found = {"schedule": asdict(schedule), "tokens_per_epoch": run["tokens"]}
    if run["start"]:
        found["started_from"] = run["start"]
    if curve:
        found["curve"] = [[one.step, round(one.explained, 4)] for one in curve]
        found["explained_on_held_back"] = round(held_back.best(curve).explained, 4)
        found["planned_steps"] = run["schedule"]["steps"]
    if by_start is not None:
        found["explained_by_start"] = round(by_start, 4)
    return found


class _Trainer:
    """Parameters, optimiser, dead counters and threshold of a run."""

    def __init__(
        self,
        first: Tensor,
        settings: TrainingSettings,
        schedule: Schedule,
        sizes: tuple[int, ...],
        device: str,
    ) -> None:
        self._settings, self.schedule, self._sizes = settings, schedule, sizes
        self._device = torch.device(device_beside(device))
        self._weights = _initial(first.float(), settings, self._device)
        self._optimiser = torch.optim.Adam(list(self._weights), betas=(0.9, 0.999))
        self._since_fired = torch.zeros(settings.concepts, dtype=torch.int64, device=self._device)
        self._floor = 0.0
        self._best: Parameters | None = None
        self.threshold = -1.0
        """Of the best weights where there are held-back cells, else of the present ones."""

    @torch.no_grad()
    def begin_with(self, start: HSAE, tokens: Tensor) -> None:
        """Start from those concepts of a dictionary that are strongest on tokens (T, D).

        Where it has too few for a group the others stay random.
        """
        weights, first = self._weights, 0
        weights.b_dec.copy_(start.b_dec)
        chosen = warm_start.strongest(start, tokens, self._sizes)
        for concepts, size in zip(chosen, self._sizes, strict=True):
            own = slice(first, first + len(concepts))
            weights.W_enc[:, own] = start.W_enc[:, concepts]
            weights.b_enc[own] = start.b_enc[concepts]
            weights.W_dec[own] = start.W_dec[concepts]
            first += size

    def look(self, step: int, held: Tensor, curve: Sequence[Look]) -> Look:
        """Measure the present weights on held-back cells (T, D), and keep them if none were better.

        curve: the looks before this one.
        """
        found = held_back.look(step, self._weights, held, self._settings.k)
        if not curve or found.explained > held_back.best(curve).explained:
            self._best = Parameters(*(weight.detach().clone() for weight in self._weights))
            self.threshold = found.threshold
        return found

    @torch.no_grad()
    def step(self, tokens: Tensor, number: int) -> losses.StepResult:
        """Take one step on tokens (T, D); number: its index in the run."""
        x = tokens.to(self._device, torch.float32)
        result = losses.step(
            x,
            self._weights,
            self._sizes,
            self._settings.k,
            self._since_fired,
            self.schedule.dead_after,
            self._floor,
        )
        losses.project_and_clip(result.gradients, self._weights)
        for weight, gradient in zip(self._weights, result.gradients, strict=True):
            weight.grad = gradient
        for group in self._optimiser.param_groups:
            group["lr"] = self.schedule.rate(number)
        self._optimiser.step()
        rows = self._weights.W_dec
        rows.div_(rows.norm(dim=1, keepdim=True).clamp_(min=1e-12))
        self._update_threshold(result.smallest, number)
        return result

    def _update_threshold(self, smallest: float | None, number: int) -> None:
        """Follow METHOD.md section 2: leave it, then set it once, then a moving average."""
        if smallest is None:
            return
        self._floor = 0.9 * smallest
        if self._best is not None:
            return
        if number == self.schedule.threshold_from:
            self.threshold = smallest
        elif number > self.schedule.threshold_from:
            old = self.threshold if self.threshold >= 0 else smallest
            self.threshold = THRESHOLD_MEMORY * old + (1 - THRESHOLD_MEMORY) * smallest

    def state(self) -> dict[str, Tensor]:
        state = {"since_fired": self._since_fired}
        if self._best is not None:
            state |= {f"best.{name}": weight for name, weight in self._best._asdict().items()}
        for name, weight in self._weights._asdict().items():
            state[name] = weight
            for key, value in self._optimiser.state.get(weight, {}).items():
                state[f"adam.{name}.{key}"] = value
        return state

    def restore(self, kept: SavedRun) -> None:
        self.threshold, state = kept.threshold, kept.state
        if "best.b_dec" in state:
            best = {name: state[f"best.{name}"].to(self._device) for name in Parameters._fields}
            self._best = Parameters(**best)
        self._since_fired.copy_(state["since_fired"])
        with torch.no_grad():
            for name, weight in self._weights._asdict().items():
                weight.copy_(state[name])
                prefix = f"adam.{name}."
                moments = {
                    key.removeprefix(prefix): value.to(
                        "cpu" if key.endswith(".step") else self._device
                    )
                    for key, value in state.items()
                    if key.startswith(prefix)
                }
                if moments:
                    self._optimiser.state[weight] = moments

    def result(self, sizes: tuple[int, ...], measured: dict[str, Any]) -> HSAE:
        provenance = {"settings": asdict(self._settings), **measured}
        found = self._best if self._best is not None else self._weights
        weights = {name: weight.detach().clone() for name, weight in found._asdict().items()}
        return HSAE(
            **weights,
            k=self._settings.k,
            threshold=self.threshold,
            group_sizes=sizes,
            encoder_fingerprint=self._settings.encoder_fingerprint,
            provenance=provenance,
        )


def _initial(first: Tensor, settings: TrainingSettings, device: torch.device) -> Parameters:
    """Draw random unit rows as decoder; the encoder is their transpose.

    The bias is the geometric median of the first batch (T, D).
    """
    rows = torch.randn(settings.concepts, first.shape[1], generator=generator(settings.seed, 0))
    rows = rows / rows.norm(dim=1, keepdim=True)
    return Parameters(
        rows.t().contiguous().to(device),
        torch.zeros(settings.concepts, device=device),
        rows.to(device),
        losses.geometric_median(first).to(device),
    )
