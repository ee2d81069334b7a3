"""Classifying a project's photos by a probe that somebody published, by concepts alone.

Such probes read the maximum of each concept over the cells of a photo: of the codes, which is what
is kept and explained, or of all activations before any are selected, as they may have been trained
on. For the second the photos are encoded again, and it is told beside. Needs torch: for the worker
and the command line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.explain import evaluation, released_probe
from insight_app.concepts.explain.class_words import ClassWords
from insight_app.concepts.explain.evaluation import Share
from insight_app.concepts.explain.released_probe import ReleasedProbe
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.figures import counted, figure
from insight_app.project.explaining import encoding_again, fixed
from insight_app.project.explaining.classification import Classification
from insight_app.project.explaining.classifying import nothing_analyzed
from insight_app.project.explaining.labels import FOLDERS
from insight_app.project.explaining.store import basis_of
from insight_app.project.explaining.typed import project_encoder
from insight_app.project.folder import DICTIONARY
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.project.analysis.encoder import Load

NO_FEATURES = "A released probe reads concepts: nothing without them stands beside it."
ENCODING = "Encoding photos again for all activations"


def classify(
    project: Path,
    path: Path,
    label_set: str = FOLDERS,
    names: Sequence[str] | None = None,
    *,
    all_activations: bool = False,
    device: str = "auto",
    load: Load | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
) -> Classification:
    """Return what labelled photos are taken for by the probe in the file `path`, not yet kept.

    label_set: as in `typed.classify`. names: of its classes, in the order of its weights.
    all_activations: whether the photos are encoded again, to tell beside how right the probe is by
    these. Raises Refusal where the file holds no probe for this dictionary, Cancelled when
    cancelled.
    """
    began, token = time.monotonic(), cancel or CancelToken()

    def told(done: int, total: int, message: str) -> None:
        token.check()
        between()
        progress(done, total, message)

    results = Results.open(project)
    if results is None:
        raise nothing_analyzed(project)
    with results:
        probe = released_probe.read(path, results.F)
        classes, source = probe.names(names)
        labels = fixed.labels_of(results, label_set)
        photos = fixed.matched([ClassWords(name) for name in classes], labels)
        classifier = probe.classifier(classes)
        found = fixed.classification(
            label_set,
            classifier,
            photos,
            fixed.scores_of(results, classifier, photos.images, told),
            None,
            basis_of(results, labels.digest if labels else ""),
            no_features=NO_FEATURES,
            notes=tuple(_how(probe, source)),
        )
        beside: tuple[str, ...] = ()
        if all_activations and photos.images.size:
            encoder = project_encoder(project, device, load)
            beside = (_beside(found, _by_all(results, probe, encoder, found, told)),)
    return replace(found, notes=found.notes + beside, seconds=round(time.monotonic() - began, 1))


def _how(probe: ReleasedProbe, source: str) -> Iterator[str]:
    yield (
        f"The probe of {probe.path.name}, by the maximum of each concept's codes over the cells; "
        "nothing was learned from the photos."
    )
    if probe.note:
        yield probe.note
    yield f"Its classes are called by {source}."


def _by_all(
    results: Results,
    probe: ReleasedProbe,
    encoder: DenseEncoder,
    found: Classification,
    told: Progress,
) -> NDArray[np.int64]:
    """Return (N,) the decision for each judged photo by all activations, -1 where it is gone."""
    from insight_app.concepts import hsae

    dictionary = hsae.load(results.project / DICTIONARY, str(encoder.device))
    decisions = np.full(found.images.size, -1, np.int64)
    done = 0

    def more(photos: int) -> None:
        nonlocal done
        done += photos
        told(done, found.images.size, ENCODING)

    images = found.images.tolist()
    bias = 0 if probe.bias is None else probe.bias
    for image, tokens in encoding_again.tokens_of(results, encoder, images, more):
        maxima = dictionary.all_maxima(tokens).cpu().numpy().astype(np.float64)
        row = found.row_of(image)
        assert row is not None
        decisions[row] = int((probe.weight @ maxima + bias).argmax())
    return decisions


def _beside(found: Classification, decisions: NDArray[np.int64]) -> str:
    """Return how right the probe is by all activations, beside codes on the same photos."""
    rows = np.flatnonzero(decisions >= 0)
    right = decisions[rows] == found.labels[rows]
    by_codes = found.right(found.concepts)[rows]
    gap = evaluation.gap(right, by_codes)
    share = Share(int(right.sum()), right.size)
    interval = "" if gap.low is None else f", 95 % interval {gap.low:+.1f} to {gap.high:+.1f}"
    return (
        f"By the maximum of all activations, before any are selected, it is right in "
        f"{figure(share.value)} of {counted(right.size, 'photo')}: {gap.points:+.1f} points beside "
        f"codes{interval}."
    )
