"""Reading the weights inside a TorchScript archive without running the program in it.

OpenAI publishes CLIP this way. `torch.jit.load` compiles the archive's code; here its pickle is
read by an unpickler that knows tensors and nothing else: every class of the program becomes a bag
of attributes. Knows nothing of what the weights mean.
"""

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

_STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}


def is_archive(path: Path) -> bool:
    """Return whether `path` is a TorchScript archive, not another of torch's zip files."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(
            name.count("/") == 1 and name.endswith("/constants.pkl") for name in archive.namelist()
        )


def read(path: Path) -> dict[str, Tensor]:
    """Read all tensors by their dotted names, on the CPU; what is no tensor is left out.

    Raises pickle.UnpicklingError if the archive wants more than tensors, and what zipfile, pickle
    and torch raise if it is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        index = next((n for n in archive.namelist() if n.endswith("/data.pkl")), "data.pkl")
        with archive.open(index) as file:
            root = _Unpickler(file, archive, index.removesuffix("data.pkl") + "data/").load()
    return dict(_flattened(root, ""))


class _Bag:
    """Stands for an object of the program, whatever its class."""

    def __init__(self) -> None:
        self.attributes: dict[str, Any] = {}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.attributes = dict(state)


class _Unpickler(pickle.Unpickler):
    """Every name in the pickle is looked up here, and only here."""

    def __init__(self, file: Any, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(file)
        self._archive = archive
        self._folder = folder
        self._storages: dict[str, Tensor] = {}

    def find_class(self, module: str, name: str) -> Any:
        if module == "__torch__" or module.startswith("__torch__."):
            return _Bag
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        if module == "torch.jit._pickle" and name.startswith("build_"):
            return list
        known: dict[tuple[str, str], Callable[..., Any]] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"Unsupported global: GLOBAL {module}.{name}")
        return known[module, name]

    def persistent_load(self, pid: Any) -> Tensor:
        _kind, dtype, key, _device, count = pid
        if key not in self._storages:
            data = self._archive.read(self._folder + key)
            self._storages[key] = (
                torch.frombuffer(bytearray(data), dtype=dtype, count=count)
                if count
                else torch.empty(0, dtype=dtype)
            )
        return self._storages[key]


def _tensor(storage: Tensor, offset: int, size: Any, stride: Any, *_: Any) -> Tensor:
    return storage.as_strided(tuple(size), tuple(stride), offset)


def _flattened(value: Any, name: str) -> list[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        return [(name, value)]
    if not isinstance(value, _Bag):
        return []
    parts = value.attributes.items()
    return [
        pair for part, inner in parts for pair in _flattened(inner, f"{name}.{part}".strip("."))
    ]
