"""Measuring a project's dictionary, names and relations on its photos: one report.

Owns the order of the groups and what they share: the sample of photos, and an untrained dictionary
of the same size. The measures are those of `concepts.quality` (METRICS.md).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import Refusal
from insight_app.project.quality import grounding
from insight_app.project.quality import masks as label_masks
from insight_app.project.quality import sample as sampling
from insight_app.project.quality.grounding import LabelledPhotos
from insight_app.project.quality.report import Figure, QualityReport, SelfTest
from insight_app.project.quality.sample import Sample
from insight_app.project.quality.store import basis_of
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.project.analysis.encoder import Load


def measure(
    project: Path,
    *,
    photos: int = sampling.USUAL,
    device: str = "auto",
    encoder: DenseEncoder | None = None,
    load: Load | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
    between: Callable[[], None] = lambda: None,
    masks: Path | None = None,
    classes: Path | None = None,
) -> QualityReport:
    """Return the report, not yet kept; a Refusal if nothing has been analyzed yet.

    photos: how many are read at most. encoder: instead of the one that the project names, which
    `load` (as `encoders.load`) gives; has the same fingerprint. between: called now and then.
    masks: a folder of label masks, classes: the table of their labels, for the figures of places.
    Raises Cancelled when cancelled.
    """
    began, token = time.monotonic(), cancel or CancelToken()

    def told(done: int, total: int, message: str) -> None:
        token.check()
        between()
        progress(done, total, message)

    results = Results.open(project)
    if results is None:
        raise _nothing_to_measure(project)
    with results:
        chosen = sampling.chosen(results, photos)
        if not chosen.size:
            raise _nothing_to_measure(project)
        used = encoder or _encoder(project, device, load)
        dictionary = _dictionary(project, used)
        given = None if masks is None or classes is None else label_masks.read(masks, classes)
        labelled = grounding.labelled_photos(results, given, told) if given is not None else None
        sample = sampling.read(results, used, dictionary, chosen, told)
        found, tests = _groups(results, used, dictionary, sample, told)
        found += _places(results, used, dictionary, labelled, told)
        return QualityReport(
            project=project.name,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - began, 1),
            photos=sample.size,
            cells=sample.cells,
            basis=replace(
                basis_of(results),
                asked=photos,
                sample=sample.digest,
                masks="" if given is None else given.digest,
            ),
            figures=tuple(found),
            self_tests=tuple(tests),
        )


def _groups(
    results: Results, encoder: DenseEncoder, dictionary: HSAE, sample: Sample, progress: Progress
) -> tuple[list[Figure], list[SelfTest]]:
    """Return the figures of all groups, in order, and the self-tests."""
    from insight_app.concepts.quality.untrained import untrained
    from insight_app.project.quality import reconstruction

    active = sum(codes.indices.size for codes in sample.codes) / sample.cells
    bare = untrained(dictionary, sample.tokens, active)
    found = reconstruction.figures(sample, dictionary, bare, encoder, results, progress)
    return found, [reconstruction.self_test(sample)]


def _places(
    results: Results,
    encoder: DenseEncoder,
    dictionary: HSAE,
    labelled: LabelledPhotos | None,
    progress: Progress,
) -> list[Figure]:
    """Return the figures of places: those that need masks only if there are some."""
    from insight_app.project.quality import occlusion

    found = [occlusion.over_concepts(results, encoder, dictionary, progress)]
    if labelled is not None:
        found += grounding.figures(results, encoder, dictionary, labelled, progress)
    return found


def _nothing_to_measure(project: Path) -> Refusal:
    return Refusal(
        "There is nothing to measure yet: no photo of this project has been analyzed.",
        where=str(project),
        do="Analyze it first: insight-app analyze FOLDER -o PROJECT",
    )


def _encoder(project: Path, device: str, load: Load | None) -> DenseEncoder:
    from insight_app.concepts import encoders
    from insight_app.project.analysis import encoder as encoder_of

    by_name = partial(load or encoders.load, device=device)
    return encoder_of.load(project, encoder_of.of_project(project), by_name)


def _dictionary(project: Path, encoder: DenseEncoder) -> HSAE:
    from insight_app.concepts import hsae

    return hsae.load(
        project / "dictionary",
        token_dim=encoder.token_dim,
        encoder_fingerprint=encoder.fingerprint,
    )
