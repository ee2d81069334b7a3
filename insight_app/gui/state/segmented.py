"""Which region of a photo is what: the classes as they are typed, the photo by them, one region.

Owns the typed classes and how they are looked at, the selected photo as the worker segmented it,
the region that a person chose and what made it so, and the scores against masks. The worker looks
at the photo; labels, regions and sums are worked out here. Knows no panel.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from insight_app.concepts.explain import segmentation as science
from insight_app.concepts.explain.class_words import ClassWords, of_text
from insight_app.concepts.explain.segmentation import RegionParts
from insight_app.concepts.geometry import Geometry
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

TYPED_MILLISECONDS = 700
"""So long after the last letter the photo is segmented by what was typed."""
USUAL_BAR = 30
"""Per cent: a cell whose best class is less probable is background, where that is on."""


@dataclass(frozen=True, eq=False)
class SegmentedLook:
    """A photo as it was segmented.

    classes: as they were typed; window: how it was looked at, in words.
    """

    image: int
    found: PhotoSegmentation
    classes: tuple[ClassWords, ...]
    window: str

    @property
    def geometry(self) -> Geometry:
        """Where the model looked, and in which cells."""
        return self.found.photo.geometry

    @property
    def names(self) -> tuple[str, ...]:
        """The classes; with an encoder's own rule the background is the last of them."""
        return self.found.photo.names

    def cell_labels(self, source: Source, below: float | None) -> NDArray[np.int64]:
        """Return (cells,) the class of each cell, -1 = background."""
        photo = self.found.photo
        scores = photo.raw if source == "raw" else photo.concepts
        return science.cell_labels(photo, scores, below)

    def shares(self, source: Source, edges: Edges, below: float | None) -> NDArray[np.float64]:
        """Return (C + 1,) the share of the pixels of each class, the background last."""
        labels = self.found.map_labels(source, edges, below)
        count = len(self.names)
        labels = np.where(labels < 0, count, labels)
        found: NDArray[np.float64] = np.bincount(labels.ravel(), minlength=count + 1) / labels.size
        return found


@dataclass(frozen=True, eq=False)
class Region:
    """Connected cells of one class, and what made them so.

    cells (T,) bool; label: its class, -1 = background; wanted: the class that is explained;
    following: the next one by the mean cosine, -1 for none; probability: the mean of its class.
    """

    look: SegmentedLook
    cells: NDArray[np.bool_]
    label: int
    wanted: int
    following: int
    probability: float
    parts: RegionParts

    def map_of(self, concepts: tuple[int, ...]) -> NDArray[np.float64]:
        """Return (T,) what concepts give to the cosine with the class at each cell; signed."""
        made_of, total = self.look.found.photo.made_of, np.zeros(self.cells.size)
        for concept in concepts:
            total += science.concept_map(made_of, concept, self.wanted, self.cells.size)
        return total


