"""What the labelled photos show, read once for all who look at classes as a whole.

Owns their values, what the classifier looks for over them, and the photos most alike to one. Read
and worked out on the pool, while somebody sees it; forgotten with the classification. Knows no
panel.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from insight_app.gui.state.explained_photo import ExplainedPhoto
from insight_app.gui.state.explaining import Explaining
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.projects import Projects

if TYPE_CHECKING:
    from insight_app.concepts.explain.alike import AlikePhoto
    from insight_app.concepts.explain.class_views import ClassViews
    from insight_app.concepts.explain.image_values import ImageValues
    from insight_app.project.explaining.classification import Classification
    from insight_app.project.results.snapshot import Results

MOST = 50_000
"""Of more labelled photos so many are read, evenly chosen: 3 kB of memory each."""
ALIKE = 24


@dataclass(frozen=True, eq=False)
class LabelledValues:
    """images, labels (N,): photos that were read, of `of` labelled ones; what they show, and what
    the mean of all classifiers looks for over them.

    Where no photo has a label: of all analyzed ones, the labels are what they are taken for.
    taken_for: of these alone, the photos of each class, the highest score first.
    """

    classification: "Classification"
    images: NDArray[np.int64]
    labels: NDArray[np.int32]
    of: int
    values: "ImageValues"
    views: "ClassViews"
    taken_for: tuple[NDArray[np.int64], ...] = ()


@dataclass(frozen=True, eq=False)
class AlikePhotos:
    """The photos most alike to one in what mattered for its class, the most alike first."""

    explained: ExplainedPhoto
    images: NDArray[np.int64]
    found: "tuple[AlikePhoto, ...]"


class ClassLooks(QObject):
    """known: of the present classification, None while it is being read."""

    changed = Signal()
    """Values are known, or could not be read."""
    alike_changed = Signal()

    def __init__(
        self, projects: Projects, explaining: Explaining, jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._projects, self._explaining, self._jobs = projects, explaining, jobs
        self._asked: tuple[int, Classification] | None = None
        """The epoch and the classification that were asked for last."""
        self._asked_alike: ExplainedPhoto | None = None
        self.known: LabelledValues | None = None
        self.alike: AlikePhotos | None = None
        self.error: Exception | None = None
        explaining.changed.connect(self._follow)
        projects.opened.connect(self._forget)

    def want(self) -> None:
        """Read the values of the labelled photos, once for a classification."""
        found, state = self._explaining.classification, self._projects.state
        if found is None or state.results is None:
            return
        if found.classifiers[0].concepts != state.results.F:
            return
        if self._asked is None or self._asked[0] != state.epoch or self._asked[1] is not found:
            self._asked, self.error = (state.epoch, found), None
            self._jobs.run(
                partial(_read, state.results, found),
                done=self._take,
                failed=self._failed,
                key="labelled photos",
            )

    def want_alike(self) -> None:
        """Look for the photos most alike to the one that is explained."""
        self.want()
        explained = self._explaining.explained
        if self.known is None or explained is None or explained is self._asked_alike:
            return
        self._asked_alike = explained
        self._jobs.run(
            partial(_alike, self.known, explained),
            done=self._take_alike,
            failed=self._failed,
            key="alike photos",
        )

    def _take(self, known: LabelledValues) -> None:
        if known.classification is self._explaining.classification:
            self.known, self._asked_alike, self.alike = known, None, None
            self.changed.emit()

    def _take_alike(self, alike: AlikePhotos) -> None:
        if alike.explained is self._asked_alike:
            self.alike = alike
            self.alike_changed.emit()

    def _failed(self, error: Exception) -> None:
        self.error = error
        self.changed.emit()

    def _follow(self) -> None:
        if self.known is not None and (
            self.known.classification is not self._explaining.classification
        ):
            self.known = self.alike = self._asked_alike = None
            self.changed.emit()

    def _forget(self) -> None:
        self._asked = self.known = self.alike = self._asked_alike = self.error = None
        self.changed.emit()


def _read(results: "Results", found: "Classification") -> LabelledValues:
    """Read what the labelled photos show; runs on the pool."""
    from insight_app.concepts.explain import class_views
    from insight_app.project.explaining import matrix

    coded = np.asarray(results.image_ids(status="coded"), np.int64)
    images = found.images[np.isin(found.images, coded)] if found.images.size else coded
    count = images.size
    if count > MOST:
        images = images[np.linspace(0, count - 1, MOST).astype(np.int64)]
    values = matrix.read(results, images)
    taken_for: list[NDArray[np.int64]] = []
    if found.images.size:
        labels = found.labels[np.searchsorted(found.images, images)]
    else:
        scores = found.classifier.scores(values)
        labels = scores.argmax(axis=1).astype(np.int32)
        best = np.argsort(-scores.max(axis=1), kind="stable")
        taken_for = [images[best[labels[best] == one]] for one in range(len(found.classes))]
    views = class_views.of_photos(found.classifier, values, labels)
    return LabelledValues(found, images, labels, count, values, views, tuple(taken_for))


def _alike(known: LabelledValues, explained: ExplainedPhoto) -> AlikePhotos:
    """Compare all labelled photos with one; runs on the pool."""
    from insight_app.concepts.explain.alike import most_alike

    image = explained.photo.image_id
    row = int(np.searchsorted(known.images, image))
    is_there = row < known.images.size and int(known.images[row]) == image
    found = most_alike(
        explained.classifier,
        explained.values,
        explained.direction,
        known.values,
        ALIKE,
        row if is_there else None,
    )
    return AlikePhotos(explained, known.images, tuple(found))
