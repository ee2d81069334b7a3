"""The photos that a report is measured on: chosen at random, read and encoded again.

Tokens are not stored by an analysis, so a sample of the photos is encoded anew, as the analysis did
it, and held in memory: 0.3 MB a photo for tokens of 384 numbers, at most MOST photos.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.progress import Progress
from insight_app.errors import KnownError, WorldError
from insight_app.project.photos.photo_file import read_bytes
from insight_app.project.results import reading_rule
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from torch import Tensor

    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE

USUAL, MOST = 100, 500
SEED = 0
READING = "Reading photos"


@dataclass(frozen=True, eq=False)
class Sample:
    """N photos: their ids (N,), tokens (cells_i, D) float32 each, and codes."""

    images: NDArray[np.int64]
    tokens: list[Tensor]
    codes: list[Codes]

    @property
    def cells(self) -> int:
        return sum(codes.cells for codes in self.codes)

    @property
    def size(self) -> int:
        """N."""
        return len(self.tokens)

    @property
    def digest(self) -> str:
        """Which photos these are, as a short text."""
        return hashlib.sha256(self.images.astype("<i8").tobytes()).hexdigest()[:16]

    @property
    def words(self) -> str:
        """What cells are counted of: "cells of 100 photos"."""
        return f"cells of {self.size:,} photos" if self.size != 1 else "cells of 1 photo"


def chosen(results: Results, photos: int) -> NDArray[np.int64]:
    """Return the ids (n,) of at most `photos` coded images, at random, the same each time."""
    coded = np.asarray(results.image_ids(status="coded"), np.int64)
    order = np.random.default_rng(SEED).permutation(len(coded))
    return coded[order[: min(photos, MOST)]]


def read(
    results: Results,
    encoder: DenseEncoder,
    dictionary: HSAE,
    images: NDArray[np.int64],
    progress: Progress,
) -> Sample:
    """Read and encode photos `images` (n,); those that cannot be read any more are left out.

    WorldError if none can be read. progress may raise Cancelled.
    """
    from insight_app.project.analysis.coding.pixels import read_pixels

    rule = reading_rule.must_be_known(results.reading_rule, results.project)
    kept: list[int] = []
    tokens: list[Tensor] = []
    codes: list[Codes] = []
    for done, image in enumerate(images.tolist()):
        progress(done, len(images), READING)
        path = results.image(image).path
        try:
            seen = read_pixels(read_bytes(path), path, encoder, rule, part=results.part)
        except KnownError:
            continue
        grid = encoder.encode(seen.pixels[None])
        x = grid.reshape(-1, grid.shape[-1]).float().cpu()
        kept.append(image)
        tokens.append(x)
        codes.append(dictionary.encode(x).half())
    progress(len(images), len(images), READING)
    if not kept:
        raise WorldError(
            "None of the photos of the sample can be read.", where=str(results.project)
        )
    return Sample(np.array(kept, np.int64), tokens, codes)
