"""The dictionary: a hierarchical sparse autoencoder (HSAE), its training and its files.

A Matryoshka BatchTopK sparse autoencoder over an encoder's tokens (METHOD.md section 2). Knows
nothing of images, encoders or projects: tokens in, codes out. Importing this package and reading
`info` needs no torch; what needs it imports it when called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insight_app.concepts.hsae import description
from insight_app.concepts.hsae.description import DictionaryInfo, UnsetThreshold, is_release
from insight_app.concepts.hsae.settings import FRACTIONS, TrainingSettings, group_sizes, views_for
from insight_app.concepts.progress import CancelToken, Progress, silent

if TYPE_CHECKING:
    from torch import Tensor

    from insight_app.concepts.hsae.buffer import Batches
    from insight_app.concepts.hsae.held_back import Look
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.concepts.hsae.released import Inspection
    from insight_app.concepts.statistics import CoOccurrence

__all__ = [
    "FRACTIONS",
    "DictionaryInfo",
    "TrainingSettings",
    "group_sizes",
    "info",
    "inspect",
    "load",
    "save",
    "train",
    "views_for",
    "write_release",
]


def info(path: Path | str, *, unset_threshold: UnsetThreshold = "topk") -> DictionaryInfo:
    """Return the description of the dictionary at `path`, ours or released.

    Of released files this takes torch and reading their weights; unset_threshold: what is active
    where their threshold was never set. KnownError where the dictionary is missing or damaged.
    """
    folder = Path(path)
    if not is_release(folder):
        return description.info(folder)
    from insight_app.concepts.hsae import released

    return released.info(folder, unset_threshold)


def inspect(path: Path | str, *, unset_threshold: UnsetThreshold = "topk") -> Inspection:
    """Return what a dictionary's folder or released files hold, lack and have wrong."""
    from insight_app.concepts.hsae import released

    return released.inspect(Path(path), unset_threshold)


def load(
    path: Path | str,
    device: str = "cpu",
    *,
    token_dim: int | None = None,
    encoder_fingerprint: str | None = None,
) -> HSAE:
    """Load the dictionary in folder `path`, ours or released.

    token_dim, encoder_fingerprint: what the encoder at hand has; given, they must agree. KnownError
    where the dictionary is damaged or does not fit.
    """
    from insight_app.concepts.hsae import files, released

    read = released.load if is_release(Path(path)) else files.load
    return read(Path(path), device, token_dim=token_dim, encoder_fingerprint=encoder_fingerprint)


def save(
    hsae: HSAE,
    path: Path | str,
    *,
    title: str = "",
    encoder_fingerprint: str = "",
    provenance: Mapping[str, Any] | None = None,
) -> None:
    """Write `dictionary.safetensors` and `dictionary.json` into folder `path` (made if missing)."""
    from insight_app.concepts.hsae import files

    files.save(
        hsae,
        Path(path),
        title=title,
        encoder_fingerprint=encoder_fingerprint,
        provenance=provenance,
    )


def write_release(
    hsae: HSAE, folder: Path | str, names: Sequence[str], cooccurrence: CoOccurrence | None = None
) -> list[Path]:
    """Write a dictionary as others publish theirs and return the files written.

    See `released.writing`.
    """
    from insight_app.concepts.hsae import released

    return released.write(hsae, Path(folder), names, cooccurrence)


def train(
    batches: Batches,
    settings: TrainingSettings,
    *,
    tokens: int,
    measure_on: Callable[[], Iterable[Tensor]] | None = None,
    start: HSAE | None = None,
    checkpoint_dir: Path | str | None = None,
    progress: Progress = silent,
    looked: Callable[[Sequence[Look]], None] = lambda curve: None,
    cancel: CancelToken | None = None,
    device: str = "cpu",
) -> HSAE:
    """Train a dictionary from a stream of tokens; see `hsae.training.train`."""
    from insight_app.concepts.hsae.training import train as run

    return run(
        batches,
        settings,
        tokens=tokens,
        measure_on=measure_on,
        start=start,
        checkpoint_dir=None if checkpoint_dir is None else Path(checkpoint_dir),
        progress=progress,
        looked=looked,
        cancel=cancel,
        device=device,
    )
