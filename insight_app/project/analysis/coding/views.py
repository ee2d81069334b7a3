"""Several views of one photo, to learn from: as analysis sees it, then random crops.

What is learned from few photos so holds better on others. Owns how crops are drawn; a photo is
decoded once for all its views, and nothing is kept of them. Knows nothing of who learns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import ImageOps

from insight_app.concepts.encoders import DenseEncoder
from insight_app.project.analysis.coding import pixels
from insight_app.project.photos.parts import USUAL, FilePart

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST_CROP = 0.5
"""Of a photo's short side: the side of the smallest crop."""


def read_views(
    data: bytes | None,
    path: Path,
    encoder: DenseEncoder,
    rule: int,
    seed: int | Sequence[int],
    views: int,
    *,
    part: FilePart = USUAL,
) -> list[Tensor]:
    """Return `views` pictures (3, h, w) float32 of one photo; KnownError if it cannot be read.

    The first is what analysis gives the encoder, the others are square crops, every other one
    mirrored; the same seed draws the same. data, path, rule, part: see `read_pixels`.
    """
    from insight_app.concepts.encoders import pictures  # brings torch

    upright = pixels.decode(data, path, encoder.input_size, rule, part=part)
    seen = [pixels.as_analyzed(upright, encoder, rule).pixels]
    size = (encoder.input_size, encoder.input_size)
    for number, square in enumerate(_squares(upright.width, upright.height, seed, views - 1)):
        crop = upright.part(square, size)
        seen.append(pictures.to_tensor(crop if number % 2 else ImageOps.mirror(crop)))
    return seen


def _squares(
    width: int, height: int, seed: int | Sequence[int], count: int
) -> Iterator[tuple[float, float, float, float]]:
    """Yield `count` random squares (x, y, w, h) of a photo."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        side = round(min(width, height) * random.uniform(SMALLEST_CROP, 1.0))
        left = int(random.integers(0, width - side + 1))
        top = int(random.integers(0, height - side + 1))
        yield left, top, side, side
