"""Which region of the selected photo is what: the classes typed, the labels, the region clicked.

Owns the words for the classes and the background's bar, kept with the project's place; the worker
segments a photo, what a region is made of is worked out here. Knows no panel.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from insight_app.concepts.explain import segmentation as science
from insight_app.concepts.explain.class_words import ClassWords, of_line
from insight_app.gui.state.epochs import Scope
from insight_app.gui.state.image_codes import ImageCodes
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.places import PlaceMemory
from insight_app.gui.state.projects import Projects
from insight_app.gui.state.replies import Message, take_arrays
from insight_app.gui.state.selection import SelectionModel
from insight_app.gui.state.worker_client import Progress, WorkerClient
from insight_app.project.explaining import segmentation
from insight_app.project.explaining.segmentation import Edges, PhotoSegmentation, Source

BACKGROUND = science.BACKGROUND
USUAL_BAR = 0.3
TYPED_MILLISECONDS = 700
"""How long nothing is typed before the classes are read."""
MOST_BAR = 0.99


@dataclass(frozen=True, eq=False)
class Region:
    """Cells that touch and have one label, and what their mean cosines are made of.

    wanted: the class whose parts are looked at: the label's, of the background the most probable.
    """

    cells: NDArray[np.bool_]
    label: int
    wanted: int
    parts: science.RegionParts


class Regions(QObject):
    """found: of `image`; of the photo before while the worker is at the next one.

    source: through raw tokens or concepts; edges: smooth or sharp ones.  progress: how far the
    worker is, None before it says so.  is_stopped: a person stopped it, for the selected photo.
    """

    changed = Signal()
    """Another photo is segmented, or its segmenting began or failed, or other labels are shown."""
    region_changed = Signal()
    """Another region is looked at."""

    def __init__(
        self,
        projects: Projects,
        worker: WorkerClient,
        jobs: Jobs,
        selection: SelectionModel,
        image_codes: ImageCodes,
        places: PlaceMemory,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects, self._worker, self._jobs = projects, worker, jobs
        self._selection, self._codes, self._places = selection, image_codes, places
        self._request: int | None = None
        self._asked: tuple[object, ...] | None = None
        self._labels: dict[tuple[object, ...], NDArray[np.int64]] = {}
        self._is_read = False
        self.words = ""
        self.has_background = False
        self.below = USUAL_BAR
        self.source: Source = "concepts"
        self.edges: Edges = "smooth"
        self.found: PhotoSegmentation | None = None
        self.image: int | None = None
        self.region: Region | None = None
        self.error: Exception | None = None
        self.progress: Progress | None = None
        self.is_stopped = False
        self._typed = QTimer(self, singleShot=True, interval=TYPED_MILLISECONDS)
        self._typed.timeout.connect(self.changed.emit)  # whoever is seen wants it then
        projects.opened.connect(self._forget)
        selection.changed.connect(self._look_at_photo)
        image_codes.ready.connect(lambda _image: self._look_at_photo())

    # ---- what is asked

    @property
    def classes(self) -> tuple[ClassWords, ...]:
        """The classes that are typed, each name once."""
        typed = [one for one in map(of_line, self.words.splitlines()) if one is not None]
        return tuple({one.name.casefold(): one for one in reversed(typed)}.values())[::-1]

    @property
    def is_segmenting(self) -> bool:
        """Whether the worker is at it."""
        return self._request is not None

    @property
    def is_of_photo(self) -> bool:
        """Whether what is found is of the selected photo."""
        return self.found is not None and self.image == self._selection.image

    def type_words(self, words: str) -> None:
        """Keep the classes as they are typed; they are read when nothing was typed for a while."""
        self.words = words
        self._places.keep("region_words", lambda: self.words)
        self._typed.start()

    def set_background(self, on: bool, below: float) -> None:
        """Let pixels belong to no class: where the best one is less probable than `below`."""
        if (on, below) != (self.has_background, self.below):
            self.has_background, self.below = on, min(max(below, 0.0), MOST_BAR)
            self._places.keep("region_background", lambda: self.has_background)
            self._places.keep("region_bar", lambda: self.below)
            self._look_again()

    def show_as(self, source: Source, edges: Edges) -> None:
        """Show labels by raw tokens or by concepts, with smooth or with sharp edges."""
        is_same = source == self.source
        if (source, edges) != (self.source, self.edges):
            self.source, self.edges = source, edges
            if is_same:  # cells are what they were: only the pixels at borders are others
                self.changed.emit()
            else:
                self._look_again()

    def want(self) -> None:
        """Segment the selected photo, once for these classes."""
        self._read_place()
        state, image = self._projects.state, self._selection.image
        if state.path is None or state.results is None or image is None or self._typed.isActive():
            return
        photo = self._codes.get(image)
        if photo is None or photo.codes is None or len(self.classes) < segmentation.FEWEST:
            return
        asked = state.epoch, image, self.classes, self.has_background
        if asked == self._asked:
            return
        if self._request is not None:
            self._worker.forget(self._request)
        self._asked, self.error, self.progress, self.is_stopped = asked, None, None, False
        classes = [{"name": one.name, "synonyms": list(one.synonyms)} for one in self.classes]
        self._request = self._worker.request(
            "segment_photo",
            scope=Scope.RESULTS,
            project=str(state.path),
            path=str(photo.record.path),
            classes=classes,
            background=self.has_background,
            done=partial(self._answered, asked, image),
            failed=self._failed,
            stopped=self._stopped,
            progress=self._told,
        )
        self.changed.emit()

    def stop(self) -> None:
        """Do not segment the photo after all."""
        if self._request is not None:
            self._worker.cancel(self._request)

    def try_again(self) -> None:
        """Ask again for what failed or was stopped."""
        self._asked = None
        self.want()

    # ---- what is shown

    @property
    def own_background(self) -> int | None:
        """The class that is the background by the encoder's own rule; None without one."""
        found = self.found
        has_own = found is not None and found.photo.has_own_background
        return len(found.photo.names) - 1 if has_own and found is not None else None

    @property
    def names(self) -> tuple[str, ...]:
        """The classes that were segmented; the own rule's background is none of them."""
        return () if self.found is None else self.found.photo.names[: self.own_background]

    def labels(self, source: Source | None = None) -> NDArray[np.int64] | None:
        """Return (h, w) the class of each pixel, -1 = background; None before a photo is there."""
        found = self.found
        if found is None:
            return None
        key = source or self.source, self.edges, self._bar()
        if key not in self._labels:
            self._labels[key] = found.map_labels(key[0], self.edges, self._bar())
        return self._labels[key]

    def share(self, index: int) -> float:
        """Return the share of the photo's pixels that belong to a class."""
        labels = self.labels()
        return 0.0 if labels is None else float((labels == index).mean())

    def choose_cell(self, cell: int) -> None:
        """Look at the region that a cell is in."""
        found = self.found
        if found is None:
            return
        g, labels = found.photo.geometry, self._cells(found)
        if 0 <= cell < g.cells:
            self._set_region(found, science.region_at(labels, cell, g.rows, g.cols), labels[cell])

    def choose_class(self, index: int) -> None:
        """Look at all regions of a class together."""
        found = self.found
        if found is None:
            return
        labels = self._cells(found)
        self._set_region(found, labels == index, index)

    def grid(self, source: Source | None = None) -> NDArray[np.int64] | None:
        """Return (rows, cols) the class of each cell as it was computed, -1 = background."""
        found = self.found
        if found is None:
            return None
        g, key = found.photo.geometry, (source or self.source, "cells", self._bar())
        if key not in self._labels:
            scores = found.photo.raw if key[0] == "raw" else found.photo.concepts
            cells = science.cell_labels(found.photo, scores, self._bar())
            self._labels[key] = cells.reshape(g.rows, g.cols)
        return self._labels[key]

    def _cells(self, found: PhotoSegmentation) -> NDArray[np.int64]:
        scores = found.photo.raw if self.source == "raw" else found.photo.concepts
        return science.cell_labels(found.photo, scores, self._bar())

    def _bar(self) -> float | None:
        return self.below if self.has_background and self.own_background is None else None

    def _set_region(self, found: PhotoSegmentation, cells: NDArray[np.bool_], label: int) -> None:
        if cells.any():
            parts = science.region_parts(found.photo.made_of, cells)
            best = int(found.photo.concepts.probabilities[cells].mean(0).argmax())
            wanted = best if label == BACKGROUND else int(label)
            self.region = Region(cells, int(label), wanted, parts)
        else:
            self.region = None
        self.region_changed.emit()

    # ---- answers

    def _answered(self, asked: tuple[object, ...], image: int, reply: Message) -> None:
        self._jobs.run(
            partial(_unpack, reply),
            done=partial(self._keep, asked, image),
            failed=self._failed,
            key="regions",
        )

    def _keep(self, asked: tuple[object, ...], image: int, found: PhotoSegmentation) -> None:
        self._request = None
        if asked == self._asked:
            self.found, self.image, self.region = found, image, None
            self._labels.clear()
            self.region_changed.emit()
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.error = error
        self._ended()

    def _told(self, progress: Progress) -> None:
        self.progress = progress
        self.changed.emit()

    def _stopped(self) -> None:
        self.is_stopped = True
        self._ended()

    def _ended(self) -> None:
        self._request = None
        self.changed.emit()

    def _look_again(self) -> None:
        """Show other labels of the same photo."""
        self.region = None
        self._labels.clear()
        self.region_changed.emit()
        self.changed.emit()

    def _look_at_photo(self) -> None:
        if not self.is_of_photo and self.region is not None:
            self.region = None
            self.region_changed.emit()
        self.changed.emit()

    # ---- another project

    def _read_place(self) -> None:
        if self._is_read:
            return
        self._is_read = True
        kept: dict[str, Any] = {
            name: self._places.kept(f"region_{name}") for name in ("words", "background", "bar")
        }
        if isinstance(kept["words"], str):
            self.words = kept["words"]
        self.has_background = kept["background"] is True
        if isinstance(kept["bar"], float) and 0 <= kept["bar"] <= MOST_BAR:
            self.below = kept["bar"]

    def _forget(self) -> None:
        self._request = self._asked = self.found = self.image = self.region = self.error = None
        self.words, self.has_background, self.below = "", False, USUAL_BAR
        self.progress, self.is_stopped = None, False
        self._is_read = False
        self._labels.clear()
        self._typed.stop()
        self.region_changed.emit()
        self.changed.emit()


def _unpack(reply: Message) -> PhotoSegmentation:
    """Read the worker's answer; runs on the pool."""
    return segmentation.from_arrays(take_arrays(reply))
