"""What is counted over the images of one shard, as one mergeable value with a file of its own.

A tally is a function of the stored codes and of the set of images left out (tombstones): it can
always be made again from the shard, and adding shard after shard equals counting all at once.
Knows nothing of SQL; co-occurrence, which is bigger, is kept beside it by `counting`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes, concatenate
from insight_app.concepts.statistics import Counts, Exemplars

EXEMPLARS = 30


class FolderSums:
    """Counts by image folder, sparse: one row per (folder, concept) that occurs.

    key (n,) int64 = folder * F + concept, ascending; images, cells, steps (n,) int64;
    maximum (n,) float16.
    """

    def __init__(self, concepts: int) -> None:
        self.concepts = concepts
        self.key = np.zeros(0, np.int64)
        self.images = np.zeros(0, np.int64)
        self.cells = np.zeros(0, np.int64)
        self.steps = np.zeros(0, np.int64)
        self.maximum = np.zeros(0, np.float16)

    def add(
        self, codes: Codes, image_of_row: NDArray[np.integer], folder_of_row: NDArray[np.integer]
    ) -> None:
        """Count the cells of whole images; image_of_row, folder_of_row: (T,)."""
        rows = codes.rows
        key = folder_of_row[rows].astype(np.int64) * self.concepts + codes.indices
        steps = (codes.stored.astype(np.float64) * 2.0**24).astype(np.int64)
        order = np.lexsort((image_of_row[rows], key))
        key, image = key[order], image_of_row[rows][order]
        first_of_image = np.ones(key.size, np.int64)
        first_of_image[1:] = (key[1:] != key[:-1]) | (image[1:] != image[:-1])
        self._take(key, first_of_image, np.ones_like(key), steps[order], codes.stored[order])

    def merge(self, other: "FolderSums") -> None:
        self._take(other.key, other.images, other.cells, other.steps, other.maximum)

    def _take(
        self,
        key: NDArray[np.int64],
        images: NDArray[np.int64],
        cells: NDArray[np.int64],
        steps: NDArray[np.int64],
        maximum: NDArray[np.float16],
    ) -> None:
        if not key.size:
            return
        both = np.concatenate([self.key, key])
        order = np.argsort(both, kind="stable")
        both = both[order]
        start = np.flatnonzero(np.diff(both, prepend=-1))
        self.key = both[start]
        self.images = np.add.reduceat(np.concatenate([self.images, images])[order], start)
        self.cells = np.add.reduceat(np.concatenate([self.cells, cells])[order], start)
        self.steps = np.add.reduceat(np.concatenate([self.steps, steps])[order], start)
        joined = np.concatenate([self.maximum, maximum])[order]
        self.maximum = np.maximum.reduceat(joined, start)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        names = ("key", "images", "cells", "steps", "maximum")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], concepts: int) -> "FolderSums":
        sums = cls(concepts)
        for name in ("key", "images", "cells", "steps", "maximum"):
            setattr(sums, name, arrays[name])
        return sums


class Tally:
    """Counts, exemplars and folder sums over some images."""

    def __init__(self, concepts: int) -> None:
        self.concepts = concepts
        self.counts = Counts(concepts)
        self.exemplars = Exemplars(concepts, EXEMPLARS)
        self.folders = FolderSums(concepts)
        self.images = 0
        self.tokens = 0

    def add(self, images: Sequence[int], folders: Sequence[int], codes: Sequence[Codes]) -> None:
        """Count whole images."""
        joined, image, cell = flatten(images, codes)
        lengths = [part.cells for part in codes]
        folder = np.repeat(np.asarray(folders, np.int64), lengths)
        self.counts.add(joined, image)
        self.exemplars.add(joined, image, cell)
        self.folders.add(joined, image, folder)
        self.images += len(images)
        self.tokens += joined.cells

    def merge(self, other: "Tally") -> None:
        self.counts.merge(other.counts)
        self.exemplars.merge(other.exemplars)
        self.folders.merge(other.folders)
        self.images += other.images
        self.tokens += other.tokens

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        arrays: dict[str, NDArray[Any]] = {"size": np.array([self.images, self.tokens], np.int64)}
        for prefix in ("counts", "exemplars", "folders"):
            for name, array in getattr(self, prefix).to_arrays().items():
                arrays[f"{prefix}_{name}"] = array
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> "Tally":
        def under(prefix: str) -> dict[str, NDArray[Any]]:
            cut = len(prefix) + 1
            return {name[cut:]: a for name, a in arrays.items() if name.startswith(prefix + "_")}

        tally = cls(int(arrays["counts_cells"].size))
        tally.counts = Counts.from_arrays(under("counts"))
        tally.exemplars = Exemplars.from_arrays(under("exemplars"))
        tally.folders = FolderSums.from_arrays(under("folders"), tally.concepts)
        tally.images, tally.tokens = (int(number) for number in arrays["size"])
        return tally


def flatten(
    images: Sequence[int], codes: Sequence[Codes]
) -> tuple[Codes, NDArray[np.int64], NDArray[np.int64]]:
    """Codes of several images as one, with the image and the cell of every row."""
    lengths = [part.cells for part in codes]
    image = np.repeat(np.asarray(images, np.int64), lengths)
    cell = np.concatenate([np.arange(length, dtype=np.int64) for length in lengths])
    return concatenate(codes), image, cell
