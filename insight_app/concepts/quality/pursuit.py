"""Baselines that code a token with any number of parts: pursuit over atoms, principal components.

Each gives reconstructions by 0, 1, 2, ... parts, so that a dictionary is compared at its own number
of active concepts. Knows nothing of dictionaries. T tokens, D token dimension, N atoms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

PURSUIT_TOKENS = 1024
"""Tokens coded at once."""


class Baseline(Protocol):
    """Anything that codes tokens with a given number of parts."""

    def reconstructions(self, x: Tensor, most: int) -> Tensor:
        """Return (most + 1, T, D): tokens x (T, D) by 0, 1, ..., `most` parts."""


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

    @torch.no_grad()
    def parts(self, x: Tensor, count: int) -> tuple[Tensor, Tensor]:
        """Return the best `count` atoms of tokens x (T, D), (T, count), and their coefficients.

        Fewer where there are not as many atoms.
        """
        batches = torch.split(x.float(), PURSUIT_TOKENS)  # type: ignore[no-untyped-call]
        last = [list(self._steps(rows, count))[-1] for rows in batches]
        return torch.cat([chosen for chosen, _ in last]), torch.cat([found for _, found in last])

    def _pursue(self, x: Tensor, most: int) -> Tensor:
        found = [self.offset.expand_as(x)]
        for chosen, coefficients in self._steps(x, most):
            explained = torch.bmm(coefficients[:, None], self.atoms[chosen]).squeeze(1)
            found.append(self.offset + explained)
        found += [found[-1]] * (most + 1 - len(found))
        return torch.stack(found)

    def _steps(self, x: Tensor, most: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the chosen atoms (T, n) and their coefficients (T, n) for n = 1, 2, ..., most."""
        centred = x - self.offset
        products = residual = centred @ self.atoms.t()
        rows = torch.arange(len(x))[:, None]
        chosen = torch.empty(len(x), 0, dtype=torch.int64)
        for _ in range(min(most, len(self.atoms))):
            sizes = residual.abs().scatter_(1, chosen, -1.0)
            chosen = torch.cat([chosen, sizes.argmax(1, keepdim=True)], 1)
            inner = self.gram[chosen[:, :, None], chosen[:, None, :]]
            # Two atoms may be the same direction: a hair of ridge keeps the system solvable.
            inner.diagonal(dim1=1, dim2=2).add_(1e-6)
            coefficients = torch.linalg.solve(inner, products[rows, chosen])
            yield chosen, coefficients
            explained = torch.bmm(coefficients[:, None], self.atoms[chosen]).squeeze(1)
            residual = (centred - explained) @ self.atoms.t()


@dataclass(frozen=True)
class PrincipalComponents:
    """The directions in which given tokens vary most; each token is coded by its own strongest.

    directions (D, D) orthonormal rows; mean (D,).
    """

    directions: Tensor
    mean: Tensor

    @staticmethod
    def of(x: Tensor) -> PrincipalComponents:
        """Fit all D components to tokens x (T, D)."""
        rows = x.double()
        mean = rows.mean(0)
        _values, vectors = torch.linalg.eigh((rows - mean).t() @ (rows - mean))
        return PrincipalComponents(vectors.t().float().contiguous(), mean.float())

    @torch.no_grad()
    def reconstructions(self, x: Tensor, most: int) -> Tensor:
        """Return (most + 1, T, D): x (T, D) by the 0, 1, ..., `most` largest of its own components.

        Directions are orthonormal, so this is the best that these can do.
        """
        coefficients = (x.float() - self.mean) @ self.directions.t()
        order = coefficients.abs().argsort(1, descending=True)
        found = [self.mean.expand_as(x)]
        for place in range(min(most, len(self.directions))):
            chosen = order[:, place : place + 1]
            part = coefficients.gather(1, chosen) * self.directions[chosen[:, 0]]
            found.append(found[-1] + part)
        found += [found[-1]] * (most + 1 - len(found))
        return torch.stack(found)


def random_dictionary(count: int, D: int, seed: int = 0) -> Tensor:
    """Return (count, D) random unit rows."""
    rows: Tensor = torch.randn(count, D, generator=torch.Generator().manual_seed(seed))
    unit: Tensor = rows / rows.norm(dim=1, keepdim=True)
    return unit
