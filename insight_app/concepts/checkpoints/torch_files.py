"""torch's own files: the zip of today, the older sequence of pickles, and TorchScript archives.

Owns where their pickles and their numbers lie. OpenAI publishes CLIP as an archive with a program;
its weights are the attributes of the program's objects, and the program is not looked at.
"""

import struct
from functools import partial

import torch

from insight_app.concepts.checkpoints import calls, pickles
from insight_app.concepts.checkpoints.pickles import BadFile, Global, PickleBytes, Value, Work
from insight_app.concepts.checkpoints.storages import PLAIN, Storage, storage_dtype
from insight_app.concepts.checkpoints.zip_records import Records

_MAGIC = 0x1950A86A20F9469CFC6C
_NESTED = 4
"""Files inside of files: pickles that torch did not write keep each tensor as a file of torch's."""


def read_zip(data: memoryview, depth: int = 0, work: Work | None = None) -> Value:
    """Return what torch's zip file or a TorchScript archive holds."""
    work = work or Work()
    if depth > _NESTED:
        raise BadFile("it holds files inside of files")
    records = Records(data)
    index = min((n for n in records.names() if n.endswith("data.pkl")), key=len, default="")
    if not index:
        raise BadFile("it is a zip file, but none that torch wrote")
    folder = index.removesuffix("data.pkl")
    order = f"{folder}byteorder"
    if order in records.names() and bytes(records.read(order)[:8]) == b"big":
        raise BadFile("its numbers are in big-endian order")
    storages: dict[str, Storage] = {}

    def persistent(pid: Value) -> Value:
        match pid:
            case ("storage", Global() as kind, str() as key, _, int() as count, *_):
                if key not in storages:
                    stored = records.read(f"{folder}data/{key}")
                    storages[key] = Storage(_dtype(kind), _count(count), stored)
                return storages[key]
            case _:
                raise BadFile("its pickle points to something unknown")

    return pickles.load(
        PickleBytes(records.read(index), work), partial(_call, depth=depth, work=work), persistent
    )


def read_pickles(data: memoryview, depth: int = 0, work: Work | None = None) -> Value:
    """Return what torch's older format holds, or a pickle that torch did not write."""
    work = work or Work()
    if depth > _NESTED:
        raise BadFile("it holds files inside of files")
    source, storages = PickleBytes(data, work), dict[str, Storage]()
    call = partial(_call, depth=depth, work=work)

    def persistent(pid: Value) -> Value:
        match pid:
            case ("storage", Global() as kind, key, _, int() as count, *_):
                name = str(key)[:200] if isinstance(key, str | int) else ""
                if name not in storages:
                    storages[name] = Storage(_dtype(kind), _count(count))
                return storages[name]
            case ("module", Global() as kind, *_):
                return kind
            case _:
                raise BadFile("its pickle points to something unknown")

    first = pickles.load(source, call, persistent)
    if first != _MAGIC:
        return first
    for _ in ("protocol", "system"):
        pickles.load(source, call)
    content = pickles.load(source, call, persistent)
    keys = pickles.load(source, call)
    if not isinstance(keys, list):
        raise BadFile("its list of numbers is damaged")
    for key in keys:
        storage = storages.get(str(key)[:200]) if isinstance(key, str | int) else None
        if storage is None:
            raise BadFile("its list of numbers is damaged")
        _find_numbers(storage, data, source)
    return content


def _find_numbers(storage: Storage, data: memoryview, source: PickleBytes) -> None:
    """Give a storage its bytes, which come next: how many, then the numbers."""
    head = source.read(8)
    if len(head) < 8 or struct.unpack("<q", head)[0] != storage.count:
        raise BadFile("it is cut off")
    kind = PLAIN.get(storage.dtype)
    if kind is None:
        raise BadFile(f"it holds numbers of the kind {storage.dtype}")
    size = storage.count * torch.empty(0, dtype=kind).element_size()
    if source.place + size > len(data):
        raise BadFile("it is cut off")
    storage.data = data[source.place : source.place + size]
    source.place += size


def _call(made_by: Global, arguments: tuple[Value, ...], depth: int, work: Work) -> Value:
    if (made_by.module, made_by.name) == ("torch.storage", "_load_from_bytes"):
        match arguments:
            case (bytes() as data,) if data[:2] == b"PK":
                return read_zip(memoryview(bytearray(data)), depth + 1, work)
            case (bytes() as data,):
                return read_pickles(memoryview(bytearray(data)), depth + 1, work)
    return calls.call(made_by, arguments)


def _dtype(kind: Global) -> str:
    return storage_dtype(kind.name)


def _count(count: int) -> int:
    if not 0 <= count < 1 << 60:
        raise BadFile("a tensor has an impossible size")
    return count
