"""How good a dictionary is on given tokens, always beside baselines (METRICS.md).

Owns the definitions of reconstruction and sparsity and the greedy pursuit that codes the
baselines. Knows nothing of images, projects or files.
T tokens, D token dimension, F concepts, N atoms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

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
        """Tokens x (T, D) and their reconstructions y (T, D)."""
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
        """Over the rows of vectors (N, D), of any length; zero rows are left out."""
        norms = vectors.float().norm(dim=1)
        atoms = vectors.float()[norms > 0] / norms[norms > 0, None]
        return Pursuit(atoms, atoms @ atoms.t(), offset.float())

    @torch.no_grad()
    def reconstructions(self, x: Tensor, most: int) -> Tensor:
        """(most + 1, T, D): x by its best 0, 1, ..., `most` atoms.

        Orthogonal matching pursuit: the atom with the largest absolute product with the residual
        joins, then the coefficients of all chosen ones are solved anew (of either sign, which only
        helps the baseline). Exact, through the Gram matrix, all tokens of a batch at once.
        """
        parts = [self._pursue(rows, most) for rows in torch.split(x.float(), PURSUIT_TOKENS)]
        return torch.cat(parts, 1) if parts else x.new_zeros(most + 1, 0, x.shape[1])

    def _pursue(self, x: Tensor, most: int) -> Tensor:
        centred = x - self.offset
        products = centred @ self.atoms.t()
        residual = products.clone()
        rows = torch.arange(len(x))
        chosen = torch.empty(len(x), 0, dtype=torch.int64)
        found = [self.offset.expand_as(x)]
        for _ in range(min(most, len(self.atoms))):
            sizes = residual.abs()
            sizes.scatter_(1, chosen, -1.0)
            chosen = torch.cat([chosen, sizes.argmax(1, keepdim=True)], 1)
            inner = self.gram[chosen[:, :, None], chosen[:, None, :]]
            inner.diagonal(dim1=1, dim2=2).add_(1e-6)
            coefficients = torch.linalg.solve(inner, products[rows[:, None], chosen])
            residual = products - torch.bmm(coefficients[:, None], self.gram[chosen]).squeeze(1)
            atoms = torch.bmm(coefficients[:, None], self.atoms[chosen]).squeeze(1)
            found.append(self.offset + atoms)
        found += [found[-1]] * (most + 1 - len(found))
        return torch.stack(found)


def random_dictionary(count: int, D: int, seed: int = 0) -> Tensor:
    """(count, D) random unit rows."""
    rows = torch.randn(count, D, generator=torch.Generator().manual_seed(seed))
    return rows / rows.norm(dim=1, keepdim=True)
