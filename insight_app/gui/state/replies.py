"""What the worker's answers stand for: errors, and arrays in files. Knows no request."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.errors import FAULTS, WorldError

Message = dict[str, Any]
"""A line of the worker's protocol: JSON."""


def error_of(message: Message) -> Exception:
    """Return the exception that an error message of the worker stands for."""
    what = str(message.get("what") or message.get("message") or "The worker failed.")
    if message.get("error") == "bug":
        return RuntimeError(f"{what}\n{message.get('trace', '')}")
    return FAULTS.get(str(message.get("error")), WorldError)(
        what,
        where=str(message.get("where", "")),
        kept=str(message.get("kept", "")),
        do=str(message.get("do", "")),
    )


def take_arrays(message: Message) -> Mapping[str, NDArray[Any]]:
    """Return the arrays of an answer by name, and delete their file: it is read once."""
    path = Path(str(message["file"]))
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    finally:
        path.unlink(missing_ok=True)
