"""What is counted over the images of one shard, as one mergeable value with a file of its own.

A tally is a function of the stored codes and of the set of images left out (tombstones): it can
always be made again from the shard, and adding shard after shard equals counting all at once.
Knows nothing of SQL; co-occurrence, which is bigger, is kept beside it by `counting`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes, concatenate
from insight_app.concepts.random_directions import DIRECTIONS, FEATURES
from insight_app.concepts.statistics import Counts, Exemplars, StrongestImages, maxima
from insight_app.concepts.statistics.fixed_point import to_units
from insight_app.project.results.code_record import Notes

EXEMPLARS = 30


class FolderSums:
    """Count by image folder, sparse: one row for each (folder, concept) that occurs.

    key (n,) int64 = folder * F + concept, ascending; images, cells (n,) int64; mass (n,) int64: the
    sum of activation in fixed-point units; maximum (n,) float16.
    """

    def __init__(self, concepts: int) -> None:
        self.concepts = concepts
        self.key = np.zeros(0, np.int64)
        self.images = np.zeros(0, np.int64)
        self.cells = np.zeros(0, np.int64)
        self.mass = np.zeros(0, np.int64)
        self.maximum = np.zeros(0, np.float16)

    def add(
        self, codes: Codes, image_of_row: NDArray[np.integer], folder_of_row: NDArray[np.integer]
    ) -> None:
        """Count the cells of whole images; image_of_row, folder_of_row: (T,)."""
        rows = codes.rows
        key = folder_of_row[rows].astype(np.int64) * self.concepts + codes.indices
        mass = to_units(codes.stored)
        order = np.lexsort((image_of_row[rows], key))
        key, image = key[order], image_of_row[rows][order]
        first_of_image = np.ones(key.size, np.int64)
        first_of_image[1:] = (key[1:] != key[:-1]) | (image[1:] != image[:-1])
        self._take(key, first_of_image, np.ones_like(key), mass[order], codes.stored[order])

    def merge(self, other: "FolderSums") -> None:
        """Add the counts of other images over the same concepts."""
        self._take(other.key, other.images, other.cells, other.mass, other.maximum)

    def _take(
        self,
        key: NDArray[np.int64],
        images: NDArray[np.int64],
        cells: NDArray[np.int64],
        mass: NDArray[np.int64],
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
        self.mass = np.add.reduceat(np.concatenate([self.mass, mass])[order], start)
        joined = np.concatenate([self.maximum, maximum])[order]
        self.maximum = np.maximum.reduceat(joined, start)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the columns (n,) for a file, not copied; the mass is called "steps" there."""
        return {
            "key": self.key,
            "images": self.images,
            "cells": self.cells,
            "steps": self.mass,
            "maximum": self.maximum,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], concepts: int) -> "FolderSums":
        """Take over the columns (n,) that `to_arrays` returned."""
        sums = cls(concepts)
        sums.key, sums.images, sums.cells = arrays["key"], arrays["images"], arrays["cells"]
        sums.mass, sums.maximum = arrays["steps"], arrays["maximum"]
        return sums


class Tally:
    """Hold counts, exemplars, folder sums and strongest images over some images."""

    def __init__(self, concepts: int) -> None:
        self.concepts = concepts
        self.counts = Counts(concepts)
        self.exemplars = Exemplars(concepts, EXEMPLARS)
        self.folders = FolderSums(concepts)
        self.strongest = StrongestImages(concepts)
        self.images = 0
        self.tokens = 0

    def add(
        self,
        images: Sequence[int],
        folders: Sequence[int],
        codes: Sequence[Codes],
        notes: Sequence[Notes],
    ) -> None:
        """Count whole images: their ids, the folders they lie in, their codes and notes."""
        joined, image, cell = flatten(images, codes)
        lengths = [part.cells for part in codes]
        folder = np.repeat(np.asarray(folders, np.int64), lengths)
        self.counts.add(joined, image)
        self.exemplars.add(joined, image, cell)
        self.folders.add(joined, image, folder)
        known = [at for at, one in enumerate(notes) if _has_features(one)]
        if known:
            self.strongest.add(
                maxima(*flatten([images[at] for at in known], [codes[at] for at in known])),
                np.array([images[at] for at in known], np.uint32),
                np.stack([notes[at].features for at in known]),
                np.stack([notes[at].controls for at in known]),
            )
        self.images += len(images)
        self.tokens += joined.cells

    def merge(self, other: "Tally") -> None:
        """Add the tally of other images over the same concepts."""
        self.counts.merge(other.counts)
        self.exemplars.merge(other.exemplars)
        self.folders.merge(other.folders)
        self.strongest.merge(other.strongest)
        self.images += other.images
        self.tokens += other.tokens

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all arrays for a file, named by what they belong to; not copied."""
        arrays: dict[str, NDArray[Any]] = {"size": np.array([self.images, self.tokens], np.int64)}
        for prefix in ("counts", "exemplars", "folders", "strongest"):
            for name, array in getattr(self, prefix).to_arrays().items():
                arrays[f"{prefix}_{name}"] = array
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> "Tally":
        """Take over what `to_arrays` returned, also without the strongest images, as before."""

        def under(prefix: str) -> dict[str, NDArray[Any]]:
            cut = len(prefix) + 1
            return {name[cut:]: a for name, a in arrays.items() if name.startswith(prefix + "_")}

        tally = cls(int(arrays["counts_cells"].size))
        tally.counts = Counts.from_arrays(under("counts"))
        tally.exemplars = Exemplars.from_arrays(under("exemplars"))
        tally.folders = FolderSums.from_arrays(under("folders"), tally.concepts)
        if knows_strongest(arrays):
            tally.strongest = StrongestImages.from_arrays(under("strongest"))
        tally.images, tally.tokens = (int(number) for number in arrays["size"])
        return tally


def _has_features(notes: Notes) -> bool:
    """Return whether features were kept, and as many numbers of them as today."""
    return notes.features.size == FEATURES and notes.controls.size == DIRECTIONS


def knows_strongest(arrays: Mapping[str, NDArray[Any]]) -> bool:
    """Return whether strongest images are among the arrays of a file."""
    return "strongest_ranked" in arrays


def flatten(
    images: Sequence[int], codes: Sequence[Codes]
) -> tuple[Codes, NDArray[np.int64], NDArray[np.int64]]:
    """Return the codes of several images as one, with image (T,) and cell (T,) of each row."""
    lengths = [part.cells for part in codes]
    image = np.repeat(np.asarray(images, np.int64), lengths)
    cell = np.concatenate([np.arange(length, dtype=np.int64) for length in lengths])
    return concatenate(codes), image, cell
