"""The published procedures in plain tensor algebra, straight from a state dict: the judge of the
fast ones. Everything in float64, nothing shared with open_clip's modules or ours.

Also random weights in open_clip's layout, none of them at the value that would hide a mistake (a
norm of one, a bias of zero).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073], dtype=torch.float64)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711], dtype=torch.float64)


@dataclass(frozen=True)
class Toy:
    """A small CLIP; `described` is what open_clip's JSON would say of it."""

    patch: int = 16
    image_size: int = 224
    quick: bool = False
    scaled: bool = False
    """Whether its blocks have a layer scale."""
    width: int = 36
    layers: int = 4
    heads: int = 3
    token_dim: int = 20

    @property
    def described(self) -> dict[str, Any]:
        vision = {
            "image_size": self.image_size,
            "layers": self.layers,
            "width": self.width,
            "head_width": self.width // self.heads,
            "patch_size": self.patch,
        }
        return {
            "embed_dim": self.token_dim,
            "vision_cfg": vision | ({"ls_init_value": 0.1} if self.scaled else {}),
            "text_cfg": {"width": 16, "heads": 2, "layers": 2},
        } | ({"quick_gelu": True} if self.quick else {})

    def weights(self, seed: int = 0) -> dict[str, Tensor]:
        return random_weights(self.described, seed)


def shapes(described: Mapping[str, Any]) -> dict[str, torch.Size]:
    """Of every weight of a model."""
    from insight_app.concepts.encoders.torchvision_operators import declare_missing

    declare_missing()
    from open_clip import CLIP

    with torch.device("meta"):
        clip = CLIP(**described)
    return {name: value.shape for name, value in clip.state_dict().items()}


