"""The codes of the photos last looked at, read from the shards on a thread and kept.

One per session. Knows the results' reader; nothing of how codes are shown.
"""

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from insight_app.concepts.codes import Codes
from insight_app.gui.state.jobs import Jobs

if TYPE_CHECKING:
    from insight_app.project.results.records import ImageRecord
    from insight_app.project.results.snapshot import Results

KEPT = 64


@dataclass(frozen=True, eq=False)
class PhotoCodes:
    """What the model found in one photo. unexplained: (cells,) share of each cell, or empty."""

    image_id: int
    record: "ImageRecord"
    codes: Codes | None
    concepts: NDArray[np.integer]
    maxima: NDArray[np.floating]
    unexplained: NDArray[np.float32]

    def cell(self, cell: int) -> list[tuple[int, float]]:
        """Return (concept, strength) of what is active in a cell, strongest first."""
        if self.codes is None or cell >= self.codes.cells:
            return []
        concepts, values = self.codes.cell(cell)
        order = np.argsort(-values.astype(np.float32), kind="stable")
        return [(int(concepts[i]), float(values[i])) for i in order]


class ImageCodes(QObject):
    """get() answers at once with what is known, or None and `ready(image_id)` later."""

    ready = Signal(int)
    failed = Signal(int, object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._kept: OrderedDict[int, PhotoCodes] = OrderedDict()
        self._reading: set[int] = set()
        self._results: Results | None = None

    def show(self, results: "Results | None") -> None:
        """Read from these results; what was read from others is forgotten."""
        self._results = results
        self._kept.clear()
        self._reading.clear()

    def get(self, image_id: int) -> PhotoCodes | None:
        """Return a photo's codes, None while they are being read."""
        found = self._kept.get(image_id)
        if found is not None:
            self._kept.move_to_end(image_id)
            return found
        if self._results is not None and image_id not in self._reading:
            self._reading.add(image_id)
            self._jobs.run(
                partial(_read, self._results, image_id),
                done=self._keep,
                failed=partial(self.failed.emit, image_id),
                priority=2,
            )
        return None

    def read_again(self, image_id: int) -> None:
        """Try once more to read codes that could not be read."""
        self._reading.discard(image_id)
        self.get(image_id)

    def _keep(self, read: PhotoCodes) -> None:
        self._reading.discard(read.image_id)
        self._kept[read.image_id] = read
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.ready.emit(read.image_id)


def _read(results: "Results", image_id: int) -> PhotoCodes:
    """Read a photo's codes from the shards; runs on the pool."""
    record = results.image(image_id)
    nothing = np.zeros(0, np.float32)
    if record.status != "coded":
        return PhotoCodes(image_id, record, None, nothing.astype(int), nothing, nothing)
    codes = results.codes(image_id)
    concepts, maxima = codes.maxima()
    return PhotoCodes(
        image_id, record, codes, concepts, maxima, np.asarray(results.unexplained(image_id))
    )
