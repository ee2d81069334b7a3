"""The dictionary: a hierarchical sparse autoencoder (HSAE), its training and its files.

A Matryoshka BatchTopK sparse autoencoder over an encoder's tokens (METHOD.md section 2). Knows
nothing of images, encoders or projects: tokens in, codes out. Importing this package and reading
`info` needs no torch; what needs it imports it when called.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insight_app.concepts.hsae.description import DictionaryInfo, info
from insight_app.concepts.hsae.settings import FRACTIONS, Settings, group_sizes
from insight_app.concepts.progress import CancelToken, Progress, silent

if TYPE_CHECKING:
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.concepts.hsae.training import Batches

__all__ = [
    "FRACTIONS",
    "DictionaryInfo",
    "Settings",
    "group_sizes",
    "info",
    "load",
    "save",
    "train",
]


def load(
    path: Path | str,
    device: str = "cpu",
    *,
    token_dim: int | None = None,
    encoder_fingerprint: str | None = None,
) -> HSAE:
    """The dictionary in folder `path`; KnownError where it is damaged or does not fit.

    token_dim, encoder_fingerprint: what the encoder at hand has; given, they must agree.
    """
    from insight_app.concepts.hsae import files

    return files.load(
        Path(path), device, token_dim=token_dim, encoder_fingerprint=encoder_fingerprint
    )


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


def train(
    batches: Batches,
    settings: Settings,
    *,
    tokens: int,
    checkpoint_dir: Path | str | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    device: str = "cpu",
) -> HSAE:
    """Train a dictionary from a stream of tokens; see `hsae.training.train`."""
    from insight_app.concepts.hsae.training import train as run

    return run(
        batches,
        settings,
        tokens=tokens,
        checkpoint_dir=None if checkpoint_dir is None else Path(checkpoint_dir),
        progress=progress,
        cancel=cancel,
        device=device,
    )
