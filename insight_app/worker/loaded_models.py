"""Models that stay loaded between requests, so that the second request starts at once.

An encoder or two, and the dictionary of the project last worked on. Knows nothing of requests.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE

MAX_ENCODERS = 2
"""The one at work and the one that a person is choosing for another project."""


class LoadedModels:
    """Encoders and dictionaries in memory."""

    def __init__(self) -> None:
        self._encoders: dict[tuple[Any, ...], DenseEncoder] = {}
        self._dictionary: tuple[Path, HSAE] | None = None

    def encoder(self, name: str, *, device: str = "auto", **options: str) -> DenseEncoder:
        """Return the encoder that `encoders.load` gives, loaded once."""
        from insight_app.concepts import encoders

        key = (name, device, *sorted(options.items()))
        found = self._encoders.pop(key, None)
        if found is None:
            found = encoders.load(name, device=device, **options)
        self._encoders[key] = found  # last again: the first is the one not used for longest
        if len(self._encoders) > MAX_ENCODERS:
            del self._encoders[next(iter(self._encoders))]
        return found

    def dictionary(self, project: Path, encoder: DenseEncoder) -> HSAE:
        """Return the dictionary of a project, on the encoder's device, loaded once."""
        from insight_app.concepts import hsae

        if self._dictionary is None or self._dictionary[0] != project:
            loaded = hsae.load(
                project / "dictionary",
                str(encoder.device),
                token_dim=encoder.token_dim,
                encoder_fingerprint=encoder.fingerprint,
            )
            self._dictionary = project, loaded
        return self._dictionary[1]


def memory() -> dict[str, int]:
    """Return the bytes that this process holds: in memory, and on a graphics card in use."""
    import psutil
    import torch

    used = {"memory": int(psutil.Process().memory_info().rss)}
    if torch.cuda.is_available():
        used["device_memory"] = torch.cuda.memory_reserved()
    return used
