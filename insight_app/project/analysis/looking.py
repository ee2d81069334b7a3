"""One photo looked at now, as the analysis sees it or finer. Never kept nor counted.

Owns the size and the geometry of a finer look. Knows nothing of counts and of who is looking.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from insight_app.concepts.codes import Codes
from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.geometry import Geometry, centre_square
from insight_app.project.analysis.coding import Dictionary, unexplained_share
from insight_app.project.images import Upright, decode, read_bytes

if TYPE_CHECKING:
    from torch import Tensor

FINER = 2
"""Times the size that the analysis looks at."""
LONGEST = 2048
"""Pixels of the long side at most (METHOD.md, section 1)."""


@dataclass(frozen=True, eq=False)
class Look:
    """Codes of a photo; short_side: of the picture that the encoder was given, in pixels."""

    codes: Codes
    unexplained: NDArray[np.float32]
    geometry: Geometry
    short_side: int


def as_analysed(path: Path, encoder: DenseEncoder, dictionary: Dictionary) -> Look:
    """The centre square, as an analysis codes it; KnownError where the photo cannot be read."""
    upright = _read(path, encoder.input_size)
    geometry = centre_square(upright.width, upright.height, *encoder.grid)
    return _coded(
        encoder.preprocess(upright.image), geometry, encoder.input_size, encoder, dictionary
    )


def finer(path: Path, encoder: DenseEncoder, dictionary: Dictionary) -> Look:
    """All of the photo at FINER times the size, stretched by half a cell at most to whole ones."""
    upright = _read(path, FINER * encoder.input_size)
    cell = encoder.input_size // encoder.grid[0]
    scale = min(
        FINER * encoder.input_size / min(upright.image.size), LONGEST / max(upright.image.size)
    )
    cols, rows = (max(1, round(side * scale / cell)) for side in upright.image.size)
    crop = (0, 0, upright.width, upright.height)
    geometry = Geometry(upright.width, upright.height, crop, rows, cols)
    size = cols * cell, rows * cell
    return _coded(_pixels(upright.image, size), geometry, min(size), encoder, dictionary)


def _read(path: Path, short_side: int) -> Upright:
    return decode(read_bytes(path), path, short_side=short_side)


def _coded(
    pixels: Tensor,
    geometry: Geometry,
    short_side: int,
    encoder: DenseEncoder,
    dictionary: Dictionary,
) -> Look:
    tokens = encoder.encode(pixels[None]).reshape(geometry.cells, -1)
    codes = dictionary.encode(tokens).half()
    return Look(codes, unexplained_share(tokens, codes, dictionary), geometry, short_side)


def _pixels(image: Image.Image, size: tuple[int, int]) -> Tensor:
    """(3, height, width) in [0, 1]."""
    import torch

    resized = image.convert("RGB").resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
    return torch.from_numpy(np.array(resized, np.uint8)).permute(2, 0, 1).float().div_(255)
