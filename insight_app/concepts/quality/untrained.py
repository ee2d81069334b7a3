"""A dictionary that learned nothing: the control of every figure of one that did (METRICS.md).

Same size, same levels, random unit rows, and the threshold at which as many concepts are active in
a cell of the same tokens. Its concepts are random directions, but as sparse as learned ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.quality.pursuit import random_dictionary

VALUES = 1 << 23
"""At most so many activations are held to set the threshold."""


@torch.no_grad()
def untrained(like: HSAE, tokens: Sequence[Tensor], active: float, seed: int = 0) -> HSAE:
    """Return an untrained dictionary with `active` concepts active in the mean cell of the tokens.

    tokens: (T_i, D) each. Decoder rows are random, encoder and decoder the same, as before the
    first step of training; the bias is the mean token.
    """
    every = max(1, -(-sum(map(len, tokens)) * like.F // VALUES))
    rows = torch.cat([one[::every] for one in tokens]).float().cpu()
    mean = torch.stack([one.float().sum(0).cpu() for one in tokens]).sum(0)
    mean /= max(sum(map(len, tokens)), 1)
    decoder = random_dictionary(like.F, like.D, seed)
    h = ((rows - mean) @ decoder.t()).flatten().numpy()
    wanted = min(max(round(active * len(rows)), 1), h.size - 1)
    threshold = float(np.partition(h, -wanted - 1)[-wanted - 1])
    made = replace(
        like,
        W_enc=decoder.t().contiguous(),
        b_enc=torch.zeros(like.F),
        W_dec=decoder,
        b_dec=mean,
        threshold=max(threshold, 0.0),
        selection="threshold",
        thresholds=None,
        title="untrained",
        provenance={},
    )
    return made.to(like.device)
