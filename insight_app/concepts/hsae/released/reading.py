"""The weights and settings of a release, read, checked and turned into a dictionary of ours.

Owns how their numbers become one: by the published formulas (METHOD.md, section 2; those of SAELens
for its folders), whatever a training program wrapped around them. Every file comes from the
internet: it is read without running anything, and one that is damaged or does not fit the others is
one KnownError. What else a release may have, `optional_files` reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from insight_app.concepts.checkpoints import reading as checkpoints
from insight_app.concepts.checkpoints import unwrapping
from insight_app.concepts.checkpoints.unwrapping import FoundWeights
from insight_app.concepts.codes import MAX_CONCEPTS
from insight_app.concepts.hsae import places
from insight_app.concepts.hsae.description import (
    DictionaryInfo,
    Selection,
    UnsetThreshold,
    check_fits,
)
from insight_app.concepts.hsae.files import describe
from insight_app.concepts.hsae.model import HSAE, device_beside
from insight_app.concepts.hsae.places import ReleaseFiles
from insight_app.concepts.hsae.released import settings as config
from insight_app.concepts.hsae.released.refusals import refusal
from insight_app.concepts.hsae.released.settings import (
    BATCH_TOPK,
    INSIGHT,
    JUMPRELU,
    MATRYOSHKA,
    SAELENS,
    TOPK,
    ReleaseSettings,
)
from insight_app.errors import Refusal

WEIGHTS, CONFIG = places.WEIGHTS, places.SETTINGS[0]
NOTES = "notes"
"""Where in a dictionary's provenance it stands how its weights were read."""
UNSET = "threshold was never set"
"""In the note of a dictionary whose threshold was never set."""
MOST_TOKEN_DIM = 65_536
MOST_SETTINGS, MOST_LETTERS = 200, 1_000
"""Of a release's settings so many, and so long ones, are kept with the dictionary."""
MOST_GROUPS = 255
"""A level is kept in one byte."""
_OWN = ("W_enc", "b_enc", "W_dec", "b_dec")
_LINEAR = ("encoder.weight", "encoder.bias", "decoder.weight", "b_dec")
_LAYOUTS = {"own": _OWN, "linear": _LINEAR}
_LINEAR_CLASSES = (BATCH_TOPK, TOPK)


def files(path: Path) -> ReleaseFiles:
    """Return the files of the release at `path`; KnownError where there is none."""
    found = places.find(path)
    if found is None:
        raise Refusal(
            "There is no dictionary here.",
            where=str(path),
            do="Choose a dictionary's folder, or the folder of a release, which holds ae.pt.",
        )
    return found


def load(
    path: Path,
    device: str = "cpu",
    *,
    token_dim: int | None = None,
    encoder_fingerprint: str | None = None,
    unset_threshold: UnsetThreshold = "topk",
) -> HSAE:
    """Load the dictionary of a release, in our layout.

    unset_threshold: what is active where the threshold was never set. KnownError where it is
    damaged or does not fit the encoder at hand.
    """
    release = files(path)
    settings = config.read(release.settings) if release.settings else None
    if release.weights is None:
        is_folder = (release.folder / WEIGHTS).is_dir()
        what = f"{WEIGHTS} is a folder" if is_folder else f"{WEIGHTS} is missing"
        raise refusal(release.folder, what)
    found = _found(release.weights)
    if settings is None and not _class_of(found, None):
        raise refusal(release.folder, f"{CONFIG} is missing, and the weights alone do not say how")
    settings = settings or ReleaseSettings(release.folder)
    class_name = _class_of(found, settings)
    if not class_name:
        raise refusal(
            settings.path, "its settings cannot be read: they do not name the class (dict_class)"
        )
    hsae = _dictionary(found, class_name, settings, release, unset_threshold)
    check_fits(describe(hsae), release.folder, token_dim, encoder_fingerprint)
    return hsae.to(device_beside(device))


def info(path: Path, unset_threshold: UnsetThreshold = "topk") -> DictionaryInfo:
    """Return the description of a release's dictionary, which takes reading its weights."""
    return describe(load(path, unset_threshold=unset_threshold))


def class_name(path: Path) -> str:
    """Return the class of a release's dictionary; '' where it cannot be told."""
    release = files(path)
    settings = config.read(release.settings) if release.settings else None
    if settings is not None and settings.class_name:
        return settings.class_name
    return MATRYOSHKA if release.weights and _class_of(_found(release.weights), settings) else ""


def _found(path: Path) -> FoundWeights:
    """Return the weights of a dictionary in a file; KnownError where there are none."""
    checkpoint = checkpoints.open_checkpoint(path)
    pair = unwrapping.find(checkpoint, _LAYOUTS)
    if pair is None:
        raise unwrapping.nothing_found(checkpoint, "are no weights of a dictionary")
    found = pair[1]
    gated = [name for name in ("b_gate", "r_mag", "gate_bias", "mag_bias") if name in found]
    if gated:
        raise refusal(path, f"it is a gated autoencoder ({gated[0]}), which is not read")
    return found


