"""Quality of a dictionary on given tokens, always beside baselines (METRICS.md).

Owns the definitions of reconstruction and sparsity, the greedy pursuit that codes the baselines,
and the held-back protocol. Knows nothing of images, projects or files. T tokens, D token dimension,
F concepts, N atoms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from insight_app.concepts.hsae.model import HSAE

CLASSES, RANDOM = "class_vectors", "random_dictionary"
"""The baselines: the encoder's table of class names, and as many random directions as concepts."""

MORE_ACTIVE = 4
"""Photos may need more active concepts than k; baselines are worked out so far beyond it."""

PURSUIT_TOKENS = 1024
"""Tokens coded at once by greedy pursuit."""


class Variance:
    """Running sums of squared errors and of tokens: NMSE over any number of batches.

    NMSE = sum |x - y|^2 / sum |x - mean x|^2, two sums over all tokens; mergeable by addition.
    """

    def __init__(self, D: int) -> None:
        self.tokens = 0
        self._error = 0.0
        self._cosine = 0.0
        self._sum = torch.zeros(D, dtype=torch.float64)
        self._squares = 0.0

    def add(self, x: Tensor, y: Tensor) -> None:
        """Add tokens x (T, D) and their reconstructions y (T, D)."""
        x, y = x.cpu().double(), y.cpu().double()
        self.tokens += len(x)
        self._error += float((x - y).square().sum())
        norms = (x.norm(dim=1) * y.norm(dim=1)).clamp_(min=1e-12)
        self._cosine += float(((x * y).sum(1) / norms).sum())
        self._sum += x.sum(0)
        self._squares += float(x.square().sum())

    @property
    def mean(self) -> Tensor:
        """(D,) mean token so far."""
        return self._sum / max(self.tokens, 1)

    @property
    def nmse(self) -> float:
        """Fraction of variance unexplained; nan where the tokens do not vary."""
        spread = self._squares - float(self._sum.square().sum()) / max(self.tokens, 1)
        return self._error / spread if spread > 0 else math.nan

    @property
    def explained(self) -> float:
        """1 - NMSE; the mean predictor gives 0."""
        return 1.0 - self.nmse

    @property
    def cosine(self) -> float:
        """Mean cosine between token and reconstruction."""
        return self._cosine / self.tokens if self.tokens else math.nan


@dataclass(frozen=True)
class Pursuit:
    """A set of unit atoms ready for orthogonal matching pursuit.

    atoms (N, D) unit rows; gram (N, N); offset (D,) is taken off the tokens first, as a dictionary
    takes off b_dec.
    """

    atoms: Tensor
    gram: Tensor
    offset: Tensor

    @staticmethod
    def over(vectors: Tensor, offset: Tensor) -> Pursuit:
        """Prepare pursuit over the rows of vectors (N, D), of any length; zero rows are left out.

        offset: (D,).
        """
        norms = vectors.float().norm(dim=1)
        atoms = vectors.float()[norms > 0] / norms[norms > 0, None]
        return Pursuit(atoms, atoms @ atoms.t(), offset.float())

    @torch.no_grad()
    def reconstructions(self, x: Tensor, most: int) -> Tensor:
        """Return (most + 1, T, D): x (T, D) by its best 0, 1, ..., `most` atoms.

        Orthogonal matching pursuit, all tokens of a batch at once: the atom with the largest
        absolute product with the residual joins, then the coefficients of all chosen ones are
        solved anew (of either sign, which only helps the baseline).
        """
        batches = torch.split(x.float(), PURSUIT_TOKENS)  # type: ignore[no-untyped-call]
        parts = [self._pursue(rows, most) for rows in batches]
        return torch.cat(parts, 1)

    def _pursue(self, x: Tensor, most: int) -> Tensor:
        centred = x - self.offset
        products = residual = centred @ self.atoms.t()
        rows = torch.arange(len(x))[:, None]
        chosen = torch.empty(len(x), 0, dtype=torch.int64)
        found = [self.offset.expand_as(x)]
        for _ in range(min(most, len(self.atoms))):
            sizes = residual.abs().scatter_(1, chosen, -1.0)
            chosen = torch.cat([chosen, sizes.argmax(1, keepdim=True)], 1)
            inner = self.gram[chosen[:, :, None], chosen[:, None, :]]
            # Two atoms may be the same direction: a hair of ridge keeps the system solvable.
            inner.diagonal(dim1=1, dim2=2).add_(1e-6)
            coefficients = torch.linalg.solve(inner, products[rows, chosen])
            explained = torch.bmm(coefficients[:, None], self.atoms[chosen]).squeeze(1)
            residual = (centred - explained) @ self.atoms.t()
            found.append(self.offset + explained)
        found += [found[-1]] * (most + 1 - len(found))
        return torch.stack(found)


