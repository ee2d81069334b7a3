"""Arrays of others are numbers that fit, or a ValueError: nothing is run, no memory is wasted."""

import io
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from insight_app.files import NotRegular
from insight_app.plain_arrays import npz_of, read_npy, read_npz

FINE = {
    "whole": np.arange(12, dtype=np.int64),
    "half": np.ones((3, 4), np.float16),
    "none": np.zeros((0, 7), np.float32),
    "one": np.array(5.0),
    "words": np.array(["a", "日本"]),
    "turned": np.asfortranarray(np.arange(6).reshape(2, 3)),
}
SMALL = 10_000_000
"""Bytes that a refusal may take."""


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_what_numpy_saves_is_read(tmp_path: Path, save: Callable[..., None]) -> None:
    path = tmp_path / "a.npz"
    save(path, **FINE)
    for found in (read_npz(path), npz_of(path.read_bytes())):
        assert found.keys() == FINE.keys()
        for name, array in FINE.items():
            assert found[name].dtype == array.dtype and np.array_equal(found[name], array)
            assert found[name].flags.writeable
    for array in FINE.values():
        np.save(tmp_path / "b.npy", array)
        assert np.array_equal(read_npy(tmp_path / "b.npy"), array)


def npy(header: str, data: bytes = b"", version: bytes = b"\1\0") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + data


def of(descr: str, shape: str, data: bytes = b"\0" * 8) -> bytes:
    return npy(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}", data)


HOSTILE = {
    "a trillion elements": of("'<f8'", "(1000000000000,)"),
    "a trillion of no size": of("'|S0'", "(1000000000000,)", b""),
    "more than is there": of("'<f8'", "(2,)"),
    "less than is there": of("'<f4'", "(1,)"),
    "a negative size": of("'<f8'", "(-1,)"),
    "two negative sizes": of("'<f8'", "(-1, -1)"),
    "sizes over all": of("'<f8'", f"({2**62}, 4)"),
    "objects": of("'|O'", "(1,)"),
    "fields with objects": of("[('a', '|O')]", "(1,)"),
    "a kind that is none": of("'<z9'", "(1,)"),
    "a shape that is none": of("'<f8'", "'abc'"),
    "a header that nests": npy("(" * 9000),
    "a header of signs": npy("-" * 9000 + "1"),
    "a header that calls": npy("__import__('os').abort()"),
    "no header": b"\x93NUMPY",
    "another version": npy("{}", version=b"\3\0"),
    "nothing": b"",
    "junk": b"\xff" * 1000,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_an_array_that_is_none_is_a_value_error(tmp_path: Path, what: str) -> None:
    path, data = tmp_path / "a.npy", HOSTILE[what]
    path.write_bytes(data)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a.npy", data)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError):
            read_npy(path)
        with pytest.raises(ValueError):
            npz_of(zipped.getvalue())
        assert tracemalloc.get_traced_memory()[1] < SMALL
    finally:
        tracemalloc.stop()


def bomb() -> bytes:
    """A hundred million zeros in a hundred thousand bytes, as numpy would write them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", of("'|u1'", "(100000000,)", b"\0" * 100_000_000))
    return file.getvalue()


def of_files(*names: str, method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name in names:
            archive.writestr(name, of("'<f8'", "(1,)"))
    return file.getvalue()


def broken(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"", lambda: b"PK\5\6", lambda: of_files("a.npy")[:-30],
        lambda: of_files("../../a"), lambda: of_files("a.npy", "a.npy"), bomb,
        lambda: of_files("a.npy", method=zipfile.ZIP_LZMA),
        lambda: of_files(*(f"{number}.npy" for number in range(30_000))),
        lambda: broken(of_files("a.npy"), 105), lambda: np.zeros(9).tobytes(),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_that_is_none_of_ours_is_a_value_error(make: Callable[[], bytes]) -> None:
    data = make()
    tracemalloc.start()
    try:
        with pytest.raises(ValueError):
            npz_of(data, most=SMALL)
        assert tracemalloc.get_traced_memory()[1] < SMALL
    finally:
        tracemalloc.stop()


def test_every_flipped_byte_is_an_array_or_a_value_error() -> None:
    data = of_files("a.npy")
    for at in range(len(data)):
        try:
            npz_of(broken(data, at))
        except ValueError:
            continue


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_huge_empty_file_and_a_pipe_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    size = 1 << 36
    head = of("'|u1'", f"({size},)", b"")
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + size)  # takes no room on the disk
    with pytest.raises(ValueError, match="more than"):
        read_npy(path)
    with pytest.raises(ValueError):
        read_npz(path)
    path.unlink()
    os.mkfifo(path)
    for read in (read_npy, read_npz):
        with pytest.raises(NotRegular):
            read(path)