def _class_of(found: FoundWeights, settings: ReleaseSettings | None) -> str:
    """Return the class by the settings, else by what only one class has; '' where several fit."""
    if settings is not None and settings.class_name:
        return settings.class_name
    if "W_enc" in found and "group_sizes" in found:
        return MATRYOSHKA
    return ""


def _dictionary(
    found: FoundWeights,
    class_name: str,
    settings: ReleaseSettings,
    release: ReleaseFiles,
    unset_threshold: UnsetThreshold,
) -> HSAE:
    path = found.path
    weights = _weights(found, class_name, path)
    F = len(weights["W_dec"])
    weights |= _folded(weights, class_name, settings)
    selection: Selection = "topk" if class_name in (TOPK, SAELENS["topk"]) else "threshold"
    notes = [f"{path.name}: {found.note}"] if found.note else []
    groups = _group_sizes(found, settings, F) if class_name == MATRYOSHKA else (F,)
    threshold, thresholds = 0.0, None
    is_jumprelu = class_name in (JUMPRELU, SAELENS["jumprelu"], SAELENS["batchtopk"])
    k = _k(found, settings, F, path, is_needed=not is_jumprelu)
    if selection == "threshold":
        threshold, thresholds = _threshold(found, settings, F, path, is_jumprelu=is_jumprelu)
        never_set = threshold <= 0 if thresholds is None else not bool((thresholds > 0).any())
        if never_set:
            thresholds, selection = None, "topk" if unset_threshold == "topk" else "threshold"
            notes.append(_unset(path, threshold, k, selection))
            threshold = 0.0
        elif thresholds is not None:
            selection = "jumprelu"
    _must_be_learned(k, selection, path)
    return HSAE(
        weights["W_enc"],
        weights["b_enc"],
        weights["W_dec"],
        weights["b_dec"],
        k=k,
        threshold=threshold,
        group_sizes=groups,
        selection=selection,
        thresholds=thresholds,
        **_origin(release, settings, class_name, notes),
    )


def _unset(path: Path, threshold: float, k: int, selection: Selection) -> str:
    instead = (
        f"the {k:,} strongest concepts of each cell are active instead"
        if selection == "topk"
        else "every concept above zero is active, often half of all"
    )
    return f"{path.name}: the {UNSET} (it is {threshold:g}): {instead}."


def _must_be_learned(k: int, selection: Selection, path: Path) -> None:
    if selection == "topk" and not k:
        raise refusal(path, f"its {UNSET}, and it does not say its k, which could stand for it")


def _weights(found: FoundWeights, class_name: str, path: Path) -> dict[str, Tensor]:
    """Return W_enc (D, F), b_enc (F,), W_dec (F, D), b_dec (D,), contiguous float32."""
    is_linear = class_name in _LINEAR_CLASSES
    keys = dict(zip(_OWN, _LINEAR if is_linear else _OWN, strict=True))
    missing = [key for key in keys.values() if key not in found]
    if missing:
        raise refusal(path, f"its weights lack {' and '.join(missing)}, which a {class_name} has")
    weights = {name: found[key] for name, key in keys.items()}
    if is_linear:
        weights |= {
            name: weights[name].t() for name in ("W_enc", "W_dec") if weights[name].ndim == 2
        }
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
    if not 0 < D <= MOST_TOKEN_DIM:
        raise refusal(path, f"its tokens have {D:,} numbers, and {MOST_TOKEN_DIM:,} is the most")
    plain = {name: as_float32(weight, keys[name], path) for name, weight in weights.items()}
    checkpoints.finite({keys[name]: weight for name, weight in plain.items()}, path)
    return plain


def as_float32(weight: Tensor, name: str, path: Path) -> Tensor:
    """Return weights (...,) as float32, copied row by row: W_enc is published as a transposed view.

    KnownError for whole numbers, and for more of them than their file holds.
    """
    if not weight.is_floating_point():
        raise refusal(path, f"{name} holds whole numbers ({_dtype(weight)}), not weights")
    if weight.untyped_storage().nbytes() < weight.numel() * weight.element_size():
        raise refusal(path, f"{name} says the same numbers again and again")
    return weight.to(torch.float32, copy=True, memory_format=torch.contiguous_format)


def _folded(
    weights: Mapping[str, Tensor], class_name: str, settings: ReleaseSettings
) -> dict[str, Tensor]:
    """Return weights that say in our formula what a dictionary's settings say in another one.

    Ours subtracts b_dec from the token, and reads no norms. KnownError for what cannot be said so.
    """
    values, path = settings.values, settings.path
    is_saelens = settings.is_saelens
    subtracts = bool(values.get("apply_b_dec_to_input", is_saelens or class_name != JUMPRELU))
    changed: dict[str, Tensor] = {}
    if is_saelens:
        for name, plain in (("normalize_activations", ("none", None)),
                            ("reshape_activations", ("none", None)),
                            ("finetuning_scaling_factor", (False, None))):  # fmt: skip
            if values.get(name) not in plain:
                what = f"its setting {name} is {str(values[name])[:60]!r}, which is not supported"
                raise refusal(path, what, f"Choose one with {name}: {plain[0]!r}.")
        D, F = weights["W_enc"].shape
        if (values.get("d_in"), values.get("d_sae")) != (D, F):
            said = f"{values.get('d_in')} x {values.get('d_sae')}"
            raise refusal(path, f"it says {said}, the weights are {D:,} x {F:,}")
        if values.get("rescale_acts_by_decoder_norm"):
            norms = weights["W_dec"].double().norm(dim=1)
            if not bool((norms > 0).all()):
                raise refusal(path, "a concept of it has a decoder of zeros")
            changed["W_enc"] = (weights["W_enc"].double() * norms).float()
            changed["b_enc"] = (weights["b_enc"].double() * norms).float()
            changed["W_dec"] = (weights["W_dec"].double() / norms[:, None]).float()
    if not subtracts:
        now = {**weights, **changed}
        shift = now["b_dec"].double() @ now["W_enc"].double()
        changed["b_enc"] = (now["b_enc"].double() + shift).float()
    return changed


