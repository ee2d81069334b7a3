"""From a photo's vector to the prefix that a language model goes on from, as ClipCap lays it out.

Mokady et al. 2021 (arXiv 2111.09734): a network of two layers, or a transformer over the vector and
learned constants. Knows no words and no files.
"""

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

MLP = ("model.0.weight", "model.0.bias", "model.2.weight", "model.2.bias")
TRANSFORMER = ("linear.weight", "linear.bias", "prefix_const", "transformer.layers.0.norm1.weight")
"""Names that the weights of each have."""
HEADS = 8
"""Of the transformer, as its authors have it."""


class Prefix(Protocol):
    """What makes prefixes; reads: D, how many numbers of a photo."""

    reads: int

    def of(self, vectors: Tensor) -> Tensor:
        """Return (B, P, n): P vectors of a language model's width for each of (B, D)."""


class MlpPrefix:
    """Two layers with tanh between; the vector as it is."""

    def __init__(self, weights: Mapping[str, Tensor], width: int) -> None:
        """Take the weights; ValueError where they do not fit each other or the width n."""
        self._first = weights["model.0.weight"].float(), weights["model.0.bias"].float()
        self._second = weights["model.2.weight"].float(), weights["model.2.bias"].float()
        (hidden, self.reads), (out, takes) = self._first[0].shape, self._second[0].shape
        if hidden != takes or out % width or self._first[1].shape != (hidden,):
            raise ValueError("the layers of its prefix do not fit each other")
        self._width = width

    @torch.inference_mode()
    def of(self, vectors: Tensor) -> Tensor:
        """Return (B, P, n) of vectors (B, D)."""
        hidden = F.linear(vectors, *self._first).tanh()
        return F.linear(hidden, *self._second).view(len(vectors), -1, self._width)


class TransformerPrefix:
    """A transformer over the vector, at unit length, and constants, whose places are the prefix."""

    def __init__(self, weights: Mapping[str, Tensor], width: int) -> None:
        """Take the weights; ValueError where they do not fit each other or the width n."""
        self._linear = weights["linear.weight"].float(), weights["linear.bias"].float()
        self._constant, self._width = weights["prefix_const"].float(), width
        self.reads = self._linear[0].shape[1]
        if self._linear[0].shape[0] % width or self._constant.shape[1:] != (width,):
            raise ValueError("its prefix has another width than its language model")
        if width % HEADS:
            raise ValueError(f"its width cannot be parted among {HEADS} heads")
        self._layers: list[dict[str, Tensor]] = []
        while f"transformer.layers.{len(self._layers)}.norm1.weight" in weights:
            start = f"transformer.layers.{len(self._layers)}."
            own = {
                n.removeprefix(start): weights[n].float() for n in weights if n.startswith(start)
            }
            self._layers.append(own)

    @torch.inference_mode()
    def of(self, vectors: Tensor) -> Tensor:
        """Return (B, P, n) of vectors (B, D)."""
        unit = F.normalize(vectors, dim=1)
        x = F.linear(unit, *self._linear).view(len(vectors), -1, self._width)
        begins = x.shape[1]
        x = torch.cat([x, self._constant.expand(len(vectors), -1, -1)], dim=1)
        for layer in self._layers:
            x = x + self._attention(layer, self._normed(x, layer, "norm1"))
            y = self._normed(x, layer, "norm2")
            y = F.linear(y, layer["mlp.fc1.weight"], layer["mlp.fc1.bias"]).relu()
            x = x + F.linear(y, layer["mlp.fc2.weight"], layer["mlp.fc2.bias"])
        return x[:, begins:]

    def _normed(self, x: Tensor, layer: Mapping[str, Tensor], name: str) -> Tensor:
        return F.layer_norm(x, (self._width,), layer[f"{name}.weight"], layer[f"{name}.bias"])

    def _attention(self, layer: Mapping[str, Tensor], x: Tensor) -> Tensor:
        batch, length, width = x.shape
        q = F.linear(x, layer["attn.to_queries.weight"], layer.get("attn.to_queries.bias"))
        mixed = F.linear(
            x, layer["attn.to_keys_values.weight"], layer.get("attn.to_keys_values.bias")
        )
        k, v = mixed.view(batch, length, 2, width).unbind(2)
        q, k, v = (one.view(batch, length, HEADS, -1).transpose(1, 2) for one in (q, k, v))
        seen = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
        return F.linear(seen, layer["attn.project.weight"], layer["attn.project.bias"])
