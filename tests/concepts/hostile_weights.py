"""Files that mean harm in the place of weights, settings and names: each a folder to be opened.

`open_all` opens all of them within limits of memory, in a fork of the program that asks for it.
"""

import json
import os
import pickle
import socket
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from insight_app.concepts.checkpoints import pickles
from insight_app.concepts.hsae import released
from insight_app.errors import KnownError
from tests.concepts import releases
from tests.concepts.releases import BATCH_TOPK, MATRYOSHKA, D, F

LIMIT_MB = 2_000
OPERATIONS = 500_000
"""Of a pickle here, so that one with more of them is soon read."""


def folder_of(folder: Path) -> Path:
    return releases.write_whole(folder)


def written(name: str, data: bytes) -> Callable[[Path], None]:
    return lambda folder: void((folder / name).write_bytes(data))


def weights(**changes: Any) -> Callable[[Path], None]:
    state: dict[str, Any] = {**releases.state(MATRYOSHKA), **changes}
    return lambda folder: torch.save(state, folder / "ae.pt")


def void(_: object) -> None:
    return None


def instead(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        make(folder / name)

    return act


def socket_at(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket may have 107 letters
    try:
        one = socket.socket(socket.AF_UNIX)
        one.bind(path.name)
        one.close()
    finally:
        os.chdir(here)


def zip_of(records: dict[str, bytes], **how: Any) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        with zipfile.ZipFile(folder / "ae.pt", "w", **how) as archive:
            for name, data in records.items():
                archive.writestr(name, data)

    return act


def zipped(pickled: bytes, data: bytes = b"\0" * 64) -> Callable[[Path], None]:
    return zip_of({"a/data.pkl": pickled, "a/data/0": data})


def tensor(
    size: tuple[int, ...], stride: tuple[int, ...], offset: int = 0, count: int = 16
) -> bytes:
    """The pickle of {"W_enc": tensor, ...} whose storage is record 0, by hand."""

    def number(value: int) -> bytes:
        raw = value.to_bytes(9, "little", signed=True)
        return b"\x8a" + bytes([len(raw)]) + raw

    def numbers(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(map(number, values)) + b"t"

    one = (
        b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n"
        b"X\x01\0\0\x000X\x03\0\0\0cpu" + number(count) + b"tQ" + number(offset)
    ) + (numbers(size) + numbers(stride) + b"\x89ccollections\nOrderedDict\n)RtR")
    entries = b"".join(
        b"X" + struct.pack("<I", len(name)) + name.encode() + one
        for name in ("W_enc", "b_enc", "W_dec", "b_dec")
    )
    return b"\x80\x02}(" + entries + b"u."


def lying_table(folder: Path) -> None:
    """A million entries that all lead to the same bytes."""
    entry = b"PK\x01\x02" + bytes(42)
    table = entry * 1_000_000
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 65_535, 65_535, len(table), 30, 0)
    (folder / "ae.pt").write_bytes(b"PK\x03\x04" + bytes(26) + table + end)


def overlapping(folder: Path) -> None:
    """Ten records of 200 MB in a sparse file of 200 MB: all of them the same bytes."""
    size = 200 << 20
    with (folder / "ae.pt").open("wb") as file:
        file.write(b"PK\x03\x04" + bytes(26))
        file.seek(30 + size)
        table = b""
        for number in range(10):
            name = b"a/data/%d" % number if number else b"a/data.pkl"
            head = struct.pack("<HHHHHHIII", 20, 20, 0, 0, 0, 0, 0, size, size)
            rest = struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0)
            table += b"PK\x01\x02" + head + rest + name
        file.write(
            table + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 10, 10, len(table), 30 + size, 0)
        )


def laughs(levels: int) -> bytes:
    """A list of two times a list of two times ...: 2 ** levels things in a few bytes."""
    inner: list[Any] = ["ha"]
    for _ in range(levels):
        inner = [inner, inner]
    return pickle.dumps({"state_dict": inner, "W_enc": tuple(inner)}, 2)


def laughing_key() -> bytes:
    """A dictionary with a tuple of tuples as its key, which takes 2 ** 60 steps to hash."""
    made = b"\x80\x02}("
    made += b")q\0000"
    for _ in range(60):
        made += b"h\0h\0\x86q\0000"
    return made + b"h\0K\x01u."


def header(about: dict[str, Any] | bytes, data: bytes = b"", length: int | None = None) -> bytes:
    text = about if isinstance(about, bytes) else json.dumps(about).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def safe(about: Any, data: bytes = b"", length: int | None = None) -> Callable[[Path], None]:
    return written("ae.pt", header(about, data, length))


