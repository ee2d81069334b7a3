"""Quality of a dictionary on given tokens, always beside baselines (METRICS.md).

Owns what is measured of reconstruction and sparsity, and the held-back protocol. Knows nothing of
projects or files. T tokens, D token dimension, F concepts, N images.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from insight_app.concepts.codes import Codes
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.quality import intervals
from insight_app.concepts.quality.image_sums import Errors, TokenSums, cosine, explained, mixed
from insight_app.concepts.quality.pursuit import Baseline, Pursuit, random_dictionary

CLASSES, FILTERED, RANDOM = "class_vectors", "filtered_table", "random_directions"
"""Baselines by pursuit: the encoder's table of class names, the table that its tokens are sums of,
and as many random directions as concepts."""

MORE_ACTIVE = 4
"""Photos may need more active concepts than k; baselines are worked out so far beyond it."""


class Variance:
    """Running sums of squared errors and of tokens: NMSE over any number of batches."""

    def __init__(self) -> None:
        self.sums = TokenSums()
        self.errors = Errors()

    def add(self, x: Tensor, y: Tensor) -> None:
        """Add tokens x (T, D) and their reconstructions y (T, D)."""
        self.sums.add(x)
        self.errors.add(x, y)

    @property
    def nmse(self) -> float:
        """Fraction of variance unexplained; nan where the tokens do not vary."""
        return 1.0 - self.explained

    @property
    def explained(self) -> float:
        """1 - NMSE; the mean predictor gives 0."""
        if not self.sums.images:
            return math.nan
        return float(explained(self.sums, self.errors, intervals.ones(self.sums.images))[0])

    @property
    def cosine(self) -> float:
        """Mean cosine between token and reconstruction."""
        if not self.sums.images:
            return math.nan
        return float(cosine(self.sums, self.errors, intervals.ones(self.sums.images))[0])


class Comparison:
    """Running measures of a dictionary and of baselines on the same tokens, a row an image.

    tokens, errors, by_level: over all cells; sampled, steps: over every `stride`-th cell, where the
    baselines are measured; active, with_a_concept: (N,) cells' concepts, and cells with any;
    cells_of, images_of: (F,) where each concept fires.
    """

    def __init__(
        self, hsae: HSAE, baselines: Mapping[str, Baseline], *, most: int, stride: int = 1
    ) -> None:
        """Start measuring; most: the largest number of parts that baselines use."""
        self._hsae, self._baselines, self._stride = hsae, baselines, stride
        self.tokens, self.sampled = TokenSums(), TokenSums()
        self.errors = Errors()
        self.by_level = [Errors() for _ in hsae.group_sizes]
        self.steps = {name: [Errors() for _ in range(most + 1)] for name in baselines}
        self.cells_of, self.images_of = np.zeros((2, hsae.F), np.int64)
        self.active: list[int] = []
        self.with_a_concept: list[int] = []

    def add(self, x: Tensor, codes: Codes | None = None) -> None:
        """Measure the tokens x (T, D) of one image too.

        codes: what the dictionary makes of them, if that is known already.
        """
        codes = codes or self._hsae.encode(x).half()
        self.tokens.add(x)
        for level, errors in enumerate(self.by_level, start=1):
            y = self._hsae.decode(codes, groups=level)
            errors.add(x, y)
        self.errors.add(x, y)
        cells_of = np.bincount(codes.indices, minlength=codes.concepts)
        self.cells_of += cells_of
        self.images_of += cells_of > 0
        self.active.append(codes.indices.size)
        self.with_a_concept.append(int(np.count_nonzero(np.diff(codes.indptr))))
        if not self._baselines:
            return
        some = x[:: self._stride]
        self.sampled.add(some)
        for name, baseline in self._baselines.items():
            steps = self.steps[name]
            for one, y in zip(steps, baseline.reconstructions(some, len(steps) - 1), strict=True):
                one.add(some, y)

    @property
    def mean_active(self) -> float:
        """Mean number of concepts above the threshold in a cell (L0)."""
        return sum(self.active) / max(self.tokens.tokens, 1)

    def of_baseline(self, name: str) -> Errors:
        """Return a baseline's errors at the dictionary's mean number of active concepts."""
        return mixed(self.steps[name], self.mean_active)

    def report(self) -> Report:
        """Return what was measured so far; nan if nothing was added."""
        images, tokens = self.tokens.images, max(self.tokens.tokens, 1)
        once = intervals.ones(images)

        def at(sums: TokenSums, errors: Errors) -> float:
            return float(explained(sums, errors, once)[0]) if images else math.nan

        return Report(
            tokens=self.tokens.tokens,
            concepts=self._hsae.F,
            active=self.mean_active,
            explained=at(self.tokens, self.errors),
            cosine=float(cosine(self.tokens, self.errors, once)[0]) if images else math.nan,
            explained_by_level=tuple(at(self.tokens, level) for level in self.by_level),
            cells_with_a_concept=sum(self.with_a_concept) / tokens,
            alive=float(np.count_nonzero(self.cells_of)) / self._hsae.F,
            baseline_explained={
                name: at(self.sampled, self.of_baseline(name)) for name in self._baselines
            },
        )


@dataclass(frozen=True)
class Report:
    """A dictionary measured on some tokens, beside its baselines.

    active: mean number of concepts above the threshold in a cell (L0); alive: share of concepts
    that fire at least once in these tokens; baselines: at the same mean number of active vectors.
    """

    tokens: int
    concepts: int
    active: float
    explained: float
    cosine: float
    explained_by_level: tuple[float, ...]
    cells_with_a_concept: float
    alive: float
    baseline_explained: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return asdict(self)


def by_pursuit(hsae: HSAE, tables: Mapping[str, Tensor | None]) -> dict[str, Baseline]:
    """Return pursuit over tables (C, D) of vectors, and over as many random directions as concepts.

    The dictionary's bias is taken off first, as the dictionary does. None: there is no such table.
    """
    atoms = {name: table.cpu() for name, table in tables.items() if table is not None}
    atoms[RANDOM] = random_dictionary(hsae.F, hsae.D)
    return {name: Pursuit.over(rows, hsae.b_dec.cpu()) for name, rows in atoms.items()}


def report(
    hsae: HSAE, images: Iterable[Tensor], tables: Mapping[str, Tensor | None] | None = None
) -> Report:
    """Measure `hsae` on the tokens (T_i, D) of images, beside the baselines of `by_pursuit`."""
    baselines = by_pursuit(hsae, tables or {})
    comparison = Comparison(hsae, baselines, most=hsae.k + MORE_ACTIVE)
    for x in images:
        comparison.add(x)
    return comparison.report()


def held_back(
    images: Tensor,
    train: Callable[[list[int], int], HSAE],
    tables: Mapping[str, Tensor | None] | None = None,
    *,
    splits: int = 5,
    share: float = 0.2,
) -> list[Report]:
    """Return reports on images that the dictionary never saw, one for each random split.

    images (N, cells, D); tables: as for `report`; train(indices, split) makes a dictionary from
    those images alone. `alive` is over all images; everything else over the held-back ones.
    """
    reports = []
    for split in range(splits):
        order = np.random.default_rng(split).permutation(len(images))
        held = order[: max(1, round(share * len(images)))]
        hsae = train(sorted(set(range(len(images))) - set(held.tolist())), split)
        fires = np.zeros(hsae.F, bool)
        for image in images:
            fires[hsae.encode(image).half().indices] = True
        found = report(hsae, images[torch.from_numpy(held)], tables)
        reports.append(Report(**vars(found) | {"alive": float(fires.mean())}))
    return reports


def mean_and_spread(reports: Sequence[Report]) -> dict[str, tuple[float, float]]:
    """Return mean and standard deviation over splits (0 for a single one) of every figure."""
    figures = {
        name: [float(getattr(one, name)) for one in reports]
        for name in ("explained", "active", "cosine", "cells_with_a_concept", "alive")
    }
    for name in reports[0].baseline_explained:
        figures[f"explained by {name}"] = [one.baseline_explained[name] for one in reports]
    for level in range(len(reports[0].explained_by_level)):
        figures[f"explained by levels 0-{level}"] = [
            one.explained_by_level[level] for one in reports
        ]
    return {
        name: (float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else 0.0)
        for name, values in figures.items()
    }
