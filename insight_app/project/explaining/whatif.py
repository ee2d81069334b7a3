"""What becomes of a project's decisions when concepts are switched off or scaled.

Starts from a kept classification: each labelled photo is judged by what was learned without it, so
that accuracies before and after are those of held-back photos. Numpy and file reads only, safe on
any thread; nothing is ever written here. Knows nothing of how an edit is kept.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain.classifier import mean_of
from insight_app.concepts.explain.effects import DecisionChange
from insight_app.concepts.explain.interventions import (
    MOST,
    Factors,
    Rescored,
    ScoredPhotos,
    in_photos,
    score,
)
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import Refusal
from insight_app.figures import counted, figure
from insight_app.project.explaining import matrix
from insight_app.project.explaining.classification import Classification
from insight_app.project.judgements.payloads import Intervention, KeptEffect
from insight_app.project.results.snapshot import Results

MOST_PHOTOS = 200_000
"""Of more labelled photos so many are looked at, evenly chosen: their values fit into memory."""


@dataclass(frozen=True, eq=False)
class Decided:
    """Photos of a project with their decisions: what interventions in it start from.

    images: (N,) int64, ascending.  labels: (N,) int64 the index of each one's class, -1 where it
    does not count for accuracy: it has none, or nothing was learned without it.  of: how many there
    are in all, where only some are looked at.
    """

    classes: tuple[str, ...]
    images: NDArray[np.int64]
    labels: NDArray[np.int64]
    scored: ScoredPhotos
    of: int

    def rows_of(self, images: Collection[int]) -> NDArray[np.int64]:
        """Return (n,) the rows of those of some photos that are among these."""
        wanted = np.fromiter(images, np.int64, len(images))
        return np.flatnonzero(np.isin(self.images, wanted))


@dataclass(frozen=True, eq=False)
class Intervened:
    """What scaling concepts does to photos: rows (n,) of all those decided, ascending.

    change: decisions before and after of these alone.
    """

    factors: Factors
    rows: NDArray[np.int64]
    rescored: Rescored
    change: DecisionChange

    def changed(self, decided: Decided) -> NDArray[np.int64]:
        """Return (n,) the images decided otherwise."""
        found: NDArray[np.int64] = decided.images[self.rows[self.change.changed]]
        return found


def decided(
    results: Results,
    found: Classification,
    *,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
) -> Decided:
    """Return the photos that a classification judged; all analyzed ones where it has no labels.

    Refusal if it is of another dictionary.
    """
    if found.classifiers[0].concepts != results.F:
        raise Refusal(
            "These classes were learned from another dictionary's concepts.",
            where=str(results.project),
            do="Classify again.",
        )
    everything = found.images if found.images.size else results.image_ids(status="coded")
    chosen = np.arange(everything.size)
    if chosen.size > MOST_PHOTOS:
        chosen = np.linspace(0, everything.size - 1, MOST_PHOTOS).astype(np.int64)
    images = np.asarray(everything[chosen], np.int64)
    values = matrix.read(results, images, progress=progress, cancel=cancel, between=between)
    classifiers = list(found.classifiers)
    if not found.images.size:
        fold, labels = np.zeros(images.size, np.int64), np.full(images.size, -1, np.int64)
        scored = score(values, classifiers, fold)
        return Decided(found.classes, images, labels, scored, everything.size)
    fold = found.fold[chosen].astype(np.int64)
    labels = np.where(fold < 0, -1, found.labels[chosen]).astype(np.int64)
    if (fold < 0).any():
        fold = np.where(fold < 0, len(classifiers), fold)
        classifiers.append(mean_of(classifiers))
    scored = score(values, classifiers, fold)
    return Decided(found.classes, images, labels, scored, everything.size)


def intervene(
    start: Decided, factors: Mapping[int, float], rows: NDArray[np.int64] | None = None
) -> Intervened:
    """Return what scaling concepts does to all photos, or to some: rows (n,), ascending."""
    rescored = in_photos(start.scored, factors, rows)
    after = rescored.decisions(start.scored.decisions)
    rows = np.arange(start.images.size) if rows is None else rows
    change = DecisionChange(
        start.scored.decisions[rows], after[rows], start.labels[rows], len(start.classes)
    )
    return Intervened(factors, rows, rescored, change)


def intervention_of(
    results: Results, found: Classification, factors: Factors, done: Intervened | None
) -> Intervention:
    """Return an intervention as it is kept under a name, with its effects where these are known."""
    effects: list[KeptEffect] = []
    if done is not None:
        change = done.change
        photos = f"{counted(change.labelled, 'held-back photo')} of “{found.label_set}”"
        if change.labelled:
            before, after = change.accuracy
            low, high = change.difference
            effects.append(KeptEffect("accuracy", "share", photos, before, after, low, high))
        everything = counted(done.rows.size, "photo")
        moved = float(change.changed.size)
        effects.append(KeptEffect("decisions changed", "photos", everything, after=moved))
    return Intervention(
        results.dictionary.fingerprint,
        dict(factors),
        choices={"labels": found.label_set},
        effects=tuple(effects),
        basis=f"classification of {found.made}",
    )


def checked(factors: Mapping[int, float], concepts: int) -> Factors:
    """Return factors as they can be used; Refusal for a concept or a factor that is none."""
    for concept, factor in factors.items():
        if not 0 <= concept < concepts:
            raise Refusal(
                f"The dictionary has no concept {concept}.",
                do=f"Choose concepts from 0 to {concepts - 1}.",
            )
        if not 0 <= factor <= MOST:
            raise Refusal(
                f"Concept {concept} cannot be scaled by {figure(factor)}.",
                do=f"Choose a factor from 0 (off) to {MOST:g}.",
            )
    return dict(factors)
