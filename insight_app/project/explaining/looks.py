"""A photo looked at in windows: the tokens and concepts of every cell as each window sees it.

For segmentation: raw tokens and concepts come of the very same windows. Nothing of it is counted or
kept. Owns how large a photo is looked at, and how windows are given to an encoder.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.explain import windows
from insight_app.concepts.explain.upsampling import map_size
from insight_app.concepts.geometry import LONGEST, Geometry
from insight_app.concepts.progress import Progress, silent
from insight_app.errors import Refusal
from insight_app.project.analysis.coding import pixels
from insight_app.project.analysis.coding.batches import Batches, Dictionary
from insight_app.project.photos.parts import USUAL, FilePart
from insight_app.project.photos.photo_file import read_bytes

if TYPE_CHECKING:
    from torch import Tensor

    from insight_app.concepts.encoders.clip.encoder import ClipEncoder

PUBLISHED = 448
"""Pixels of the short side, and of a window, for a CLIP (METHOD.md 1)."""
ON_GPU = 16
"""Windows given to a graphics card at once; a CPU gets one, so that it is said how far it is."""


@dataclass(frozen=True)
class Sliding:
    """How a photo is looked at: its short side, the windows' side and stride, in pixels."""

    short_side: int
    window: int
    stride: int


def usual(encoder: DenseEncoder) -> Sliding:
    """Return how an encoder looks at photos where nobody says otherwise."""
    side = max(PUBLISHED, encoder.input_size)
    side -= side % pixels.cell_of(encoder)
    half = side // 2
    return Sliding(side, side, max(half - half % pixels.cell_of(encoder), pixels.cell_of(encoder)))


def checked(sliding: Sliding, encoder: DenseEncoder) -> Sliding:
    """Return it; Refusal where its numbers do not go with the encoder's cells or each other."""
    cell = pixels.cell_of(encoder)
    if any(side % cell or side < cell for side in (sliding.window, sliding.stride)):
        raise Refusal(
            f"Windows of {sliding.window} pixels, {sliding.stride} apart, do not go with this "
            f"encoder, whose cells have {cell} pixels.",
            do=f"Give multiples of {cell}.",
        )
    if sliding.stride > sliding.window:
        raise Refusal(
            f"Windows of {sliding.window} pixels, {sliding.stride} apart, leave gaps.",
            do="Give a stride that is no larger than the window.",
        )
    if not cell <= sliding.short_side <= LONGEST:
        raise Refusal(
            f"A photo's short side cannot be looked at with {sliding.short_side:,} pixels.",
            do=f"Give {cell} to {LONGEST:,}.",
        )
    return sliding


@dataclass(frozen=True, eq=False)
class PhotoLooks:
    """What one photo came to in E looks.

    tokens, decoded (E, D) float32: raw, and what the codes stand for; codes: of the E looks, in
    half precision; foreground (E,) float32 by an encoder's own rule, else None; guide (h, w, 3)
    uint8: the photo, at the size of its label map.
    """

    geometry: Geometry
    windows: windows.Windows
    tokens: NDArray[np.float32]
    decoded: NDArray[np.float32]
    codes: Codes
    foreground: NDArray[np.float32] | None
    guide: NDArray[np.uint8]


def look(
    path: Path,
    batches: Batches,
    dictionary: Dictionary,
    rule: int,
    sliding: Sliding,
    *,
    part: FilePart = USUAL,
    progress: Progress = silent,
) -> PhotoLooks:
    """Look at all of a photo; KnownError if it cannot be read or the numbers do not go together."""
    import torch

    encoder = batches.encoder
    checked(sliding, encoder)
    cell = pixels.cell_of(encoder)
    upright = pixels.decode(read_bytes(path), path, sliding.short_side, rule, part=part)
    seen = pixels.whole(upright, encoder, sliding.short_side, rule)
    g = seen.geometry
    over = windows.over(g.rows, g.cols, sliding.window // cell, sliding.stride // cell)
    high, wide = over.high * cell, over.wide * cell
    views = [
        seen.pixels[:, row * cell : row * cell + high, col * cell : col * cell + wide]
        for row, col in over.corners
    ]
    found: list[tuple[Tensor, Tensor | None]] = []
    at_once = 1 if encoder.device.type == "cpu" else ON_GPU
    for start in range(0, len(views), at_once):
        progress(start, len(views), "Looking at the photo, window by window")
        some = batches.in_parts(views[start : start + at_once], partial(_encode, encoder))
        found += [one for each in some for one in each]
    progress(len(views), len(views), "Looking at the photo, window by window")
    tokens = torch.cat([tokens.flatten(0, 1) for tokens, _ in found])
    shares = [share.flatten() for _, share in found if share is not None]
    codes = dictionary.encode(tokens).half()
    height, width = map_size(g.width, g.height)
    guide = upright.part((0, 0, g.width, g.height), (width, height))
    return PhotoLooks(
        g,
        over,
        tokens.numpy(),
        dictionary.decode(codes).cpu().numpy(),
        codes,
        torch.cat(shares).numpy() if shares else None,
        np.array(guide, np.uint8),
    )


def with_foreground(encoder: DenseEncoder) -> ClipEncoder | None:
    """Return the encoder where it tells foreground from background itself, else None."""
    from insight_app.concepts.encoders.clip.encoder import ClipEncoder

    if isinstance(encoder, ClipEncoder) and encoder.tells_foreground:
        return encoder
    return None


def _encode(encoder: DenseEncoder, views: Tensor) -> list[tuple[Tensor, Tensor | None]]:
    """Return tokens (H, W, D), and how surely foreground (H, W), of each view (B, 3, h, w)."""
    own = with_foreground(encoder)
    if own is None:
        return [(tokens, None) for tokens in encoder.encode(views)]
    return list(zip(*own.encode_with_foreground(views), strict=True))
