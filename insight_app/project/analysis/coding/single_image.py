"""One photo looked at now, as the analysis sees it or finer. Never kept nor counted.

Owns the size and the geometry of a finer look. Knows nothing of counts and of who is looking.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.geometry import Geometry, centre_square
from insight_app.project.analysis.coding.batches import Dictionary, unexplained_share
from insight_app.project.photos.decoding import Upright, decode
from insight_app.project.photos.finding import read_bytes

if TYPE_CHECKING:
    from torch import Tensor

FINER = 2
"""Times the size that the analysis looks at."""


@dataclass(frozen=True, eq=False)
class Look:
    """Codes of a photo; short_side: of the picture that the encoder was given, in pixels."""

    codes: Codes
    unexplained: NDArray[np.float32]
    geometry: Geometry
    short_side: int


def as_analyzed(path: Path, encoder: DenseEncoder, dictionary: Dictionary) -> Look:
    """The centre square, as an analysis codes it; KnownError where the photo cannot be read."""
    upright = _read(path, encoder.input_size)
    geometry = centre_square(upright.width, upright.height, *encoder.grid)
    return _coded(
        encoder.preprocess(upright.image), geometry, encoder.input_size, encoder, dictionary
    )


def finer(path: Path, encoder: DenseEncoder, dictionary: Dictionary) -> Look:
    """All of the photo, at FINER times the size, in whole cells."""
    from insight_app.concepts.encoders import pictures  # brings torch

    upright = _read(path, FINER * encoder.input_size)
    cell = encoder.input_size // encoder.grid[0]
    pixels = pictures.whole(upright.image, FINER * encoder.input_size, cell=cell)
    rows, cols = (side // cell for side in pixels.shape[1:])
    crop = (0, 0, upright.width, upright.height)
    geometry = Geometry(upright.width, upright.height, crop, rows, cols)
    return _coded(pixels, geometry, cell * min(rows, cols), encoder, dictionary)


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
