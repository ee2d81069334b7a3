"""How often and how strongly each concept fires: cells, images, sum, maximum, histogram."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.statistics.fixed_point import from_units, to_units

BINS = 128
"""Histogram bins: sign-free half-precision bits >> 8, four bins for every doubling."""


def histogram_edges() -> NDArray[np.float64]:
    """Return (BINS + 1,) float64 borders of bins.

    Bin b holds values in [edge b, edge b + 1); the last bins stay empty.
    """
    bits = np.minimum(np.arange(BINS + 1) << 8, 0x7C00).astype(np.uint16)
    edges: NDArray[np.float64] = bits.view(np.float16).astype(np.float64)
    edges[~np.isfinite(edges)] = 65536.0
    return edges


def used_bins(
    counts: NDArray[np.int64], maximum: float, fewest: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return (borders (n + 1,), cells (n,)) of the bins (BINS,) that hold something.

    The last border is `maximum`, the strongest value counted: nothing lies between it and the end
    of its bin. fewest: so many bins, with empty ones below where less are used.
    """
    used = np.flatnonzero(counts)
    if not used.size:
        return np.zeros(1), np.zeros(0, np.int64)
    high = int(used[-1]) + 1
    low = max(0, min(int(used[0]), high - fewest))
    borders = histogram_edges()[low : high + 1]
    borders[-1] = maximum
    return borders, counts[low:high]


class Counts:
    """Running counts over F concepts.

    cells (F,) int64: cells where it fires; images (F,) int64: images where it fires; mass (F,)
    int64: sum of activations in fixed-point units of 2**-24; maximum (F,) float16; histogram (F,
    BINS) int64: see `histogram_edges`.
    """

    def __init__(self, concepts: int) -> None:
        self.cells = np.zeros(concepts, np.int64)
        self.images = np.zeros(concepts, np.int64)
        self.mass = np.zeros(concepts, np.int64)
        self.maximum = np.zeros(concepts, np.float16)
        self.histogram = np.zeros((concepts, BINS), np.int64)

    @property
    def concepts(self) -> int:
        return int(self.cells.size)

    @property
    def total(self) -> NDArray[np.float64]:
        """(F,) float64 sum of activations over all cells."""
        return from_units(self.mass)

    def add(self, codes: Codes, image_of_row: NDArray[np.integer]) -> None:
        """Count the cells of whole images; image_of_row: (T,) the image of every cell."""
        if codes.concepts != self.concepts or image_of_row.shape != (codes.cells,):
            raise ValueError("codes do not fit these counts or their list of images")
        concept = codes.indices.astype(np.int64)
        np.add.at(self.mass, concept, to_units(codes.stored))
        np.maximum.at(self.maximum, concept, codes.stored)
        self.cells += np.bincount(concept, minlength=self.concepts)
        seen = np.unique(concept << 32 | image_of_row[codes.rows].astype(np.int64))
        self.images += np.bincount(seen >> 32, minlength=self.concepts)
        bins = concept * BINS + (codes.stored.view(np.uint16) >> 8)
        np.add.at(self.histogram.reshape(-1), bins, 1)

    def merge(self, other: "Counts") -> None:
        """Add the counts of other images over the same concepts."""
        if other.concepts != self.concepts:
            raise ValueError("counts over different dictionaries cannot be merged")
        self.cells += other.cells
        self.images += other.images
        self.mass += other.mass
        self.histogram += other.histogram
        np.maximum(self.maximum, other.maximum, out=self.maximum)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the counts for a file, not copied: histogram (F, BINS), all others (F,)."""
        return {
            "cells": self.cells,
            "images": self.images,
            "steps": self.mass,
            "maximum": self.maximum,
            "histogram": self.histogram,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Counts":
        """Copy what `to_arrays` returned: histogram (F, BINS), all others (F,)."""
        counts = cls(int(arrays["cells"].size))
        for name, own in counts.to_arrays().items():
            if arrays[name].shape != own.shape:
                raise ValueError(f"stored counts have a wrong shape of {name!r}")
            own[...] = arrays[name]
        return counts
