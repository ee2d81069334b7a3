"""Identifying a file of weights: which CLIP model it fits, or the heads of CLIP-DINOiser.

Owns the guess from sizes alone; whether weights really fit is found out by loading them, which
`weights_file` and `dinoiser` do. Knows nothing of where files lie.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from insight_app.concepts.checkpoints import reading, unwrapping
from insight_app.concepts.checkpoints.unwrapping import NothingFound
from insight_app.concepts.encoders.clip import dinoiser
from insight_app.concepts.encoders.clip import weights_file as clip_file
from insight_app.concepts.encoders.models import open_clip_models
from insight_app.errors import Refusal

CLIP, DINOISER = KINDS = ("clip", "dinoiser")
WIDTH = 768
"""Of ViT-B-16, which the published heads read."""
_OPENAI = "input_resolution"
_DICTIONARY = {
    "autoencoder": ("W_enc", "b_enc", "W_dec", "b_dec"),
    "linear": ("encoder.weight", "encoder.bias", "decoder.weight"),
}
"""Names that a dictionary's weights have, which is given by mistake."""
"""An entry that only OpenAI's own files have."""


@dataclass(frozen=True)
class WeightsContent:
    """kind: "clip" or "dinoiser"; model: open_clip's name, "" for heads; notes: in words."""

    kind: str
    model: str = ""
    notes: tuple[str, ...] = ()


def identify(path: Path, kind: str = "", model: str = "") -> WeightsContent:
    """Return what `path` holds, after checking that all of it is there and finite.

    kind, model: what a person says it is; "" = told from the content, a KnownError where that fits
    several models. Weights of OpenAI's own files belong to the model's -quickgelu twin. KnownError
    where the file is not what was said.
    """
    if kind not in ("", *KINDS):
        raise Refusal(
            f"There is no kind of weights named {kind!r}.", do=f"Choose one of: {', '.join(KINDS)}."
        )
    is_heads = dinoiser.find(reading.open_checkpoint(path)) is not None
    if kind == DINOISER or (is_heads and not kind):
        note = dinoiser.load(path, WIDTH, dinoiser.PATCH).note
        return WeightsContent(DINOISER, notes=(f"{path.name}: {note}",) if note else ())
    try:
        tensors = clip_file.tensors(path)
    except NothingFound as error:
        if not is_heads and not kind:
            opened = reading.open_checkpoint(path)
            neither = "are neither CLIP weights nor CLIP-DINOiser heads"
            nothing = unwrapping.nothing_found(opened, neither)
            if unwrapping.find(opened, _DICTIONARY) is not None:
                nothing.do = (
                    "This looks like a dictionary, which is no encoder: open it in the window "
                    "(Open released files), or analyze with --dictionary."
                )
            raise nothing from error
        if not is_heads:
            raise
        raise Refusal(
            "These are CLIP-DINOiser's heads, not CLIP weights.",
            where=str(path),
            kept="Nothing was taken in.",
            do="Choose another file.",
        ) from error
    clip_file.must_be_clip(path, tensors)
    fitting = _fitting(tensors)
    if not model:
        model = _only(path, fitting)
    open_clip_models.usable(model)
    if _OPENAI in tensors:
        model = open_clip_models.quickgelu_twin(model) or model
    if fitting and model not in fitting:
        raise Refusal(
            f"These are not the weights of {model}.",
            where=str(path),
            kept="Nothing was taken in.",
            do=f"They fit {', '.join(fitting)}.",
        )
    clip, _image = clip_file.load(model, path)
    return WeightsContent(CLIP, model, clip.notes)


def _only(path: Path, fitting: list[str]) -> str:
    """Return the one model that weights can be for; KnownError unless there is exactly one."""
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        what = "These weights fit none of the models that can be made dense."
        do = "insight-app models list --all shows those; with --model you hear what differs."
    else:
        what = f"These weights fit several models: {', '.join(fitting)}."
        do = (
            "Say which with --model; those that end in -quickgelu are for weights of OpenAI, "
            "MetaCLIP and DFN."
        )
    raise Refusal(what, where=str(path), kept="Nothing was taken in.", do=do)


def _fitting(tensors: Mapping[str, Tensor]) -> list[str]:
    """Return the models that have the sizes of these weights."""
    found = []
    for model in open_clip_models.models():
        described = open_clip_models.description(model.name)
        if not model.refusal and _sizes(described) == _sizes_of(tensors):
            text = described["text_cfg"]
            if "token_embedding.weight" not in tensors:
                fits = "hf_model_name" in text or not _begin(tensors, "text.")
            else:
                fits = (text.get("vocab_size"), text.get("width")) == tuple(
                    tensors["token_embedding.weight"].shape
                )
            if fits and (model.quick_gelu or _OPENAI not in tensors):
                found.append(model.name)
    return found


def _sizes(described: Mapping[str, Any]) -> tuple[int, ...]:
    """Return width, patch, positions, token_dim, inner width and layers of a plain ViT."""
    vision = described["vision_cfg"]
    width, side = vision["width"], vision["image_size"] // vision["patch_size"]
    inner = int(width * vision.get("mlp_ratio", 4.0))
    shape = (width, vision["patch_size"], side * side + 1, described["embed_dim"])
    return (*shape, inner, vision["layers"], "ls_init_value" in vision)


def _sizes_of(tensors: Mapping[str, Tensor]) -> tuple[int, ...]:
    """Return the same of weights; () if some of them are missing."""
    block = r"visual\.transformer\.resblocks\.(\d+)\."
    layers = {match[1] for match in map(re.compile(block).match, tensors) if match}
    first = "visual.transformer.resblocks.0."
    try:
        return (
            *tensors["visual.conv1.weight"].shape[::3],
            len(tensors["visual.positional_embedding"]),
            tensors["visual.proj"].shape[1],
            len(tensors[f"{first}mlp.c_fc.weight"]),
            len(layers),
            f"{first}ls_1.gamma" in tensors,
        )
    except (KeyError, IndexError, TypeError):
        return ()


def _begin(tensors: Mapping[str, Tensor], start: str) -> bool:
    return any(name.startswith(start) for name in tensors)
