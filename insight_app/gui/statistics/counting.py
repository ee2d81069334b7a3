"""Counting all concepts over the images of some folders; runs on the pool. Knows no window."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from insight_app.project.results.records import Sums

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results

Number = TypeVar("Number", np.int64, np.float64, np.float16)


@dataclass(frozen=True)
class FolderCounts:
    """By folder, in path order: its name, the images analyzed in it, (folders, n) those covered."""

    names: tuple[str, ...] = ()
    sizes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    images: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), np.int64))

    @property
    def shares(self) -> NDArray[np.float64]:
        """(folders, n) of each folder's images."""
        return self.images / np.maximum(self.sizes, 1)[:, None]


@dataclass(frozen=True)
class Counted:
    """sums: (n,) counts over the images of the chosen folders; of_images: how many these are."""

    sums: Sums
    of_images: int
    by_folder: FolderCounts

    def padded(self, n: int) -> "Counted":
        """Return counts of n concepts: zero for those that the machine does not have."""
        sums, folders = self.sums, self.by_folder
        return Counted(
            Sums(
                _pad(sums.images, n),
                _pad(sums.cells, n),
                _pad(sums.total, n),
                _pad(sums.maximum, n),
            ),
            self.of_images,
            FolderCounts(folders.names, folders.sizes, _pad(folders.images, n)),
        )


def count(results: "Results", folders: Sequence[int]) -> Counted:
    """Count every concept over the images of `folders`, none = all."""
    by_folder, _cells = results.by_folder()
    everything = Sums(results.images, results.cells, results.total, results.maximum)
    sizes = np.asarray([folder.coded for folder in results.folders], np.int64)
    chosen = np.asarray([not folders or one.id in folders for one in results.folders], bool)
    names = tuple(folder.path or "(top)" for folder in results.folders)
    return Counted(
        results.subset(folders) if folders else everything,
        int(sizes[chosen].sum()),
        FolderCounts(names, sizes, by_folder),
    )


def _pad(array: NDArray[Number], n: int) -> NDArray[Number]:
    """Return an array (..., m) as (..., n), with zeros for what it does not have."""
    missing = n - array.shape[-1]
    if missing <= 0:
        return array[..., :n]
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, missing)])
