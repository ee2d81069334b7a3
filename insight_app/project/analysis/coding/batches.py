"""Photos that were read, to codes: encoder and dictionary together, in batches that fit the device.

Owns what happens when memory runs out: the batch is halved, the same photos are tried again, and a
person is told once. Knows nothing of how photos are read and where codes go.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts import photo_measures, random_directions
from insight_app.concepts.codes import LARGEST_HALF, Codes
from insight_app.concepts.encoders import DenseEncoder, Seen, SeesMore
from insight_app.concepts.near_misses import NearMisses
from insight_app.errors import Refusal, WorldError
from insight_app.project.analysis.recording import Coded
from insight_app.project.results.code_record import Notes

if TYPE_CHECKING:
    from torch import Tensor

    from insight_app.project.analysis.coding.pipeline import Read

BATCH = {"cpu": 4}
"""Photos encoded at once, by kind of device; GPU_BATCH for all others."""
GPU_BATCH = 64
MOST_ACTIVE, FEW = 20, 256
"""So many times k concepts active in a cell, and more than a few, are no longer a sparse code."""
Work = TypeVar("Work")


class Dictionary(Protocol):
    """A dictionary, as far as coding needs one; k: how many concepts are to be active in a cell."""

    @property
    def k(self) -> int: ...
    def encode(self, tokens: Tensor) -> Codes:
        """Return the codes of tokens (T, D)."""

    def encode_with_near(self, tokens: Tensor) -> tuple[Codes, NearMisses]:
        """Return the codes of tokens (T, D), and what is nearly active beside them."""

    def decode(self, codes: Codes) -> Tensor:
        """Return the tokens (T, D) that codes stand for."""


class Batches:
    """An encoder that is given as many photos at once as its device holds.

    size: how many that is; it only ever gets smaller.
    """

    def __init__(
        self, encoder: DenseEncoder, notice: Callable[[str], None] = lambda text: None
    ) -> None:
        self.encoder = encoder
        self.size = BATCH.get(str(encoder.device).partition(":")[0], GPU_BATCH)
        self._notice = notice
        self._told = False

    def tokens(self, pixels: list[Tensor]) -> list[Tensor]:
        """Return each photo's tokens (H, W, D) on the CPU; pixels (3, h, w) each.

        WorldError if not even one photo fits into memory.
        """
        return [tokens for part in self.in_parts(pixels, self.encoder.encode) for tokens in part]

    def see(self, pixels: list[Tensor]) -> list[Seen]:
        """Return all that the encoder tells of photos, in parts of several; pixels (3, h, w) each.

        Without features, of width 0, for an encoder that tells of tokens alone. Raises as `tokens`.
        """
        return self.in_parts(pixels, partial(_seen, self.encoder))

    def in_parts(self, pixels: list[Tensor], work: Callable[[Tensor], Work]) -> list[Work]:
        """Do the work on (B, 3, h, w) pixels for as many photos at once as memory allows."""
        import torch

        done: list[Work] = []
        start = 0
        while start < len(pixels):
            part = pixels[start : start + self.size]
            try:
                done.append(work(torch.stack(part)))
            except (RuntimeError, MemoryError) as error:
                if not _is_out_of_memory(error):
                    raise
                too_many = len(part)
            else:
                start += len(part)
                continue
            # Only here, where the error and the tensors that its frames hold are gone.
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            self._halve(too_many)
        return done

    def _halve(self, too_many: int) -> None:
        device = self.encoder.device
        if too_many == 1:
            raise WorldError(
                f"There is not enough memory on the device ({device}) for even one photo.",
                kept="All photos done so far are kept.",
                do="Close other programs, or choose the device cpu in the preferences.",
            )
        self.size = too_many // 2
        if not self._told:
            self._told = True
            self._notice(
                f"The device ({device}) ran out of memory with {too_many} photos at once. "
                "Going on with fewer at a time; results are the same."
            )


def code(reads: list[Read], batches: Batches, dictionary: Dictionary) -> list[Coded]:
    """Code several photos; all their cells go through the dictionary at once."""
    if not reads:
        return []
    import torch

    seen = batches.see([read.pixels for read in reads])
    grids = torch.cat([part.tokens for part in seen]).flatten(1, 2)
    tokens = grids.flatten(0, 1)
    codes, near = dictionary.encode_with_near(tokens)
    codes = codes.half()
    _must_be_sparse(codes, dictionary.k)
    unexplained = unexplained_share(tokens, codes, dictionary).astype(np.float16)
    norms = np.linalg.norm(tokens.numpy(), axis=1).astype(np.float16)
    controls = random_directions.strongest(grids.numpy())
    features = np.concatenate([part.features.mean((1, 2)).numpy() for part in seen])
    logits = np.concatenate([_logits(part) for part in seen])
    directions = random_directions.short(features)
    classes, of_classes = photo_measures.strongest_classes(logits)
    measures = photo_measures.measured(features, logits)
    pooled = mean_tokens(grids)
    cells = grids.shape[1]
    coded = []
    for number, read in enumerate(reads):
        own = slice(number * cells, (number + 1) * cells)
        notes = Notes(
            unexplained[own],
            norms[own],
            pooled[number],
            near[own],
            directions[number],
            controls[number],
            classes[number],
            of_classes[number],
            measures[number],
        )
        coded.append(
            Coded(
                read.photo.image,
                read.photo.folder,
                read.content_hash,
                read.geometry,
                read.window,
                codes[own],
                notes,
                read.message,
            )
        )
    return coded


def mean_tokens(tokens: Tensor) -> NDArray[np.float16]:
    """Return (B, D) the mean token of each photo, as kept; tokens (B, cells, D) on the CPU."""
    means: NDArray[np.float32] = tokens.mean(1).numpy()
    return means.clip(-LARGEST_HALF, LARGEST_HALF).astype(np.float16)


def _seen(encoder: DenseEncoder, pixels: Tensor) -> Seen:
    if isinstance(encoder, SeesMore):
        return encoder.see(pixels)
    tokens = encoder.encode(pixels)
    return Seen(tokens, tokens[..., :0])


def _logits(seen: Seen) -> NDArray[np.float32]:
    """Return the classes' logits (B, C), none for an encoder without classes."""
    logits: NDArray[np.float32] = (
        seen.features[:, :0] if seen.logits is None else seen.logits
    ).numpy()
    return logits


