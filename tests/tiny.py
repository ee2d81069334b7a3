"""A real encoder and dictionary, so small that a photo takes a millisecond: for tests of analysis.

Colours and edges of each cell through a fixed random projection; the dictionary's weights are
random, its threshold such that about k concepts are active.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from PIL.Image import Image, Resampling

from insight_app.concepts import hsae
from insight_app.concepts.encoders import Seen
from insight_app.concepts.encoders.models import library
from insight_app.concepts.hsae import summary
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.naming.candidates import Candidate
from insight_app.concepts.naming.prior import Votes
from insight_app.concepts.naming.vocabulary import Vocabulary
from insight_app.concepts.statistics import CoOccurrence

D, SIDE, CELL = 16, 28, 4


class TinyEncoder:
    """7 x 7 cells of 4 x 4 pixels."""

    name = "tiny"
    token_dim = D
    grid = (SIDE // CELL, SIDE // CELL)
    input_size = SIDE
    fingerprint = "tiny-1"
    options: ClassVar[Mapping[str, str]] = {}
    device = torch.device("cpu")

    def __init__(self) -> None:
        rng = np.random.default_rng(7)
        self._projection = torch.from_numpy(rng.normal(size=(3 * CELL * CELL, D)).astype("f4"))

    def preprocess(self, image: Image) -> torch.Tensor:
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        box = (left, top, left + side, top + side)
        small = image.resize((SIDE, SIDE), Resampling.BILINEAR, box=box)
        return torch.from_numpy(np.asarray(small, np.float32).transpose(2, 0, 1) / 255)

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        """Photo by photo, so that the batch it comes in makes no difference to a bit."""
        return torch.stack([self._tokens(photo) for photo in pixels])

    def see(self, pixels: torch.Tensor) -> Seen:
        """The colours of each cell are what stands before the tokens."""
        return Seen(self.encode(pixels), torch.stack([_colours(photo) for photo in pixels]))

    def _tokens(self, photo: torch.Tensor) -> torch.Tensor:
        return _colours(photo) @ self._projection

    def encode_text(self, texts: Sequence[str]) -> torch.Tensor:
        rows = [np.random.default_rng(len(text)).normal(size=D) for text in texts]
        vectors = torch.tensor(np.array(rows), dtype=torch.float32)
        return vectors / vectors.norm(dim=1, keepdim=True)


def _colours(photo: torch.Tensor) -> torch.Tensor:
    cells = photo.unfold(1, CELL, CELL).unfold(2, CELL, CELL)
    return cells.permute(1, 2, 0, 3, 4).flatten(2) - 0.5


class WithWeights(TinyEncoder):
    """Is what its file of weights says; without one, the file of the person's model library."""

    def __init__(self, model: str, weights: str = "") -> None:
        super().__init__()
        path = Path(weights) if weights else library.required("clip", model)
        self.options = {"model": model, "weights": str(path)}  # type: ignore[misc]
        self.fingerprint = path.read_text()  # type: ignore[misc]


def load(device: str, **options: str) -> TinyEncoder:
    """As the registry of encoders calls it."""
    return WithWeights(**options) if options else TinyEncoder()


def write_dictionary(folder: Path, concepts: int = 64, seed: int = 3) -> Path:
    """A dictionary for TinyEncoder, without names."""
    generator = torch.Generator().manual_seed(seed)
    decoder = torch.randn(concepts, D, generator=generator)
    decoder /= decoder.norm(dim=1, keepdim=True)
    sizes = hsae.group_sizes(concepts, (0.25, 0.25, 0.5))
    weights = HSAE(
        W_enc=decoder.T.contiguous(),
        b_enc=torch.zeros(concepts),
        W_dec=decoder,
        b_dec=torch.zeros(D),
        k=6,
        threshold=1.2,
        group_sizes=sizes,
    )
    hsae.save(weights, folder, title="Tiny", encoder_fingerprint=TinyEncoder.fingerprint)
    return folder


SHIPPED = "shipped"
"""What all concepts are called by a dictionary that brings names."""


def write_names(folder: Path, concepts: int = 64) -> Path:
    """Give a dictionary the name SHIPPED for all its concepts, and the votes for it."""
    votes = Votes(
        [SHIPPED],
        np.zeros(1, np.uint8),
        np.arange(concepts + 1),
        np.zeros(concepts, np.int32),
        np.ones(concepts, np.float32),
    )
    candidates = [[Candidate(SHIPPED, 0, 1.0, 0.75)] for _ in range(concepts)]
    pairs = CoOccurrence(concepts)
    found = summary.DictionarySummary(candidates, None, pairs, rule="shared", votes=votes)
    summary.write(folder, found)
    return folder


def vocabulary(terms: list[str]) -> Vocabulary:
    """Nouns with vectors as TinyEncoder has them, each another one."""
    vectors = TinyEncoder().encode_text(["x" * n for n, _ in enumerate(terms, 1)]).numpy()
    empty = [""] * len(terms)
    return Vocabulary(terms, np.zeros(len(terms), np.uint8), empty, empty, vectors)