def one_tensor(shape: list[int], start: int, end: int, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


def npz(folder: Path) -> None:
    with (folder / "ae.pt").open("wb") as file:
        np.savez(file, **{name: w.numpy() for name, w in releases.state(BATCH_TOPK).items()})


ODD = {
    "float8": torch.zeros(D, F).to(torch.float8_e4m3fn),
    "complex": torch.zeros(D, F, dtype=torch.complex64),
    "sparse": torch.zeros(D, F).to_sparse(),
    "meta": torch.zeros(D, F, device="meta"),
    "int": torch.zeros(D, F, dtype=torch.int8),
    "bool": torch.zeros(D, F, dtype=torch.bool),
    "empty": torch.zeros(0, 0),
    "no concepts": torch.zeros(D, 0),
    "repeated": torch.tensor(0.5).expand(D, F),
}
PLACES = ("ae.pt", "config.json", "concept_names.txt", "D.pth", "example_linear_probe_places365.pt")
KINDS_OF_FILE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a socket": socket_at,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a terminal": lambda path: path.symlink_to("/dev/ptmx"),
    "a folder": Path.mkdir,
}
DEEP = 100_000
HARM: dict[str, Callable[[Path], None]] = {
    **{
        f"{kind} as {place}": instead(place, make)
        for place in PLACES
        for kind, make in KINDS_OF_FILE.items()
    },
    **{f"{kind} numbers": weights(W_enc=value) for kind, value in ODD.items()},
    "compressed": zip_of(
        {"a/data.pkl": b"\0" * (8 << 20), "a/data/0": b"\0" * (64 << 20)},
        compression=zipfile.ZIP_DEFLATED,
        compresslevel=1,
    ),
    "a million entries": lying_table,
    "overlapping": overlapping,
    "no pickle": zip_of({"a/b": b""}),
    "a huge tensor of one number": zipped(tensor((10**6, 10**6), (0, 0), count=1)),
    "a negative step": zipped(tensor((4, 4), (-4, 1))),
    "a negative side": zipped(tensor((-4, 4), (4, 1))),
    "outside of its numbers": zipped(tensor((4, 4), (4, 1), 1)),
    "far outside": zipped(tensor((2,), (2**61,))),
    "more numbers than bytes": zipped(tensor((4, 4), (4, 1), count=2**40)),
    "empty but endless": zipped(tensor((0, 2**61), (1, 1))),
    "deep": zipped(b"\x80\x02" + b"]" * DEEP + b"a" * (DEEP - 1) + b"."),
    "deep objects": zipped(
        b"\x80\x02" + b"cx\nY\n(" * (DEEP // 3) + b"tR" * (DEEP // 3) + b"."
    ),
    "laughing": zipped(laughs(60)),
    "a laughing key": zipped(laughing_key()),
    "a huge memo": zipped(b"\x80\x02}r\xff\xff\xff\x7f."),
    "huge bytes": zipped(b"\x80\x04\x8e" + (2**40).to_bytes(8, "little") + b"."),
    "huge text": zipped(b"\x80\x04\x8d" + (2**40).to_bytes(8, "little") + b"."),
    "endless work": zipped(b"\x80\x02" + b"]0" * OPERATIONS + b"."),
    "a huge number": zipped(b"\x80\x02}(X\x05\0\0\0W_enc\x8b" + (1 << 16).to_bytes(4, "little")
                            + b"\x7f" * (1 << 16) + b"u."),
    "a command": written("ae.pt", b"cos\nsystem\n(S'touch was_run'\ntR."),
    "a command in a zip": zipped(b"\x80\x02cposix\nsystem\n(X\x0d\0\0\0touch was_runtR."),
    "extensions": written("ae.pt", b"\x80\x02\x82\x01."),
    "an older pickle, deep": written("ae.pt", b"\x80\x02" + b"]" * DEEP + b"."),
    "a header that is too long": safe({}, length=2**63),
    "a header of the whole file": safe({}, length=100),
    "overlapping tensors": safe(
        {"W_enc": one_tensor([2], 0, 8), "b_enc": one_tensor([2], 4, 12)}, bytes(12)
    ),
    "holes": safe({"W_enc": one_tensor([2], 8, 16)}, bytes(16)),
    "twice": safe(
        b'{"W_enc":' + json.dumps(one_tensor([2], 0, 8)).encode() + b',"W_enc":'
        + json.dumps(one_tensor([2], 0, 8)).encode() + b"}", bytes(8),
    ),
    "another size": safe({"W_enc": one_tensor([2**40, 2**40], 0, 8)}, bytes(8)),
    "behind the end": safe({"W_enc": one_tensor([2**30], 0, 2**32)}, bytes(8)),
    "quantized": safe(
        {n: one_tensor([4], 4 * i, 4 * i + 4, "F8_E5M2")
         for i, n in enumerate(("W_enc", "b_enc", "W_dec", "b_dec"))}, bytes(16),
    ),
    "a deep header": safe(b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}"),
    "deep settings": written("config.json", b"[" * DEEP + b"]" * DEEP),
    "settings of a gigabyte": instead("config.json", lambda path: sparse(path, 1 << 30)),
    "endless names": written("concept_names.txt", b"a\n" * 17_000_000),
    "names without an end": written("concept_names.txt", b"a" * 10_000_000),
    "NaN": weights(b_dec=torch.full((D,), float("nan"))),
    "infinite": weights(threshold=torch.tensor(float("inf"))),
    "k of many": weights(k=torch.tensor(10**9)),
    "other widths": weights(W_dec=torch.zeros(F + 1, D)),
    "gguf": written("ae.pt", b"GGUF" + bytes(60)),
    "hdf5": written("ae.pt", b"\x89HDF\r\n\x1a\n" + bytes(60)),
    "npz": npz,
    "onnx": written("ae.pt", b"\x08\x07\x12\x07pytorch\x1a\x051.9.0:" + bytes(60)),
    "a page": written("ae.pt", b"<!DOCTYPE html><html>Sign in</html>"),
    "a placeholder": written("ae.pt", b"version https://git-lfs.github.com/spec/v1\noid"),
    "noise": written("ae.pt", np.random.default_rng(0).bytes(4096)),
    "letters": written("ae.pt", b"weights\n"),
    "nothing": written("ae.pt", b""),
}  # fmt: skip


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def open_all(base: Path) -> Iterator[tuple[str, str]]:
    """Open every folder in `base` as a dictionary: its name, and the error's words, '' if none."""
    import resource

    os.chdir(base)
    torch.set_num_threads(1)  # those of the program that was forked are not here
    released.inspect(folder_of(base.parent / "whole"))  # whatever is loaded once
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + (LIMIT_MB << 20),) * 2)
    pickles.MOST_OPERATIONS = OPERATIONS
    for folder in sorted(base.iterdir()):
        words = ""
        try:
            released.read(folder)
        except KnownError as error:
            words = str(error)
        yield folder.name, words
