"""A classification tried on the labelled photos of another project of the same dictionary.

What comes of it is a classification too: one classifier, the mean of the folds', which saw none of
the other project's photos. Knows nothing of how it was learned.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import Refusal
from insight_app.figures import agreeing, counted
from insight_app.project.explaining import matrix
from insight_app.project.explaining.classification import Classification, Judged
from insight_app.project.explaining.classifying import (
    decided,
    features_of,
    labels_of,
    nothing_analyzed,
    some_of,
)
from insight_app.project.explaining.store import basis_of
from insight_app.project.results.contents import contents_of
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from insight_app.project.analysis.encoder import Load


def must_be_alike(project: Path, other: Path) -> None:
    """Raise Refusal where the photos of another project are not coded by the same concepts."""
    here, there = Results.open(project), Results.open(other)
    if here is None or there is None:
        raise nothing_analyzed(project if here is None else other)
    with here, there:
        _must_be_alike(here, there)


def on_other(
    found: Classification,
    project: Path,
    other: Path,
    label_set: str,
    *,
    file: Path | None = None,
    device: str = "auto",
    load: Load | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
) -> Classification:
    """Return how right a classification learned in `project` is on the photos of `other`.

    label_set: of the other project, file: a table of labels instead; classes are the same where
    they are called the same. Photos that both projects have, and classes that were not learned, are
    left out, which its notes tell.
    Refusal where the other has another dictionary, or nothing is left.
    """
    began, token = time.monotonic(), cancel or CancelToken()
    here, there = Results.open(project), Results.open(other)
    if here is None or there is None:
        raise nothing_analyzed(project if here is None else other)
    with here, there:
        _must_be_alike(here, there)
        labels = labels_of(there, label_set, file)
        place = {name: number for number, name in enumerate(found.classes)}
        of_class = np.array([place.get(name, -1) for name in labels.classes], np.int64)
        index = of_class[labels.labels]
        learned = index >= 0
        seen = set(contents_of(here, found.images.tolist()).values())
        contents = contents_of(there, labels.images.tolist())
        known = [contents.get(image) in seen for image in labels.images.tolist()]
        is_new = ~np.array(known, bool)
        keep = learned & is_new
        if not keep.any():
            raise Refusal(
                "No photo of the other project is left to judge by: its classes were not learned, "
                "or its photos are those that were learned from.",
                where=str(other),
                do="Choose labels of the same classes, of other photos.",
            )
        images, index = labels.images[keep], index[keep]
        values = matrix.read(there, images, progress=progress, cancel=token, between=between)
        fold = np.zeros(images.size, np.int8)
        scores = found.classifier.scores(values).astype(np.float32)
        concepts = Judged(decided(scores, fold), scores, ())
        features, why = None, found.no_features
        if found.features is not None and found.features.weights is not None:
            tokens, why = features_of(there, images, device, load, progress, token, between)
            if tokens is not None:
                beside = tokens @ found.features.weights.T
                features = Judged(decided(beside, fold), None, ())
        return Classification(
            label_set=labels.name,
            classes=found.classes,
            images=images,
            labels=index.astype(np.int32),
            fold=fold,
            classifiers=(found.classifier,),
            concepts=concepts,
            features=features,
            no_features=why,
            compact=None,
            notes=_notes(labels.classes, of_class, learned, is_new),
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - began, 1),
            basis=basis_of(there, labels.digest),
        )


def _must_be_alike(here: Results, there: Results) -> None:
    """Raise Refusal where concepts of one project are not those of the other."""
    do = "Analyze its photos with the dictionary of the first project: analyze FOLDER --dictionary."
    if here.dictionary.fingerprint != there.dictionary.fingerprint:
        what = "This project has another dictionary: its concepts are not those that were learned."
        raise Refusal(what, where=str(there.project), do=do)
    if here.encoder[1] != there.encoder[1]:
        what = "The photos of this project were coded with another encoder."
        raise Refusal(what, where=str(there.project), do=do)


def _notes(
    classes: tuple[str, ...],
    of_class: NDArray[np.int64],
    learned: NDArray[np.bool_],
    is_new: NDArray[np.bool_],
) -> tuple[str, ...]:
    notes = []
    unknown = [classes[n] for n in np.flatnonzero(of_class < 0)]
    if unknown:
        were = agreeing(len(unknown), "class was", "classes were")
        photos = counted(int(np.count_nonzero(~learned)), "photo")
        said = f"{len(unknown):,} {were} not learned ({photos} left out): {some_of(unknown)}."
        notes.append(said)
    if same := int(np.count_nonzero(learned & ~is_new)):
        notes.append(f"{counted(same, 'photo')} left out: learned from, as the same in both.")
    return tuple(notes)
