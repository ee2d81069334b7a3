"""Which of open_clip's models can be made dense, told without torch and without weights.

Owns the reading of open_clip's own model descriptions (JSON inside its package) and the reasons why
the dense trick of METHOD.md, section 1, does not apply to a model. It takes a plain vision
transformer that is read out through a class token: only then may each cell be read out in its
place. Knows nothing of weights and of where they lie.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from insight_app.concepts.encoders.files import package_folder
from insight_app.errors import Refusal

SIDE = 224
"""Pixels of the square that an analysis looks at."""
QUICKGELU = "-quickgelu"
"""Ends the names of the twins that differ in their activation alone."""
_OWN_BLOCKS = ("qk_norm", "scaled_cosine_attn", "scale_heads", "scale_attn", "scale_attn_inner")


@dataclass(frozen=True)
class ClipModel:
    """A model by its name in open_clip.

    refusal: "" or why its image tower cannot be made dense. text_refusal: "" or why its text tower
    cannot be used, so that concepts get no names from it. quick_gelu: which of two activations.
    patch: 0 if a refused tower has no patches.
    """

    name: str
    token_dim: int
    patch: int
    image_size: int
    refusal: str = ""
    text_refusal: str = ""
    quick_gelu: bool = False


def models() -> list[ClipModel]:
    """Return all models of the installed open_clip, by name."""
    return list(_models().values())


def named(name: str) -> ClipModel:
    """Return one of `models`; KnownError with the nearest names for an unknown one."""
    known = _models()
    if name not in known:
        spelled = {other.lower(): other for other in known}
        near = get_close_matches(name.lower().replace("/", "-"), spelled, n=3, cutoff=0.5)
        hint = f"Nearest: {', '.join(spelled[one] for one in near)}. " if near else ""
        raise Refusal(
            f"open_clip has no model named {name!r}.",
            do=f"{hint}All of them: insight-app models list --all",
        )
    return known[name]


def usable(name: str) -> ClipModel:
    """Return the model called `name`; KnownError that says why if it cannot be made dense."""
    model = named(name)
    if model.refusal:
        raise Refusal(
            f"{name} cannot be made dense: {model.refusal}",
            do="Choose a plain ViT, such as ViT-B-16: insight-app models list --all",
        )
    return model


def quickgelu_twin(name: str) -> str:
    """Return the model of the same shape with QuickGELU, "" if there is none.

    OpenAI, MetaCLIP and DFN use it.
    """
    twin = name if name.endswith(QUICKGELU) else name + QUICKGELU
    return twin if twin in _models() else ""


def description(name: str) -> Mapping[str, Any]:
    """Return open_clip's own description of a model: embed_dim, vision_cfg, text_cfg, ..."""
    return _descriptions()[named(name).name]


@lru_cache(maxsize=1)
def _descriptions() -> dict[str, dict[str, Any]]:
    folder = package_folder("open_clip") / "model_configs"
    files = sorted(folder.glob("*.json"), key=lambda path: path.stem.lower())
    return {path.stem: json.loads(path.read_bytes()) for path in files}


@lru_cache(maxsize=1)
def _models() -> dict[str, ClipModel]:
    return {name: _model(name, described) for name, described in _descriptions().items()}


def _model(name: str, described: Mapping[str, Any]) -> ClipModel:
    vision = described["vision_cfg"]
    return ClipModel(
        name,
        int(described["embed_dim"]),
        int(vision.get("patch_size") or 0),
        int(vision.get("image_size", SIDE)),
        refusal(described),
        text_refusal(described),
        bool(described.get("quick_gelu")),
    )


def refusal(described: Mapping[str, Any]) -> str:
    """Return why a model, described as in open_clip's JSON, cannot be made dense; "" if it can."""
    vision = described["vision_cfg"]
    if "timm_model_name" in vision:
        if "siglip" in vision["timm_model_name"]:
            return (
                "it is of the SigLIP kind, which has no class token: one attention pool at the end "
                "reads all cells at once, and no cell can be read out alone."
            )
        return (
            f"its image tower is timm's {vision['timm_model_name']}, not open_clip's plain ViT "
            "that is read out through a class token."
        )
    if isinstance(vision.get("layers"), list):
        return "its image tower is a ResNet, which has no class token."
    if vision.get("attentional_pool"):
        return (
            "its cells are read out together by an attention pool (CoCa), not through a class "
            "token, and no cell can be read out alone."
        )
    if vision.get("pool_type", "tok") != "tok":
        return (
            "it is read out through the mean of all cells (CLIPA), normalised only afterwards, not "
            "through a class token."
        )
    if vision.get("pos_embed_type", "learnable") != "learnable":
        return "its positions are computed (sin-cos), not a learned table."
    if vision.get("block_type", "default") != "default" or any(map(vision.get, _OWN_BLOCKS)):
        return "its attention blocks are not those of a plain ViT."
    patch = int(vision["patch_size"])
    if SIDE % patch:
        return (
            f"its patches of {patch} pixels do not divide the {SIDE} pixels that an analysis sees."
        )
    return ""


def text_refusal(described: Mapping[str, Any]) -> str:
    """Return why a model, described as in open_clip's JSON, cannot embed words; "" if it can."""
    text = described["text_cfg"]
    other = text.get("hf_model_name") or text.get("hf_tokenizer_name")
    if other:
        return f"its words are read with {other}, which does not come with open_clip."
    return ""
