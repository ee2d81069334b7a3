"""Where the files of a published dictionary lie: in a folder, or in those of a training run.

Looks at names alone and needs no torch. Knows nothing of what is in the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from insight_app.concepts.checkpoints import places

WEIGHTS, SAELENS_WEIGHTS = "ae.pt", "sae_weights.safetensors"
SETTINGS = ("config.json", "cfg.json", "config.yaml", "config.yml", "cfg.yaml", "hparams.yaml")
NAMED = (WEIGHTS, "ae.safetensors", "ae.pth", SAELENS_WEIGHTS)
"""Files that are a dictionary's by their name, before any other file of weights."""
_OTHERS = ("d.pth", "c.pth", "d_normalized.pth", "c_normalized.pth", "sparsity.safetensors")
_OTHER_STARTS = ("example_linear_probe_", "feature_", "top30_", "log_feature", "activations_store")


@dataclass(frozen=True)
class ReleaseFiles:
    """weights: the file, None where there is none; settings: the file, None where there is none.

    folder: where names, co-occurrence and probes lie.
    """

    folder: Path
    weights: Path | None
    settings: Path | None


def find(path: Path) -> ReleaseFiles | None:
    """Return the files of the dictionary that `path` stands for; None where there is none.

    path: its folder, its file of weights, or a folder above or below which there is just one. Of
    several in a folder a person is asked (KnownError). Settings may lie one folder above.
    """
    if path.is_dir():
        found = places.search(path, _weights)
        if len(found) > 1:
            raise places.several(path, found, "dictionaries")
        weights = found[0] if found else None
        if weights is None:
            here = _settings(path)
            return ReleaseFiles(path, None, here) if here is not None else None
    elif path.name.lower() in SETTINGS:
        return find(path.parent)
    elif path.exists():
        weights = path
    else:
        return None
    own = _settings(weights.parent)
    return ReleaseFiles(weights.parent, weights, own or _settings(weights.parent.parent))


def is_plain(folder: Path) -> bool:
    """Return whether a folder holds a dictionary by the published names, without looking below."""
    return (folder / WEIGHTS).is_file() or (folder / SAELENS_WEIGHTS).is_file()


def _settings(folder: Path) -> Path | None:
    return next((folder / name for name in SETTINGS if (folder / name).exists()), None)


def _weights(place: Path, names: Sequence[str]) -> list[Path]:
    """Return what can be a dictionary's weights among the names in a folder."""
    named = [name for name in NAMED if name in names]
    if named:
        return [place / named[0]]
    return [
        place / name
        for name in names
        if name.lower().endswith(places.SUFFIXES)
        and name.lower() not in _OTHERS
        and not name.lower().startswith(_OTHER_STARTS)
        and not places.is_beside_weights(name)
    ]
