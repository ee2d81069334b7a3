"""Photos that were read, to codes: encoder and dictionary together, in batches that fit the device.

Owns what happens when memory runs out: the batch is halved, the same photos are tried again, and a
person is told once. Knows nothing of how photos are read and where codes go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.encoders import DenseEncoder
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
_NOT_KEPT = np.zeros(0, np.float16)
"""The mean token: it would take an eighth of a photo's room, and nothing asks for it."""


class Dictionary(Protocol):
    """A dictionary, as far as coding needs one; k: how many concepts are to be active in a cell."""

    @property
    def k(self) -> int: ...
    def encode(self, tokens: Tensor) -> Codes:
        """Return the codes of tokens (T, D)."""

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
        import torch

        done: list[Tensor] = []
        while len(done) < len(pixels):
            part = pixels[len(done) : len(done) + self.size]
            try:
                done.extend(self.encoder.encode(torch.stack(part)))
            except (RuntimeError, MemoryError) as error:
                if not _is_out_of_memory(error):
                    raise
                too_many = len(part)
            else:
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

    grids = batches.tokens([read.pixels for read in reads])
    tokens = torch.cat([grid.reshape(-1, grid.shape[-1]) for grid in grids])
    codes = dictionary.encode(tokens).half()
    _must_be_sparse(codes, dictionary.k)
    unexplained = unexplained_share(tokens, codes, dictionary).astype(np.float16)
    norms = np.linalg.norm(tokens.numpy(), axis=1).astype(np.float16)
    cells = len(tokens) // len(reads)
    coded = []
    for number, read in enumerate(reads):
        own = slice(number * cells, (number + 1) * cells)
        coded.append(
            Coded(
                read.photo.image,
                read.photo.folder,
                read.content_hash,
                read.geometry,
                read.window,
                codes[own],
                Notes(unexplained[own], norms[own], _NOT_KEPT),
                read.message,
            )
        )
    return coded


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