def _must_be_sparse(codes: Codes, k: int) -> None:
    """Raise Refusal for codes of another encoder's tokens, which light up half of all concepts.

    Nothing could be read from them, and counting them would take all memory there is.
    """
    active = codes.indices.size / codes.cells
    if active > max(MOST_ACTIVE * k, FEW):
        usual = f"about {k}" if k else f"fewer than {FEW}"
        raise Refusal(
            f"The dictionary does not suit this encoder: {active:,.0f} of its concepts are active "
            f"in a cell on average, where {usual} should be.",
            kept="The photos are listed; those coded before are kept.",
            do="Make a new project with the encoder and the weights that the dictionary was "
            "trained on.",
        )


def unexplained_share(tokens: Tensor, codes: Codes, dictionary: Dictionary) -> NDArray[np.float32]:
    """Return (T,) the share of each token's energy that its codes leave, at most 1.

    tokens: (T, D) on the CPU; codes: (T, F).
    """
    x, y = tokens.numpy(), dictionary.decode(codes).cpu().numpy()
    energy, left = np.square(x).sum(1), np.square(x - y).sum(1)
    share: NDArray[np.float32] = np.divide(left, energy, out=np.zeros_like(left), where=energy > 0)
    return np.minimum(share, np.float32(1), out=share)


def _is_out_of_memory(error: Exception) -> bool:
    """Return whether memory ran out: CUDA has a class for it, MPS and the processor only say so."""
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    said = str(error).casefold()
    return "out of memory" in said or "not enough memory" in said or "can't allocate" in said
