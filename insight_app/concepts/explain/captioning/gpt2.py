"""GPT-2's network, as far as writing needs it: vectors in, the next token's logits out.

Radford et al. 2019: pre-norm blocks, learned places, GELU by tanh, the output tied to the token
table. A head is 64 wide in all published sizes. Knows no words and no files.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

HEAD = 64
_EPSILON = 1e-5
NEEDED = ("wte.weight", "wpe.weight", "ln_f.weight", "ln_f.bias")
"""Names that its weights have at least."""
_OF_LAYER = {
    "ln_1.weight": (1,), "ln_1.bias": (1,), "ln_2.weight": (1,), "ln_2.bias": (1,),
    "attn.c_attn.weight": (1, 3), "attn.c_attn.bias": (3,),
    "attn.c_proj.weight": (1, 1), "attn.c_proj.bias": (1,),
    "mlp.c_fc.weight": (1, 4), "mlp.c_fc.bias": (4,),
    "mlp.c_proj.weight": (4, 1), "mlp.c_proj.bias": (1,),
}  # fmt: skip
"""Shapes of a layer's weights, in widths n."""


class Gpt2:
    """The network with its weights: n wide, V tokens, up to `places` of them."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        """Take the weights by GPT-2's own names; ValueError where they are not those of one."""
        missing = [name for name in NEEDED if name not in weights]
        if missing:
            raise ValueError(f"{missing[0]} is missing")
        self.table, self._places = weights["wte.weight"].float(), weights["wpe.weight"].float()
        if self.table.ndim != 2 or self._places.shape[1:] != self.table.shape[1:]:
            raise ValueError("its tables do not fit each other")
        self.width, self.places = self.table.shape[1], self._places.shape[0]
        self._end = weights["ln_f.weight"].float(), weights["ln_f.bias"].float()
        self._layers: list[dict[str, Tensor]] = []
        while f"h.{len(self._layers)}.ln_1.weight" in weights:
            self._layers.append(self._layer(weights, len(self._layers)))
        if not self._layers or any(one.shape != (self.width,) for one in self._end):
            raise ValueError("it has no layers, or its last norm does not fit")
        self._heads = max(1, self.width // HEAD)

    def _layer(self, weights: Mapping[str, Tensor], number: int) -> dict[str, Tensor]:
        found = {}
        for name, times in _OF_LAYER.items():
            whole = f"h.{number}.{name}"
            shape = tuple(n * self.width for n in times)
            if whole not in weights or weights[whole].shape != shape:
                raise ValueError(f"{whole} is missing or has another shape")
            found[name] = weights[whole].float()
        return found

    @torch.inference_mode()
    def log_probabilities(self, vectors: Tensor) -> Tensor:
        """Return (B, T, V): of each token after vectors (B, T, n) up to a place, its logarithm."""
        x = vectors + self._places[: vectors.shape[1]]
        for layer in self._layers:
            x = x + self._attention(
                layer, self._normed(x, layer["ln_1.weight"], layer["ln_1.bias"])
            )
            y = self._normed(x, layer["ln_2.weight"], layer["ln_2.bias"])
            y = y @ layer["mlp.c_fc.weight"] + layer["mlp.c_fc.bias"]
            y = F.gelu(y, approximate="tanh")
            x = x + y @ layer["mlp.c_proj.weight"] + layer["mlp.c_proj.bias"]
        return (self._normed(x, *self._end) @ self.table.T).log_softmax(-1)

    def _normed(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return F.layer_norm(x, (self.width,), weight, bias, _EPSILON)

    def _attention(self, layer: Mapping[str, Tensor], x: Tensor) -> Tensor:
        batch, length, width = x.shape
        mixed = x @ layer["attn.c_attn.weight"] + layer["attn.c_attn.bias"]
        q, k, v = (
            one.view(batch, length, self._heads, -1).transpose(1, 2)
            for one in mixed.chunk(3, dim=2)
        )
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        seen = seen.transpose(1, 2).reshape(batch, length, width)
        return seen @ layer["attn.c_proj.weight"] + layer["attn.c_proj.bias"]
