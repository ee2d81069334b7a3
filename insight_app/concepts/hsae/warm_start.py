"""A training's beginning from another dictionary: those of its concepts that these photos show.

Owns which concepts are taken. Knows no optimiser and no files. T tokens, D token dimension.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from insight_app.concepts.hsae.model import HSAE


def strongest(dictionary: HSAE, tokens: Tensor, sizes: Sequence[int]) -> list[Tensor]:
    """Return for each group of `sizes` the concepts of the same group that are strongest here.

    tokens: (T, D). Strong = sum of squared activations; each answer is (n,) int64, ascending, of at
    most the group's size.
    """
    codes = dictionary.encode(tokens)
    energy = np.bincount(
        codes.indices, np.square(codes.values.astype(np.float64)), minlength=dictionary.F
    )
    chosen, first = [], 0
    for size, wanted in zip(dictionary.group_sizes, sizes, strict=True):
        own = energy[first : first + size]
        order = np.lexsort((np.arange(size), -own))[:wanted]
        chosen.append(torch.from_numpy(np.sort(order) + first))
        first += size
    return chosen
