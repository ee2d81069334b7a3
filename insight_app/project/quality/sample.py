"""The photos that a report is measured on: chosen at random, read and encoded again.

Tokens are not stored by an analysis, so a sample of the photos is encoded anew, as the analysis did
it, and held in memory: 0.4 MB a photo for tokens of 384 numbers, at most MOST photos.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts import random_directions
from insight_app.concepts.codes import Codes
from insight_app.concepts.progress import Progress
from insight_app.concepts.quality.pairs import unit
from insight_app.errors import KnownError, WorldError
from insight_app.project.photos.photo_file import read_bytes
from insight_app.project.quality.report import MOST
from insight_app.project.results import reading_rule
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from torch import Tensor

    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE
SEED = 0
READING = "Reading photos"


@dataclass(frozen=True, eq=False)
class Sample:
    """N photos: their ids (N,), tokens (cells_i, D) float32 each, and codes.

    local: (cells_i, w) what cells are compared by, of another layer of the encoder than the tokens,
    projected to w numbers; is_circular: it shows none, so that they are the tokens themselves.
    """

    images: NDArray[np.int64]
    tokens: list[Tensor]
    codes: list[Codes]
    local: list[NDArray[np.float16]]
    is_circular: bool

    @cached_property
    def features(self) -> NDArray[np.float64]:
        """(N, w) unit rows: the mean of `local` of each photo, by which photos are compared."""
        return unit(np.stack([one.astype(np.float64).mean(0) for one in self.local]))

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


@dataclass(frozen=True, eq=False)
class Bare:
    """An untrained dictionary of the same size and L0, and its codes of the same N photos."""

    dictionary: HSAE
    codes: list[Codes]

    @classmethod
    def beside(cls, dictionary: HSAE, sample: Sample) -> Bare:
        """Make the one that stands beside a dictionary on a sample."""
        from insight_app.concepts.quality.untrained import untrained

        active = sum(codes.indices.size for codes in sample.codes) / sample.cells
        made = untrained(dictionary, sample.tokens, active)
        return cls(made, [made.encode(x).half() for x in sample.tokens])


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
    is_circular = True
    tokens: list[Tensor] = []
    codes: list[Codes] = []
    local: list[NDArray[np.float16]] = []
    for done, image in enumerate(images.tolist()):
        progress(done, len(images), READING)
        path = results.image(image).path
        try:
            seen = read_pixels(read_bytes(path), path, encoder, rule, part=results.part)
        except KnownError:
            continue
        grid, other = _seen(encoder, seen.pixels[None])
        x = grid.reshape(-1, grid.shape[-1]).float().cpu()
        kept.append(image)
        tokens.append(x)
        codes.append(dictionary.encode(x).half())
        local.append(x.numpy().astype(np.float16) if other is None else other)
        is_circular = other is None
    progress(len(images), len(images), READING)
    if not kept:
        raise WorldError(
            "None of the photos of the sample can be read.", where=str(results.project)
        )
    return Sample(np.array(kept, np.int64), tokens, codes, local, is_circular)


def _seen(encoder: DenseEncoder, pixels: Tensor) -> tuple[Tensor, NDArray[np.float16] | None]:
    """Return the tokens (1, H, W, D) of a photo and another layer's features (cells, w), if any."""
    from insight_app.concepts.encoders import SeesMore

    if not isinstance(encoder, SeesMore):
        return encoder.encode(pixels), None
    seen = encoder.see(pixels)
    local = seen.features.flatten(0, 2).float().numpy()
    return seen.tokens, (local @ random_directions.projection(local.shape[1])).astype(np.float16)
