"""Arrays of others (.npy, .npz), read without surprises: numbers that fit, or a ValueError.

Sizes are compared before memory is taken: a header can promise any number of elements, a zip can
unpack to a thousand times its size. Below all floors. Knows no format but numpy's.
"""

import io
import math
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from insight_app.files import open_regular

MOST_BYTES = 1 << 30
"""More is none of our arrays, but where it is said."""
_LARGEST_DIRECTORY = 1 << 20
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_BLOCK = 1 << 20
_END_OF_ZIP = b"PK\x05\x06"
_LONGEST_END = 22 + 0xFFFF


def read_npz(
    path: Path, most: int = MOST_BYTES, *, follow_links: bool = False
) -> dict[str, NDArray[Any]]:
    """Return the arrays of a regular file by name.

    Raises OSError where it cannot be read, ValueError, and nothing else, where it is not what
    numpy's `savez` writes of at most `most` bytes.
    """
    with open_regular(path, follow_links=follow_links) as file:
        return _unzipped(file, most)


def npz_of(data: bytes, most: int = MOST_BYTES) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file that holds `data`, as `read_npz` does."""
    return _unzipped(io.BytesIO(data), most)


def read_npy(path: Path, most: int = MOST_BYTES) -> NDArray[Any]:
    """Return the array of a regular file; raises as `read_npz` does."""
    with open_regular(path) as file:
        return _array(file, file.seek(0, io.SEEK_END), most)


def _unzipped(file: BinaryIO, most: int) -> dict[str, NDArray[Any]]:
    _must_be_a_small_zip(file)
    found: dict[str, NDArray[Any]] = {}
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                name = info.filename.removesuffix(".npy")
                is_usual = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                if name == info.filename or name in found or not is_usual:
                    raise ValueError(f"it holds {info.filename[:80]!r}")
                with archive.open(info) as member:
                    found[name] = _array(member, info.file_size, most)
                most -= info.file_size
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError) as error:
        raise ValueError(f"it cannot be unpacked ({error})") from error
    return found


def _must_be_a_small_zip(file: BinaryIO) -> None:
    """Raise ValueError for a zip of more files than memory should be taken for."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _LONGEST_END))
    end = file.read()
    at = end.rfind(_END_OF_ZIP)
    if at < 0 or int.from_bytes(end[at + 12 : at + 16], "little") > _LARGEST_DIRECTORY:
        raise ValueError("it is no file of arrays")


def _array(file: Any, size: int, most: int) -> NDArray[Any]:
    """Return the array of a .npy file of `size` bytes."""
    if size > most:
        raise ValueError(f"it has {size:,} bytes, more than the {most:,} there can be")
    file.seek(0)
    try:
        header = _HEADERS[np.lib.format.read_magic(file)]
        shape, is_fortran, dtype = header(file)
    except OSError:
        raise
    except Exception as error:  # what is no header is read as Python, and fails in every way
        raise ValueError("it is no array") from error
    if dtype.hasobject or not dtype.itemsize or min(shape, default=0) < 0:
        raise ValueError(f"it is an array of {dtype}")
    if math.prod(shape) * dtype.itemsize != size - file.tell():
        raise ValueError("its size is not that of its array")
    flat, at = np.empty(math.prod(shape), dtype), 0
    into = memoryview(flat.view(np.uint8).data)
    while at < flat.nbytes:
        part = file.read(min(_BLOCK, flat.nbytes - at))
        if not part:
            raise ValueError("it is cut off")
        into[at : at + len(part)] = part
        at += len(part)
    return flat.reshape(shape, order="F" if is_fortran else "C")
