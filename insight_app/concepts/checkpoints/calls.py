"""What the classes and functions in a checkpoint's pickle stand for, by their names alone.

Tensors, arrays and numbers of numpy, and plain containers become values; objects of all other
classes become stand-ins, which are as good as not there. Nothing is imported or called. A function
of the system or of Python itself is never data: a file that calls one is refused.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from insight_app.concepts.checkpoints.pickles import (
    BadFile,
    Global,
    RunsCode,
    StandIn,
    Value,
)
from insight_app.concepts.checkpoints.storages import OddTensor, Storage, TensorRef

_SYSTEM = (sys.stdlib_module_names | {"__builtin__", "copy_reg", "nt", "posix"}) - {"__future__"}
_DATA_MODULES = {
    "argparse", "array", "collections", "datetime", "decimal", "enum", "fractions", "pathlib",
    "random", "re", "uuid", "zoneinfo", "typing", "time",
}  # fmt: skip
"""Modules of Python whose classes hold data."""
_DATA_NAMES = {
    ("builtins", "xrange"), ("io", "BytesIO"), ("io", "StringIO"), ("_io", "BytesIO"),
    ("builtins", "complex"), ("builtins", "slice"), ("builtins", "range"), ("builtins", "object"),
    ("builtins", "bytearray"), ("builtins", "type"), ("functools", "partial"),
    ("types", "SimpleNamespace"), ("types", "MappingProxyType"), ("types", "GenericAlias"),
    ("copyreg", "_reconstructor"), ("copyreg", "__newobj__"), ("copyreg", "__newobj_ex__"),
    ("logging", "getLogger"), ("logging", "Logger"), ("threading", "Lock"),
    ("operator", "attrgetter"), ("operator", "itemgetter"), ("re", "_compile"),
    ("array", "_array_reconstructor"), ("pathlib", "_local"),
}  # fmt: skip
_FUNCTIONS_OF_DATA_MODULES = {("collections", "namedtuple"), ("time", "sleep")}
_MOST_ITEMS = 1 << 20


@dataclass(frozen=True)
class _Dtype:
    """A number type of numpy's, by its code, such as "f4"."""

    code: str
    order: str = "<"


def call(made_by: Global, arguments: tuple[Value, ...]) -> Value:
    """Return what `made_by(*arguments)` stands for; raise RunsCode for a function of the system."""
    module, name = _NEW_NAMES.get(made_by.module, made_by.module), made_by.name
    builder = _BUILDERS.get((module, name))
    if builder is not None:
        try:
            return builder(*arguments)
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            if isinstance(error, BadFile):
                raise
            raise BadFile(f"its {name} is damaged") from error
    is_exception = module == "builtins" and name[:1].isupper()
    if (module, name) in _DATA_NAMES or is_exception:
        return StandIn(made_by, arguments)
    root = module.partition(".")[0]
    if root in _SYSTEM and (
        root not in _DATA_MODULES or "." in name or (module, name) in _FUNCTIONS_OF_DATA_MODULES
    ):
        raise RunsCode(str(made_by))
    return StandIn(made_by, arguments)


class NumpyArray(StandIn):
    """An array of numpy's; its content is its state."""

    def tensor(self) -> torch.Tensor:
        """Return its numbers as a tensor (...,); raise BadFile where they are no plain numbers."""
        match self.state:
            case (_, (*shape,), _Dtype() as dtype, bool() as by_columns, bytes() as data):
                return _from_bytes(data, dtype, shape, by_columns=by_columns)
            case _:
                raise BadFile("it holds an array of things that are no numbers")


def _from_bytes(data: bytes, dtype: _Dtype, shape: list[Any], *, by_columns: bool) -> torch.Tensor:
    kind = _numpy_dtype(dtype)
    if any(type(side) is not int or side < 0 for side in shape) or len(shape) > 32:
        raise BadFile("an array of numpy has an impossible shape")
    count = 1
    for side in shape:
        count *= side
    if count * kind.itemsize != len(data):
        raise BadFile("an array of numpy is cut off")
    array = np.frombuffer(data, kind).reshape(shape, order="F" if by_columns else "C")
    return torch.from_numpy(np.array(array, kind.newbyteorder("="), order="C"))


