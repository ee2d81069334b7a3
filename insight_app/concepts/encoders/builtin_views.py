"""The built-in encoder with five views of a photo: places are more exact, at five times the cost.

The photo's square as a whole and each of its quarters, twice as large, are encoded by themselves;
the token of a cell is the mean of what it has in the whole and of its four cells in a quarter. The
space of tokens is the built-in encoder's, so that dictionaries fit both. Owns which views there are
and how they are averaged.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from insight_app.concepts.encoders import Seen, builtin, pictures

VIEWS_MARK = "+views5"
"""Ends the fingerprint: codes are others, the space of tokens is not (`hsae.description`)."""
VIEWS = 5


class FiveViewsEncoder:
    """A DenseEncoder around the built-in one: pictures are twice as large, the grid is the same.

    class_vectors, token_table: (C, D), class_names, class_synsets: as those of BuiltinEncoder.
    """

    name = "builtin-views"
    options: ClassVar[Mapping[str, str]] = {}

    def __init__(self, inner: builtin.BuiltinEncoder) -> None:
        self._inner = inner
        self.device = inner.device
        self.token_dim = inner.token_dim
        self.grid = inner.grid
        self.input_size = 2 * inner.input_size
        self.class_names, self.class_synsets = inner.class_names, inner.class_synsets
        self.class_vectors, self.token_table = inner.class_vectors, inner.token_table
        self.fingerprint = inner.fingerprint + VIEWS_MARK

    def preprocess(self, image: Image.Image) -> Tensor:
        """Turn an upright RGB picture into (3, input_size, input_size) in [0, 1].

        It is the picture's centre square.
        """
        return pictures.centre(image, self.input_size, reducing_gap=3.0)

    def encode(self, pixels: Tensor) -> Tensor:
        """Encode pixels (B, 3, h, w) in [0, 1] to (B, h / 64, w / 64, 384) on the CPU.

        h and w are multiples of 64. Squares of the encoder's size are seen in five views; a finer
        look at more of a photo in one.
        """
        if not self._is_square(pixels):
            return self._inner.encode(F.avg_pool2d(pixels, 2))
        return _averaged(self._inner.encode(_views(pixels)))

    def see(self, pixels: Tensor) -> Seen:
        """Encode pixels (B, 3, h, w) as `encode` does; the rest is averaged likewise."""
        if not self._is_square(pixels):
            return self._inner.see(F.avg_pool2d(pixels, 2))
        seen = self._inner.see(_views(pixels))
        logits = seen.logits
        if logits is not None:
            each = logits.reshape(-1, VIEWS, logits.shape[-1])
            logits = (each[:, 0] + each[:, 1:].mean(1)) / 2
        return Seen(_averaged(seen.tokens), _averaged(seen.features), logits)

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Embed N texts as (N, 384) float32 unit rows in the tokens' space."""
        return self._inner.encode_text(texts)

    def _is_square(self, pixels: Tensor) -> bool:
        return tuple(pixels.shape[2:]) == (self.input_size, self.input_size)


def load(device: str) -> FiveViewsEncoder:
    """Load the built-in encoder with five views."""
    return FiveViewsEncoder(builtin.load(device))


def _views(pixels: Tensor) -> Tensor:
    """Return (B * 5, 3, s, s) of pixels (B, 3, 2 s, 2 s): the whole, then its quarters."""
    side = pixels.shape[2] // 2
    quarters = pixels.unfold(2, side, side).unfold(3, side, side)  # (B, 3, 2, 2, s, s)
    each = quarters.flatten(2, 3).transpose(1, 2)
    return torch.cat([F.avg_pool2d(pixels, 2)[:, None], each], 1).flatten(0, 1)


def _averaged(grids: Tensor) -> Tensor:
    """Return (B, H, W, n) of what was found in the views (B * 5, H, W, n), H and W even."""
    views = grids.reshape(-1, VIEWS, *grids.shape[1:]).movedim(-1, 2)  # (B, 5, n, H, W)
    upper, lower = (torch.cat([views[:, i], views[:, i + 1]], -1) for i in (1, 3))
    mean = F.avg_pool2d(torch.cat([upper, lower], -2), 2)
    averaged: Tensor = ((views[:, 0] + mean) / 2).movedim(1, -1).contiguous()
    return averaged
