"""CLIP models from a file of weights: are they this model's, and open_clip's towers with them.

Owns the checks of the file and the building; nothing is ever downloaded. Knows nothing of dense
tokens and of how words are read.

Which activation: OpenAI's own files need QuickGELU, whichever model they are opened as (with GELU
the tokens are 6e-3 off). They are told by three numbers that OpenAI puts beside the weights. Any
other file goes by the model's name, as in open_clip: `ViT-B-16-quickgelu` has it, `ViT-B-16` not.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from insight_app.concepts.checkpoints import reading, unwrapping
from insight_app.concepts.checkpoints.unwrapping import FoundWeights
from insight_app.concepts.encoders.clip.transformers_layout import NAMES as TRANSFORMERS
from insight_app.concepts.encoders.clip.transformers_layout import Renamed
from insight_app.concepts.encoders.models import open_clip_models
from insight_app.concepts.encoders.torchvision_operators import declare_missing
from insight_app.errors import Refusal

_OPENAI = {"input_resolution", "context_length", "vocab_size"}
_IMAGE = ("conv1.weight", "class_embedding", "positional_embedding", "proj", "ln_pre.weight",
          "ln_post.weight")  # fmt: skip
_TEXT = ("token_embedding.weight", "positional_embedding", "ln_final.weight", "text_projection")
_LAYOUTS = {
    "clip": tuple(f"visual.{name}" for name in _IMAGE),
    "image": _IMAGE,
    "transformers": TRANSFORMERS,
    "text": _TEXT,
}
NO_WORDS = "Photos can be analyzed with it, but concepts get no names by words."


@dataclass(frozen=True)
class ClipFile:
    """A file of weights that were found to be those of `model`.

    described: open_clip's description of the model; text_missing: what its text tower
    lacks, '' if it is whole; note: where in the file the weights lay, in words.
    """

    model: str
    path: Path
    described: Mapping[str, Any]
    quick_gelu: bool
    text_missing: str = ""
    note: str = ""

    @property
    def text_refusal(self) -> str:
        """Why open_clip alone cannot embed words for this model; '' if it can."""
        return open_clip_models.text_refusal(self.described) or (
            f"{self.text_missing}. {NO_WORDS}" if self.text_missing else ""
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the file, in words."""
        missing = self.text_missing
        text = f"{missing[:1].upper()}{missing[1:]}. {NO_WORDS}" if missing else ""
        return tuple(f"{self.path.name}: {said}" for said in (self.note, text) if said)

    def image_tower(self, weights: Mapping[str, Tensor]) -> Any:
        """Build open_clip's VisionTransformer, float32 on the CPU."""
        return self._fill(self._tower("vision"), _without_prefix(weights, "visual."), "visual.")

    def text_tower(self) -> Any:
        """Build open_clip's TextTransformer, float32 on the CPU; reads the file again."""
        tower: Any = self._fill(self._tower("text"), _text(tensors(self.path)), "")
        if tower.attn_mask is not None:
            tower.attn_mask = tower.build_causal_mask()
        return tower

    def check_text(self, weights: Mapping[str, Tensor]) -> str:
        """Return what the text tower lacks, '' if nothing; KnownError if its weights do not fit.

        It is better said now than when names are wanted.
        """
        if self.text_refusal:
            return ""
        tower, text = self._tower("text"), _text(weights)
        if not tower.state_dict().keys() & text.keys():
            return "its text tower is missing"
        self._check(tower, text, "")
        return ""

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
                missing = [f"{prefix}{one}" for one in wanted if one not in weights]
                raise self._misfit(_missing_words(missing))
            found, size = tuple(weights[name].shape), tuple(place.shape)
            if found != size:
                raise self._misfit(f"{prefix}{name} has the shape {found}, not {size}")
        blocks = {name for name in weights if ".resblocks." in f".{name}"}
        more = sorted(name for name in blocks - wanted.keys() if not name.endswith("attn_mask"))
        if more:
            raise self._misfit(f"{prefix}{more[0]} has no place in it")
        reading.finite({f"{prefix}{name}": weights[name] for name in wanted}, self.path)

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
    must_be_clip(path, weights)
    file = ClipFile(model, path.absolute(), described, quick_gelu, note=weights.note)
    image = file.image_tower(weights)
    return replace(file, text_missing=file.check_text(weights)), image


def tensors(path: Path) -> FoundWeights | Renamed:
    """Find the weights of a CLIP in a checkpoint, by open_clip's names.

    An image tower alone too. KnownError for a file without any of a CLIP.
    """
    checkpoint = reading.open_checkpoint(path)
    found = unwrapping.find(checkpoint, _LAYOUTS)
    if found is None:
        raise unwrapping.nothing_found(checkpoint, "are no CLIP weights")
    layout, weights = found
    if layout == "transformers":
        return Renamed(weights)
    if layout == "image":
        contents = {f"visual.{name}": value for name, value in weights.contents.items()}
        return FoundWeights(path, contents, weights.note)
    return weights


def must_be_clip(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Raise KnownError where the image tower is missing, or is no vision transformer of CLIP's."""
    if "visual.conv1.weight" in weights and "visual.class_embedding" in weights:
        return
    others = sorted(name for name in weights if name.startswith("visual."))
    what = (
        f"The image tower in this file is no plain vision transformer: it has {others[0]}."
        if others
        else "CLIP's image tower is missing: there is only a text tower in this file."
    )
    raise Refusal(
        what,
        where=str(path),
        kept="Nothing was made with it.",
        do="Choose the weights of a whole CLIP with a plain ViT, such as ViT-B-16.",
    )


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


def _missing_words(missing: list[str]) -> str:
    """Return which weights are missing: the first by name, whole blocks by number."""
    text = f"{missing[0]} is missing"
    if len(missing) > 1:
        text += f", and {len(missing) - 1:,} more"
    blocks = sorted(
        {int(m[1]) for name in missing if (m := re.search(r"resblocks\.(\d+)\.", name))}
    )
    if len(missing) > 1 and blocks:
        listed = ", ".join(map(str, blocks[:8])) + (", ..." if len(blocks) > 8 else "")
        text += f" (in the blocks {listed})" if len(blocks) > 1 else f" (in block {listed})"
    return text


def _without_prefix(weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {n.removeprefix(prefix): w for n, w in weights.items() if n.startswith(prefix)}


def _text(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the text tower's weights, which lie under `text.` in some models, else at the top."""
    start = "text." if any(name.startswith("text.") for name in weights) else ""
    if f"{start}token_embedding.weight" not in weights and not start:
        return {}
    names = [n for n in weights if n.startswith(start) and not n.startswith("visual.")]
    return {name.removeprefix(start): weights[name] for name in names}
