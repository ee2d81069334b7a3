"""The codes of the photos last looked at, read from the shards on a thread and kept.

One per session. Knows the results' reader; nothing of how codes are shown.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from insight_app.concepts.codes import Codes
from insight_app.gui.state.jobs import Jobs

KEPT = 64


@dataclass(frozen=True, eq=False)
class PhotoCodes:
    """What the model found in one photo. unexplained: (cells,) share of each cell, or empty."""

    image_id: int
    record: Any
    codes: Codes | None
    concepts: NDArray[np.integer]
    maxima: NDArray[np.floating]
    unexplained: NDArray[np.float32]

    def cell(self, cell: int) -> list[tuple[int, float]]:
        """(concept, strength) active in a cell, strongest first."""
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
        self._results: Any = None

    def set_results(self, results: Any) -> None:
        self._results = results
        self._kept.clear()
        self._reading.clear()

    def get(self, image_id: int) -> PhotoCodes | None:
        found = self._kept.get(image_id)
        if found is not None:
            self._kept.move_to_end(image_id)
            return found
        if self._results is not None and image_id not in self._reading:
            self._reading.add(image_id)
            results = self._results

            def done(read: PhotoCodes) -> None:
                if results is self._results:
                    self._reading.discard(image_id)
                    self._kept[image_id] = read
                    while len(self._kept) > KEPT:
                        self._kept.popitem(last=False)
                    self.ready.emit(image_id)

            def failed(error: Exception) -> None:
                if results is self._results:
                    self.failed.emit(image_id, error)

            self._jobs.run(_read, results, image_id, done=done, failed=failed, priority=2)
        return None


def _read(results: Any, image_id: int) -> PhotoCodes:
    """Runs on the pool."""
    record = results.image(image_id)
    nothing = np.zeros(0, np.float32)
    if record.status != "coded":
        return PhotoCodes(image_id, record, None, nothing.astype(int), nothing, nothing)
    codes = results.codes(image_id)
    concepts, maxima = codes.maxima()
    return PhotoCodes(
        image_id, record, codes, concepts, maxima, np.asarray(results.unexplained(image_id))
    )
