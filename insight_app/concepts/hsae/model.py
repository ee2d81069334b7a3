"""The dictionary itself: weights, encoding tokens to sparse codes, decoding codes to tokens.

Owns the formulas of inference (METHOD.md section 2) and the fingerprint. Knows nothing of files or
training. T tokens, D token dimension, F concepts.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import embedding_bag

from insight_app.concepts import near_misses
from insight_app.concepts.codes import MAX_CONCEPTS, Codes, concatenate
from insight_app.concepts.hsae.description import Selection
from insight_app.concepts.near_misses import SHARE, NearMisses
from insight_app.errors import Refusal

ROWS_AT_ONCE = 1024
"""Tokens whose dense pre-activations are held at once while encoding."""
_memory = threading.local()

WEIGHT_NAMES = ("W_enc", "b_enc", "W_dec", "b_dec")


@dataclass(frozen=True, eq=False)
class HSAE:
    """A trained dictionary; weights are float32 on one device.

    W_enc (D, F), b_enc (F,), W_dec (F, D) with unit rows, b_dec (D,); concepts of group 0 come
    first (the coarsest level), those of the last group last. The threshold is used where selection
    is "threshold"; thresholds (F,) where it is "jumprelu", and None else.
    """

    W_enc: Tensor
    b_enc: Tensor
    W_dec: Tensor
    b_dec: Tensor
    k: int
    threshold: float
    group_sizes: tuple[int, ...]
    selection: Selection = "threshold"
    title: str = ""
    encoder_fingerprint: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Tensor | None = None

    def __post_init__(self) -> None:
        shapes = [tuple(t.shape) for t in (self.W_enc, self.b_enc, self.W_dec, self.b_dec)]
        D, F = self.D, self.F
        if shapes != [(D, F), (F,), (F, D), (D,)]:
            raise ValueError(f"the weights of a dictionary do not fit each other: {shapes}")
        if sum(self.group_sizes) != F or min(self.group_sizes) < 1:
            raise ValueError(f"groups {self.group_sizes} do not make up {F} concepts")
        if (self.selection == "jumprelu") != (self.thresholds is not None):
            raise ValueError("a dictionary has thresholds of its concepts if it selects by them")
        if self.thresholds is not None and self.thresholds.shape != (F,):
            raise ValueError(f"{tuple(self.thresholds.shape)} thresholds for {F} concepts")
        if F > MAX_CONCEPTS:
            raise ValueError(f"{F} concepts; codes hold at most {MAX_CONCEPTS}")

    @property
    def D(self) -> int:
        return int(self.W_enc.shape[0])

    @property
    def F(self) -> int:
        return int(self.W_enc.shape[1])

    @property
    def device(self) -> torch.device:
        return self.W_enc.device

    @cached_property
    def fingerprint(self) -> str:
        """First 16 hex digits of sha256 over the canonical tensors: one bit changes it."""
        digest = hashlib.sha256()
        for name, array in self.canonical_tensors().items():
            digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
            digest.update(array.tobytes())
        if self.selection != "threshold":
            digest.update(self.selection.encode())
        return digest.hexdigest()[:16]

    @property
    def levels(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """(F,) uint8 the group of every concept, 0 = coarsest."""
        return np.repeat(np.arange(len(self.group_sizes), dtype=np.uint8), self.group_sizes)

    def canonical_tensors(self) -> dict[str, np.ndarray[Any, Any]]:
        """Return what defines the dictionary, as little-endian contiguous arrays, in fixed order.

        W_enc (D, F), b_enc (F,), W_dec (F, D), b_dec (D,) float32; k, threshold, group_sizes;
        thresholds (F,) float32 where each concept has one.
        """
        weights = {
            name: np.ascontiguousarray(getattr(self, name).detach().cpu().numpy(), "<f4")
            for name in WEIGHT_NAMES
        }
        if self.thresholds is not None:
            array = self.thresholds.detach().cpu().numpy()
            weights["thresholds"] = np.ascontiguousarray(array, "<f4")
        return weights | {
            "k": np.array(self.k, "<i4"),
            "threshold": np.array(self.threshold, "<f4"),
            "group_sizes": np.array(self.group_sizes, "<i8"),
        }

    def to(self, device: str | torch.device) -> HSAE:
        """Return the same dictionary with its weights on `device`."""
        moved = {name: getattr(self, name).to(device) for name in WEIGHT_NAMES}
        if self.thresholds is not None:
            moved["thresholds"] = self.thresholds.to(device)
        return replace(self, **moved)

    @torch.no_grad()
    def encode(self, tokens: Tensor) -> Codes:
        """Encode tokens (T, D) to codes of T cells in single precision.

        A code holds the selected positive activations; the threshold is strict.
        """
        return self.encode_with_near(tokens)[0]

    @torch.no_grad()
    def encode_with_near(self, tokens: Tensor) -> tuple[Codes, NearMisses]:
        """Encode tokens (T, D) to codes, and tell which concepts were nearly active.

        Where the k strongest are selected, the threshold of a cell is its weakest selected one.
        """
        x = self._checked(tokens)
        parts = [self._encode_rows(rows) for rows in torch.split(x, ROWS_AT_ONCE)] if len(x) else []
        if not parts:
            nothing = np.zeros(0, np.uint16), np.zeros(0, np.float32), self.F
            return Codes(np.zeros(1, np.int64), *nothing), near_misses.unknown()
        codes, near = zip(*parts, strict=True)
        return concatenate(codes), near_misses.concatenate(near)

    @torch.no_grad()
    def all_maxima(self, tokens: Tensor) -> Tensor:
        """Return (F,) float32, each concept's maximum over tokens (T, D), before any are selected.

        It is that of max(0, (x - b_dec) W_enc + b_enc).
        """
        x = self._checked(tokens)
        return torch.addmm(self.b_enc, x - self.b_dec, self.W_enc).clamp(min=0).amax(0)

    def _encode_rows(self, x: Tensor) -> tuple[Codes, NearMisses]:
        scratch = _scratch(len(x), self.F) if self.device.type == "cpu" else None
        h = torch.addmm(self.b_enc, x - self.b_dec, self.W_enc, out=scratch)
        places, is_selected = self._almost_selected(h)
        values = h.flatten()[places].cpu().numpy()
        rows, columns = np.divmod(places.cpu().numpy(), self.F)
        is_active = is_selected.cpu().numpy()

        def compressed(chosen: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
            ends = np.cumsum(np.bincount(rows[chosen], minlength=len(x)))
            return np.append(0, ends), columns[chosen].astype(np.uint16)

        return (
            Codes(*compressed(is_active), values[is_active], self.F),
            NearMisses(*compressed(~is_active)),
        )

    def _almost_selected(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """Return (n,) int64 the selected and nearly selected entries of flattened h (T, F).

        Returns (n,) bool beside it: which are selected.
        """
        if self.selection == "threshold":
            least = max(self.threshold, 0.0)
            places = indices_above(h, SHARE * least)
            return places, h.flatten()[places] > least
        if self.thresholds is not None:
            bars = self.thresholds.clamp(min=0)
            places = indices_above(torch.where(h > SHARE * bars, h, 0), 0.0)
            return places, h.flatten()[places] > bars[places % self.F]
        best = h.topk(min(self.k, self.F), dim=1)
        bars = best.values[:, -1:].clamp(min=0)
        places = indices_above(torch.where(h > SHARE * bars, h, 0), 0.0)
        is_best = torch.zeros_like(h, dtype=torch.bool).scatter_(1, best.indices, True)
        return places, is_best.flatten()[places]

    @torch.no_grad()
    def decode(self, codes: Codes, groups: int | None = None) -> Tensor:
        """Decode codes of T cells to tokens (T, D), by the first `groups` groups (None = all).

        Touches the non-zeros alone.
        """
        if codes.concepts != self.F:
            raise ValueError(f"codes over {codes.concepts} concepts, the dictionary has {self.F}")
        values, indptr = codes.values.astype(np.float32), codes.indptr
        if groups is not None:
            values = values * (codes.indices < sum(self.group_sizes[:groups]))
        return self.b_dec + sum_rows(
            self.W_dec,
            torch.from_numpy(codes.indices.astype(np.int64)).to(self.device),
            torch.from_numpy(values).to(self.device),
            torch.from_numpy(indptr[:-1].copy()).to(self.device),
        )

    def _checked(self, tokens: Tensor) -> Tensor:
        if tokens.ndim != 2 or tokens.shape[1] != self.D:
            raise Refusal(
                f"The dictionary reads tokens of {self.D} numbers,"
                f" these have the shape {tuple(tokens.shape)}.",
                do="Choose the dictionary that was trained for this encoder.",
            )
        return tokens.to(self.device, torch.float32)


def _scratch(rows: int, columns: int) -> Tensor:
    """Return (rows, columns) float32 to compute in, the same memory at each call of a thread.

    Fresh memory can cost more than the product that is put there.
    """
    reused: Tensor | None = getattr(_memory, "scratch", None)
    if reused is None or reused.numel() < rows * columns:
        with torch.inference_mode(False):  # so that calls outside that mode may use it too
            reused = _memory.scratch = torch.empty(rows * columns)
    return reused[: rows * columns].view(rows, columns)


def device_beside(device: str) -> str:
    """Return the device for a dictionary beside an encoder on `device`.

    "mps" lacks the sparse sums.
    """
    return "cpu" if device.startswith("mps") else device


def indices_above(h: Tensor, least: float) -> Tensor:
    """Return (n,) int64 the indices, ascending, of entries of flattened h (T, F) above `least`.

    On the processor numpy looks through them several times faster than torch.
    """
    flat = h.flatten()
    if flat.device.type != "cpu":
        return torch.nonzero(flat > least).squeeze(1)
    return torch.from_numpy(np.flatnonzero(flat.numpy() > np.float32(least)))


def sum_rows(table: Tensor, indices: Tensor, weights: Tensor, starts: Tensor) -> Tensor:
    """Return (bags, D): bag b = sum of weights * table[indices], from starts[b] to the next start.

    table (N, D); indices, weights (n,); starts (bags,). The one sparse product behind decoding and
    the training gradients; empty bags are zero.
    """
    if not indices.numel():
        return table.new_zeros(len(starts), table.shape[1])
    return embedding_bag(indices, table, starts, mode="sum", per_sample_weights=weights)
