"""Releases with random weights, and the published formulas, written from METHOD.md section 2."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from tests.concepts import dense_hsae

D, F, K = 6, 20, 3
SIZES = (2, 6, 12)
MATRYOSHKA, BATCH_TOPK, TOPK = KINDS = "MatryoshkaBatchTopKSAE", "BatchTopKSAE", "AutoEncoderTopK"
THRESHOLD = 0.4


def state(kind: str, seed: int = 0) -> dict[str, Tensor]:
    """A state dict as the class publishes it."""
    W_enc, b_enc, W_dec, b_dec = dense_hsae.random_weights(D, F, seed)
    k = torch.tensor(K, dtype=torch.int32)
    if kind == MATRYOSHKA:
        transposed = W_enc.t().contiguous().t()  # as published: a view, columns first
        assert not transposed.is_contiguous()
        names = {"W_enc": transposed, "b_enc": b_enc, "W_dec": W_dec, "b_dec": b_dec, "k": k}
        return names | {"threshold": torch.tensor(THRESHOLD), "group_sizes": torch.tensor(SIZES)}
    found = {
        "encoder.weight": W_enc.t().contiguous(),
        "encoder.bias": b_enc,
        "decoder.weight": W_dec.t().contiguous(),
        "b_dec": b_dec,
        "k": k,
    }
    return found | ({"threshold": torch.tensor(THRESHOLD)} if kind == BATCH_TOPK else {})


def write(folder: Path, kind: str = MATRYOSHKA, **trainer: Any) -> Path:
    """A release with weights and settings alone; trainer: changes of its settings."""
    folder.mkdir(exist_ok=True)
    torch.save(state(kind), folder / "ae.pt")
    settings = {"dict_class": kind, "k": K, "activation_dim": D, "dict_size": F, "lr": 1e-4}
    if kind == MATRYOSHKA:
        settings["group_sizes"] = list(SIZES)
    (folder / "config.json").write_text(json.dumps({"trainer": settings | trainer}), "utf-8")
    return folder


def write_saelens(folder: Path, kind: str, **changes: Any) -> tuple[Path, dict[str, Tensor]]:
    """A folder as SAELens saves it, and its weights; changes: of its settings."""
    (place := folder / "saelens").mkdir()
    W_enc, b_enc, W_dec, b_dec = dense_hsae.random_weights(D, F, 3)
    scale = torch.rand(F, 1, generator=torch.Generator().manual_seed(4)) + 0.5
    weights = {"W_enc": W_enc, "b_enc": b_enc, "W_dec": W_dec * scale, "b_dec": b_dec}
    if kind == "jumprelu":
        weights["threshold"] = torch.rand(F, generator=torch.Generator().manual_seed(5)) + 0.1
    if kind == "batchtopk":
        weights["topk_threshold"] = torch.tensor(THRESHOLD, dtype=torch.float64)
    save_file({n: w.contiguous() for n, w in weights.items()}, place / "sae_weights.safetensors")
    settings = {
        "architecture": kind,
        "d_in": D,
        "d_sae": F,
        "dtype": "float32",
        "normalize_activations": "none",
        "reshape_activations": "none",
        "metadata": {"sae_lens_version": "6.0.0"},
    } | ({} if kind == "jumprelu" else {"k": K})
    text = "\ufeff" + json.dumps(settings | changes, indent=1).replace("\n", "\r\n")
    (place / "cfg.json").write_text(text, "utf-8", newline="")
    return place, weights


def write_whole(folder: Path) -> Path:
    """A release with everything that is of use."""
    write(folder)
    names = ["dog", "", "dog", "water  lily", *[f"name {n}" for n in range(4, F - 2)], "", ""]
    (folder / "concept_names.txt").write_text("\n".join(names), "utf-8")
    torch.save(matrix(), folder / "D.pth")
    weight = torch.randn(5, F, generator=torch.Generator().manual_seed(2))
    torch.save({"model": {"weight": weight}}, folder / "example_linear_probe_places365.pt")
    return folder


def matrix(seed: int = 1, size: int = F) -> Tensor:
    """A co-occurrence D: sums of one concept's activations where another is active."""
    generator = torch.Generator().manual_seed(seed)
    a = torch.relu(torch.randn(200, size, generator=generator) - 0.8)
    a[:, 3] *= 1e-5  # only ever below tau
    return a.t() @ (a > 0.001).float()


def published_codes(kind: str, weights: dict[str, Tensor], x: Tensor) -> Tensor:
    """(T, D) -> (T, F), dense, as the class encodes at inference."""
    if kind == MATRYOSHKA:
        h = torch.relu((x - weights["b_dec"]) @ weights["W_enc"] + weights["b_enc"])
    else:
        h = torch.relu(
            (x - weights["b_dec"]) @ weights["encoder.weight"].t() + weights["encoder.bias"]
        )
    if kind != TOPK:
        return h * (h > weights["threshold"])
    best = h.topk(int(weights["k"]), dim=-1)
    return torch.zeros_like(h).scatter(-1, best.indices, best.values)


def published_tokens(kind: str, weights: dict[str, Tensor], f: Tensor) -> Tensor:
    """(T, F) -> (T, D)."""
    rows = weights["W_dec"] if kind == MATRYOSHKA else weights["decoder.weight"].t()
    return f @ rows + weights["b_dec"]
