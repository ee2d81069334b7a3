"""The files of a release, each read and checked: weights, names, probes.

Owns their names and layouts. Every file comes from the internet: it is read without running
anything, and one that is damaged or does not fit the others is one KnownError.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from insight_app.concepts import checkpoints
from insight_app.concepts.codes import MAX_CONCEPTS
from insight_app.concepts.hsae.description import (
    RELEASE,
    DictionaryInfo,
    Selection,
    check_fits,
)
from insight_app.concepts.hsae.files import describe
from insight_app.concepts.hsae.model import HSAE, device_beside
from insight_app.errors import Refusal

(WEIGHTS, CONFIG), NAMES = RELEASE, "concept_names.txt"
PROBE = "example_linear_probe_"
MATRYOSHKA, BATCH_TOPK, TOPK = "MatryoshkaBatchTopKSAE", "BatchTopKSAE", "AutoEncoderTopK"
CLASSES = (MATRYOSHKA, BATCH_TOPK, TOPK)
INSIGHT = "insight"
"""What a release that we wrote says of itself, in its settings."""

_AGAIN = "Get the file again from where it was published."
_OR_WITHOUT = "Get the file again, or take it out of the folder to open the release without it."


@dataclass(frozen=True)
class Config:
    """`config.json`: the class of the weights, k (None: it does not say), everything it holds."""

    class_name: str
    k: int | None
    content: Mapping[str, Any]


def refusal(path: Path, why: str, do: str = _AGAIN) -> Refusal:
    """Return the error for a file that cannot be used, nor anything else of the release."""
    return Refusal(
        f"The release cannot be used: {why}.", where=str(path), kept="Nothing was changed.", do=do
    )


def refusal_of_optional(path: Path, why: str) -> Refusal:
    """Return the error for a file that a release can do without."""
    return refusal(path, why, _OR_WITHOUT)


def config(folder: Path) -> Config:
    """Read the settings of a release; KnownError for weights of an unknown class."""
    path = folder / CONFIG
    try:
        content = json.loads(path.read_text("utf-8"))
        trainer = content["trainer"]
        class_name, k = str(trainer["dict_class"]), trainer.get("k")
        k = None if k is None else int(k)
    except FileNotFoundError as error:
        raise refusal(folder, f"{CONFIG} is missing") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise refusal(path, "its settings cannot be read") from error
    if class_name not in CLASSES:
        raise Refusal(
            f"Dictionaries of the class {class_name!r} cannot be opened.",
            where=str(path),
            kept="Nothing was changed.",
            do=f"Choose a release of one of: {', '.join(CLASSES)}.",
        )
    return Config(class_name, k, content)


def load(
    folder: Path,
    device: str = "cpu",
    *,
    token_dim: int | None = None,
    encoder_fingerprint: str | None = None,
) -> HSAE:
    """Load the dictionary of a release, in our layout.

    KnownError where it is damaged or does not fit the encoder at hand.
    """
    settings, path = config(folder), folder / WEIGHTS
    if not path.exists():
        raise refusal(folder, f"{WEIGHTS} is missing")
    found = checkpoints.tensors(path)
    checkpoints.finite(found, path)
    weights = _weights(found, settings.class_name, path)
    F = len(weights["W_dec"])
    selection: Selection = "topk" if settings.class_name == TOPK else "threshold"
    hsae = HSAE(
        **weights,
        k=_k(found, settings, F, path),
        threshold=_number(found, "threshold", path) if selection == "threshold" else 0.0,
        group_sizes=_group_sizes(found, F, path) if settings.class_name == MATRYOSHKA else (F,),
        selection=selection,
        **_origin(folder, settings),
    )
    check_fits(describe(hsae), folder, token_dim, encoder_fingerprint)
    return hsae.to(device_beside(device))


def info(folder: Path) -> DictionaryInfo:
    """Return the description of a release's dictionary, which takes reading its weights."""
    return describe(load(folder))


def names(folder: Path, concepts: int) -> list[str] | None:
    """Read the name of each concept, '' for one without a name; None where the file is missing.

    Line i is concept i and an empty line a concept without a name. Two readings of a last line
    break are taken: the end of the last line, or what comes before an empty last line.
    """
    path = folder / NAMES
    if not path.exists():
        return None
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise refusal_of_optional(path, "its names cannot be read as text (UTF-8)") from error
    if len(lines) == concepts + 1 and not lines[-1]:
        lines.pop()
    if len(lines) != concepts:
        count = len(lines) - (not lines[-1])
        raise refusal_of_optional(
            path, f"it has {count:,} lines of names for {concepts:,} concepts"
        )
    return [" ".join(line.split()) for line in lines]


