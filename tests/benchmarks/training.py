"""Training steps a second: ours beside MatryoshkaBatchTopKTrainer of dictionary-learning 0.1.0.

Same initial weights, same batches, the dead limit low enough in both that auxk acts. Prints tokens
a second of both, their ratio, and how far the curves of the loss lie apart over all steps.

    python -m tests.benchmarks.training [--steps 200] [--package build/bench]
"""

import argparse
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from insight_app.concepts.hsae import training
from insight_app.concepts.hsae.losses import Parameters
from insight_app.concepts.hsae.settings import FRACTIONS, Schedule, TrainingSettings, group_sizes
from tests.benchmarks.report import note

D, F, K, BATCH, RATE = 512, 8192, 12, 4096, 1e-4
DEAD_AFTER = 3 * BATCH
DIRECTIONS = 2000


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--steps", type=int, default=200)
    asked.add_argument("--package", default="build/bench", help="where dictionary-learning lies")
    asked.add_argument("--device", default="cpu")
    options = asked.parse_args()
    tokens = Tokens()
    theirs = published(options.package, options.steps, options.device)
    theirs.ae.b_dec.data = theirs.geometric_median(tokens.batch(0).to(options.device))
    ours = our_trainer(theirs, options.steps, options.device)
    seconds, apart, acted = {"ours": 0.0, "theirs": 0.0}, 0.0, 0
    for step in range(options.steps):
        x = tokens.batch(step).to(options.device)
        expected, spent = timed(options.device, update, theirs, step, x)
        seconds["theirs"] += spent
        result, spent = timed(options.device, ours.step, x, step)
        seconds["ours"] += spent
        apart = max(apart, abs(result.loss - expected) / expected)
        acted += result.auxiliary > 0 and theirs.dead_features > 0
        if step % 20 == 0:
            print(f"step {step}: {expected:.5f} {result.loss:.5f}", file=sys.stderr)
    assert acted, "auxk never acted: the comparison says nothing of it"
    rate = {name: options.steps * BATCH / spent for name, spent in seconds.items()}
    note(
        "training_ratio",
        rate["ours"] / rate["theirs"],
        ours_tokens_a_second=rate["ours"],
        published_tokens_a_second=rate["theirs"],
        steps=options.steps,
        steps_with_auxk=acted,
        losses_apart=apart,
        device=options.device,
    )


class Tokens:
    """Batches of sparse sums of random directions, with noise; the same each time."""

    def __init__(self) -> None:
        self.directions = torch.randn(DIRECTIONS, D, generator=torch.Generator().manual_seed(0))

    def batch(self, number: int) -> Tensor:
        generator = torch.Generator().manual_seed(1 + number)
        popular = torch.arange(1, DIRECTIONS + 1, dtype=torch.float32).reciprocal()
        chosen = torch.multinomial(popular.expand(BATCH, -1), 8, generator=generator)
        strength = torch.rand(BATCH, 8, 1, generator=generator)
        noise = torch.randn(BATCH, D, generator=generator)
        return (self.directions[chosen] * strength).sum(1) / 8 + 0.05 * noise


def published(package: str, steps: int, device: str) -> Any:
    """Their trainer; the part of the package that wants nnsight is not needed."""
    stand_in = ModuleType("nnsight")
    stand_in.LanguageModel = None  # type: ignore[attr-defined]
    sys.modules.setdefault("nnsight", stand_in)
    sys.path.insert(0, package)
    from dictionary_learning.trainers.matryoshka_batch_top_k import MatryoshkaBatchTopKTrainer

    trainer = MatryoshkaBatchTopKTrainer(
        steps=steps,
        activation_dim=D,
        dict_size=F,
        k=K,
        layer=0,
        lm_name="",
        group_fractions=list(FRACTIONS),
        lr=RATE,
        warmup_steps=0,
        seed=0,
        device=device,
    )
    trainer.dead_feature_threshold = DEAD_AFTER
    return trainer


def update(trainer: Any, step: int, x: Tensor) -> float:
    """Their step; the first one would set the bias again, which is set already."""
    return float(trainer.update(step or -1, x))


def our_trainer(theirs: Any, steps: int, device: str) -> training._Trainer:
    schedule = Schedule(
        steps=steps,
        batch=BATCH,
        learning_rate=RATE,
        warm_up=0,
        cool_down=0,
        dead_after=DEAD_AFTER,
        threshold_from=1001,
    )
    first = torch.zeros(1, D)
    settings = TrainingSettings(concepts=F, k=K)
    ours = training._Trainer(first, settings, schedule, group_sizes(F), device)
    weights = Parameters(*(getattr(theirs.ae, name).detach() for name in Parameters._fields))
    with torch.no_grad():
        for own, given in zip(ours._weights, weights, strict=True):
            own.copy_(given)
    return ours


def timed(device: str, work: Callable[..., Any], *given: Any) -> tuple[Any, float]:
    """What `work` gives, and the seconds that it took on the device."""
    wait = torch.cuda.synchronize if device.startswith("cuda") else lambda: None
    wait()
    began = time.perf_counter()
    result = work(*given)
    wait()
    return result, time.perf_counter() - began


if __name__ == "__main__":
    main()
