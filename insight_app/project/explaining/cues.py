"""Spurious cues of a project: concepts whose removal one subset of its photos hangs on.

Subsets are the classes themselves, or the photos of a class in one folder, with one word on them,
or of one class of another set of labels; these are compared with the rest of their class. The
measure is `concepts.explain.spurious`. Numpy and file reads only; safe on any thread.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain import spurious
from insight_app.concepts.explain.spurious import Cue
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import Refusal
from insight_app.project.explaining import labels as label_sets
from insight_app.project.explaining.whatif import Decided
from insight_app.project.judgements.state import CurationState
from insight_app.project.results.contents import photos_of
from insight_app.project.results.snapshot import Results

CLASSES, TAGS = "classes", "tags"
"""Ways to divide photos beside sets of labels."""
REMOVING = "Switching off each concept"


@dataclass(frozen=True, eq=False)
class PhotoSubsets:
    """Photos divided into S subsets: (N,) int64 the subset of each, -1 for none.

    group: (S,) int64; a subset is compared with the others of its group.
    """

    by: str
    names: tuple[str, ...]
    of: NDArray[np.int64]
    group: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cues:
    """The cues found, the surest first, in photos divided `by` into S subsets.

    photos: (S,) int64 how many each has.  looked_at: how many concepts were switched off.
    """

    by: str
    subsets: tuple[str, ...]
    photos: NDArray[np.int64]
    looked_at: int
    cues: tuple[Cue, ...]


def divided(results: Results, state: CurationState, start: Decided, by: str) -> PhotoSubsets:
    """Return how photos are divided: by classes, tags, or a set of labels, "folders" among these.

    Of a photo with several tags the first in the alphabet counts.
    """
    if by == CLASSES:
        return PhotoSubsets(by, start.classes, start.labels, np.zeros(len(start.classes), np.int64))
    names, of = _tags(results, state, start) if by == TAGS else _set(results, state, start, by)
    counted = (of >= 0) & (start.labels >= 0)
    pairs, place = np.unique(start.labels[counted] * len(names) + of[counted], return_inverse=True)
    subset = np.full(of.size, -1, np.int64)
    subset[counted] = place
    label, part = np.divmod(pairs, max(1, len(names)))
    told = [f"{start.classes[c]}, {names[n]}" for c, n in zip(label, part, strict=True)]
    return PhotoSubsets(by, tuple(told), subset, label.astype(np.int64))


def find(
    start: Decided,
    division: PhotoSubsets,
    number: int = 50,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Cues:
    """Return the cues of photos divided into subsets; Refusal where there is nothing to compare.

    Seconds for a thousand photos, minutes for a hundred thousand. May raise Cancelled.
    """
    token = cancel or CancelToken()
    inside = np.unique(division.of[(division.of >= 0) & (start.labels >= 0)])
    if np.unique(division.group[inside]).size == inside.size:
        raise Refusal(
            f"Divided by {division.by}, no photos can be compared with others of their class."
            if division.by != CLASSES
            else "The photos that can be judged are all of one class.",
            do="Divide them by something else: classes, folders, tags or another set of labels.",
        )

    def told(done: int, total: int) -> None:
        token.check()
        progress(done, total, REMOVING)

    removed = spurious.remove_each(start.scored, start.labels, division.of, division.group, told)
    ranked = tuple(spurious.rank(removed, number))
    return Cues(division.by, division.names, removed.photos, removed.concepts.size, ranked)


def _set(
    results: Results, state: CurationState, start: Decided, by: str
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the classes of a set of labels, and (N,) that of each photo, -1 for none."""
    found = label_sets.read(results, state, by)
    subset = np.full(start.images.size, -1, np.int64)
    _both, here, there = np.intersect1d(start.images, found.images, return_indices=True)
    subset[here] = found.labels[there]
    return found.classes, subset


def _tags(
    results: Results, state: CurationState, start: Decided
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the tags, "without a tag" before them, and (N,) that of each photo."""
    tags = {content: sorted(words) for content, words in dict(state.tags).items() if words}
    if not tags:
        raise Refusal("No photo has a tag.", do="Divide the photos by classes or folders.")
    names = ("without a tag", *sorted({words[0] for words in tags.values()}))
    subset = np.zeros(start.images.size, np.int64)
    for content, images in photos_of(results, tags).items():
        subset[start.rows_of(images)] = names.index(tags[content][0], 1)
    return names, subset
