"""Readout of a cell's class logits as a token in the space of word embeddings.

Owns the readout g, the ridge and the compression of norms, with their constants. Knows nothing of
pictures, networks or files.

z = the cell's logits minus their mean, in units of SPREAD. The evidence of class c is max(z_c -
threshold, 0)^power, and with K the C x D matrix of class vectors k_c,

    x = V (w + FLOOR)^-whitening V^T  sum_c evidence_c k_c       K^T K = s V diag(w) V^T, mean w = 1

Whitening 0 is the plain sum, which *is* a handful of class vectors and leaves a dictionary nothing
to find; whitening 1 is least squares ("your product with a class name is its evidence"), which
drowns general names (dog, bird) in the details of single ones. In between both hold. At last x /
|x|^compression, so that a few confident cells do not own the budget of codes.
tests/benchmarks/readout.py prints the figures that the constants were chosen by.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

SPREAD = 1.261
"""Standard deviation of centred logits over cells and classes of photographs."""


FLOOR = 1e-3
"""Keeps directions in which class names hardly differ from being blown up."""


@dataclass(frozen=True)
class Readout:
    """The constants; they belong to the encoder's fingerprint."""

    threshold: float = 0.0
    power: float = 1.75
    whitening: float = 0.65
    compression: float = 0.5

    def evidence(self, logits: Tensor) -> Tensor:
        """Return the evidence (..., C), not negative, of logits (..., C)."""
        centred = (logits - logits.mean(-1, keepdim=True)) / SPREAD
        evidence: Tensor = (centred - self.threshold).clamp_min_(0).pow_(self.power)
        return evidence

    def table(self, class_vectors: Tensor) -> Tensor:
        """Return (C, D): what one unit of evidence for each class adds to a token.

        class_vectors: (C, D) unit rows.
        """
        if self.whitening == 0:
            return class_vectors
        k = class_vectors.double()
        values, vectors = torch.linalg.eigh(k.T @ k)
        relative = (values / values.mean()).clamp_min(0) + FLOOR
        filtered: Tensor = (k @ vectors) * relative.pow(-self.whitening) @ vectors.T
        return filtered.to(class_vectors.dtype).contiguous()

    def tokens(self, logits: Tensor, table: Tensor) -> Tensor:
        """Return tokens (..., D) of logits (..., C).

        table: (C, D), as this readout's `table` returned it.
        """
        x = self.evidence(logits) @ table
        norm = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        tokens: Tensor = x / norm.clamp_min_(1e-12).pow_(self.compression)
        return tokens
