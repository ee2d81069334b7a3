"""One photo looked at now, as the analysis sees it or finer. Never kept nor counted.

Owns what such a look comes back with. Knows nothing of counts and of who is looking.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.geometry import Geometry
from insight_app.project.analysis.coding.batches import Dictionary, unexplained_share
from insight_app.project.analysis.coding.pixels import read_pixels
from insight_app.project.photos.parts import USUAL, FilePart
from insight_app.project.photos.photo_file import read_bytes


@dataclass(frozen=True, eq=False)
class CodedPhoto:
    """Codes of a photo.

    unexplained: (cells,) share of each token's energy that the codes leave; short_side: of the
    picture that the encoder was given, in pixels.
    """

    codes: Codes
    unexplained: NDArray[np.float32]
    geometry: Geometry
    short_side: int


def code_image(
    path: Path,
    encoder: DenseEncoder,
    dictionary: Dictionary,
    rule: int,
    *,
    part: FilePart = USUAL,
    finer: bool = False,
) -> CodedPhoto:
    """Code a photo by a reading rule; KnownError if it cannot be read.

    Returns its centre square as an analysis codes it; finer: all of it, at twice the size.
    """
    seen = read_pixels(read_bytes(path), path, encoder, rule, part=part, finer=finer)
    geometry = seen.geometry
    tokens = encoder.encode(seen.pixels[None]).reshape(geometry.cells, -1)
    codes = dictionary.encode(tokens).half()
    short_side = min(seen.pixels.shape[1:])
    return CodedPhoto(codes, unexplained_share(tokens, codes, dictionary), geometry, short_side)