def _threshold(
    found: FoundWeights, settings: ReleaseSettings, concepts: int, path: Path, *, is_jumprelu: bool
) -> tuple[float, Tensor | None]:
    """Return the one threshold; or the largest, and (F,) those of the concepts."""
    name = "threshold" if "threshold" in found or not is_jumprelu else "topk_threshold"
    if name not in found or found[name].numel() == 1:
        value = _number(found, settings, name, path)
        return value, None
    own = found[name]
    if not is_jumprelu or own.shape != (concepts,):
        shape = tuple(own.shape)
        raise refusal(path, f"its {name} has the shape {shape}, not one number for each concept")
    plain = as_float32(own, name, path)
    checkpoints.finite({name: plain}, path)
    return float(plain.max()), plain


def _number(found: FoundWeights, settings: ReleaseSettings, name: str, path: Path) -> float:
    """Return a number of the weights, else of the settings."""
    if name in found:
        value = found[name]
        if value.numel() == 1 and value.dtype != torch.bool:
            checkpoints.finite({name: value}, path)
            return float(value)
    else:
        said = settings.values.get(name)
        if isinstance(said, int | float) and not isinstance(said, bool):
            return float(said)
    raise refusal(path, f"it does not say its {name}")


def _k(
    found: FoundWeights, settings: ReleaseSettings, concepts: int, path: Path, *, is_needed: bool
) -> int:
    """Return k; 0 where a dictionary does not say it and needs none."""
    if "k" not in found and not is_needed and settings.k is None:
        return 0
    number = _number(found, settings, "k", path) if "k" in found else float(settings.k or -1)
    if "k" not in found and settings.k is None:
        raise refusal(path, "it does not say its k")
    if number != int(number):
        raise refusal(path, f"its k is {number:g}, no whole number")
    k = int(number)
    if "k" in found and settings.k not in (None, k):
        raise refusal(path, f"its k is {k}, that of {settings.path.name} is {settings.k}")
    if not 1 <= k <= concepts:
        raise refusal(path, f"its k is {k:,} of {concepts:,} concepts")
    return k


def _group_sizes(found: FoundWeights, settings: ReleaseSettings, concepts: int) -> tuple[int, ...]:
    said = settings.values.get("group_sizes")
    if "group_sizes" in found:
        given = found["group_sizes"].reshape(-1)
        sizes = [int(size) for size in given[: MAX_CONCEPTS + 1].tolist()]
    else:
        sizes = [n for n in said if isinstance(n, int)] if isinstance(said, list) else []
    if sum(sizes) != concepts or min(sizes, default=0) < 1:
        listed = ", ".join(map(str, sizes[:12])) + (", ..." if len(sizes) > 12 else "")
        raise refusal(found.path, f"its groups [{listed}] do not make up {concepts:,} concepts")
    if len(sizes) > MOST_GROUPS:
        raise refusal(found.path, f"it has {len(sizes):,} groups, and {MOST_GROUPS} is the most")
    return tuple(sizes)


def _dtype(weight: Tensor) -> str:
    return str(weight.dtype).removeprefix("torch.")


def _origin(
    release: ReleaseFiles, settings: ReleaseSettings, class_name: str, notes: list[str]
) -> dict[str, Any]:
    """Return title and provenance; for a release that we wrote those that the dictionary had."""
    name = release.folder.resolve().name
    title = f"{name} (released {class_name})"
    own = settings.content.get(INSIGHT)
    said: dict[str, Any] = {NOTES: notes} if notes else {}
    if isinstance(own, dict):
        origin: dict[str, Any] = {n: str(own.get(n, "")) for n in ("title", "encoder_fingerprint")}
        provenance = own.get("provenance")
        origin["title"] = origin["title"] or title
        known = provenance if isinstance(provenance, dict) else {}
        known = {n: v for n, v in known.items() if len(json.dumps(v)) <= MOST_LETTERS * 10}
        return origin | {"provenance": known | said}
    trainer = {n: v for n, v in settings.values.items() if len(json.dumps(v)) <= MOST_LETTERS}
    trainer = dict(list(trainer.items())[:MOST_SETTINGS])
    return {"title": title, "provenance": {"release": name, "trainer": trainer} | said}
