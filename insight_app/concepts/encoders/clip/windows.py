"""Segmentation of large pictures in overlapping windows: which class is where.

Owns where windows lie, how their probabilities are averaged and how a class gets its vector from
prompts. For a finer look and for segmentation; nothing of it is ever counted.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from insight_app.concepts.encoders import DenseEncoder
from insight_app.concepts.encoders.clip.encoder import ClipEncoder
from insight_app.concepts.encoders.torchvision_operators import declare_missing
from insight_app.errors import Refusal

WINDOW = 448
STRIDE = 224
TEMPERATURE = 100.0
SURE = 0.99
"""A patch whose best class is at least this probable is never made background."""
AT_ONCE = 4

Template = Callable[[str], str]


def starts(length: int, window: int = WINDOW, stride: int = STRIDE) -> list[int]:
    """Return where windows begin along a side; the last one ends with the picture."""
    last = max(length - window, 0)
    return [*range(0, last, stride), last]


def imagenet_templates() -> Sequence[Template]:
    """Return open_clip's 80 prompts for class names."""
    declare_missing()
    from open_clip import OPENAI_IMAGENET_TEMPLATES

    templates: Sequence[Template] = OPENAI_IMAGENET_TEMPLATES
    return templates


def class_vectors(
    encoder: DenseEncoder, names: Sequence[str], templates: Sequence[Template]
) -> Tensor:
    """Return (C, D) unit rows: the mean embedding of each name's prompts."""
    prompts = [template(name) for name in names for template in templates]
    rows = encoder.encode_text(prompts).reshape(len(names), len(templates), encoder.token_dim)
    return F.normalize(rows.mean(1), dim=-1)


def segment(
    encoder: DenseEncoder,
    pixels: Tensor,
    classes: Tensor,
    *,
    background: bool = False,
    window: int = WINDOW,
    stride: int = STRIDE,
) -> Tensor:
    """Return (C, h, w) the probability of each class at each pixel, averaged over windows.

    pixels (3, h, w) in [0, 1]; classes (C, D) unit rows; background: class 0 is the background and
    takes over patches that are neither surely one of the others nor foreground (clip-dinoiser
    only); its score counts as 1 there.
    """
    height, width = pixels.shape[1:]
    high, wide = min(window, height), min(window, width)
    corners = [(y, x) for y in starts(height, high, stride) for x in starts(width, wide, stride)]
    total = torch.zeros(len(classes), height, width)
    count = torch.zeros(height, width)
    for first in range(0, len(corners), AT_ONCE):
        batch = corners[first : first + AT_ONCE]
        views = torch.stack([pixels[:, y : y + high, x : x + wide] for y, x in batch])
        probabilities = _probabilities(encoder, views, classes, background)
        for (y, x), found in zip(batch, probabilities, strict=True):
            total[:, y : y + high, x : x + wide] += found
            count[y : y + high, x : x + wide] += 1
    return total.div_(count)


def _probabilities(
    encoder: DenseEncoder, views: Tensor, classes: Tensor, background: bool
) -> Tensor:
    """Return (B, C, h, w) of views (B, 3, h, w): every patch's, spread over its pixels."""
    if not background:
        scores = _scores(encoder.encode(views), classes)
    elif isinstance(encoder, ClipEncoder):
        tokens, foreground = encoder.encode_with_foreground(views)
        scores = _scores(tokens, classes)
        unsure = (scores.amax(-1) < SURE) & (foreground <= 0.5)
        scores[..., 0].masked_fill_(unsure, 1.0)
    else:
        raise Refusal(
            f"{encoder.name} does not tell foreground from background.", do="Use clip-dinoiser."
        )
    # Patches cover the picture and the padding, which is cut off again.
    cell = encoder.input_size // encoder.grid[0]
    size = (scores.shape[1] * cell, scores.shape[2] * cell)
    spread = F.interpolate(scores.permute(0, 3, 1, 2), size, mode="bilinear", align_corners=False)
    return spread[:, :, : views.shape[2], : views.shape[3]]


def _scores(tokens: Tensor, classes: Tensor) -> Tensor:
    """Return probabilities (B, H, W, C) of tokens (B, H, W, D) for classes (C, D)."""
    return (TEMPERATURE * F.normalize(tokens, dim=-1) @ classes.T).softmax(-1)
