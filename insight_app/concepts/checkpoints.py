"""Reading other people's weights without letting them run anything.

Owns which file formats there are (torch's zip and its older pickle, TorchScript archives,
safetensors), told by content and not by name, and what a person hears of a file that is none of
them. Knows nothing of what the weights are for.
"""

import pickle
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from insight_app.concepts import torchscript
from insight_app.disk_errors import disk_error
from insight_app.errors import KnownError, Refusal, WorldError

_DAMAGE = (
    pickle.UnpicklingError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    SafetensorError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
)
"""What a damaged file makes the readers raise, depending on the byte that is wrong."""


def read(path: Path) -> dict[str, Any]:
    """Read a checkpoint's content by name, on the CPU; big tensors stay on disk until used."""
    content = _content(Path(path))
    if not isinstance(content, Mapping):
        raise Refusal("This file holds no weights by name.", where=str(path), do=_OTHER_FILE)
    return dict(content)


def tensors(path: Path, under: Sequence[str] = ()) -> dict[str, Tensor]:
    """Read the checkpoint's tensors, by name; "module." before a name is dropped.

    under: names of nested dictionaries; the first that exists is read, else the top.
    """
    content: Mapping[Any, Any] = read(path)
    inner = next((content[name] for name in under if isinstance(content.get(name), Mapping)), None)
    found = {
        str(name).removeprefix("module."): value
        for name, value in (content if inner is None else inner).items()
        if isinstance(value, Tensor)
    }
    if not found:
        raise Refusal("There are no weights in this file.", where=str(path), do=_OTHER_FILE)
    return found


def array(path: Path) -> Tensor:
    """Read a file that is one tensor, of any shape (...,)."""
    content = _content(Path(path))
    if not isinstance(content, Tensor):
        raise Refusal("This file is not a single table.", where=str(path), do=_OTHER_FILE)
    return content


def finite(weights: Mapping[str, Tensor], path: Path) -> None:
    """Raise KnownError if some weights are not numbers."""
    for name, value in weights.items():
        if not value.is_floating_point():
            continue
        # A sum tells of infinities and NaN without a mask of the tensor's size, which is made only
        # to tell them from numbers too large to be summed.
        dtype = torch.promote_types(value.dtype, torch.float32)
        if not value.sum(dtype=dtype).isfinite() and not value.isfinite().all():
            raise WorldError(
                f"Some weights are not numbers (NaN or infinite): {name}.",
                where=str(path),
                kept="Nothing was made with it.",
                do=_AGAIN,
            )


_AGAIN = "Get the file again from where it was published."
_OTHER_FILE = "Choose another file: .pt, .pth, .bin or .safetensors with weights."


def _content(path: Path) -> Any:
    if not path.is_file():
        raise WorldError("There is no such file.", where=str(path), do="Choose a file that exists.")
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except OSError as error:
        raise disk_error(error, "This file cannot be read", where=path) from error
    try:
        if start.startswith(b"PK"):
            if torchscript.is_archive(path):
                return torchscript.read(path)
            return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        if start[8:] == b"{":
            return load_file(path)
        with warnings.catch_warnings():
            # A pickle that torch did not write is refused anyhow.
            warnings.filterwarnings("ignore", "Detected pickle protocol")
            return torch.load(path, map_location="cpu", weights_only=True)
    except _DAMAGE as error:
        raise _refusal(path, start, error) from error


def _refusal(path: Path, start: bytes, error: Exception) -> KnownError:
    wanted = re.search(r"GLOBAL ([\w.]+)", str(error))
    plain_pickle = start.startswith(b"\x80") and "Unsupported operand" in str(error)
    if isinstance(error, pickle.UnpicklingError) and (wanted or plain_pickle):
        runs = f" ({wanted[1]})" if wanted else ""
        return Refusal(
            f"Opening this file would run code that comes with it{runs}; only weights are read.",
            where=str(path),
            kept="Nothing in it was run.",
            do="Ask whoever made it for the weights alone, best as .safetensors.",
        )
    return WorldError(
        "This file is cut off, damaged or no checkpoint.",
        where=str(path),
        kept="Nothing was made with it.",
        do=_AGAIN,
    )