def probes(folder: Path) -> dict[str, Path]:
    """Return the files of linear probes, by the name of their data set."""
    found = sorted(folder.glob(f"{PROBE}*.pt"))
    return {path.stem.removeprefix(PROBE): path for path in found}


def probe(path: Path, concepts: int) -> Tensor:
    """Read (classes, F) float32: the weights of a linear probe without bias."""
    found = checkpoints.tensors(path, under=("model",))
    checkpoints.finite(found, path)
    weight = found.get("weight")
    if weight is None or weight.ndim != 2 or weight.shape[1] != concepts:
        shape = "nothing" if weight is None else f"the shape {tuple(weight.shape)}"
        raise refusal_of_optional(
            path, f"the probe's weight has {shape}, not one row of {concepts:,} for each class"
        )
    return _plain(weight)


def _weights(found: Mapping[str, Tensor], class_name: str, path: Path) -> dict[str, Any]:
    """Return W_enc (D, F), b_enc (F,), W_dec (F, D), b_dec (D,), contiguous float32."""
    if class_name == MATRYOSHKA:
        keys = {name: name for name in ("W_enc", "b_enc", "W_dec", "b_dec")}
    else:
        keys = {"W_enc": "encoder.weight", "b_enc": "encoder.bias", "W_dec": "decoder.weight"}
        keys |= {"b_dec": "b_dec"}
    missing = [key for key in keys.values() if key not in found]
    if missing:
        raise refusal(path, f"its weights lack {missing[0]}, which a {class_name} has")
    weights = {name: found[key] for name, key in keys.items()}
    if class_name != MATRYOSHKA:
        weights |= {name: weights[name].t() for name in ("W_enc", "W_dec")}
    if weights["W_enc"].ndim != 2:
        raise refusal(path, f"{keys['W_enc']} is no matrix")
    D, F = weights["W_enc"].shape
    for name, shape in {"W_dec": (F, D), "b_enc": (F,), "b_dec": (D,)}.items():
        found_shape = tuple(weights[name].shape)
        if found_shape != shape:
            raise refusal(
                path, f"{keys[name]} has the shape {found_shape}, which does not fit the encoder's"
            )
    if not 0 < F <= MAX_CONCEPTS:
        raise refusal(path, f"it has {F:,} concepts, and {MAX_CONCEPTS:,} is the most")
    return {name: _plain(weight) for name, weight in weights.items()}


def _plain(weight: Tensor) -> Tensor:
    """Copy to float32, row by row: W_enc is published as a transposed view."""
    return weight.to(torch.float32, copy=True, memory_format=torch.contiguous_format)


def _number(found: Mapping[str, Tensor], name: str, path: Path) -> float:
    value = found.get(name)
    if value is None or value.numel() != 1:
        raise refusal(path, f"it does not say its {name}")
    return float(value)


def _k(found: Mapping[str, Tensor], settings: Config, concepts: int, path: Path) -> int:
    if "k" not in found and settings.k is not None:
        k = settings.k
    else:
        k = round(_number(found, "k", path))
        if settings.k not in (None, k):
            raise refusal(path, f"its k is {k}, that of {CONFIG} is {settings.k}")
    if not 1 <= k <= concepts:
        raise refusal(path, f"its k is {k:,} of {concepts:,} concepts")
    return k


def _group_sizes(found: Mapping[str, Tensor], concepts: int, path: Path) -> tuple[int, ...]:
    sizes = [int(size) for size in found.get("group_sizes", torch.zeros(0)).reshape(-1)]
    if sum(sizes) != concepts or min(sizes, default=0) < 1:
        raise refusal(path, f"its groups {sizes} do not make up {concepts:,} concepts")
    return tuple(sizes)


def _origin(folder: Path, settings: Config) -> dict[str, Any]:
    """Return title and provenance; for a release that we wrote those that the dictionary had."""
    title = f"{folder.resolve().name} (released {settings.class_name})"
    own = settings.content.get(INSIGHT)
    if isinstance(own, dict):
        origin = {name: str(own.get(name, "")) for name in ("title", "encoder_fingerprint")}
        provenance = own.get("provenance")
        origin["title"] = origin["title"] or title
        return origin | {"provenance": provenance if isinstance(provenance, dict) else {}}
    return {
        "title": title,
        "provenance": {"release": folder.resolve().name, "trainer": settings.content["trainer"]},
    }
