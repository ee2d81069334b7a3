"""The directions of a dictionary's concepts, read without torch: the decoder's rows and its offset.

What a window needs to compare concepts and to decode a few cells. Knows nothing of encoding.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.hsae.description import WEIGHTS, damaged, info, read_header
from insight_app.disk_errors import disk_error
from insight_app.files import open_regular

_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


def read(folder: Path) -> NDArray[np.float32]:
    """Return (F, D) float32 the decoder's rows as they are; KnownError if missing or damaged."""
    described = info(folder)
    return _array(folder / WEIGHTS, "W_dec", (described.concepts, described.token_dim))


def read_offset(folder: Path) -> NDArray[np.float32]:
    """Return (D,) float32, the decoder's b_dec; KnownError if missing or damaged."""
    return _array(folder / WEIGHTS, "b_dec", (info(folder).token_dim,))


def _array(path: Path, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    header, start = read_header(path)
    about: dict[str, Any] = dict(header[name])
    dtype = np.dtype(_DTYPES.get(str(about.get("dtype")), "V1"))
    first, last = about["data_offsets"]
    if dtype.kind != "f" or last - first != math.prod(shape) * dtype.itemsize:
        raise damaged(path, "its directions cannot be read")
    try:
        with open_regular(path, follow_links=True) as file:
            file.seek(start + first)
            data = file.read(last - first)
    except OSError as error:
        raise disk_error(error, "The dictionary cannot be read", where=path) from error
    if len(data) != last - first:
        raise damaged(path, "its weights are cut off")
    rows = np.frombuffer(data, dtype).reshape(shape).astype(np.float32)
    if not np.isfinite(rows).all():
        raise damaged(path, "some weights are not numbers")
    return rows


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the rows (n, D) at unit length; those of length zero stay."""
    norm = np.linalg.norm(rows, axis=1, keepdims=True).astype(np.float32)
    norm[norm == 0] = 1
    found: NDArray[np.float32] = rows / norm
    return found
