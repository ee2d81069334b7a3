"""The codes of the photos last looked at, read from the shards on a thread and kept.

One per session. Knows the results' reader; nothing of how codes are shown.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from insight_app.concepts.codes import Codes
from insight_app.gui.state.jobs import BACKGROUND, Jobs
from insight_app.gui.state.photo_files import Stamp, is_changed, stamp_of

if TYPE_CHECKING:
    from insight_app.project.results.records import ImageRecord
    from insight_app.project.results.snapshot import Results

KEPT = 64
CHANGED = "This photo was changed after it was analyzed."


@dataclass(frozen=True, eq=False)
class PhotoCodes:
    """What the model found in one photo. unexplained: (cells,) share of each cell, or empty.

    A photo whose file is another by now has no codes and the status "changed". stamp: of its file
    when that was asked, None where it was not there.
    """

    image_id: int
    record: "ImageRecord"
    codes: Codes | None
    concepts: NDArray[np.integer]
    maxima: NDArray[np.floating]
    unexplained: NDArray[np.float32]
    stamp: Stamp | None = None

    @property
    def is_changed(self) -> bool:
        """Whether the file is not the one that was analyzed."""
        return self.record.status == "changed"

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
    looked = Signal(int, object)
    """(image, its file's Stamp): what was read when the file had another one is forgotten."""

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

    def look(self, image_id: int) -> None:
        """Ask the disk whether the file of a photo whose codes are known is another by now."""
        kept = self._kept.get(image_id)
        if kept is not None:
            self._jobs.run(
                partial(stamp_of, kept.record.path),
                done=partial(self._compare, image_id),
                key="photo file",
                priority=BACKGROUND,
            )

    def _compare(self, image_id: int, stamp: Stamp | None) -> None:
        kept = self._kept.get(image_id)
        if kept is not None and kept.stamp != stamp:
            del self._kept[image_id]
        self.looked.emit(image_id, stamp)

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
    stamp = stamp_of(record.path)
    if is_changed(record, stamp):
        record = replace(record, status="changed", message=CHANGED)
    if record.status != "coded":
        return PhotoCodes(image_id, record, None, nothing.astype(int), nothing, nothing, stamp)
    codes = results.codes(image_id)
    concepts, maxima = codes.maxima()
    unexplained = np.asarray(results.unexplained(image_id))
    return PhotoCodes(image_id, record, codes, concepts, maxima, unexplained, stamp)
