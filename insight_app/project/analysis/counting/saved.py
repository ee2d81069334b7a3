"""Counts kept for the next time: arrays in a file that knows its own digest and what it is of.

A file whose content is not what was written, or that is of another project's codes, counts as not
there: it is counted again. Knows nothing of what is counted.
"""

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.files import write_whole
from insight_app.plain_arrays import read_npz

Arrays = dict[str, NDArray[Any]]
_DIGEST = "digest"
_MOST_BYTES = 2 << 30
"""Every pair of ten thousand concepts that ever met."""


def write(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays with their digest."""
    content = {**arrays, _DIGEST: np.frombuffer(_digest(arrays), np.uint8)}
    write_whole(path, lambda file: np.savez(file, **content))  # type: ignore[arg-type]


def read(path: Path) -> Arrays | None:
    """Read saved arrays; None if there are none or they are not as they were written.

    Those of an older Insight carry no digest and are taken as far as their zip file is whole.
    """
    try:
        arrays = read_npz(path, _MOST_BYTES)
    except (OSError, ValueError):
        return None
    digest = arrays.pop(_DIGEST, None)
    return arrays if digest is None or digest.tobytes() == _digest(arrays) else None


def is_damaged(path: Path) -> bool:
    """Return whether a file of saved counts is there and cannot be used."""
    return path.exists() and read(path) is None


def _digest(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    found = blake2b(digest_size=32)
    for name, array in sorted(arrays.items()):
        found.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.digest()
