"""Tensors as a checkpoint describes them: where their numbers lie, and how they are laid out.

Owns the checks of a description against the bytes that there are, made before any memory is asked
for; a tensor is then a view of the mapped file. Knows no file format.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from insight_app.concepts.checkpoints.pickles import BadFile, Value

MOST_REPEATED = 1 << 28
"""Elements of a tensor that says the same numbers again and again: 1 GB once it is written out."""

_STORAGES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32",
    "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8", "BoolStorage": "bool",
    "UntypedStorage": "uint8", "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
}  # fmt: skip
PLAIN = {
    "float64": torch.float64, "float32": torch.float32, "float16": torch.float16,
    "bfloat16": torch.bfloat16, "int64": torch.int64, "int32": torch.int32, "int16": torch.int16,
    "int8": torch.int8, "uint8": torch.uint8, "bool": torch.bool,
}  # fmt: skip
"""The kinds of numbers that are read."""
_ALIASES = {"double": "float64", "float": "float32", "half": "float16", "long": "int64",
            "int": "int32", "short": "int16"}  # fmt: skip


@dataclass(frozen=True)
class OddTensor:
    """A tensor that cannot be weights here; kind: in a word: "sparse", "float8_e4m3fn"."""

    kind: str


@dataclass(eq=False)
class Storage:
    """Numbers of one dtype; data: their bytes, None while the reader has not come to them.

    dtype: torch's name; count: how many there are, as the pickle says.
    """

    dtype: str
    count: int
    data: memoryview | None = None

    def numbers(self, dtype: str) -> Tensor:
        """Return all of them, (n,), a view of the bytes."""
        kind = PLAIN[dtype]
        size = torch.empty(0, dtype=kind).element_size()
        own = torch.empty(0, dtype=PLAIN.get(self.dtype, torch.uint8)).element_size()
        if self.data is None or self.count * own > len(self.data):
            raise BadFile("its numbers are cut off")
        count = self.count * own // size
        if not count:
            return torch.empty(0, dtype=kind)
        return torch.frombuffer(self.data, dtype=kind, count=count)


@dataclass(frozen=True, eq=False)
class TensorRef:
    """A tensor that is made when it is asked for."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    dtype: str

    @staticmethod
    def checked(
        storage: Storage, offset: Value, size: Value, stride: Value, *, dtype: str = ""
    ) -> "TensorRef | OddTensor":
        """Return the tensor, or what kind it is if it holds no plain numbers."""
        kind = _ALIASES.get(dtype or storage.dtype, dtype or storage.dtype)
        if kind not in PLAIN:
            return OddTensor(kind)
        shape, steps = _whole(size), _whole(stride)
        if len(shape) != len(steps) or type(offset) is not int or offset < 0:
            raise BadFile("a tensor has an impossible shape")
        return TensorRef(storage, offset, shape, steps, kind)

    @property
    def count(self) -> int:
        """How many elements it has."""
        return product(self.shape)

    @property
    def place(self) -> tuple[int, int, tuple[int, ...]]:
        """Which numbers of which storage: equal for two names of the same tensor."""
        return id(self.storage), self.offset, self.shape

    def tensor(self) -> Tensor:
        """Return it, (...,), as a view of the file; raise BadFile where it leaves its storage."""
        numbers = self.storage.numbers(self.dtype)
        if self.count:
            last = self.offset + sum(
                (side - 1) * step for side, step in zip(self.shape, self.stride, strict=True)
            )
            if last >= len(numbers):
                raise BadFile("a tensor reaches outside of its numbers")
        elif max(self.shape) >= 1 << 40:
            raise BadFile("a tensor has an impossible shape")
        if self.count > max(len(numbers), MOST_REPEATED):
            raise BadFile(
                f"a tensor of {self.count:,} elements is made of {len(numbers):,} numbers"
            )
        if not self.count:
            return torch.empty(self.shape, dtype=PLAIN[self.dtype])
        return numbers.as_strided(self.shape, self.stride, self.offset)


def storage_dtype(name: str) -> str:
    """Return the dtype in the name of a storage's class; the name itself for others."""
    return _STORAGES.get(name, name.removesuffix("Storage").lower())


def product(sides: Sequence[int]) -> int:
    """Return the number of elements of a shape."""
    count = 1
    for side in sides:
        count *= side
    return count


def _whole(value: Any) -> tuple[int, ...]:
    """Return sides or steps; raise BadFile for others than whole numbers from 0 up."""
    sides = tuple(value) if isinstance(value, list | tuple) else (-1,)
    if len(sides) > 32 or any(type(side) is not int or not 0 <= side < 1 << 62 for side in sides):
        raise BadFile("a tensor has an impossible shape")
    return sides
