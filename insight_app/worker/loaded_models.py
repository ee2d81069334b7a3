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
    """Encoders and dictionaries in memory, as long as their files are what they were."""

    def __init__(self) -> None:
        self._encoders: dict[tuple[Any, ...], tuple[DenseEncoder, tuple[Any, ...]]] = {}
        self._dictionary: tuple[tuple[str, ...], HSAE] | None = None

    def encoder(self, name: str, *, device: str = "auto", **options: str) -> DenseEncoder:
        """Return the encoder that `encoders.load` gives, loaded once."""
        from insight_app.concepts import encoders

        key = (name, device, *sorted(options.items()))
        found, files = self._encoders.pop(key, (None, ()))
        if found is None or _files_of(found) != files:
            found = encoders.load(name, device=device, **options)
            files = _files_of(found)
        self._encoders[key] = found, files  # last again: the first is the one not used for longest
        if len(self._encoders) > MAX_ENCODERS:
            del self._encoders[next(iter(self._encoders))]
        return found

    def dictionary(self, project: Path, encoder: DenseEncoder) -> HSAE:
        """Return the dictionary of a project, on the encoder's device, loaded once.

        Told by its fingerprint, not by its place: a project may be made anew where another was.
        """
        from insight_app.concepts import hsae

        folder, device = project / "dictionary", str(encoder.device)
        key = (hsae.info(folder).fingerprint, encoder.fingerprint, device)
        if self._dictionary is None or self._dictionary[0] != key:
            loaded = hsae.load(
                folder,
                device,
                token_dim=encoder.token_dim,
                encoder_fingerprint=encoder.fingerprint,
            )
            self._dictionary = key, loaded
        return self._dictionary[1]


def _files_of(encoder: DenseEncoder) -> tuple[Any, ...]:
    """Return the identity of the files that an encoder was made from."""
    paths = (Path(value) for value in encoder.options.values())
    stats = ((path, path.stat()) for path in paths if path.is_absolute() and path.is_file())
    return tuple((path, stat.st_ino, stat.st_size, stat.st_mtime_ns) for path, stat in stats)


def memory() -> dict[str, int]:
    """Return the bytes that this process holds: in memory, and on a graphics card in use."""
    import psutil
    import torch

    used = {"memory": int(psutil.Process().memory_info().rss)}
    if torch.cuda.is_available():
        used["device_memory"] = torch.cuda.memory_reserved()
    return used