class SegmentedPhotos(QObject):
    """look: the photo as it was segmented, None while there is none.  region: the chosen one."""

    changed = Signal()
    """Classes, how they are looked at, the photo or what goes on is other than before."""
    region_changed = Signal()

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
        self._asked: tuple[object, ...] | None = None
        """What the worker was asked for last: project, photo, classes, background."""
        self._request: int | None = None
        self._is_read = False
        """The kept classes of this project were taken over."""
        self._soon = QTimer(self, singleShot=True, interval=TYPED_MILLISECONDS)
        self._soon.timeout.connect(self.changed)
        self.words = ""
        self.has_background = False
        self.bar = USUAL_BAR
        self.source: Source = "concepts"
        self.edges: Edges = "smooth"
        self.look: SegmentedLook | None = None
        self.region: Region | None = None
        self.shares: NDArray[np.float64] | None = None
        """(C + 1,) of the pixels of the photo, the background last; None until counted."""
        self.progress: Progress | None = None
        self.error: Exception | None = None
        projects.opened.connect(self._forget)
        projects.results_changed.connect(self._results_changed)
        selection.changed.connect(self._photo_changed)
        image_codes.ready.connect(lambda _image: self.changed.emit())

    # ---- what is typed and chosen

    @property
    def classes(self) -> tuple[ClassWords, ...]:
        """The classes as they are typed; those typed twice once."""
        found = {one.name.casefold(): one for one in of_text(f"{self.words}\n")}
        return tuple(found.values())

    def type_words(self, words: str) -> None:
        """Take over what is typed; the photo is segmented by it a moment later."""
        if words != self.words:
            self.words = words
            self._places.keep("segment_words", lambda: self.words)
            self._soon.start()

    def set_background(self, on: bool, bar: int) -> None:
        """Let cells be background whose best class is less probable than `bar` per cent."""
        if (on, bar) != (self.has_background, self.bar):
            self.has_background, self.bar = on, bar
            self._places.keep("segment_background", lambda: [self.has_background, self.bar])
            self._region_lost()
            self._count()
            self.changed.emit()

    def show_source(self, source: Source) -> None:
        """Show labels through raw tokens or through concepts."""
        if source != self.source:
            self.source = source
            self._region_lost()
            self._count()
            self.changed.emit()

    def show_edges(self, edges: Edges) -> None:
        """Draw the borders smooth, or along the photo's edges."""
        if edges != self.edges:
            self.edges = edges
            self._count()
            self.changed.emit()

    @property
    def below(self) -> float | None:
        """The bar of the background, None where nothing is background by it."""
        own = self.look is not None and self.look.found.photo.has_own_background
        return self.bar / 100 if self.has_background and not own else None

    @property
    def is_busy(self) -> bool:
        """Whether the worker looks at the photo, or will."""
        return self._request is not None

    # ---- the photo

    def want(self) -> None:
        """Have the selected photo segmented, where it can be and is not; for whoever shows it."""
        state, image = self._projects.state, self._selection.image
        if state.path is None or state.results is None:
            return
        if not self._is_read:
            self._return_to_place()
        if self._soon.isActive() or image is None or len(self.classes) < segmentation.FEWEST:
            return
        photo = self._codes.get(image)
        if photo is None:
            return
        asked = (state.epoch, image, self.classes, self.has_background)
        if asked == self._asked:
            return
        self.stop()
        self._asked, self.error = asked, None
        classes, path = self.classes, str(photo.record.path)
        self._request = self._worker.request(
            "segment_photo",
            scope=Scope.RESULTS,
            project=str(state.path),
            path=path,
            classes=[{"name": one.name, "synonyms": list(one.synonyms)} for one in classes],
            background=self.has_background,
            done=partial(self._segmented, image, classes),
            failed=self._failed,
            stopped=self._stopped,
            progress=self._tell,
        )
        self.changed.emit()

    def stop(self) -> None:
        """Let the worker go on with something else; what is shown stays."""
        if self._request is not None:
            self._worker.forget(self._request)
            self._request = self.progress = None

    def try_again(self) -> None:
        """Ask once more for what could not be done."""
        self._asked = self.error = None
        self.changed.emit()

    # ---- the region

    def choose_region(self, cell: int | None) -> None:
        """Explain the region around a cell, None: no region."""
        look = self.look
        region = None
        if look is not None and cell is not None and cell < look.geometry.cells:
            labels, g = look.cell_labels(self.source, self.below), look.geometry
            region = self._explained(
                look, science.region_at(labels, cell, g.rows, g.cols), int(labels[cell])
            )
        self._set_region(region)

    def next_region(self, by: int) -> None:
        """Explain the next region, the largest first; by: 1 or -1."""
        if (look := self.look) is None:
            return
        labels, g = look.cell_labels(self.source, self.below), look.geometry
        firsts, left = [], np.ones(labels.size, bool)
        while left.any():
            region = science.region_at(labels, int(left.argmax()), g.rows, g.cols)
            firsts.append((-int(region.sum()), int(left.argmax())))
            left &= ~region
        cells = [cell for _size, cell in sorted(firsts)]
        now = self.region
        place = -1 if by > 0 else 0
        if now is not None and now.look is look:
            place = next((n for n, cell in enumerate(cells) if now.cells[cell]), place)
        self.choose_region(cells[(place + by) % len(cells)])

    def explain_class(self, wanted: int) -> None:
        """Explain how much another class is in the chosen region."""
        if (now := self.region) is not None and 0 <= wanted < len(now.look.names):
            self._set_region(self._explained(now.look, now.cells, now.label, wanted))

    def _explained(
        self, look: SegmentedLook, cells: NDArray[np.bool_], label: int, wanted: int | None = None
    ) -> Region:
        photo = look.found.photo
        parts = science.region_parts(photo.made_of, cells)
        scores = photo.raw if self.source == "raw" else photo.concepts
        mean = scores.probabilities[cells].mean(0)
        order = np.argsort(-mean, kind="stable")
        chosen = (label if label >= 0 else int(order[0])) if wanted is None else wanted
        following = next((int(one) for one in order if one != chosen), -1)
        return Region(look, cells, label, chosen, following, float(mean[chosen]), parts)

    def _set_region(self, region: Region | None) -> None:
        if region is not self.region:
            self.region = region
            self.region_changed.emit()

    def _region_lost(self) -> None:
        """Explain the region around the same place anew: its labels may be others."""
        if (now := self.region) is not None:
            self.choose_region(int(now.cells.argmax()))

    # ---- answers

    def _segmented(self, image: int, classes: tuple[ClassWords, ...], reply: Message) -> None:
        self._jobs.run(
            partial(_read, image, classes, reply),
            done=self._show,
            failed=self._failed,
            key="segmented photo",
        )

    def _show(self, look: SegmentedLook) -> None:
        self._request = self.progress = None
        before, self.look = self.region, look
        same = before is not None and before.look.geometry == look.geometry
        if before is not None and same and before.look.image == look.image:
            self.choose_region(int(before.cells.argmax()))
        else:
            self._set_region(None)
        self._count()
        self.changed.emit()

    def _count(self) -> None:
        """Count the pixels of each class, off this thread."""
        if (look := self.look) is not None:
            self._jobs.run(
                partial(look.shares, self.source, self.edges, self.below),
                done=self._counted,
                key="shares of classes",
            )

    def _counted(self, shares: NDArray[np.float64]) -> None:
        if self.look is not None and shares.size == len(self.look.names) + 1:
            self.shares = shares
            self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._request = self.progress = None
        self.error = error
        self.changed.emit()

    def _stopped(self) -> None:
        self._request = self.progress = None
        self.changed.emit()

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
        self.changed.emit()

    def _photo_changed(self) -> None:
        look = self.look
        if look is not None and look.image != self._selection.image:
            self.look = self.shares = None
            self._set_region(None)
            self.changed.emit()

    def _results_changed(self) -> None:
        self._asked = None
        self.changed.emit()

    # ---- another project

    def _return_to_place(self) -> None:
        self._is_read = True
        words, background = (
            self._places.kept(one) for one in ("segment_words", "segment_background")
        )
        self.words = words if isinstance(words, str) else ""
        match background:
            case [bool(on), int(bar)] if 0 <= bar <= 100:
                self.has_background, self.bar = on, bar

    def _forget(self) -> None:
        self._soon.stop()
        self._request = self._asked = self.look = self.error = self.progress = None
        self.shares = None
        self.words, self._is_read = "", False
        self.has_background, self.bar = False, USUAL_BAR
        self._set_region(None)
        self.changed.emit()


def concepts_of(region: Region) -> "tuple[NDArray[np.int64], NDArray[np.float64], float]":
    """Return the active concepts, what each gives to the class's cosine, and the bias."""
    parts, wanted = region.parts, region.wanted
    return parts.concepts, parts.contributions[:, wanted], float(parts.bias[wanted])


def _read(image: int, classes: tuple[ClassWords, ...], reply: Message) -> SegmentedLook:
    """Read the worker's answer; runs on the pool."""
    arrays: Any = take_arrays(reply)
    window = (
        f"read at {reply['short_side']} pixels of the short side, in windows of "
        f"{reply['window']} pixels, {reply['stride']} apart"
    )
    return SegmentedLook(image, segmentation.from_arrays(arrays), classes, window)
