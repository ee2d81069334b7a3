"""Opening a checkpoint: mapped, told by its content, and read without running anything of it.

Owns the errors that a person sees of a file that cannot be read. Knows nothing of what the weights
are for, nor where in the file they lie (`unwrapping`).
"""

import errno
import mmap
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

import torch
from torch import Tensor

from insight_app import plain_json
from insight_app.concepts.checkpoints import kinds, safetensors_files, torch_files
from insight_app.concepts.checkpoints.calls import NumpyArray
from insight_app.concepts.checkpoints.pickles import BadFile, RunsCode, Value
from insight_app.concepts.checkpoints.places import INDEX
from insight_app.concepts.checkpoints.storages import OddTensor, Storage, TensorRef
from insight_app.disk_errors import disk_error
from insight_app.errors import Refusal, WorldError
from insight_app.files import open_regular

UNUSED = "Nothing was made with it."
AGAIN = "Get the file again from where it was published."
MOST_LISTED = 4096
OTHER_FILE = "Choose another file: .pt, .pth, .ckpt, .bin or .safetensors with weights."


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What a file holds: values, stand-ins and tensors that are not made yet."""

    path: Path
    content: Value


def open_checkpoint(path: Path) -> Checkpoint:
    """Return what the file at `path` holds; big tensors stay on disk until used.

    The path may be a link to a file, and the index of sharded weights.
    """
    path = Path(path)
    with _in_words(path):
        data = _mapped(path)
        if not data:
            raise BadFile("it is empty")
        kind = kinds.kind_of(bytes(data[:4096]))
        if kind.format == "json" and path.name.endswith(INDEX):
            return Checkpoint(path, _joined(path, bytes(data[: plain_json.MOST_BYTES + 1])))
        if kind.format in ("other", "json"):
            raise Refusal(
                f"This file is no checkpoint: it is {kind.what}.",
                where=str(path),
                kept=UNUSED,
                do=kind.do or OTHER_FILE,
            )
        if kind.format == "zip":
            return Checkpoint(path, torch_files.read_zip(data))
        if kind.format == "safetensors":
            return Checkpoint(path, safetensors_files.read(data))
        return Checkpoint(path, torch_files.read_pickles(data))


def array(path: Path) -> Tensor:
    """Read a file that is one tensor, of any shape (...,)."""
    checkpoint = open_checkpoint(path)
    content = checkpoint.content
    if isinstance(content, dict) and len(content) == 1:
        (content,) = content.values()
    if not isinstance(content, TensorRef | NumpyArray):
        raise Refusal("This file is not a single table.", where=str(path), do=OTHER_FILE)
    return tensor_of(content, path)


def is_tensor(value: Value) -> bool:
    """Return whether a value is a tensor or an array, of whatever kind of numbers."""
    return isinstance(value, TensorRef | NumpyArray | OddTensor | Storage)


def is_numbers(value: Value) -> TypeGuard[Sequence[int]]:
    """Return whether a value is a short list of whole numbers."""
    return (
        isinstance(value, list | tuple)
        and 0 < len(value) <= MOST_LISTED
        and all(type(one) is int and abs(one) < 1 << 62 for one in value)
    )


def tensor_of(value: Value, path: Path, name: str = "") -> Tensor:
    """Return a value of a checkpoint as a tensor (...,), a number as one of shape ().

    KnownError where it is none, or of a kind that no weights here have.
    """
    what = name or "It"
    with _in_words(path):
        if isinstance(value, TensorRef):
            return value.tensor()
        if isinstance(value, NumpyArray):
            return value.tensor()
        if isinstance(value, int | float):
            if isinstance(value, int) and abs(value) >= 1 << 62:
                raise BadFile(f"{what} is a number out of all range")
            return torch.tensor(value, dtype=torch.float64 if isinstance(value, float) else None)
        if is_numbers(value):
            return torch.tensor(value)
    kind = value.kind if isinstance(value, OddTensor) else "not a tensor"
    raise Refusal(
        f"{what} holds numbers of a kind that is not read: {kind}.",
        where=str(path),
        kept=UNUSED,
        do="Save the weights as float32, dense: {name: w.float() for name, w in state.items()}.",
    )


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
                kept=UNUSED,
                do="Take an earlier checkpoint of the training, or get the file again.",
            )


def _mapped(path: Path) -> memoryview:
    """Return the bytes of a regular file, mapped: they are read when they are used."""
    try:
        with open_regular(path, follow_links=True) as file:
            if not os.fstat(file.fileno()).st_size:
                return memoryview(b"")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    except FileNotFoundError as error:
        what = "There is no such file."
        raise WorldError(what, where=str(path), do="Choose a file that exists.") from error
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise MemoryError from error
        raise disk_error(error, "This file cannot be read", where=path) from error


def _joined(path: Path, raw: bytes) -> dict[str, Value]:
    """Return the weights of all files of a sharded checkpoint, of each what the index says."""
    try:
        index = plain_json.loads(raw)
    except ValueError as error:
        raise BadFile("its index cannot be read") from error
    found: dict[str, Value] = {}
    for file, names in safetensors_files.weight_map(
        index if isinstance(index, dict) else {}
    ).items():
        part = path.with_name(file)
        if file.endswith(INDEX):
            raise BadFile(f"its index names an index, {file[:80]}, in the place of weights")
        if not os.path.lexists(part):
            raise WorldError(
                f"A part of these weights is missing: {file}.",
                where=str(path),
                kept=UNUSED,
                do="Bring all files that the index names, into one folder.",
            )
        content = open_checkpoint(part).content
        inner = content if isinstance(content, dict) else {}
        for name in names:
            if name not in inner:
                raise BadFile(f"{file} lacks {name[:80]}, which the index says is there")
            found[name] = inner[name]
    return found


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Say in words what is wrong with a file."""
    try:
        yield
    except BadFile as error:
        raise WorldError(
            f"This file is cut off, damaged or no checkpoint: {error}.",
            where=str(path),
            kept=UNUSED,
            do=AGAIN,
        ) from error
    except RunsCode as error:
        raise Refusal(
            f"Opening this file with torch would run code that comes with it ({error.what}); only "
            "files that hold data alone are read.",
            where=str(path),
            kept="Nothing in it was run.",
            do="Ask whoever made it for the weights alone, best as .safetensors.",
        ) from error
    except MemoryError as error:
        raise WorldError(
            "There is not enough memory for this file.",
            where=str(path),
            kept=UNUSED,
            do="Close other programs, then try again.",
        ) from error
