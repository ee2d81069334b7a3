"""Composites over the photos of some folders, and folder by folder, as concepts are counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.statistics.fixed_point import from_units
from insight_app.project.composites.reader import ConceptReader


@dataclass(frozen=True, eq=False)
class FolderNumbers:
    """Count a composite over the photos of the chosen folders.

    by_folder: (folders,) images in each, in the order of `Results.folders`. cells and total are 0
    as long as the codes were not counted.
    """

    images: int
    cells: int
    total: float
    maximum: float
    by_folder: NDArray[np.int64]


def numbers(reader: ConceptReader, chosen: Sequence[int]) -> FolderNumbers:
    """Return what is known of a composite over some folders, none = all."""
    found = reader.folder_sums()
    place = {folder.id: at for at, folder in enumerate(reader.results.folders)}
    by_folder = np.zeros(len(place), np.int64)
    for folder, images in zip(found.folder.tolist(), found.images.tolist(), strict=True):
        if folder in place:
            by_folder[place[folder]] = images
    is_in = np.isin(found.folder, np.array(chosen, np.int64))
    if not chosen:
        is_in[:] = True
    return FolderNumbers(
        images=int(found.images[is_in].sum()),
        cells=int(found.cells[is_in].sum()),
        total=float(from_units(found.steps[is_in].sum())),
        maximum=float(found.maximum[is_in].max(initial=0)),
        by_folder=by_folder,
    )
