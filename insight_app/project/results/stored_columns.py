"""Columns of numbers that stay in their files and are read a run at a time.

Not mapped: where a mapped file becomes shorter, the system ends the process that looks at it. Knows
nothing of what the numbers mean.
"""

import os
import threading
import weakref
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray


class Numbers:
    """Read places of an open file; stays open, also when it is removed, while somebody holds it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._file)
        self._lock = threading.Lock()

    def read(self, dtype: str | np.dtype[Any], place: int, count: int) -> NDArray[Any]:
        """Return (count,) numbers from a byte on; EOFError where the file ends before."""
        found, size = b"", count * np.dtype(dtype).itemsize
        with self._lock:
            os.lseek(self._file, place, os.SEEK_SET)
            while len(found) < size and (more := os.read(self._file, size - len(found))):
                found += more
        if len(found) < size:
            raise EOFError
        return np.frombuffer(found, dtype)


class StoredColumn:
    """Stand for an array (n,) that begins at a byte of a file; a slice of it is an array."""

    def __init__(self, file: BinaryIO, dtype: np.dtype[Any], size: int, start: int) -> None:
        self.dtype, self.shape = dtype, (size,)
        self._numbers, self._start = Numbers(file), start

    def __getitem__(self, run: slice) -> NDArray[Any]:
        start, end, _ = run.indices(self.shape[0])
        place = self._start + start * self.dtype.itemsize
        return self._numbers.read(self.dtype, place, max(0, end - start))
