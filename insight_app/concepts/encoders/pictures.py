"""A photo as encoders take it: which part, how large, in which order it is cropped and resized.

Knows nothing of networks, nor of how numbers are normalised for one.
"""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from insight_app.concepts.geometry import LONGEST, centre_square, whole_photo


def centre(image: Image.Image, side: int, reducing_gap: float | None = None) -> Tensor:
    """Return (3, side, side) in [0, 1]: exactly the centre square of `geometry.centre_square`.

    For a square photo this is "short side to `side`, then centre crop"; of others, that order would
    let the resampling filter reach a pixel or two over the edge of what is said to be seen.
    """
    x, y, width, height = centre_square(*image.size, 1, 1).crop
    square = image.crop((x, y, x + width, y + height)).convert("RGB")
    return to_tensor(
        square.resize((side, side), Image.Resampling.BICUBIC, reducing_gap=reducing_gap)
    )


def whole(image: Image.Image, short_side: int, longest: int = LONGEST, cell: int = 1) -> Tensor:
    """Return (3, h, w) in [0, 1]: the whole photo, as large as `geometry.whole_photo` says."""
    grid = whole_photo(*image.size, short_side, cell, longest)
    size = (grid.cols * cell, grid.rows * cell)
    return to_tensor(image.convert("RGB").resize(size, Image.Resampling.BICUBIC))


def to_tensor(image: Image.Image) -> Tensor:
    """Return (3, h, w) float32 in [0, 1] of an RGB picture that has its final size."""
    pixels = torch.from_numpy(np.array(image, np.uint8))
    return pixels.permute(2, 0, 1).float().div_(255)
