"""CLIP-DINOiser's two heads: which patches belong together, and which are foreground.

Owns the refinement of dense CLIP tokens by patch affinities and the file of the heads. Always in
float32: an affinity within rounding of GAMMA would come and go. Knows nothing of CLIP.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from insight_app.concepts.checkpoints import reading, unwrapping
from insight_app.errors import Refusal

GAMMA = 0.2
"""Affinities below it count nothing."""
EPSILON = 1e-6
CHANNELS = 256
PATCH = 16
BLOCK = -3
"""The block, from the end, whose second norm the heads read."""
NAMES = ("obj_proj.weight", "obj_proj.bias", "bkg_decoder.weight", "bkg_decoder.bias")
_ROWS = 1024
"""Patches whose affinities to all others are held at once."""


class Heads(nn.Module):
    """CLIP-DINOiser's two heads.

    features: (B, H, W, C) out of CLIP's block BLOCK; tokens: (B, H, W, D), not normalised.
    """

    note = ""
    """Where in the file they lay, in words."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.width = weights["obj_proj.weight"].shape[1]
        self.obj_proj = nn.Conv2d(self.width, CHANNELS, 3, device="meta")
        self.bkg_decoder = nn.Conv2d(self.width, 1, 1, device="meta")
        self.load_state_dict(weights, assign=True)
        self.requires_grad_(False)

    def refine(self, tokens: Tensor, features: Tensor) -> Tensor:
        """Return (B, H, W, D): each token the mean of all, weighted by affinity to its patch.

        tokens (B, H, W, D), features (B, H, W, C).
        """
        z = self.affinity_features(features)
        flat = tokens.flatten(1, 2)
        parts = [self._mix(part, z, flat) for part in torch.split(z, _ROWS, dim=1)]
        return torch.cat(parts, dim=1).view_as(tokens)

    def affinity_features(self, features: Tensor) -> Tensor:
        """Return (B, H * W, K) unit rows, whose products are the affinities."""
        padded = F.pad(features.permute(0, 3, 1, 2), (1, 1, 1, 1), mode="replicate")
        z = self.obj_proj(padded).flatten(2).transpose(1, 2)
        unit: Tensor = z / z.norm(dim=-1, keepdim=True)
        return unit

    def affinities(self, part: Tensor, z: Tensor) -> Tensor:
        """Return (B, n, N): affinities of part (B, n, K) and z (B, N, K), 0 below GAMMA."""
        found = part @ z.transpose(1, 2)
        return found.masked_fill_(found < GAMMA, 0)

    def foreground(self, features: Tensor) -> Tensor:
        """Return (B, H, W) in [0, 1]: the probability that a patch is not background."""
        unit = features / features.norm(dim=-1, keepdim=True)
        probability: Tensor = self.bkg_decoder(unit.permute(0, 3, 1, 2))[:, 0].sigmoid()
        return probability

    def _mix(self, part: Tensor, z: Tensor, tokens: Tensor) -> Tensor:
        weights = self.affinities(part, z)
        return (weights @ tokens) / (weights.sum(-1, keepdim=True) + EPSILON)


def load(path: Path, width: int, patch: int) -> Heads:
    """Load the heads from CLIP-DINOiser's checkpoint, or from another file with their weights.

    KnownError where they do not fit an image tower of that width and patch size.
    """
    weights = find(reading.open_checkpoint(path))
    if weights is None:
        raise _misfit(path, f"there is no {NAMES[0]} in the file")
    sizes = {
        "obj_proj.weight": (CHANNELS, width, 3, 3),
        "obj_proj.bias": (CHANNELS,),
        "bkg_decoder.weight": (1, width, 1, 1),
        "bkg_decoder.bias": (1,),
    }
    for name, wanted in sizes.items():
        if name not in weights:
            raise _misfit(path, f"{name} is missing")
        found = tuple(weights[name].shape)
        if found != wanted:
            raise _misfit(path, f"{name} has the shape {found}, not {wanted}")
    if patch != PATCH:
        raise _misfit(path, f"they see patches of {PATCH} pixels, not of {patch}")
    own = {name: weights[name].to(torch.float32, copy=True) for name in sizes}
    reading.finite(own, path)
    heads = Heads(own)
    heads.note = weights.note
    return heads


def find(checkpoint: reading.Checkpoint) -> unwrapping.FoundWeights | None:
    """Return the heads' weights in a checkpoint; None where there are none."""
    found = unwrapping.find(checkpoint, {"heads": NAMES})
    return None if found is None else found[1]


def _misfit(path: Path, what: str) -> Refusal:
    return Refusal(
        f"These are not CLIP-DINOiser's heads for this model: {what}.",
        where=str(path),
        kept="Nothing was made with them.",
        do="Choose CLIP-DINOiser's last.pt and the model ViT-B-16.",
    )
