"""Reading and writing dictionaries: safetensors and JSON, never a pickle.

Owns reading and writing of weights and every check that they fit; `description` owns the part that
needs no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as to_bytes

from insight_app.concepts.hsae.description import (
    DESCRIPTION,
    WEIGHTS,
    DictionaryInfo,
    Selection,
    check_fits,
    damaged,
    info,
    to_json,
)
from insight_app.concepts.hsae.model import HSAE, WEIGHT_NAMES, device_beside
from insight_app.disk_errors import disk_error, disk_errors
from insight_app.files import aside, write_whole


def describe(hsae: HSAE) -> DictionaryInfo:
    """Return what `dictionary.json` says of `hsae`."""
    return DictionaryInfo(
        fingerprint=hsae.fingerprint,
        concepts=hsae.F,
        token_dim=hsae.D,
        k=hsae.k,
        group_sizes=hsae.group_sizes,
        threshold=float(np.float32(hsae.threshold)),
        encoder_fingerprint=hsae.encoder_fingerprint,
        title=hsae.title,
        provenance=hsae.provenance,
        selection=hsae.selection,
    )


def save(
    hsae: HSAE,
    path: Path,
    *,
    title: str = "",
    encoder_fingerprint: str = "",
    provenance: Mapping[str, Any] | None = None,
) -> None:
    """Write `hsae` into folder `path`; the values given replace those that it has."""
    described = DictionaryInfo(
        **vars(describe(hsae))
        | ({"title": title} if title else {})
        | ({"encoder_fingerprint": encoder_fingerprint} if encoder_fingerprint else {})
        | ({"provenance": dict(hsae.provenance) | dict(provenance)} if provenance else {})
    )
    weights, text = to_bytes(hsae.canonical_tensors()), to_json(described).encode()
    with disk_errors("The dictionary cannot be written", where=path):
        path.mkdir(parents=True, exist_ok=True)
        write_whole(path / WEIGHTS, lambda file: file.write(weights))
        write_whole(path / DESCRIPTION, lambda file: file.write(text))


def load(
    path: Path,
    device: str = "cpu",
    *,
    token_dim: int | None = None,
    encoder_fingerprint: str | None = None,
) -> HSAE:
    """Load the dictionary in folder `path` and check it."""
    described = info(path)
    check_fits(described, path, token_dim, encoder_fingerprint)
    source = path / WEIGHTS
    hsae = _weights(source)
    if (described.selection == "jumprelu") != (hsae.thresholds is not None):
        raise damaged(source, "its weights are not those of its description")
    hsae = replace(
        hsae,
        selection=described.selection,
        title=described.title,
        encoder_fingerprint=described.encoder_fingerprint,
        provenance=described.provenance,
    )
    if hsae.fingerprint != described.fingerprint:
        raise damaged(source, "its weights are not those of its description")
    return hsae.to(device_beside(device))


def describe_again(path: Path, fingerprint: str, encoder_fingerprint: str) -> bool:
    """Write the description of the dictionary in folder `path` anew from its weights.

    Return False, with nothing written, where they are not those of `fingerprint`. Its title and
    where it comes from are lost.
    """
    hsae = replace(_weights(path / WEIGHTS), encoder_fingerprint=encoder_fingerprint)
    selections = get_args(Selection) if hsae.thresholds is None else (hsae.selection,)
    for selection in selections:
        if selection == "jumprelu" and hsae.thresholds is None:
            continue
        if (found := replace(hsae, selection=selection)).fingerprint == fingerprint:
            text = to_json(describe(found)).encode()
            with (
                disk_errors("The dictionary cannot be written", where=path),
                aside(path / DESCRIPTION) as part,
            ):
                part.write_bytes(text)
            return True
    return False


def _weights(source: Path) -> HSAE:
    """Return the dictionary of a file of weights, as far as these tell."""
    try:
        arrays = load_file(source)
        weights = {name: torch.from_numpy(arrays[name]) for name in WEIGHT_NAMES}
        k, threshold = int(arrays["k"]), float(arrays["threshold"])
        sizes = tuple(int(size) for size in arrays["group_sizes"])
        own = torch.from_numpy(arrays["thresholds"]) if "thresholds" in arrays else None
        hsae = HSAE(
            W_enc=weights["W_enc"],
            b_enc=weights["b_enc"],
            W_dec=weights["W_dec"],
            b_dec=weights["b_dec"],
            k=k,
            threshold=threshold,
            group_sizes=sizes,
            selection="threshold" if own is None else "jumprelu",
            thresholds=own,
        )
    except OSError as error:
        raise disk_error(error, "The dictionary cannot be read", where=source) from error
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise damaged(source, "its weights cannot be read") from error
    numbers = [*weights.values(), torch.tensor(threshold), *([] if own is None else [own])]
    if not all(bool(torch.isfinite(w).all()) for w in numbers):
        raise damaged(source, "some weights are not numbers")
    return hsae
