"""Classifying a project's photos by classes that somebody typed, through concepts and without.

Nothing is learned: every photo with a label that is one of the classes tells how right this is.
Needs the project's encoder, which reads the words: for the worker and the command line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain import class_words, zero_shot
from insight_app.concepts.explain.class_words import ClassWords
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.figures import agreeing, counted
from insight_app.project.explaining import fixed, pooled
from insight_app.project.explaining.classification import Classification
from insight_app.project.explaining.classifying import nothing_analyzed
from insight_app.project.explaining.fixed import NAMED, Matched
from insight_app.project.explaining.labels import FOLDERS
from insight_app.project.explaining.store import basis_of
from insight_app.project.folder import DICTIONARY
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.project.analysis.encoder import Load

FEWEST = 2
"""Among fewer classes there is nothing to choose."""


def classify(
    project: Path,
    words: Sequence[ClassWords],
    label_set: str = FOLDERS,
    *,
    device: str = "auto",
    load: Load | None = None,
    known: Callable[[DenseEncoder], MutableMapping[str, NDArray[np.float32]]] = lambda encoder: {},
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
) -> Classification:
    """Return what labelled photos are taken for among these classes, not yet kept.

    label_set: whose labels tell what is right; "" = none, as for photos that nobody labelled: the
    classifier is there, and nothing is judged. known: (D,) vectors of words read before with an
    encoder, see `class_words.vectors`. Raises Refusal for classes that cannot be told apart and for
    a project without photos, Cancelled when cancelled.
    """
    began, token = time.monotonic(), cancel or CancelToken()

    def told(done: int, total: int, message: str) -> None:
        token.check()
        between()
        progress(done, total, message)

    classes = class_words.checked(words, FEWEST)
    results = Results.open(project)
    if results is None:
        raise nothing_analyzed(project)
    with results:
        labels = fixed.labels_of(results, label_set)
        photos = fixed.matched(classes, labels)
        encoder = project_encoder(project, device, load)
        vectors = class_words.vectors(encoder, classes, known(encoder), told)
        names = [one.name for one in classes]
        classifier = zero_shot.classifier(names, vectors, *_dictionary(project))
        scores = fixed.scores_of(results, classifier, photos.images, told)
        mean = pooled.read(
            results, photos.images, lambda: encoder, progress=told, cancel=token, between=between
        )
        return fixed.classification(
            label_set,
            classifier,
            _with(photos, mean.is_known),
            scores[mean.is_known],
            zero_shot.raw_scores(mean.tokens[mean.is_known], vectors),
            basis_of(results, labels.digest if labels else ""),
            notes=_how(classes, encoder),
            seconds=round(time.monotonic() - began, 1),
        )


def project_encoder(project: Path, device: str, load: Load | None) -> DenseEncoder:
    """Load the encoder of a project, with `encoders.load` or what takes its place."""
    from insight_app.concepts import encoders
    from insight_app.project.analysis import encoder as encoder_of

    by_name = partial(load or encoders.load, device=device)
    return encoder_of.load(project, encoder_of.of_project(project), by_name)


def _dictionary(project: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return W_dec (F, D) and b_dec (D,) of the project's dictionary."""
    from insight_app.concepts import hsae

    found = hsae.load(project / DICTIONARY)
    return found.W_dec.cpu().numpy(), found.b_dec.cpu().numpy()


def _with(photos: Matched, is_known: NDArray[np.bool_]) -> Matched:
    """Return the photos (n,) whose raw tokens are known, so that both are judged on the same."""
    notes = photos.notes
    if not is_known.all():
        unknown = int(np.count_nonzero(~is_known))
        are = agreeing(unknown, "is", "are")
        notes += (
            f"{counted(unknown, 'photo')} {are} not judged: an older Insight analyzed "
            f"{agreeing(unknown, 'it', 'them')}, and the file is gone or has changed since.",
        )
    return Matched(photos.images[is_known], photos.labels[is_known], notes)


def _how(classes: Sequence[ClassWords], encoder: DenseEncoder) -> tuple[str, ...]:
    """Return how the words were read, in sentences."""
    prompts = len(class_words.templates_of(encoder))
    read = "as it stands" if prompts == 1 else f"in {prompts} prompts"
    several = [one for one in classes if len(one.words) > 1]
    notes = [f"Each word was read {read}; nothing was learned from the photos."]
    if several:
        said = "; ".join(" / ".join(one.words) for one in several[:NAMED])
        more = "; ..." if len(several) > NAMED else ""
        notes.append(f"Classes of several words are their mean: {said}{more}.")
    return tuple(notes)