def random_dictionary(count: int, D: int, seed: int = 0) -> Tensor:
    """Return (count, D) random unit rows."""
    rows: Tensor = torch.randn(count, D, generator=torch.Generator().manual_seed(seed))
    unit: Tensor = rows / rows.norm(dim=1, keepdim=True)
    return unit


class Comparison:
    """Running measures of a dictionary and of its baselines on the same tokens."""

    def __init__(self, hsae: HSAE, class_vectors: Tensor | None, offset: Tensor | None = None):
        """Start measuring.

        class_vectors (C, D): the rows of one baseline; offset (D,): subtracted from the tokens
        before pursuit, None = the dictionary's bias.
        """
        centre = (hsae.b_dec if offset is None else offset).cpu()
        atoms = {RANDOM: random_dictionary(hsae.F, hsae.D)}
        if class_vectors is not None:
            atoms = {CLASSES: class_vectors.cpu()} | atoms
        self._hsae = hsae
        self._pursuits = {name: Pursuit.over(rows, centre) for name, rows in atoms.items()}
        self._codes = Variance(hsae.D)
        self._levels = [Variance(hsae.D) for _ in hsae.group_sizes]
        steps = range(hsae.k + MORE_ACTIVE + 1)
        self._steps = {name: [Variance(hsae.D) for _ in steps] for name in atoms}
        self._cells_of = np.zeros(hsae.F, np.int64)
        self._cells_with_a_concept = 0

    def add(self, x: Tensor) -> None:
        """Measure tokens x (T, D) too."""
        codes = self._hsae.encode(x).half()
        self._codes.add(x, self._hsae.decode(codes))
        for level, variance in enumerate(self._levels, start=1):
            variance.add(x, self._hsae.decode(codes, groups=level))
        self._cells_of += np.bincount(codes.indices, minlength=codes.concepts)
        self._cells_with_a_concept += int(np.count_nonzero(np.diff(codes.indptr)))
        for name, pursuit in self._pursuits.items():
            steps = self._steps[name]
            for variance, y in zip(steps, pursuit.reconstructions(x, len(steps) - 1), strict=True):
                variance.add(x, y)

    def report(self) -> Report:
        """Return what was measured so far; nan if nothing was added."""
        tokens = max(self._codes.tokens, 1)
        active = int(self._cells_of.sum()) / tokens
        return Report(
            tokens=self._codes.tokens,
            concepts=self._hsae.F,
            active=active,
            explained=self._codes.explained,
            cosine=self._codes.cosine,
            explained_by_level=tuple(level.explained for level in self._levels),
            cells_with_a_concept=self._cells_with_a_concept / tokens,
            alive=float(np.count_nonzero(self._cells_of)) / self._hsae.F,
            baseline_explained=self._at(active, "explained"),
            baseline_cosine=self._at(active, "cosine"),
        )

    def _at(self, active: float, measure: str) -> dict[str, float]:
        """Return each baseline's measure at the dictionary's mean number of active concepts."""
        return {
            name: float(np.interp(active, range(len(steps)), [getattr(v, measure) for v in steps]))
            for name, steps in self._steps.items()
        }


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
    baseline_cosine: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return asdict(self)


def report(
    hsae: HSAE, token_batches: Iterable[Tensor], class_vectors: Tensor | None = None
) -> Report:
    """Measure `hsae` on batches of tokens (T_i, D), beside both baselines.

    class_vectors (C, D): the rows of one of them.
    """
    comparison = Comparison(hsae, class_vectors)
    for x in token_batches:
        comparison.add(x)
    return comparison.report()


def held_back(
    images: Tensor,
    train: Callable[[list[int], int], HSAE],
    class_vectors: Tensor | None = None,
    *,
    splits: int = 5,
    share: float = 0.2,
) -> list[Report]:
    """Return reports on images that the dictionary never saw, one for each random split.

    images (N, cells, D); class_vectors (C, D); train(indices, split) makes a dictionary from those
    images alone. `alive` is over all images; everything else over the held-back ones.
    """
    reports = []
    for split in range(splits):
        order = np.random.default_rng(split).permutation(len(images))
        held = order[: max(1, round(share * len(images)))]
        hsae = train(sorted(set(range(len(images))) - set(held.tolist())), split)
        comparison = Comparison(hsae, class_vectors)
        for index in held:
            comparison.add(images[index])
        fires = np.zeros(hsae.F, bool)
        for image in images:
            fires[hsae.encode(image).half().indices] = True
        found = comparison.report()
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
