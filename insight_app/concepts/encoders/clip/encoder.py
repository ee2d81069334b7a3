"""An encoder from a CLIP: dense tokens, refined or not, and words in the same space.

Owns how image tower, heads and text tower come together, the device and the fingerprints. Knows
nothing of how files are found.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from insight_app.concepts.encoders import Seen, pictures
from insight_app.concepts.encoders.clip import dinoiser, precision
from insight_app.concepts.encoders.clip import text as clip_text
from insight_app.concepts.encoders.clip.dense_vit import DenseViT
from insight_app.concepts.encoders.clip.weights_file import ClipFile, digest
from insight_app.errors import Refusal

INPUT_SIZE = 224
REVISION = 1
"""Raised when the code gives other tokens for the same weights."""


class ClipEncoder:
    """A DenseEncoder made of a CLIP.

    image: open_clip's image tower; files: the options that name the files of weights; heads:
    CLIP-DINOiser's, or None for plain dense CLIP.
    """

    def __init__(
        self,
        name: str,
        clip: ClipFile,
        image: Any,
        files: Mapping[str, Path],
        *,
        device: str,
        input_size: int = INPUT_SIZE,
        heads: dinoiser.Heads | None = None,
    ) -> None:
        weights = image.state_dict() | (heads.state_dict() if heads else {})
        attention_heads = image.transformer.resblocks[0].attn.num_heads
        digits = digest(weights, clip.quick_gelu, attention_heads, input_size, REVISION)
        self.name = name
        self.fingerprint = f"{name}:{digits}"
        self.options = {"model": clip.model} | {n: str(p.absolute()) for n, p in files.items()}
        if input_size != INPUT_SIZE:
            self.options["input_size"] = str(input_size)
        self.device = torch.device(device)
        self._clip = clip
        heads_note = heads.note if heads else ""
        self.notes = clip.notes + (
            (f"{files['dinoiser_weights'].name}: {heads_note}",) if heads_note else ()
        )
        self._heads = heads.to(self.device) if heads else None
        tower = DenseViT(image).to(self.device)
        if input_size < tower.patch or input_size % tower.patch:
            raise Refusal(
                f"{clip.model} sees sizes that are multiples of {tower.patch}, not {input_size}."
            )
        self.input_size = input_size
        self.grid = (input_size // tower.patch,) * 2
        self.token_dim = tower.token_dim
        if self.device.type != "cpu":
            picture = precision.test_picture(input_size).to(self.device)
            tower = precision.half_if_close(tower, lambda network: self._tokens(network, picture))
        self._tower = tower

    def preprocess(self, image: Image.Image) -> Tensor:
        """Turn an upright RGB picture into (3, input_size, input_size) in [0, 1].

        It is the picture's centre square.
        """
        return pictures.centre(image, self.input_size)

    def encode(self, pixels: Tensor) -> Tensor:
        """Encode pixels (B, 3, h, w) in [0, 1], of any size, to (B, H, W, D) on the CPU.

        H and W are rounded up.
        """
        return self._tokens(self._tower, self._checked(pixels)).cpu()

    def see(self, pixels: Tensor) -> Seen:
        """Encode pixels (B, 3, h, w) as `encode` does; features: what enters the last block."""
        tokens, features = self._seen(self._tower, self._checked(pixels))
        return Seen(tokens.cpu(), features.float().cpu())

    @property
    def tells_foreground(self) -> bool:
        """Whether it tells foreground from background."""
        return self._heads is not None

    def encode_with_foreground(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return `encode` and (B, H, W) in [0, 1]: the probability of foreground."""
        if self._heads is None:
            raise Refusal(
                f"{self.name} does not tell foreground from background.", do="Use clip-dinoiser."
            )
        with torch.inference_mode(), precision.exact_convolutions():
            tokens, _, patches = self._dense(self._tower, self._checked(pixels))
            refined = self._heads.refine(tokens, patches)
            return refined.cpu(), self._heads.foreground(patches).cpu()

    def encode_text(self, texts: Sequence[str]) -> Tensor:
        """Embed N texts as (N, D) float32 unit rows on the CPU."""
        if self._clip.text_refusal:
            raise Refusal(
                f"{self._clip.model} cannot embed words here: {self._clip.text_refusal}",
                do="Concepts keep the names they have; another model can give them names.",
            )
        return self._text.embed(texts)

    @cached_property
    def text_fingerprint(self) -> str:
        """Changes whenever the same words would get other vectors; '' without a text tower."""
        if self._clip.text_refusal:
            return ""
        weights = self._clip.text_tower().state_dict()
        config = sorted(self._clip.described["text_cfg"].items())
        return "clip:" + digest(weights, config, self._clip.quick_gelu, clip_text.REVISION)

    @cached_property
    def _text(self) -> clip_text.ClipText:
        return clip_text.ClipText(self._clip.text_tower(), self._clip.tokenizer(), self.device)

    def _tokens(self, tower: DenseViT, pixels: Tensor) -> Tensor:
        return self._seen(tower, pixels)[0]

    def _seen(self, tower: DenseViT, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return tokens (B, H, W, D) and the patches (B, H, W, C) that enter the last block."""
        with torch.inference_mode(), precision.exact_convolutions():
            if self._heads is None:
                tokens, features = tower.dense(pixels)
                return tokens.float(), features
            tokens, features, patches = self._dense(tower, pixels)
            return self._heads.refine(tokens, patches), features

    def _dense(self, tower: DenseViT, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        tokens, features, patches = tower.dense_with_features(pixels, dinoiser.BLOCK)
        return tokens.float(), features, patches.float()

    def _checked(self, pixels: Tensor) -> Tensor:
        if pixels.ndim != 4 or pixels.shape[1] != 3 or 0 in pixels.shape:
            raise ValueError(f"pixels of shape {tuple(pixels.shape)}; (B, 3, h, w) expected")
        return pixels.to(self.device)
