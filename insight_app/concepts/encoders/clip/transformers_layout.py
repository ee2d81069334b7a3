"""CLIP weights in the layout of Hugging Face's transformers, under open_clip's names.

Owns the names and which matrices are kept the other way round or in three parts. The numbers are
the same; which activation they were trained with is not in them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import torch
from torch import Tensor

from insight_app.concepts.checkpoints.unwrapping import FoundWeights

NAMES = (
    "vision_model.embeddings.patch_embedding.weight",
    "vision_model.embeddings.position_embedding.weight",
    "vision_model.embeddings.class_embedding",
    "vision_model.pre_layrnorm.weight",
    "vision_model.post_layernorm.weight",
    "visual_projection.weight",
)
NOTE = "Layout of transformers, turned into that of open_clip."
_BLOCK = re.compile(r"(vision|text)_model\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)")
_IN_BLOCK = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}
_WHOLE = {
    "vision_model.embeddings.class_embedding": "visual.class_embedding",
    "vision_model.embeddings.patch_embedding.weight": "visual.conv1.weight",
    "vision_model.embeddings.position_embedding.weight": "visual.positional_embedding",
    "vision_model.pre_layrnorm.weight": "visual.ln_pre.weight",
    "vision_model.pre_layrnorm.bias": "visual.ln_pre.bias",
    "vision_model.post_layernorm.weight": "visual.ln_post.weight",
    "vision_model.post_layernorm.bias": "visual.ln_post.bias",
    "text_model.embeddings.token_embedding.weight": "token_embedding.weight",
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
    "text_model.final_layer_norm.weight": "ln_final.weight",
    "text_model.final_layer_norm.bias": "ln_final.bias",
    "logit_scale": "logit_scale",
}
_TURNED = {"visual_projection.weight": "visual.proj", "text_projection.weight": "text_projection"}


class Renamed(Mapping[str, Tensor]):
    """Weights under open_clip's names, each made when it is asked for."""

    def __init__(self, found: FoundWeights) -> None:
        self.path, self.note = found.path, f"{found.note} {NOTE}".strip()
        self._made: dict[str, Callable[[], Tensor]] = {}
        for name in found:
            if name in _WHOLE:
                self._made[_WHOLE[name]] = partial(found.__getitem__, name)
            elif name in _TURNED:
                self._made[_TURNED[name]] = partial(_turned, found, name)
            elif match := _BLOCK.fullmatch(name):
                self._add_of_block(found, *match.groups())

    def _add_of_block(
        self, found: FoundWeights, tower: str, layer: str, part: str, end: str
    ) -> None:
        block = f"transformer.resblocks.{layer}."
        block = f"visual.{block}" if tower == "vision" else block
        if part in _IN_BLOCK:
            name = f"{tower}_model.encoder.layers.{layer}.{part}.{end}"
            self._made[f"{block}{_IN_BLOCK[part]}.{end}"] = partial(found.__getitem__, name)
        elif part == "self_attn.q_proj":
            start = f"{tower}_model.encoder.layers.{layer}.self_attn."
            names = [f"{start}{one}_proj.{end}" for one in "qkv"]
            if all(name in found for name in names):
                self._made[f"{block}attn.in_proj_{end}"] = partial(_joined, found, names)

    def __getitem__(self, name: str) -> Tensor:
        return self._made[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._made

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def _turned(found: FoundWeights, name: str) -> Tensor:
    return found[name].t()


def _joined(found: FoundWeights, names: list[str]) -> Tensor:
    return torch.cat([found[name] for name in names])
