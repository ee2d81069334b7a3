"""Classifying a project's labelled photos by their concepts, and by raw features beside.

Five folds; each photo is held back once and judged by what was learned from the others. Owns the
order of the work and what it tells; the science is `concepts.explain`. Needs scipy: for the worker
and the command line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from insight_app.concepts.explain import evaluation, learning
from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.explain.compact import compact_set
from insight_app.concepts.explain.evaluation import Compact
from insight_app.concepts.explain.image_values import ImageValues, Pooling
from insight_app.concepts.explain.learning import Learned, Tried
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import KnownError, Refusal
from insight_app.figures import agreeing, counted, figure
from insight_app.plain_text import visible
from insight_app.project.explaining import label_files, matrix, pooled
from insight_app.project.explaining import labels as label_sets
from insight_app.project.explaining.classification import (
    KEPT_ACCURACY,
    Choice,
    Classification,
    ClassificationBasis,
    Judged,
    PathStep,
)
from insight_app.project.explaining.kept_folds import KeptFolds
from insight_app.project.explaining.labels import FOLDERS, ImageLabels, LabelSet, NotUsed
from insight_app.project.explaining.store import basis_of
from insight_app.project.project import Project
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.project.analysis.encoder import Load

LEARNING = "Learning classes from concepts"
BESIDE = "Learning classes from raw features"
COMPACT = "Looking for the fewest concepts that are enough: {concepts}"
ONE_PATH = 20_000
"""Of more photos the penalty is chosen in the first fold alone, for all folds: of so many
validation photos, others would choose the same."""

NAMED = 5
"""Classes that a note names."""


def classify(
    project: Path,
    label_set: str = FOLDERS,
    *,
    file: Path | None = None,
    device: str = "auto",
    load: Load | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
) -> Classification:
    """Return a classification of the project's labelled photos, not yet kept.

    label_set: the name of the set of labels. file: a table of labels instead. device, load: for
    the encoder, as `encoders.load`, which is needed only for photos that an older Insight analyzed.
    between: called now and then. Raises Refusal where there is nothing to learn, Cancelled when
    cancelled.
    """
    token = cancel or CancelToken()

    def told(done: int, total: int, message: str) -> None:
        token.check()
        between()
        progress(done, total, message)

    results = Results.open(project)
    if results is None:
        raise nothing_analyzed(project)
    with results:
        labels = labels_of(results, label_set, file)
        if why := not_enough(labels):
            raise NotEnoughLabels(why, _others(results, label_set), project)
        values = matrix.read(results, labels.images, progress=told, cancel=token, between=between)
        features, why = features_of(results, labels.images, device, load, told, token, between)
        basis = basis_of(results, labels.digest)
        kept = KeptFolds(project, basis)
        found = of_values(labels, values, features, basis, told, why, kept)
        kept.clear()
        return found


def of_values(
    labels: ImageLabels,
    values: ImageValues,
    features: NDArray[np.float32] | None,
    basis: ClassificationBasis,
    told: Progress,
    no_features: str = "",
    kept: KeptFolds | None = None,
) -> Classification:
    """Return the classification of photos (N,) with these values and mean raw tokens (N, D).

    features: NaN for photos whose tokens are not known; None: `no_features` says why. kept: folds
    that were learned before somebody stopped it, and where those of now are kept meanwhile.
    """
    began = time.monotonic()
    index = labels.labels.astype(np.int64)
    fold = evaluation.folds(index)
    # Threads that wait for each other take a hundred times what small products do.
    with threadpool_limits(1 if index.size <= ONE_PATH else None, "blas"):
        classifiers, concepts = _by_concepts(labels, index, fold, values, told, kept)
        beside = (
            None if features is None else _by_features(labels, index, fold, features, told, kept)
        )
        compact = _compact(labels, index, fold, values, concepts, told)
    return Classification(
        label_set=labels.name,
        classes=labels.classes,
        images=labels.images,
        labels=index.astype(np.int32),
        fold=fold,
        classifiers=classifiers,
        concepts=concepts,
        features=beside,
        no_features=no_features,
        compact=compact,
        notes=(*_notes(labels, index), *_by_chance(labels, index, concepts)),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - began, 1),
        basis=basis,
    )


def labels_of(results: Results, label_set: str, file: Path | None = None) -> ImageLabels:
    """Return the labels of a set of the project, or of a file; Refusal where there are none."""
    if file is not None:
        found, notes = label_files.read(results, file)
        return replace(found, left_out=(*(NotUsed(1, note) for note in notes), *found.left_out))
    with Project.open(results.project, read_only=True) as opened:
        return label_sets.read(results, opened.judgements.state, label_set)


def features_of(
    results: Results,
    images: NDArray[np.int64],
    device: str,
    load: Load | None,
    progress: Progress,
    cancel: CancelToken,
    between: Callable[[], None],
) -> tuple[NDArray[np.float32] | None, str]:
    """Return the mean raw tokens (N, D) of photos (N,); None, and why, where there are none."""

    def encoder() -> DenseEncoder:
        from insight_app.concepts import encoders
        from insight_app.project.analysis import encoder as encoder_of

        by_name = partial(load or encoders.load, device=device)
        return encoder_of.load(results.project, encoder_of.of_project(results.project), by_name)

    try:
        found = pooled.read(
            results, images, encoder, progress=progress, cancel=cancel, between=between
        )
    except KnownError as error:
        return None, f"Raw features are not known: {error}"
    unknown = int(np.count_nonzero(~found.is_known))
    if 2 * unknown > found.is_known.size:
        photos = counted(unknown, "photo")
        return None, f"Raw features of {photos} are not known: they are gone, or have changed."
    return found.tokens, ""


class NotEnoughLabels(Refusal):
    """Labels from which nothing can be learned; others: the sets of the project that would do."""

    def __init__(self, what: str, others: Sequence[LabelSet], project: Path) -> None:
        do = "Give labels to more photos, or choose another set of labels."
        if others:
            there = ", ".join(
                f"“{visible(one.name)}” ({counted(one.photos, 'photo')}, "
                f"{counted(one.classes, 'class')})"
                for one in others[:NAMED]
            )
            do = f"Choose another set of labels: there is {there}."
        super().__init__(what, where=str(project), do=do)
        self.others = tuple(others)


def not_enough(labels: ImageLabels) -> str:
    """Return why labels are too few to learn from and to be held back, "" where they are enough."""
    if len(labels.classes) < 2:
        found = f"only the class “{labels.classes[0]}”" if labels.classes else "no class"
        return f"There is nothing to tell apart: the labels “{labels.name}” have {found}."
    if int(np.count_nonzero(np.bincount(labels.labels) > 1)) < 2:
        return "Fewer than two classes have a second photo, so that none can be held back."
    return ""


def _others(results: Results, label_set: str) -> list[LabelSet]:
    """Return the other sets of labels of a project from which classes can be learned."""
    with Project.open(results.project, read_only=True) as opened:
        state = opened.judgements.state
        return [
            one
            for one in label_sets.label_sets(results, state)
            if one.name != label_set and not not_enough(label_sets.read(results, state, one.name))
        ]


def nothing_analyzed(project: Path) -> Refusal:
    """Return the refusal to classify photos that were never analyzed."""
    return Refusal(
        "There is nothing to classify yet: no photo of this project has been analyzed.",
        where=str(project),
        do="Analyze it first: insight-app analyze FOLDER -o PROJECT",
    )


def pooled_classifier(
    labels: ImageLabels, weights: NDArray[np.float32], pooling: Pooling
) -> Classifier:
    """Return the classifier of weights (C, 2 F) on pooled features: its own hold the pooling."""
    half = weights.shape[1] // 2
    return Classifier(
        "probe",
        labels.classes,
        weights[:, :half] * np.float32(pooling.of_maxima),
        weights[:, half:] * np.float32(pooling.of_means),
    )


def _by_concepts(
    labels: ImageLabels,
    index: NDArray[np.int64],
    fold: NDArray[np.int8],
    values: ImageValues,
    told: Progress,
    kept: KeptFolds | None,
) -> tuple[tuple[Classifier, ...], Judged]:
    scores = np.full((index.size, len(labels.classes)), np.nan, np.float32)
    classifiers, choices = [], []
    known: Sequence[Tried] = ()
    for number in range(evaluation.FOLDS):
        seen, unseen = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        own = values.take(seen)
        pooling = Pooling.of(own)
        learn = partial(
            learning.learn_concepts,
            pooling.features(own),
            index[seen],
            len(labels.classes),
            _of(told, LEARNING, number),
            number,
            known,
        )
        learned = kept.learned("concepts", number, learn) if kept else learn()
        classifier = pooled_classifier(labels, learned.fitted.weights, pooling)
        scores[unseen] = classifier.scores(values.take(unseen))
        classifiers.append(classifier)
        choices.append(_choice(learned))
        known = _known(learned, index.size)
    return tuple(classifiers), Judged(decided(scores, fold), scores, tuple(choices))


def _by_features(
    labels: ImageLabels,
    index: NDArray[np.int64],
    fold: NDArray[np.int8],
    features: NDArray[np.float32],
    told: Progress,
    kept: KeptFolds | None,
) -> Judged:
    scores = np.full((index.size, len(labels.classes)), np.nan, np.float32)
    weights = np.zeros((len(labels.classes), features.shape[1]), np.float32)
    choices = []
    known: Sequence[Tried] = ()
    is_known = np.isfinite(features).all(axis=1)
    for number in range(evaluation.FOLDS):
        seen = np.flatnonzero((fold != number) & is_known)
        unseen = np.flatnonzero((fold == number) & is_known)
        length = float(np.linalg.norm(features[seen], axis=1).mean()) or 1.0
        learn = partial(
            learning.learn_features,
            features[seen] / np.float32(length),
            index[seen],
            len(labels.classes),
            _of(told, BESIDE, number),
            number,
            known,
        )
        learned = kept.learned("features", number, learn) if kept else learn()
        own = learned.fitted.weights / np.float32(length)
        scores[unseen] = features[unseen] @ own.T
        weights += own / evaluation.FOLDS
        choices.append(_choice(learned))
        known = _known(learned, index.size)
    return Judged(decided(scores, fold), None, tuple(choices), weights)


def _compact(
    labels: ImageLabels,
    index: NDArray[np.int64],
    fold: NDArray[np.int8],
    values: ImageValues,
    concepts: Judged,
    told: Progress,
) -> Compact:
    """Return the compact set; of more than ONE_PATH photos it is grown in the first fold alone."""
    asked = range(evaluation.FOLDS if index.size <= ONE_PATH else 1)
    judged = np.isin(fold, asked)
    right = int(np.count_nonzero(concepts.decisions[judged] == index[judged]))
    return compact_set(
        values,
        index,
        len(labels.classes),
        [fold == number for number in asked],
        KEPT_ACCURACY * right,
        lambda size: told(0, 0, COMPACT.format(concepts=counted(size, "concept"))),
    )


def _known(learned: Learned, photos: int) -> Sequence[Tried]:
    return learned.tried if photos > ONE_PATH else ()


def decided(scores: NDArray[np.float32], fold: NDArray[np.int8]) -> NDArray[np.int32]:
    """Return (N,) the class of the highest score, -1 for photos that are not judged."""
    found = np.full(fold.size, -1, np.int32)
    rows = np.flatnonzero((fold >= 0) & np.isfinite(scores).all(axis=1))
    found[rows] = scores[rows].argmax(axis=1)
    return found


def _choice(learned: Learned) -> Choice:
    path = tuple(
        PathStep(one.l1 or one.l2, one.accuracy, one.used, one.is_settled) for one in learned.tried
    )
    return Choice(learned.fitted.l1, learned.fitted.l2, path)


def _of(told: Progress, message: str, fold: int) -> Callable[[int, int], None]:
    """Return what tells how far a fold is, as a part of all of them."""
    return lambda done, total: told(fold * total + done, evaluation.FOLDS * total, message)


def some_of(names: Sequence[str]) -> str:
    """Return the first few names, as text."""
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def _by_chance(labels: ImageLabels, index: NDArray[np.int64], concepts: Judged) -> Iterator[str]:
    """Yield that concepts tell classes apart no better than always naming the most frequent."""
    rows = np.flatnonzero(concepts.decisions >= 0)
    share = evaluation.Share(int((concepts.decisions[rows] == index[rows]).sum()), rows.size)
    most = int(np.bincount(index[rows]).argmax()) if rows.size else 0
    always = evaluation.Share(int((index[rows] == most).sum()), rows.size)
    if share.interval is not None and share.interval[0] <= always.value:
        yield (
            f"No better than chance, as far as {counted(rows.size, 'photo')} can tell: to say "
            f"“{labels.classes[most]}” of every photo is right in {figure(always.value)} of them. "
            "What concepts give to these classes, and the compact set, then mean nothing."
        )


def _notes(labels: ImageLabels, index: NDArray[np.int64]) -> tuple[str, ...]:
    """Return what the figures leave out, in sentences."""
    counts = np.bincount(index, minlength=len(labels.classes))
    notes = [str(one) for one in labels.left_out]
    single = [labels.classes[n] for n in np.flatnonzero(counts == 1)]
    if single:
        has = agreeing(len(single), "has", "have")
        notes.append(
            f"{len(single):,} {agreeing(len(single), 'class', 'classes')} {has} one photo only, "
            f"which is learned from and never held back: {some_of(single)}."
        )
    return tuple(notes)
