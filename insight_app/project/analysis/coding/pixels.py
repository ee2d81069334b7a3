"""From a photo's file to the pixels that an encoder is given: one way, whoever looks.

Analysis, training, a single look, a finer one and the measuring of quality come here, so that the
same photo gives all of them the same tokens. Owns which part is looked at and how large; how a
photo becomes smaller is `photos.decoding`'s. Knows nothing of what the pixels are for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.geometry import Geometry, centre_square, whole_photo
from insight_app.project.photos.decoding import FIRST_RULE, LEAST_REDUCED, Upright
from insight_app.project.photos.parts import USUAL, FilePart, decode_part

if TYPE_CHECKING:
    from torch import Tensor

FINER = 2
"""A finer look sees all of a photo at so many times the size of an analysis."""


@dataclass(frozen=True, eq=False)
class PhotoPixels:
    """What an encoder is given of a photo.

    pixels: (3, h, w) float32 in [0, 1]; geometry: where its cells lie on the photo; window: the
    brightness shown as black and as white; notes: see `Upright`.
    """

    pixels: Tensor
    geometry: Geometry
    window: tuple[float, float]
    notes: tuple[str, ...] = ()


def read_pixels(
    data: bytes | None,
    path: Path,
    encoder: DenseEncoder,
    rule: int,
    *,
    part: FilePart = USUAL,
    finer: bool = False,
) -> PhotoPixels:
    """Read the photo in `data` (of `path`) by a reading rule; KnownError if it cannot be read.

    part: what is read of a file with several pictures or channels. Returns the centre square at the
    encoder's size; finer: all of the photo, FINER times as large, in whole cells.
    """
    side = FINER * encoder.input_size if finer else encoder.input_size
    upright = decode(data, path, side, rule, part=part)
    return whole(upright, encoder, side, rule) if finer else as_analyzed(upright, encoder, rule)


def decode(
    data: bytes | None, path: Path, short_side: int, rule: int, *, part: FilePart = USUAL
) -> Upright:
    """Decode the photo in `data` (of `path`) as large as a look at so many pixels needs it."""
    return decode_part(data, path, part, short_side=LEAST_REDUCED * short_side, rule=rule)


def as_analyzed(upright: Upright, encoder: DenseEncoder, rule: int) -> PhotoPixels:
    """Return what analysis sees of a decoded photo: its centre square, at the encoder's size."""
    from insight_app.concepts.encoders import pictures  # brings torch

    geometry = centre_square(upright.width, upright.height, *encoder.grid)
    if rule == FIRST_RULE:  # before rules had numbers, byte for byte
        pixels = encoder.preprocess(upright.image)
    else:
        size = (encoder.input_size, encoder.input_size)
        pixels = pictures.to_tensor(upright.part(geometry.crop, size))
    return PhotoPixels(pixels, geometry, upright.window, upright.notes)


def whole(upright: Upright, encoder: DenseEncoder, short_side: int, rule: int) -> PhotoPixels:
    """Return all of a decoded photo, its short side as many pixels, in whole cells."""
    from insight_app.concepts.encoders import pictures

    cell = cell_of(encoder)
    if rule == FIRST_RULE:
        pixels = pictures.whole(upright.image, short_side, cell=cell)
        rows, cols = (side // cell for side in pixels.shape[1:])
        crop = (0, 0, upright.width, upright.height)
        geometry = Geometry(upright.width, upright.height, crop, rows, cols)
    else:
        geometry = whole_photo(upright.width, upright.height, short_side, cell)
        size = (geometry.cols * cell, geometry.rows * cell)
        pixels = pictures.to_tensor(upright.part(geometry.crop, size))
    return PhotoPixels(pixels, geometry, upright.window, upright.notes)


def cell_of(encoder: DenseEncoder) -> int:
    """Return the side of a cell in pixels of what the encoder is given."""
    return encoder.input_size // encoder.grid[0]
