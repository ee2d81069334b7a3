"""A photo as encoders take it: which part, how large, in which order it is cropped and resized.

Knows nothing of networks, nor of how numbers are normalised for one.
"""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from insight_app.concepts.geometry import centre_square


def centre(image: Image.Image, side: int, reducing_gap: float | None = None) -> Tensor:
    """Return (3, side, side) in [0, 1]: exactly the centre square of `geometry.centre_square`.

    For a square photo this is "short side to `side`, then centre crop"; of others, that order would
    let the resampling filter reach a pixel or two over the edge of what is said to be seen.
    """
    x, y, width, height = centre_square(*image.size, 1, 1).crop
    square = image.crop((x, y, x + width, y + height)).convert("RGB")
    return _numbers(
        square.resize((side, side), Image.Resampling.BICUBIC, reducing_gap=reducing_gap)
    )


def whole(image: Image.Image, short_side: int, longest: int = 2048, cell: int = 1) -> Tensor:
    """Return (3, h, w) in [0, 1]: the whole photo, its shorter side `short_side`.

    Its longer side is at most `longest`; both are stretched, by half a cell at most, to whole cells
    of so many pixels.
    """
    scale = min(short_side / min(image.size), longest / max(image.size)) / cell
    width, height = (cell * max(1, round(side * scale)) for side in image.size)
    return _numbers(image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC))


def _numbers(image: Image.Image) -> Tensor:
    pixels = torch.from_numpy(np.array(image, np.uint8))
    return pixels.permute(2, 0, 1).float().div_(255)
