"""Checkpoints with the names and sizes of real models that take no room: each weight is one number,
repeated. For tests of what files are taken for, not of what models do.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from insight_app.concepts.encoders.models import open_clip_models
from insight_app.concepts.encoders.torchvision_operators import declare_missing

declare_missing()
from open_clip.model import CLIP  # noqa: E402

SMALL = "ViT-S-32-alt"


def clip(model: str = SMALL, fill: float = 0.5) -> dict[str, Tensor]:
    """The weights of one of open_clip's models with a text tower of its own."""
    described = dict(open_clip_models.description(model))
    described.pop("custom_text", None)
    with torch.device("meta"):
        whole = CLIP(**described)
    return {name: repeated(value.shape, fill) for name, value in whole.state_dict().items()}


def heads(fill: float = 0.5) -> dict[str, Tensor]:
    """The four weights of CLIP-DINOiser's checkpoint."""
    sizes = {
        "obj_proj.weight": (256, 768, 3, 3),
        "obj_proj.bias": (256,),
        "bkg_decoder.weight": (1, 768, 1, 1),
        "bkg_decoder.bias": (1,),
    }
    return {name: repeated(size, fill) for name, size in sizes.items()}


def repeated(shape: tuple[int, ...], fill: float) -> Tensor:
    return torch.tensor(fill).expand(shape)


def write(path: Path, weights: dict[str, Tensor], under: str = "") -> Path:
    """A checkpoint as training programs write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".safetensors":
        save_file({name: value.contiguous() for name, value in weights.items()}, path)
    else:
        torch.save({"epoch": 3, under: weights} if under else weights, path)
    return path


class Bomb:
    """What a pickle that runs code unpickles to."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return Path.touch, (Path("exploded"),)  # type: ignore[return-value]
