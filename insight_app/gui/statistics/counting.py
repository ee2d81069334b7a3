"""Counting all concepts over the images of some folders; runs on the pool. Knows no window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from insight_app.project.results.records import Sums

if TYPE_CHECKING:
    from insight_app.project.composites.by_folder import FolderNumbers
    from insight_app.project.composites.reader import ConceptReader
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
    composites: "Mapping[int, FolderNumbers]" = field(default_factory=dict)
    """What is known of rows that persons composed, over the chosen folders and by folder."""

    def padded(self, n: int) -> "Counted":
        """Return counts of n concepts, of what is composed as a whole: zero where it is nothing."""
        sums, folders = self.sums, self.by_folder
        images, cells = _pad(sums.images, n), _pad(sums.cells, n)
        total, maximum = _pad(sums.total, n), _pad(sums.maximum, n)
        in_folder = _pad(folders.images, n)
        for row, one in self.composites.items():
            images[row], cells[row], total[row] = one.images, one.cells, one.total
            maximum[row], in_folder[:, row] = one.maximum, one.by_folder
        return Counted(
            Sums(images, cells, total, maximum),
            self.of_images,
            FolderCounts(folders.names, folders.sizes, in_folder),
        )


def count(
    results: "Results", folders: Sequence[int], readers: "Mapping[int, ConceptReader]"
) -> Counted:
    """Count every concept over the images of `folders`, none = all; readers: of composites."""
    from insight_app.project.composites import by_folder as composites_by_folder

    by_folder, _cells = results.by_folder()
    everything = Sums(results.images, results.cells, results.total, results.maximum)
    sizes = np.asarray([folder.coded for folder in results.folders], np.int64)
    chosen = np.asarray([not folders or one.id in folders for one in results.folders], bool)
    names = tuple(folder.path or "(top)" for folder in results.folders)
    return Counted(
        results.subset(folders) if folders else everything,
        int(sizes[chosen].sum()),
        FolderCounts(names, sizes, by_folder),
        {row: composites_by_folder.numbers(one, folders) for row, one in readers.items()},
    )


def _pad(array: NDArray[Number], n: int) -> NDArray[Number]:
    """Return an array (..., m) as (..., n), with zeros for what it does not have."""
    missing = n - array.shape[-1]
    if missing <= 0:
        return array[..., :n].copy()
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, missing)])