def _numpy_dtype(dtype: Value) -> "np.dtype[Any]":
    if not isinstance(dtype, _Dtype) or dtype.code not in _NUMPY_CODES:
        raise BadFile("it holds an array of things that are no numbers")
    order = dtype.order if dtype.order in "<>" else "<"
    return np.dtype(order + dtype.code)


_NUMPY_CODES = {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "b1"}
_NEW_NAMES = {
    "__builtin__": "builtins",
    "copy_reg": "copyreg",
    "numpy.core.multiarray": "numpy._core.multiarray",
    "numpy.core.numeric": "numpy._core.numeric",
    "torch.tensor": "torch._tensor",
}
"""Modules that were renamed, by their old names."""


class _DtypeStandIn(StandIn):
    """A dtype of numpy's before its byte order is set by its state."""


def _numpy_reconstruct(*_: Value) -> Value:
    return NumpyArray(Global("numpy", "ndarray"))


def _numpy_frombuffer(data: Value, dtype: Value, shape: Value, order: Value = "C") -> Value:
    found = NumpyArray(Global("numpy", "ndarray"))
    found.state = (1, shape, dtype, order == "F", data)
    return found


def _scalar(dtype: Value, data: Value = b"") -> Value:
    if not isinstance(dtype, _Dtype) or dtype.code not in _NUMPY_CODES:
        return StandIn(Global("numpy", "generic"))
    kind = _numpy_dtype(dtype)
    if not isinstance(data, bytes) or len(data) != kind.itemsize:
        raise BadFile("a number of numpy is damaged")
    number: Value = np.frombuffer(data, kind)[0].item()
    return number


def _dtype(code: Value, *_: Value) -> Value:
    return _Dtype(str(code)[:8]) if isinstance(code, str) else StandIn(Global("numpy", "dtype"))


def _encode(text: Value, encoding: Value = "utf-8") -> Value:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1", "utf-8", "ascii"):
        raise BadFile("its pickle is damaged")
    return text.encode(encoding)


def _mapping(content: Value = None, *_: Value) -> Value:
    if isinstance(content, dict):
        return dict(content)
    found: dict[str, Value] = {}
    for pair in content if isinstance(content, list | tuple) else ():
        match pair:
            case (str() as key, value) | [str() as key, value]:
                found[key] = value
    return found


def _default_mapping(_factory: Value = None, content: Value = None) -> Value:
    return _mapping(content)


def _sequence(content: Value = (), *_: Value) -> Value:
    return list(content[:_MOST_ITEMS]) if isinstance(content, list | tuple) else []


def _size(content: Value = (), *_: Value) -> Value:
    return tuple(content) if isinstance(content, list | tuple) else ()


def _number(value: Value = 0, *_: Value) -> Value:
    return value if isinstance(value, int | float) else 0


def _attribute(owner: Value, name: Value) -> Value:
    """Return an attribute of a class: how Python 3.11 writes the member of an enum."""
    if not isinstance(owner, Global) or not isinstance(name, str):
        raise RunsCode("builtins.getattr")
    return Global(owner.module, f"{owner.name}.{name}")


def _reconstructed(kind: Value, *_: Value) -> Value:
    if not isinstance(kind, Global):
        raise BadFile("its pickle is damaged")
    return StandIn(kind)


def _new_object(kind: Value, *arguments: Value) -> Value:
    if not isinstance(kind, Global):
        raise BadFile("its pickle is damaged")
    builder = _BUILDERS.get((kind.module, kind.name))
    return builder(*arguments) if builder else StandIn(kind, arguments)


def _tensor(storage: Value, offset: Value, size: Value, stride: Value, *_: Value) -> Value:
    if not isinstance(storage, Storage):
        raise BadFile("a tensor has no storage")
    return TensorRef.checked(storage, offset, size, stride)