def random_weights(described: Mapping[str, Any], seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in shapes(described).items():
        noise = torch.randn(shape, generator=generator)
        if name.endswith("gamma") or (".ln_" in f".{name}" and name.endswith("weight")):
            weights[name] = 1 + 0.3 * noise
        elif noise.ndim < 2:
            weights[name] = 0.2 * noise
        elif name.endswith("positional_embedding"):
            weights[name] = 0.5 * noise
        elif name.endswith(("token_embedding.weight", "proj", "projection")):
            weights[name] = noise / math.sqrt(shape[-1])
        else:
            weights[name] = noise / math.sqrt(noise[0].numel())
    return weights


def random_heads(width: int, seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shapes = {
        "obj_proj.weight": (256, width, 3, 3),
        "obj_proj.bias": (256,),
        "bkg_decoder.weight": (1, width, 1, 1),
        "bkg_decoder.bias": (1,),
    }
    return {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}


def save_clip(toy: Toy, path: Path, seed: int = 0) -> dict[str, Tensor]:
    weights = toy.weights(seed)
    torch.save(weights, path)
    return weights


def pictures(count: int, height: int, width: int, seed: int = 0) -> Tensor:
    """(count, 3, height, width) in [0, 1] with structure at several scales."""
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros(count, 3, height, width)
    for cells in (3, 11, 40):
        coarse = torch.rand(count, 3, cells, cells, generator=generator)
        total += torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    return total / 3


def error(found: Tensor, expected: Tensor) -> float:
    """Largest difference as a share of the largest number."""
    assert found.shape == expected.shape, (found.shape, expected.shape)
    return float((found.double() - expected).abs().max() / expected.abs().max())


def dense(
    weights: Mapping[str, Tensor], pixels: Tensor, heads: int, quick: bool
) -> dict[str, Tensor]:
    """Every stage for pixels (B, 3, h, w); tokens are (B, H, W, D), features (B, H, W, C)."""

    def w(name: str) -> Tensor:
        return weights[f"visual.{name}"].double()

    kernel = w("conv1.weight")
    blocks = {n.split(".")[3] for n in weights if n.startswith("visual.transformer.resblocks.")}
    patch, layers = kernel.shape[-1], len(blocks)

    def norm(x: Tensor, name: str) -> Tensor:
        centred = x - x.mean(-1, keepdim=True)
        spread = (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
        return centred / spread * w(f"{name}.weight") + w(f"{name}.bias")

    def linear(x: Tensor, name: str) -> Tensor:
        return x @ w(f"{name}.weight").T + w(f"{name}.bias")

    def mlp(x: Tensor, block: str) -> Tensor:
        y = linear(x, f"{block}.mlp.c_fc")
        y = y * torch.sigmoid(1.702 * y) if quick else y * (1 + torch.erf(y / math.sqrt(2))) / 2
        return linear(y, f"{block}.mlp.c_proj")

    def projections(x: Tensor, block: str) -> list[Tensor]:
        whole = x @ w(f"{block}.attn.in_proj_weight").T + w(f"{block}.attn.in_proj_bias")
        return list(whole.chunk(3, dim=-1))

    def attention(x: Tensor, block: str) -> Tensor:
        queries, keys, values = projections(x, block)
        size = x.shape[-1] // heads
        mixed = []
        for head in range(heads):
            own = slice(head * size, (head + 1) * size)
            scores = queries[..., own] @ keys[..., own].transpose(1, 2) / math.sqrt(size)
            mixed.append(scores.softmax(-1) @ values[..., own])
        return linear(torch.cat(mixed, dim=-1), f"{block}.attn.out_proj")

    def scale(x: Tensor, name: str) -> Tensor:
        return x * w(f"{name}.gamma") if f"visual.{name}.gamma" in weights else x

    count, _, height, width = pixels.shape
    rows, cols = math.ceil(height / patch), math.ceil(width / patch)
    black = torch.zeros(count, 3, rows * patch, cols * patch, dtype=torch.float64)
    black[:, :, :height, :width] = pixels
    stages = {"pixels": (black - MEAN[:, None, None]) / STD[:, None, None]}

    cut = stages["pixels"].reshape(count, 3, rows, patch, cols, patch)
    cut = cut.permute(0, 2, 4, 1, 3, 5).reshape(count, rows * cols, -1)
    x = cut @ kernel.reshape(len(kernel), -1).T
    x = torch.cat([w("class_embedding").expand(count, 1, -1), x], dim=1)
    x = x + position_table(w("positional_embedding"), rows, cols)
    x = stages["embeddings"] = norm(x, "ln_pre")
    for layer in range(layers - 1):
        block = f"transformer.resblocks.{layer}"
        x = x + scale(attention(norm(x, f"{block}.ln_1"), block), f"{block}.ls_1")
        inner = norm(x, f"{block}.ln_2")
        if layer == layers - 3:
            stages["features"] = inner[:, 1:].reshape(count, rows, cols, -1)
        x = x + scale(mlp(inner, block), f"{block}.ls_2")
    stages["last block but one"] = x
    block = f"transformer.resblocks.{layers - 1}"
    values = projections(norm(x, f"{block}.ln_1"), block)[2]
    y = x + linear(values, f"{block}.attn.out_proj")
    y = y + mlp(norm(y, f"{block}.ln_2"), block)
    stages["value path"] = y[:, 1:]
    tokens = (norm(y, "ln_post") @ w("proj"))[:, 1:]
    stages["tokens"] = tokens.reshape(count, rows, cols, -1)
    return stages


def position_table(table: Tensor, rows: int, cols: int) -> Tensor:
    side = math.isqrt(len(table) - 1)
    if (rows, cols) == (side, side):
        return table
    learned = table[1:].reshape(side, side, -1).permute(2, 0, 1)[None]
    resized = torch.nn.functional.interpolate(
        learned, size=(rows, cols), mode="bicubic", align_corners=False, antialias=False
    )
    return torch.cat([table[:1], resized[0].permute(1, 2, 0).reshape(rows * cols, -1)])


def affinities(heads: Mapping[str, Tensor], features: Tensor) -> Tensor:
    """(B, H, W, C) -> (B, N, N), not yet cut at gamma."""
    _, rows, cols, _ = features.shape
    z = heads["obj_proj.bias"].double()
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            y = (torch.arange(rows) + dy).clamp(0, rows - 1)
            x = (torch.arange(cols) + dx).clamp(0, cols - 1)
            tap = heads["obj_proj.weight"][:, :, dy + 1, dx + 1].double()
            z = z + features[:, y][:, :, x] @ tap.T
    z = (z / z.square().sum(-1, keepdim=True).sqrt()).flatten(1, 2)
    return z @ z.transpose(1, 2)


def refined(affinity: Tensor, tokens: Tensor) -> Tensor:
    """(B, N, N), (B, H, W, D) -> (B, H, W, D)."""
    kept = torch.where(affinity < 0.2, 0.0, affinity)
    total = torch.einsum("bnm,bmd->bnd", kept, tokens.flatten(1, 2))
    return (total / (kept.sum(-1, keepdim=True) + 1e-6)).reshape(tokens.shape)


def foreground(heads: Mapping[str, Tensor], features: Tensor) -> Tensor:
    """(B, H, W, C) -> (B, H, W)."""
    unit = features / features.square().sum(-1, keepdim=True).sqrt()
    raw = unit @ heads["bkg_decoder.weight"].double().flatten() + heads["bkg_decoder.bias"].double()
    return 1 / (1 + torch.exp(-raw))
