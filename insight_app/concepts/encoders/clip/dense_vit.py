"""A CLIP image tower made dense (MaskCLIP): a token for every patch, comparable with words.

Owns the network, stage by stage. The last block runs without attention: each patch keeps its own
value, and the layer scale is left out with the attention it was learned for. Knows nothing of
files, of text and of what refines the tokens.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
_MOST_GRIDS = 16
"""Position tables kept; whole photos of every shape would pile up otherwise."""


class DenseViT(nn.Module):
    """Dense tokens of `tower`, open_clip's VisionTransformer, whose modules it takes over.

    B pictures of H x W patches (rounded up) are N = 1 + H * W positions, the class token first; C =
    width.
    """

    def __init__(self, tower: Any) -> None:
        super().__init__()
        self.patch = int(tower.conv1.kernel_size[0])
        self.width = int(tower.conv1.out_channels)
        self.token_dim = int(tower.output_dim)
        self._table_grid: tuple[int, int] = tuple(tower.grid_size)
        self.conv1: nn.Conv2d = tower.conv1.to(memory_format=torch.channels_last)
        self.class_embedding = tower.class_embedding
        self.positional_embedding: Tensor = tower.positional_embedding
        self.ln_pre = tower.ln_pre
        self.blocks = tower.transformer.resblocks[:-1]
        last = tower.transformer.resblocks[-1]
        self.value = _value_projection(last.attn)
        self.ln_1, self.ln_2, self.mlp = last.ln_1, last.ln_2, last.mlp
        self.ln_post = tower.ln_post
        self.proj = tower.proj
        self._resized: dict[tuple[int, int], Tensor] = {}

    def dense(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return tokens (B, H, W, D) and the patches (B, H, W, C) that enter the last block.

        pixels: (B, 3, h, w) in [0, 1], of any size.
        """
        x = self.penultimate(self.embed(self.normalise(pixels)))
        return self._to_grid(self.project(x), pixels), self._to_grid(x[:, 1:], pixels)

    def dense_with_features(self, pixels: Tensor, block: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return what `dense` does, and (B, H, W, C): the input to the MLP of block `block`.

        block counts from the end: -3.
        """
        x, features = self.penultimate_with_features(self.embed(self.normalise(pixels)), block)
        parts = self.project(x), x[:, 1:], features[:, 1:]
        tokens, entering, features = (self._to_grid(part, pixels) for part in parts)
        return tokens, entering, features

    def normalise(self, pixels: Tensor) -> Tensor:
        """Pad pixels (B, 3, h, w) with black to whole patches, and only then normalise.

        Returns (B, 3, pH, pW), padded on the right and at the bottom.
        """
        height, width = pixels.shape[2:]
        padded = F.pad(pixels, (0, -width % self.patch, 0, -height % self.patch))
        mean, std = torch.tensor((MEAN, STD), device=pixels.device)[:, :, None, None]
        normalised: Tensor = ((padded - mean) / std).to(self.conv1.weight.dtype)
        return normalised

    def embed(self, x: Tensor) -> Tensor:
        """Embed normalised pixels (B, 3, pH, pW) as (B, N, C), the input to the first block."""
        patches = self.conv1(x)
        grid = patches.shape[2:]
        own = self.class_embedding.expand(len(x), 1, -1)
        x = torch.cat([own, patches.flatten(2).transpose(1, 2)], dim=1)
        normed: Tensor = self.ln_pre(x.add_(self.positions(*grid)))
        return normed

    def positions(self, rows: int, cols: int) -> Tensor:
        """Return the position table (N, C), resized to another grid than it was learned on."""
        if (rows, cols) == self._table_grid:
            return self.positional_embedding
        if (rows, cols) not in self._resized:
            if len(self._resized) == _MOST_GRIDS:
                self._resized.clear()
            own, table = self.positional_embedding[:1], self.positional_embedding[1:]
            learned = table.float().cpu().T.reshape(1, self.width, *self._table_grid)
            resized = F.interpolate(learned, (rows, cols), mode="bicubic", align_corners=False)
            self._resized[rows, cols] = torch.cat([own, resized[0].flatten(1).T.to(own)])
        return self._resized[rows, cols]

    def penultimate(self, x: Tensor) -> Tensor:
        """Run all blocks but the last: (B, N, C) -> (B, N, C)."""
        for block in self.blocks:
            x = block(x)
        return x

    def penultimate_with_features(self, x: Tensor, block: int) -> tuple[Tensor, Tensor]:
        """Return `penultimate` and the second norm's output in block `block`, both (B, N, C).

        block counts from the end: -3.
        """
        index = len(self.blocks) + 1 + block
        for earlier in self.blocks[:index]:
            x = earlier(x)
        chosen = self.blocks[index]
        x = x + chosen.ls_1(chosen.attention(chosen.ln_1(x)))
        features = chosen.ln_2(x)
        x = x + chosen.ls_2(chosen.mlp(features))
        for later in self.blocks[index + 1 :]:
            x = later(x)
        return x, features

    def last_block(self, x: Tensor) -> Tensor:
        """Run the last block without attention: (B, N, C) -> (B, N - 1, C)."""
        y = x[:, 1:]
        y = y + self.value(self.ln_1(y))
        mixed: Tensor = y + self.mlp(self.ln_2(y))
        return mixed

    def project(self, x: Tensor) -> Tensor:
        """Run the last block and project: (B, N, C) -> tokens (B, N - 1, D)."""
        projected: Tensor = self.ln_post(self.last_block(x)) @ self.proj
        return projected

    def _to_grid(self, x: Tensor, pixels: Tensor) -> Tensor:
        """Reshape (B, H * W, ...) of these pictures to (B, H, W, ...)."""
        rows = -(-pixels.shape[2] // self.patch)
        return x.reshape(len(x), rows, -1, x.shape[-1])

    def _apply(self, *change: Any, **options: Any) -> "DenseViT":
        """Drop the resized tables, which would stay on the old device or in the old precision."""
        self._resized.clear()
        moved: DenseViT = super()._apply(*change, **options)  # type: ignore[no-untyped-call]
        return moved


def _value_projection(attention: Any) -> nn.Linear:
    """Return value and output projection as one linear map: nothing is mixed in between."""
    out, bias = attention.out_proj.weight.double(), attention.out_proj.bias.double()
    value = attention.in_proj_weight.chunk(3)[2].double()
    value_bias = attention.in_proj_bias.chunk(3)[2].double()
    path = nn.Linear(len(value), len(out), device="meta")
    path.weight = nn.Parameter((out @ value).to(attention.out_proj.weight), requires_grad=False)
    path.bias = nn.Parameter((out @ value_bias + bias).to(path.weight), requires_grad=False)
    return path
