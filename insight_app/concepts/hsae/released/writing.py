"""Writing a dictionary of ours in the layout of a release, for the published code to open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from insight_app import __version__
from insight_app.concepts.hsae.model import HSAE
from insight_app.concepts.hsae.released.optional_files import NAMES
from insight_app.concepts.hsae.released.reading import CONFIG, WEIGHTS
from insight_app.concepts.hsae.released.relations import CELLS, MASS
from insight_app.concepts.hsae.released.settings import INSIGHT, JUMPRELU, MATRYOSHKA, TOPK
from insight_app.concepts.statistics import CoOccurrence
from insight_app.concepts.statistics.fixed_point import from_units
from insight_app.disk_errors import ELSEWHERE, UNCHANGED, disk_errors
from insight_app.files import folder_aside

FILES = (WEIGHTS, CONFIG, NAMES, MASS, CELLS)


def write(
    hsae: HSAE, folder: Path, names: Sequence[str], cooccurrence: CoOccurrence | None = None
) -> list[Path]:
    """Write a release into `folder`, over one that is there, and return the files.

    names: one for each concept, '' = none. cooccurrence: C and D as dense matrices; without it
    none. All files appear, or none do.
    """
    if len(names) != hsae.F:
        raise ValueError(f"{len(names)} names for {hsae.F} concepts")
    with (
        disk_errors("The release cannot be written", where=folder, kept=UNCHANGED, do=ELSEWHERE),
        folder_aside(folder, last=WEIGHTS, gone=FILES) as part,
    ):
        _save(_LAYOUTS[hsae.selection](hsae), part / WEIGHTS)
        settings = json.dumps(_config(hsae), indent=4, ensure_ascii=False) + "\n"
        (part / CONFIG).write_text(settings, "utf-8")
        lines = "".join(" ".join(name.split()) + "\n" for name in names)
        (part / NAMES).write_text(lines, "utf-8", newline="\n")
        if cooccurrence is not None:
            _write_matrices(cooccurrence, part)
        written = [name for name in FILES if (part / name).exists()]
    return [folder / name for name in written]


def _matryoshka(hsae: HSAE) -> dict[str, Tensor]:
    weights = {name: getattr(hsae, name) for name in ("W_enc", "b_enc", "W_dec", "b_dec")}
    return _ready(weights) | {
        "k": torch.tensor(hsae.k, dtype=torch.int32),
        "threshold": torch.tensor(hsae.threshold, dtype=torch.float32),
        "group_sizes": torch.tensor(hsae.group_sizes, dtype=torch.int64),
    }


def _topk(hsae: HSAE) -> dict[str, Tensor]:
    weights = {
        "encoder.weight": hsae.W_enc.t(),
        "encoder.bias": hsae.b_enc,
        "decoder.weight": hsae.W_dec.t(),
        "b_dec": hsae.b_dec,
    }
    return _ready(weights) | {
        "k": torch.tensor(hsae.k, dtype=torch.int32),
        "threshold": torch.tensor(-1.0),  # not used; the published class wants one
    }


def _jumprelu(hsae: HSAE) -> dict[str, Tensor]:
    """Return the weights for the published class, which does not subtract b_dec from the token."""
    assert hsae.thresholds is not None
    shift = hsae.b_dec.double() @ hsae.W_enc.double()
    weights = {
        "W_enc": hsae.W_enc,
        "b_enc": (hsae.b_enc.double() - shift).float(),
        "W_dec": hsae.W_dec,
        "b_dec": hsae.b_dec,
        "threshold": hsae.thresholds,
    }
    return _ready(weights)


_LAYOUTS = {"threshold": _matryoshka, "topk": _topk, "jumprelu": _jumprelu}
_CLASSES = {"threshold": MATRYOSHKA, "topk": TOPK, "jumprelu": JUMPRELU}


def _ready(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: weight.detach().cpu().contiguous() for name, weight in weights.items()}


def _config(hsae: HSAE) -> dict[str, Any]:
    """Return what the published code asks for, and what only we know."""
    trainer: dict[str, Any] = {
        "dict_class": _CLASSES[hsae.selection],
        "activation_dim": hsae.D,
        "dict_size": hsae.F,
    }
    if hsae.k:
        trainer["k"] = hsae.k
    if hsae.selection == "threshold":
        trainer["group_sizes"] = list(hsae.group_sizes)
        trainer["group_fractions"] = [size / hsae.F for size in hsae.group_sizes]
    own = {
        "version": __version__,
        "title": hsae.title,
        "fingerprint": hsae.fingerprint,
        "encoder_fingerprint": hsae.encoder_fingerprint,
        "provenance": dict(hsae.provenance),
    }
    return {"trainer": trainer, INSIGHT: own}


def _write_matrices(cooccurrence: CoOccurrence, folder: Path) -> None:
    """Write D and, where cells were counted, C; one dense matrix at a time."""
    pairs, F = cooccurrence.pairs, cooccurrence.concepts
    dense = torch.zeros(F * F)
    dense.numpy()[pairs.key] = from_units(pairs.mass)
    _save(dense.view(F, F), folder / MASS)
    del dense
    most = int(pairs.cells.max(initial=0))
    if most:
        fits = most <= np.iinfo(np.int32).max
        dense = torch.zeros(F * F, dtype=torch.int32 if fits else torch.int64)
        dense.numpy()[pairs.key] = pairs.cells
        _save(dense.view(F, F), folder / CELLS)


def _save(content: Tensor | dict[str, Tensor], path: Path) -> None:
    """Save as torch does, but with the disk's own error where that is what went wrong."""
    with path.open("wb") as file:
        try:
            torch.save(content, file)
        except RuntimeError as error:
            if isinstance(error.__context__, OSError):
                raise error.__context__ from error
            raise