def _tensor_v3(
    storage: Value,
    offset: Value,
    size: Value,
    stride: Value,
    _needs_gradient: Value = None,
    _hooks: Value = None,
    dtype: Value = None,
    *_: Value,
) -> Value:
    if not isinstance(storage, Storage) or not isinstance(dtype, Global):
        raise BadFile("a tensor has no storage")
    return TensorRef.checked(storage, offset, size, stride, dtype=dtype.name)


def _same(value: Value = None, *_: Value) -> Value:
    return value


def _of_subclass(function: Value, kind: Value, arguments: Value, *_: Value) -> Value:
    """Return the tensor under a subclass of tensors that only adds attributes."""
    if not isinstance(function, Global) or not isinstance(arguments, tuple):
        raise BadFile("a tensor is damaged")
    return call(function, arguments)


def _odd(kind: str) -> Callable[..., Value]:
    return lambda *_: OddTensor(kind)


_BUILDERS: dict[tuple[str, str], Callable[..., Value]] = {
    ("collections", "OrderedDict"): _mapping,
    ("collections", "defaultdict"): _default_mapping,
    ("collections", "Counter"): _mapping,
    ("collections", "deque"): _sequence,
    ("builtins", "dict"): _mapping,
    ("builtins", "set"): _sequence,
    ("builtins", "frozenset"): _sequence,
    ("builtins", "list"): _sequence,
    ("builtins", "tuple"): _size,
    ("builtins", "int"): _number,
    ("builtins", "float"): _number,
    ("builtins", "bool"): _number,
    ("builtins", "str"): _same,
    ("builtins", "unicode"): _same,
    ("builtins", "long"): _number,
    ("builtins", "bytes"): lambda value=b"", *_: value if isinstance(value, bytes) else b"",
    ("builtins", "getattr"): _attribute,
    ("_codecs", "encode"): _encode,
    ("copyreg", "_reconstructor"): _reconstructed,
    ("copyreg", "__newobj__"): _new_object,
    ("copyreg", "__newobj_ex__"): lambda kind, arguments=(), *_: _new_object(kind, *arguments),
    ("numpy._core.multiarray", "_reconstruct"): _numpy_reconstruct,
    ("numpy._core.multiarray", "scalar"): _scalar,
    ("numpy._core.numeric", "_frombuffer"): _numpy_frombuffer,
    ("numpy", "dtype"): _dtype,
    ("torch", "Size"): _size,
    ("torch._utils", "_rebuild_tensor"): _tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_tensor_v3"): _tensor_v3,
    ("torch._utils", "_rebuild_parameter"): _same,
    ("torch._utils", "_rebuild_parameter_with_state"): _same,
    ("torch._tensor", "_rebuild_from_type_v2"): _of_subclass,
    ("torch._tensor", "_rebuild_from_type"): _of_subclass,
    ("torch.nn.parameter", "Parameter"): _same,
    ("torch._utils", "_rebuild_qtensor"): _odd("quantized"),
    ("torch._utils", "_rebuild_sparse_tensor"): _odd("sparse"),
    ("torch._utils", "_rebuild_sparse_csr_tensor"): _odd("sparse"),
    ("torch._utils", "_rebuild_nested_tensor"): _odd("nested"),
    ("torch._utils", "_rebuild_meta_tensor_no_storage"): _odd("meta, without numbers"),
    ("torch._utils", "_rebuild_wrapper_subclass"): _odd("of a class of its own"),
    ("torch._utils", "_rebuild_device_tensor_from_numpy"): lambda array=None, *_: array,
    ("torch._utils", "_rebuild_device_tensor_from_cpu_tensor"): _same,
    ("torch._utils", "_rebuild_xla_tensor"): lambda array=None, *_: array,
    ("torch.jit._pickle", "build_intlist"): _sequence,
    ("torch.jit._pickle", "build_tensorlist"): _sequence,
    ("torch.jit._pickle", "build_doublelist"): _sequence,
    ("torch.jit._pickle", "build_boollist"): _sequence,
}
"""(module, name) -> what a call of it stands for."""
