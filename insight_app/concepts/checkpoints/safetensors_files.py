"""Safetensors files: a header in JSON that says where each tensor's bytes are, then the bytes.

Owns the checks that the header tells the truth: names once, sizes that fit, no overlap, no holes.
"""

from collections.abc import Mapping

from insight_app import plain_json
from insight_app.concepts.checkpoints.pickles import BadFile
from insight_app.concepts.checkpoints.storages import (
    PLAIN,
    OddTensor,
    Storage,
    TensorRef,
    product,
)

_DTYPES = {
    "F64": ("float64", 8), "F32": ("float32", 4), "F16": ("float16", 2), "BF16": ("bfloat16", 2),
    "I64": ("int64", 8), "I32": ("int32", 4), "I16": ("int16", 2), "I8": ("int8", 1),
    "U8": ("uint8", 1), "BOOL": ("bool", 1), "F8_E4M3": ("float8_e4m3fn", 1),
    "F8_E5M2": ("float8_e5m2", 1), "C64": ("complex64", 8), "U16": ("uint16", 2),
    "U32": ("uint32", 4), "U64": ("uint64", 8),
}  # fmt: skip


def read(data: memoryview) -> dict[str, object]:
    """Return all tensors by name; raise BadFile where the header lies."""
    length = int.from_bytes(data[:8], "little")
    if not 2 <= length <= len(data) - 8:
        raise BadFile("its header says that it is longer than the file")
    if length > plain_json.MOST_BYTES:
        raise BadFile("its header is too long")
    raw = bytes(data[8 : 8 + length])
    try:
        header = plain_json.loads(raw)
    except ValueError as error:
        raise BadFile("its header cannot be read") from error
    if not isinstance(header, dict):
        raise BadFile("its header cannot be read")
    header.pop("__metadata__", None)
    body = data[8 + length :]
    found: dict[str, object] = {}
    ends = []
    for name, about in header.items():
        found[name], start, end = _tensor(name, about, body)
        ends.append((start, end))
    ends.sort()
    place = 0
    for start, end in ends:
        if start != place:
            what = "overlap" if start < place else "leave holes"
            raise BadFile(f"its header says that tensors {what}")
        place = end
    if place > len(body):
        raise BadFile("it is cut off")
    if place < len(body) or raw.count(b'"data_offsets"') > len(header):
        raise BadFile("its header does not tell of all that is in it, or of something twice")
    return found


def _tensor(name: str, about: object, body: memoryview) -> tuple[object, int, int]:
    match about:
        case {
            "dtype": str() as kind,
            "shape": [*sides],
            "data_offsets": [int() as start, int() as end],
        } if all(type(side) is int and 0 <= side < 1 << 48 for side in sides) and len(sides) < 33:
            shape = tuple(int(str(side)) for side in sides)
        case _:
            raise BadFile(f"its header does not describe {name[:80]!r}")
    dtype, size = _DTYPES.get(kind, (kind[:20], 0))
    if not 0 <= start <= end or (size and end - start != product(shape) * size):
        raise BadFile(f"the size of {name[:80]!r} does not fit its shape")
    if end > len(body):
        raise BadFile("it is cut off")
    if dtype not in PLAIN:
        return OddTensor(dtype), start, end
    storage = Storage(dtype, product(shape), body[start:end])
    steps = [product(shape[place + 1 :]) for place in range(len(shape))]
    return TensorRef(storage, 0, shape, tuple(steps), dtype), start, end


def weight_map(index: Mapping[str, object]) -> dict[str, list[str]]:
    """Return the files of a sharded checkpoint's index with the names that lie in each."""
    named = index.get("weight_map")
    if not isinstance(named, dict) or not named:
        raise BadFile("it does not say in which file which weights are")
    files: dict[str, list[str]] = {}
    for name, file in named.items():
        if not isinstance(file, str) or "/" in file or "\\" in file or file in ("", ".", ".."):
            raise BadFile("it names a file outside of its folder")
        files.setdefault(file, []).append(name)
    return files
