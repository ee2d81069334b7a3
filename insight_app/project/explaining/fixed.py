"""What labelled photos are taken for by a classifier that learned nothing from them.

Such are classes that were typed (`typed`) and probes that somebody published (`released`). Owns
which labels are of which class, by name. Numpy only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.class_words import ClassWords
from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.progress import Progress, silent
from insight_app.figures import agreeing, counted
from insight_app.project.explaining import labels as label_sets
from insight_app.project.explaining import matrix
from insight_app.project.explaining.classification import (
    Classification,
    ClassificationBasis,
    Judged,
)
from insight_app.project.explaining.labels import ImageLabels
from insight_app.project.project import Project
from insight_app.project.results.snapshot import Results

NAMED = 5
"""Labels that a note names."""
AT_ONCE = 4096
"""Photos whose scores are computed together."""


@dataclass(frozen=True, eq=False)
class Matched:
    """The photos (n,) whose label is one of some classes: ids, and the index of the class.

    notes: what was left out, and why.
    """

    images: NDArray[np.int64]
    labels: NDArray[np.int64]
    notes: tuple[str, ...]


def matched(classes: Sequence[ClassWords], labels: ImageLabels | None) -> Matched:
    """Return the photos whose label is the name of a class, or another word for it.

    Case, and whether words are joined by spaces, hyphens or underscores, make no difference. A word
    that stands for several classes is the first one's.
    """
    if labels is None:
        nothing = np.zeros(0, np.int64)
        return Matched(nothing, nothing, ())
    index: dict[str, int] = {}
    for number, one in enumerate(classes):
        index.setdefault(_plain(one.name), number)
    for number, one in enumerate(classes):
        for word in one.synonyms:
            index.setdefault(_plain(word), number)
    class_of = np.array([index.get(_plain(name), -1) for name in labels.classes], np.int64)
    of_photo = class_of[labels.labels]
    is_known = of_photo >= 0
    notes = [str(one) for one in labels.left_out]
    unknown = [name for name, at in zip(labels.classes, class_of, strict=True) if at < 0]
    if unknown:
        photos = int(np.count_nonzero(~is_known))
        has = agreeing(photos, "has a label that is", "have labels that are")
        named = ", ".join(unknown[:NAMED]) + (", ..." if len(unknown) > NAMED else "")
        notes.append(f"{counted(photos, 'photo')} {has} none of these classes: {named}.")
    return Matched(labels.images[is_known], of_photo[is_known], tuple(notes))


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def scores_of(
    results: Results, classifier: Classifier, images: NDArray[np.int64], told: Progress
) -> NDArray[np.float32]:
    """Return (n, C) the scores of photos (n,); told may raise Cancelled."""
    scores = np.zeros((images.size, len(classifier.classes)), np.float32)
    for start in range(0, images.size, AT_ONCE):
        some = slice(start, start + AT_ONCE)

        def told_here(done: int, total: int, message: str, before: int = start) -> None:
            told(before + done, images.size, message)

        scores[some] = classifier.scores(matrix.read(results, images[some], progress=told_here))
    return scores


def taken_for(results: Results, classifier: Classifier) -> NDArray[np.int64]:
    """Return (C,) how many of all analyzed photos are taken for each class."""
    images = results.image_ids(status="coded").astype(np.int64)
    scores = scores_of(results, classifier, images, silent)
    return np.bincount(scores.argmax(axis=1), minlength=len(classifier.classes)).astype(np.int64)


def labels_of(results: Results, label_set: str) -> ImageLabels | None:
    """Return the labels of a set; None for "", as nobody is asked then."""
    if not label_set:
        return None
    with Project.open(results.project, read_only=True) as opened:
        return label_sets.read(results, opened.judgements.state, label_set)


def classification(
    label_set: str,
    classifier: Classifier,
    photos: Matched,
    scores: NDArray[np.floating],
    raw_scores: NDArray[np.floating] | None,
    basis: ClassificationBasis,
    *,
    no_features: str = "",
    notes: Sequence[str] = (),
    seconds: float = 0.0,
) -> Classification:
    """Return what photos (n,) are taken for by their scores (n, C); none of them was learned from.

    raw_scores: (n, C) without concepts, in their place; None: `no_features` says why.
    """
    return Classification(
        label_set=label_set,
        classes=classifier.classes,
        images=photos.images,
        labels=photos.labels.astype(np.int32),
        fold=np.zeros(photos.images.size, np.int8),
        classifiers=(classifier,),
        concepts=_judged(scores),
        features=None if raw_scores is None else _judged(raw_scores),
        no_features=no_features,
        compact=None,
        notes=(*photos.notes, *notes),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=seconds,
        basis=basis,
    )


def _judged(scores: NDArray[np.floating]) -> Judged:
    decisions = scores.argmax(axis=1) if scores.size else np.zeros(0)
    return Judged(decisions.astype(np.int32), scores.astype(np.float32), ())
