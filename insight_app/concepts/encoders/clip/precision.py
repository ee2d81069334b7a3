"""How precisely to compute: exactly on a processor, in half on a GPU where it makes no difference.

Owns the picture that this is tried on and how much may differ. Knows nothing of what is computed.
"""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import deepcopy
from typing import TypeVar

import torch
from torch import Tensor, nn

TOLERANCE = 1e-2
Network = TypeVar("Network", bound=nn.Module)


def lowered(
    network: Network, result: Callable[[Network], Tensor], dtype: torch.dtype = torch.half
) -> Network:
    """`network` in `dtype` where its result stays within TOLERANCE of the largest number in it,
    else as it is (overflow and NaN included)."""
    exact = result(network).float()
    lower = deepcopy(network).to(dtype)
    error = (result(lower).float() - exact).abs().max() / exact.abs().max()
    return lower if bool(error <= TOLERANCE) else network


def probe(side: int) -> Tensor:
    """(1, 3, side, side) in [0, 1]: the picture it is tried on, with edges, slopes and texture."""
    y, x = torch.meshgrid(*[torch.linspace(0, 1, side)] * 2, indexing="ij")
    waves = [torch.sin(2 * math.pi * (a * x + b * y * y)) for a, b in ((1, 2), (9, -4), (31, 23))]
    edges = ((x - 0.4).square() + (y - 0.6).square() < 0.06).float()
    channels = [0.5 + 0.3 * wave * (1 - edges) + 0.2 * edges for wave in waves]
    return torch.stack(channels)[None].clamp(0, 1)


def exact() -> AbstractContextManager[None]:
    """Convolutions in float32 are float32 inside: cuDNN rounds to 10 bits otherwise."""
    settings = torch.backends.cudnn
    flags: AbstractContextManager[None] = settings.flags(
        enabled=settings.enabled, benchmark=settings.benchmark, allow_tf32=False
    )
    return flags
