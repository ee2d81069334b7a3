"""Ways in which bytes and files go wrong, whatever they are. Every choice comes from `chance`."""

import json
import os
import random
import shutil
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

Bytes = Callable[[random.Random, bytes], bytes]


def cut(chance: random.Random, data: bytes) -> bytes:
    return data[: int(len(data) * chance.choice((0, 0.01, 0.3, 0.5, 0.9, 0.99)))]


def cut_a_little(chance: random.Random, data: bytes) -> bytes:
    return data[: -chance.randint(1, 9)]


def flip(chance: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8, 60))):
        if found:
            found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def flip_head(chance: random.Random, data: bytes) -> bytes:
    """Where headers are, numbers of sizes are."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 2, 4))):
        if found:
            found[chance.randrange(min(len(found), 200))] = chance.choice((0, 1, 127, 128, 255))
    return bytes(found)


def lie(chance: random.Random, data: bytes) -> bytes:
    """A big number where some number was."""
    if len(data) < 12:
        return data
    at = chance.randrange(min(len(data) - 8, 400))
    value = chance.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x10000, 0x80000000, 65535))
    number = struct.pack(chance.choice(("<I", ">I")), value)
    return data[:at] + number + data[at + 4 :]


def swap_parts(chance: random.Random, data: bytes) -> bytes:
    at, to = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:at] + data[to:] + data[at:to]


def repeat_part(chance: random.Random, data: bytes) -> bytes:
    at, to = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:to] + data[at:to] * chance.choice((1, 2, 50)) + data[to:]


def zeros(chance: random.Random, data: bytes) -> bytes:
    at, to = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:at] + b"\0" * (to - at) + data[to:]


def tail(chance: random.Random, data: bytes) -> bytes:
    return data + chance.choice(
        (b"\0" * 4096, chance.randbytes(500), data, b"PK\x05\x06" + b"\0" * 18)
    )


def empty(chance: random.Random, data: bytes) -> bytes:
    return b""


def noise(chance: random.Random, data: bytes) -> bytes:
    return chance.randbytes(chance.choice((1, 16, 1000, 100_000)))


BYTES: tuple[Bytes, ...] = (
    cut, cut_a_little, flip, flip_head, lie, swap_parts, repeat_part, zeros, tail, empty, noise,
)  # fmt: skip


# ---- JSON

DEEP = b"[" * 100_000 + b"]" * 100_000
ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, -1e308, 10**30, 2**63, "", "x" * 100_000, [], {}, [[]], {"": None},
    "../../decoys/letter.txt", "/etc/passwd", "\ud800", "NaN", "9999-99-99T99:99:99+99:99", 1.5,
    float("nan"), float("inf"), "\x1b[31m<img src=x>", [[[[]]]], -(2**63), "0001-01-01T00:00:00",
)  # fmt: skip


def odd_json(chance: random.Random, data: bytes) -> bytes:
    """Another value somewhere, a name more or less, deep, twice, with a mark, or no JSON."""
    odd = chance.choice(("value", "value", "value", "drop", "add", "deep", "bom", "utf-16",
                         "twice", "number", "deep inside"))  # fmt: skip
    plain: dict[str, Callable[[], bytes]] = {
        "deep": lambda: chance.choice((DEEP, b'{"a":' * 100_000 + b"1" + b"}" * 100_000)),
        "bom": lambda: b"\xef\xbb\xbf" + data,
        "utf-16": lambda: data.decode("utf-8", "replace").encode("utf-16"),
        "twice": lambda: data + data,
        "number": lambda: b"1" * chance.choice((1, 5000, 1_000_000)),
    }
    if odd in plain:
        return plain[odd]()
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return plain["twice"]()
    if odd == "deep inside":
        text = json.dumps(content)
        places = [at for at, sign in enumerate(text) if sign in "0123456789"] or [0]
        at = chance.choice(places)
        return (text[:at] + DEEP.decode() + text[at + 1 :]).encode()
    holders = list(_holders(content))
    if not holders:
        return json.dumps(chance.choice(ODD_VALUES)).encode("utf-8", "surrogatepass")
    holder, key = chance.choice(holders)
    if odd == "drop":
        del holder[key]
    elif odd == "add" and isinstance(holder, dict):
        holder["odd"] = chance.choice(ODD_VALUES)
    else:
        holder[key] = chance.choice(ODD_VALUES)
    return json.dumps(content).encode("utf-8", "surrogatepass")


def _holders(content: Any) -> Any:
    if isinstance(content, dict | list):
        for key in content if isinstance(content, dict) else range(len(content)):
            yield content, key
            yield from _holders(content[key])


# ---- what is no file

Odd = Callable[[random.Random, Path, Path], None]
"""(chance, the path that it takes, the decoys)"""


def _away(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)


def gone(chance: random.Random, path: Path, decoys: Path) -> None:
    _away(path)


def link_to_decoy(chance: random.Random, path: Path, decoys: Path) -> None:
    _away(path)
    name = chance.choice(("letter.txt", "empty", "settings.json", "other.sqlite", "folder",
                          "folder/notes.jsonl"))  # fmt: skip
    path.symlink_to(decoys / name)


def hard_link_to_decoy(chance: random.Random, path: Path, decoys: Path) -> None:
    """Another name of a file elsewhere: who writes in place writes there."""
    _away(path)
    path.hardlink_to(decoys / chance.choice(("letter.txt", "settings.json", "other.sqlite")))


def link_to_nothing(chance: random.Random, path: Path, decoys: Path) -> None:
    """Who creates through it makes a file where none may be."""
    _away(path)
    path.symlink_to(decoys / chance.choice(("new-file", "folder/new", "no/such/folder/new")))


def link_to_itself(chance: random.Random, path: Path, decoys: Path) -> None:
    _away(path)
    path.symlink_to(path.name)


def link_to_device(chance: random.Random, path: Path, decoys: Path) -> None:
    _away(path)
    path.symlink_to(chance.choice(("/dev/zero", "/dev/urandom", "/dev/ptmx", "/dev/null",
                                   "/dev/full", "/dev/tty", "/proc/self/mem")))  # fmt: skip


def fifo(chance: random.Random, path: Path, decoys: Path) -> None:
    _away(path)
    os.mkfifo(path)


def folder(chance: random.Random, path: Path, decoys: Path) -> None:
    _away(path)
    path.mkdir()
    if chance.random() < 0.5:
        (path / "inside").write_text("x")


def a_socket(chance: random.Random, path: Path, decoys: Path) -> None:
    _away(path)
    here = Path.cwd()
    try:
        os.chdir(path.parent)  # a socket's name may not be long
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name[:90])
        Path(path.name[:90]).rename(path.name)
    finally:
        os.chdir(here)


def sparse(chance: random.Random, path: Path, decoys: Path) -> None:
    """A file of many zeros, which takes no room."""
    _away(path)
    with path.open("wb") as file:
        file.truncate(chance.choice((1 << 20, 3 << 30, 20 << 30)))


NO_FILES: tuple[Odd, ...] = (
    gone, link_to_decoy, link_to_nothing, link_to_itself, link_to_device, fifo, folder, a_socket,
    sparse,
)  # fmt: skip
