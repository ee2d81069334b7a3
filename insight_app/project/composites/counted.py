"""What was counted of one composite, as a value and as a file of arrays. Knows no codes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.statistics.counts import BINS, used_bins
from insight_app.concepts.statistics.fixed_point import from_units
from insight_app.project.results.postings import Entries


@dataclass(frozen=True)
class ConceptNumbers:
    """What a table shows of one composite.

    images and maximum alone are known where the codes were not counted (is_counted False); the
    others are then 0.
    """

    images: int
    cells: int
    total: float
    maximum: float
    mean: float
    is_counted: bool = True


class FolderCounted(NamedTuple):
    """Counts by folder (m,) in which it fires: images, cells, steps int64, maximum float16."""

    folder: NDArray[np.int64]
    images: NDArray[np.int64]
    cells: NDArray[np.int64]
    steps: NDArray[np.int64]
    maximum: NDArray[np.float16]


@dataclass(frozen=True, eq=False)
class CountedComposite:
    """Hold all that is counted of a composite over the photos of some results.

    images, cells, steps, maximum: as of a concept; steps: the sum in fixed-point units of 2**-24.
    histogram (BINS,) int64.  image uint32, cell uint16, value float16 (n,): its strongest cell in
    each photo, strongest first; empty where postings tell it.  folder (m,) int64 with its photos:
    folder_images, folder_cells, folder_steps int64, folder_maximum float16.  others (k,) int64,
    ascending: concepts that are active in the same cells; together (cells), together_images, own
    (the composite's mass where the other is present), other (the other's mass where it is), all
    int64.  beside (b,): digests of composites that it was counted beside, as ASCII, with
    beside_own, beside_other, 0 where they never meet.  present: its mass above tau.
    """

    images: int
    cells: int
    steps: int
    present: int
    maximum: np.float16
    histogram: NDArray[np.int64]
    image: NDArray[np.uint32]
    cell: NDArray[np.uint16]
    value: NDArray[np.float16]
    folder: NDArray[np.int64]
    folder_images: NDArray[np.int64]
    folder_cells: NDArray[np.int64]
    folder_steps: NDArray[np.int64]
    folder_maximum: NDArray[np.float16]
    others: NDArray[np.int64]
    together: NDArray[np.int64]
    together_images: NDArray[np.int64]
    own: NDArray[np.int64]
    other: NDArray[np.int64]
    beside: NDArray[np.bytes_]
    beside_own: NDArray[np.int64]
    beside_other: NDArray[np.int64]

    @property
    def numbers(self) -> ConceptNumbers:
        """What a table shows of it."""
        total = float(from_units(np.array(self.steps, np.int64)))
        mean = total / self.cells if self.cells else 0.0
        return ConceptNumbers(self.images, self.cells, total, float(self.maximum), mean)

    @property
    def entries(self) -> Entries:
        """Its strongest cell in each photo, where postings do not tell it."""
        return self.image, self.cell, self.value

    @property
    def by_folder(self) -> FolderCounted:
        """Its counts by folder."""
        return FolderCounted(
            self.folder,
            self.folder_images,
            self.folder_cells,
            self.folder_steps,
            self.folder_maximum,
        )

    def bins(self, fewest: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return (borders (n + 1,), cells (n,)) as `Results.histogram` does."""
        return used_bins(self.histogram, float(self.maximum), fewest)

    def shares(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the concepts (k,) that fire in its cells, and R[this, other] (k,)."""
        whole = self.present or 1
        return self.others, self.own / whole

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return all of it for a file; arrays (n,) as above, single numbers as arrays (1,)."""
        return {one.name: np.atleast_1d(getattr(self, one.name)) for one in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "CountedComposite":
        """Read what `to_arrays` returned, arrays (n,); ValueError where it is something else."""
        if set(arrays) != {one.name for one in fields(cls)}:
            raise ValueError("it does not hold what is counted of a concept")
        found: dict[str, Any] = dict(arrays)
        for name in ("images", "cells", "steps", "present"):
            found[name] = int(_single(arrays[name], np.int64))
        found["maximum"] = np.float16(_single(arrays["maximum"], np.float16))
        counted = cls(**found)
        counted._must_fit()
        return counted

    def _must_fit(self) -> None:
        groups = (
            (self.image, self.cell, self.value),
            (
                self.folder, self.folder_images, self.folder_cells, self.folder_steps,
                self.folder_maximum,
            ),
            (self.others, self.together, self.together_images, self.own, self.other),
            (self.beside, self.beside_own, self.beside_other),
        )  # fmt: skip
        same = all(len({one.shape for one in group}) == 1 for group in groups)
        dtypes = [one.dtype for one in (self.image, self.cell, self.value)]
        is_sound = (
            same
            and dtypes == [np.uint32, np.uint16, np.float16]
            and self.beside.dtype.kind == "S"
            and self.histogram.shape == (BINS,)
            and int(self.histogram.sum()) == self.cells
            and (np.diff(self.others) > 0).all()
            and min(self.images, self.cells, self.steps, self.present) >= 0
        )
        if not is_sound:
            raise ValueError("what it holds does not fit together")


def _single(array: NDArray[Any], dtype: type[np.generic]) -> Any:
    if array.shape != (1,) or array.dtype != dtype:
        raise ValueError("a number is none")
    return array[0]
