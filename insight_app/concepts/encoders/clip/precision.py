"""The precision of a network: exact on a processor, half on a GPU if that makes no difference.

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


def half_if_close(
    network: Network, result: Callable[[Network], Tensor], dtype: torch.dtype = torch.half
) -> Network:
    """Return `network` in `dtype` if its result stays close, else as it is.

    Close is within TOLERANCE of the largest number in it; overflow and NaN are not.
    """
    expected = result(network).float()
    lower = deepcopy(network).to(dtype)
    error = (result(lower).float() - expected).abs().max() / expected.abs().max()
    return lower if bool(error <= TOLERANCE) else network


def test_picture(side: int) -> Tensor:
    """Return the picture to try on: (1, 3, side, side) in [0, 1], with edges and texture."""
    y, x = torch.meshgrid(*[torch.linspace(0, 1, side)] * 2, indexing="ij")
    waves = [torch.sin(2 * math.pi * (a * x + b * y * y)) for a, b in ((1, 2), (9, -4), (31, 23))]
    edges = ((x - 0.4).square() + (y - 0.6).square() < 0.06).float()
    channels = [0.5 + 0.3 * wave * (1 - edges) + 0.2 * edges for wave in waves]
    return torch.stack(channels)[None].clamp(0, 1)


def exact_convolutions() -> AbstractContextManager[None]:
    """Make float32 convolutions compute in float32: cuDNN rounds to 10 bits otherwise."""
    settings = torch.backends.cudnn
    flags: AbstractContextManager[None] = settings.flags(
        enabled=settings.enabled, benchmark=settings.benchmark, allow_tf32=False
    )
    return flags
