"""Text embeddings with a CLIP's text tower.

Owns one shortcut: where each place of a text sees only what is before it, everything after the last
word's end mark is left out, which changes nothing and is several times faster. Knows nothing of
files, pictures and prompts.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

REVISION = 1
"""Raised when the code gives other vectors for the same weights."""
BATCH = 256


class ClipText:
    """Embeds texts; tower: open_clip's TextTransformer; tokenizer: texts -> (N, L) int64."""

    def __init__(self, tower: Any, tokenizer: Any, device: torch.device) -> None:
        self._tower = tower.to(device)
        self._tokenizer = tokenizer
        self._device = device
        self._can_cut = (
            tower.attn_mask is not None
            and tower.cls_emb is None
            and tower.pool_type in ("argmax", "eos")
        )

    def embed(self, texts: Sequence[str]) -> Tensor:
        """Embed N texts as (N, D) float32 unit rows on the CPU.

        Texts of similar length share a batch.
        """
        places = self._tokenizer(list(texts)) if texts else torch.zeros(0, 1, dtype=torch.int64)
        ends = self._ends(places)
        rows = torch.zeros(len(texts), self._tower.output_dim)
        for batch in torch.split(ends.argsort(stable=True), BATCH):
            if len(batch):
                rows[batch] = self._vectors(places[batch], int(ends[batch[-1]])).cpu()
        return rows

    def _ends(self, places: Tensor) -> Tensor:
        """Return (N,) where each text ends: at the largest number, or at the end mark."""
        if self._tower.pool_type == "eos":
            places = (places == self._tower.eos_id).int()
        return places.argmax(1)

    @torch.inference_mode()
    def _vectors(self, places: Tensor, last: int) -> Tensor:
        tower, places = self._tower, places.to(self._device)
        if self._can_cut:
            size = last + 1
            x = tower.token_embedding(places[:, :size]) + tower.positional_embedding[:size]
            x = tower.transformer(x, attn_mask=tower.attn_mask[:size, :size])
            x = tower.ln_final(x[torch.arange(len(x), device=x.device), self._ends(places)])
            x = _project(x, tower.text_projection)
        else:
            x = tower(places)
        return F.normalize(x, dim=-1)


def _project(x: Tensor, projection: Any) -> Tensor:
    if projection is None:
        return x
    projected: Tensor = x @ projection if isinstance(projection, Tensor) else projection(x)
    return projected
