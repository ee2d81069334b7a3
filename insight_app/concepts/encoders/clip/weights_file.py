"""CLIP models from a file of weights: are they this model's, and open_clip's towers with them.

Owns the checks of the file and the building; nothing is ever downloaded. Knows nothing of dense
tokens and of how words are read.

Which activation: OpenAI's own files need QuickGELU, whichever model they are opened as (with GELU
the tokens are 6e-3 off). They are told by three numbers that OpenAI puts beside the weights. Any
other file goes by the model's name, as in open_clip: `ViT-B-16-quickgelu` has it, `ViT-B-16` not.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from insight_app.concepts import checkpoints
from insight_app.concepts.encoders.models import open_clip_models
from insight_app.concepts.encoders.torchvision_operators import declare_missing
from insight_app.errors import Refusal

_OPENAI = {"input_resolution", "context_length", "vocab_size"}


@dataclass(frozen=True)
class ClipFile:
    """A file of weights that were found to be those of `model`.

    described: open_clip's description of the model.
    """

    model: str
    path: Path
    described: Mapping[str, Any]
    quick_gelu: bool

    @property
    def text_refusal(self) -> str:
        """Why open_clip alone cannot embed words for this model; '' if it can."""
        return open_clip_models.text_refusal(self.described)

    def image_tower(self, weights: Mapping[str, Tensor]) -> Any:
        """Build open_clip's VisionTransformer, float32 on the CPU."""
        return self._fill(self._tower("vision"), _without_prefix(weights, "visual."), "visual.")

    def text_tower(self) -> Any:
        """Build open_clip's TextTransformer, float32 on the CPU; reads the file again."""
        tower: Any = self._fill(self._tower("text"), _text(tensors(self.path)), "")
        if tower.attn_mask is not None:
            tower.attn_mask = tower.build_causal_mask()
        return tower

    def check_text(self, weights: Mapping[str, Tensor]) -> None:
        """Raise KnownError if the text tower's weights do not fit.

        It is better said now than when names are wanted.
        """
        if not self.text_refusal:
            self._check(self._tower("text"), _text(weights), "")

    def tokenizer(self) -> Any:
        """Return the tokenizer: texts -> (N, L) int64, between two marks, then zeros."""
        declare_missing()
        from open_clip import SimpleTokenizer

        text = self.described["text_cfg"]
        return SimpleTokenizer(
            context_length=text.get("context_length", 77), **text.get("tokenizer_kwargs", {})
        )

    def _tower(self, which: str) -> nn.Module:
        """Build the tower without any weights yet."""
        declare_missing()
        from open_clip import model as open_clip_model

        build = getattr(open_clip_model, f"_build_{which}_tower")
        width, config = self.described["embed_dim"], dict(self.described[f"{which}_cfg"])
        with torch.device("meta"):
            tower: nn.Module = build(width, config, quick_gelu=self.quick_gelu)
        return tower

    def _fill(self, tower: nn.Module, weights: Mapping[str, Tensor], prefix: str) -> nn.Module:
        self._check(tower, weights, prefix)
        # Copied: what is mapped from the file would change, or crash, with the file.
        own = {name: weights[name].to(torch.float32, copy=True) for name in tower.state_dict()}
        tower.load_state_dict(own, assign=True)
        return tower.eval().requires_grad_(False)

    def _check(self, tower: nn.Module, weights: Mapping[str, Tensor], prefix: str) -> None:
        """Raise KnownError that names the first weight that does not fit or is not a number.

        Only weights that are used count: OpenAI's archives also have masks full of infinities.
        """
        wanted = tower.state_dict()
        for name, place in wanted.items():
            if name not in weights:
                raise self._misfit(f"{prefix}{name} is missing")
            found, size = tuple(weights[name].shape), tuple(place.shape)
            if found != size:
                raise self._misfit(f"{prefix}{name} has the shape {found}, not {size}")
        blocks = {name for name in weights if ".resblocks." in f".{name}"}
        more = sorted(name for name in blocks - wanted.keys() if not name.endswith("attn_mask"))
        if more:
            raise self._misfit(f"{prefix}{more[0]} has no place in it")
        checkpoints.finite({f"{prefix}{name}": weights[name] for name in wanted}, self.path)

    def _misfit(self, what: str) -> Refusal:
        return Refusal(
            f"These are not the weights of {self.model}: {what}.",
            where=str(self.path),
            kept="Nothing was made with them.",
            do="Choose the model that the file was published for, or its file.",
        )


def load(model: str, path: Path) -> tuple[ClipFile, Any]:
    """Load the model by its name in open_clip, and its image tower.

    KnownError where the model cannot be made dense or the file is not its own.
    """
    usable = open_clip_models.usable(model)
    return load_described(usable.name, path, open_clip_models.description(usable.name))


def load_described(model: str, path: Path, described: Mapping[str, Any]) -> tuple[ClipFile, Any]:
    """Do as `load` for a model that is described by the caller."""
    weights = tensors(path)
    quick_gelu = bool(described.get("quick_gelu")) or weights.keys() >= _OPENAI
    file = ClipFile(model, path.absolute(), described, quick_gelu)
    image = file.image_tower(weights)
    file.check_text(weights)
    return file, image


def tensors(path: Path) -> dict[str, Tensor]:
    """Read the weights in a checkpoint of open_clip's or OpenAI's, by name."""
    return checkpoints.tensors(path, ("state_dict", "model_state_dict", "model"))


def digest(weights: Mapping[str, Tensor], *settings: object) -> str:
    """Return 16 hexadecimal digits of weights as float32 and of all settings.

    In which order or precision the weights came makes no difference.
    """
    found = hashlib.sha256(repr(settings).encode())
    for name in sorted(weights):
        value = weights[name].detach().float().cpu().contiguous()
        found.update(f"{name}{tuple(value.shape)}".encode())
        found.update(value.numpy().data)
    return found.hexdigest()[:16]


def _without_prefix(weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): w for n, w in weights.items() if n.startswith(prefix)}


def _text(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the text tower's weights, which lie under `text.` in some models, else at the top."""
    return _without_prefix(weights, "text.") or {
        name: value for name, value in weights.items() if not name.startswith("visual.")
    }
