"""The settings of a training run, and how they are fitted to the size of the set.

Numbers only; no torch, so that a window can show them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insight_app.concepts.codes import MAX_CONCEPTS
from insight_app.errors import Refusal

FRACTIONS = (0.008, 0.03, 0.06, 0.12, 0.24, 0.542)
"""Shares of the concepts in the nested groups, coarsest first (METHOD.md section 2)."""


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of a training run; None = fitted by `schedule_for`, recorded in the provenance.

    batch: tokens a step; epochs: passes over the set; learning_rate: Adam's.
    """

    concepts: int = 1024
    k: int = 12
    fractions: tuple[float, ...] = FRACTIONS
    seed: int = 0
    encoder_fingerprint: str = ""
    batch: int | None = None
    epochs: float | None = None
    learning_rate: float | None = None


@dataclass(frozen=True)
class Schedule:
    """A fitted run: every number that the steps depend on.

    Warm-up over `warm_up` steps, then a constant rate, then linearly down to zero over the last
    `cool_down` steps. dead_after: tokens without firing after which a concept counts as dead.
    threshold_from: the step index at which the threshold is first set.
    """

    steps: int
    batch: int
    learning_rate: float
    warm_up: int
    cool_down: int
    dead_after: int
    threshold_from: int

    def rate(self, step: int) -> float:
        """Return the learning rate of a step."""
        up = min(1.0, (step + 1) / max(self.warm_up, 1))
        down = min(1.0, (self.steps - step) / max(self.cool_down, 1))
        return self.learning_rate * up * down


def group_sizes(concepts: int, fractions: Sequence[float] = FRACTIONS) -> tuple[int, ...]:
    """Return the sizes of the nested groups: int(fraction * F), the remainder in the last."""
    sizes = [int(fraction * concepts) for fraction in fractions[:-1]]
    sizes.append(concepts - sum(sizes))
    if min(sizes) < 1 or concepts > MAX_CONCEPTS:
        raise Refusal(
            f"{concepts} concepts cannot be split into {len(sizes)} levels.",
            do=f"Choose between {min_concepts(fractions)} and {MAX_CONCEPTS} concepts.",
        )
    return tuple(sizes)


PUBLISHED_BATCH = 16_268
PUBLISHED_EPOCHS = 3
PUBLISHED_RATE = 1e-4
PUBLISHED_DEAD = 10_000_000
PUBLISHED_THRESHOLD_STEP = 1001

BUFFER_TOKENS = 524_288
"""So many tokens are held at once, in half precision: 400 MB where they have 384 numbers."""
MOST_VIEWS = 4
"""Of a photo, where there are few photos: random crops beside what analysis sees."""

SMALL_BATCH = 2048
SMALL_RATE = 3e-3
FEWEST_STEPS, FEWEST_WARM_STEPS = 1000, 600
"""Of a run from random directions, and of one that starts from another dictionary."""
MOST_EPOCHS = 40


def views_for(photos: int, cells: int) -> int:
    """Return how many views of each photo to learn from: as many of MOST_VIEWS as are held at once.

    cells: of one view. A set that is not held whole is encoded again for each pass.
    """
    return max(1, min(MOST_VIEWS, BUFFER_TOKENS // max(1, photos * cells)))


def schedule_for(settings: TrainingSettings, tokens: int, *, is_warm: bool = False) -> Schedule:
    """Fit the schedule to a set of `tokens` tokens an epoch; is_warm: it starts from a dictionary.

    The published numbers belong to 2e9 tokens. Measured on 400 photos, held-back photos are
    explained better by about 1,000 small steps at 3e-3 (0.53 of the variance), cooled down at the
    end, than at 1e-3 (0.47); so a small set gets that, and from there the numbers move to the
    published ones as the set grows.
    """
    batch = settings.batch or min(PUBLISHED_BATCH, max(SMALL_BATCH, tokens // 4000))
    batch = max(1, min(batch, tokens))
    an_epoch = max(1, tokens // batch)
    fewest = FEWEST_WARM_STEPS if is_warm else FEWEST_STEPS
    epochs = settings.epochs or min(MOST_EPOCHS, max(PUBLISHED_EPOCHS, fewest / an_epoch))
    steps = max(1, round(epochs * an_epoch))
    slower = 3 * FEWEST_STEPS / steps
    rate = settings.learning_rate or max(PUBLISHED_RATE, SMALL_RATE * min(1.0, slower))
    return Schedule(
        steps=steps,
        batch=batch,
        learning_rate=rate,
        warm_up=min(100, steps // 20),
        cool_down=steps // 5,
        dead_after=min(PUBLISHED_DEAD, 5 * tokens),
        threshold_from=min(PUBLISHED_THRESHOLD_STEP, steps // 2),
    )


def min_concepts(fractions: Sequence[float] = FRACTIONS) -> int:
    """Return the smallest number of concepts that gives every level at least one."""
    count = len(fractions)
    while any(int(fraction * count) < 1 for fraction in fractions[:-1]):
        count += 1
    return count
