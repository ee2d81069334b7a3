"""The encoders: pictures to grids of tokens in the same space as word embeddings.

A new encoder is one module here and one line in REGISTRY. Importing this package imports no torch;
`load` does. Knows nothing of dictionaries, projects or windows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from insight_app.errors import Refusal

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor, device

DEVICES = ("auto", "cpu", "cuda", "mps")
MODEL = "ViT-B-16"
"""Of open_clip's, where nothing else is said: the paper's."""


class DenseEncoder(Protocol):
    """What every encoder offers. B images, H x W cells, D = token_dim (METHOD.md, section 1)."""

    @property
    def name(self) -> str: ...
    @property
    def token_dim(self) -> int: ...
    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of cells over the centre square that an analysis looks at."""

    @property
    def input_size(self) -> int: ...
    @property
    def fingerprint(self) -> str:
        """Changes whenever the same photo would give other tokens."""

    @property
    def options(self) -> Mapping[str, str]:
        """With these, `load(name, **options)` gives the same encoder again."""

    @property
    def device(self) -> "device": ...
    def preprocess(self, image: "Image") -> "Tensor":
        """Turn the centre square of an upright picture into (3, input_size, input_size) in [0, 1].

        For pictures at hand, and for projects of the first reading rule; photos of all others are
        read the same way for every encoder (`project.analysis.coding.pixels`).
        """

    def encode(self, pixels: "Tensor") -> "Tensor":
        """Encode pixels (B, 3, h, w) in [0, 1] to tokens (B, H, W, D) float32 on the CPU."""

    def encode_text(self, texts: Sequence[str]) -> "Tensor":
        """Embed N texts as (N, D) float32 unit rows on the CPU."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What an encoder made of B photos in one pass, on the CPU.

    tokens: (B, H, W, D) float32; features: (B, H, W, width) float32 of another layer than the
    tokens', by which it is judged what photos have in common; logits: (B, C) float32 of the mean
    cell for an encoder with classes, else None.
    """

    tokens: "Tensor"
    features: "Tensor"
    logits: "Tensor | None" = None


@runtime_checkable
class SeesMore(Protocol):
    """An encoder that tells, in the same pass, what else its network saw."""

    def see(self, pixels: "Tensor") -> Seen:
        """Encode pixels (B, 3, h, w) in [0, 1]; `encode` returns the same tokens."""


@dataclass(frozen=True)
class WeightsFile:
    """A file of weights that an encoder is loaded from: its option and what it has to hold."""

    option: str
    kind: Literal["clip", "dinoiser"]
    title: str


@dataclass(frozen=True)
class EncoderInfo:
    """An encoder as it is offered to a person."""

    name: str
    title: str
    description: str
    token_dim: int | None = None
    """None: that of the model which is chosen with the option `model`."""
    models: tuple[str, ...] = ()
    """Those that can be chosen; none named: every one that open_clip_models calls usable."""
    seconds_a_photo: float = 0.5
    """What an analysis takes about on two processor cores; the description names it too."""
    files: tuple[WeightsFile, ...] = ()
    """Weights that a person has to bring or download."""

    @property
    def needs_files(self) -> bool:
        return bool(self.files)


REGISTRY = {
    "builtin": (
        "insight_app.concepts.encoders.builtin",
        EncoderInfo(
            "builtin",
            "Built in",
            "EfficientNet-Lite2, read out into the word space of all-MiniLM-L6-v2: nothing to "
            "download, about 0.2 s a photo on two processor cores.",
            token_dim=384,
            seconds_a_photo=0.2,
        ),
    ),
    "builtin-views": (
        "insight_app.concepts.encoders.builtin_views",
        EncoderInfo(
            "builtin-views",
            "Built in, five views",
            "The built-in encoder over the whole photo and its quarters, averaged: places are more "
            "exact (measured: README), about 1 s a photo on two processor cores.",
            token_dim=384,
            seconds_a_photo=1.0,
        ),
    ),
    "maskclip": (
        "insight_app.concepts.encoders.clip.maskclip",
        EncoderInfo(
            "maskclip",
            "Dense CLIP",
            "A CLIP of open_clip's (any plain ViT) with a token for every patch, as MaskCLIP does: "
            "needs its weights, about 0.5 s a photo (ViT-B-16) on two processor cores.",
            files=(WeightsFile("weights", "clip", "CLIP weights"),),
        ),
    ),
    "clip-dinoiser": (
        "insight_app.concepts.encoders.clip.clip_dinoiser",
        EncoderInfo(
            "clip-dinoiser",
            "CLIP-DINOiser",
            "The encoder of the Insight paper: dense CLIP ViT-B-16, its patches cleaned by those "
            "that look alike; needs two files of weights, as fast as dense CLIP.",
            models=("ViT-B-16", "ViT-B-16-quickgelu"),
            files=(
                WeightsFile("clip_weights", "clip", "CLIP weights"),
                WeightsFile("dinoiser_weights", "dinoiser", "CLIP-DINOiser heads"),
            ),
        ),
    ),
}
"""name -> (module with a `load(device, **options)`, what a person is told)."""


def available() -> list[EncoderInfo]:
    """Return the encoders that this installation knows, the default first."""
    return [known for _module, known in REGISTRY.values()]


def load(name: str = "builtin", *, device: str = "auto", **options: Any) -> DenseEncoder:
    """Load an encoder: the only way to one.

    device: auto, cpu, cuda or mps; options are the encoder's own. Weights that are damaged or
    another model's raise KnownError; shipped ones have known hashes.
    """
    module = import_module(_registered(name)[0])
    encoder: DenseEncoder = module.load(_device_name(device), **options)
    return encoder


def info(name: str) -> EncoderInfo:
    """Return the encoder called `name`; KnownError, with all names, for an unknown one."""
    return _registered(name)[1]


def token_dim(name: str, model: str = "") -> int:
    """Return D of an encoder, known before any weights are read; model: its option of that name."""
    own = info(name).token_dim
    if own is not None:
        return own
    from insight_app.concepts.encoders.models import open_clip_models

    return open_clip_models.named(model or MODEL).token_dim


def _registered(name: str) -> tuple[str, EncoderInfo]:
    if name not in REGISTRY:
        raise Refusal(
            f"There is no encoder named {name!r}.", do=f"Choose one of: {', '.join(REGISTRY)}."
        )
    return REGISTRY[name]


def _device_name(wanted: str) -> str:
    """Return the device, `auto` being the fastest; KnownError for one that is not there."""
    import torch

    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return next(name for name, is_there in present.items() if is_there)
    if wanted not in present:
        raise Refusal(
            f"There is no device named {wanted!r}.", do=f"Choose one of: {', '.join(DEVICES)}."
        )
    if not present[wanted]:
        raise Refusal(
            f"This machine (or its PyTorch) has no {wanted} device.",
            do="Choose auto or cpu.",
        )
    return wanted
