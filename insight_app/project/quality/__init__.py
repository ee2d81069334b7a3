"""How well a project's dictionary explains its photos, measured again from the photos themselves.

Tokens are not stored, so a sample of the photos is read and encoded again, as the analysis did it.
Owns the sample and the report; the measures are those of `concepts.quality` (METRICS.md). The
sample is dealt into PARTS parts at random; every figure is the mean over the parts with its
standard deviation.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.project.photos.photo_file import read_bytes
from insight_app.project.results import reading_rule
from insight_app.project.results.snapshot import Results

if TYPE_CHECKING:
    from torch import Tensor

    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.quality.reconstruction import Report

PARTS = 5
SEED = 0
MORE_ACTIVE = 4
"""Photos may need more active concepts than k; baselines are worked out so far beyond it. Where the
mean is higher still, baselines stay at the last step (`baseline_vectors` says so)."""
DICTIONARY, CLASSES, RANDOM = "dictionary", "class_vectors", "random_dictionary"
FORMULAS = {
    "explained_variance": "1 - sum |x - y|^2 / sum |x - mean x|^2 over all cells; the mean token "
    "alone gives 0",
    "cosine": "mean over cells of cos(x, y)",
    "active_concepts": "mean number of concepts above the threshold in a cell",
    "baseline_vectors": "mean number of vectors that the baselines used in a cell",
    "cells_with_a_concept": "share of cells with at least one",
    "alive_concepts": "share of all concepts that are active in at least one analyzed photo",
    "baselines": "class_vectors: the encoder's table of class names; random_dictionary: as many "
    "random directions as concepts; both by orthogonal matching pursuit at the same mean number "
    "of active vectors",
}


def measure(
    project: Path,
    *,
    photos: int = 100,
    device: str = "auto",
    encoder: DenseEncoder | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> dict[str, Any]:
    """Return the report as JSON values; a Refusal if nothing has been analyzed yet.

    encoder: instead of loading the one that the project names; has the same fingerprint.
    """
    results = Results.open(project)
    if results is None:
        raise _nothing_to_measure(project)
    with results:
        chosen = _sample(results, photos)
        if not chosen.size:
            raise _nothing_to_measure(project)
        encoder = encoder or _encoder(project, device)
        return _measured(results, encoder, chosen, progress, cancel or CancelToken())


def _nothing_to_measure(project: Path) -> Refusal:
    return Refusal(
        "There is nothing to measure yet: no photo of this project has been analyzed.",
        where=str(project),
        do="Analyze it first: insight-app analyze FOLDER -o PROJECT",
    )


def _encoder(project: Path, device: str) -> DenseEncoder:
    from insight_app.concepts import encoders
    from insight_app.project.analysis import encoder as encoder_of

    load = partial(encoders.load, device=device)
    return encoder_of.load(project, encoder_of.of_project(project), load)


def _measured(
    results: Results,
    encoder: DenseEncoder,
    chosen: NDArray[np.int32],
    progress: Progress,
    cancel: CancelToken,
) -> dict[str, Any]:
    from insight_app.concepts import hsae
    from insight_app.concepts.quality.reconstruction import Comparison

    project = results.project
    dictionary = hsae.load(
        project / "dictionary",
        token_dim=encoder.token_dim,
        encoder_fingerprint=encoder.fingerprint,
    )
    table = getattr(encoder, CLASSES, None)  # an encoder without one has one baseline less
    parts = [Comparison(dictionary, table) for _ in range(min(PARTS, len(chosen)))]
    read = 0
    rule = reading_rule.must_be_known(results.reading_rule, project)
    for number, tokens in enumerate(_tokens(results, encoder, rule, chosen)):
        cancel.check()
        progress(number, len(chosen), "Measuring on photos")
        if tokens is not None:
            parts[number % len(parts)].add(tokens)
            read += 1
    progress(len(chosen), len(chosen), "Measuring on photos")
    filled = [part for part in (each.report() for each in parts) if part.tokens]
    if not filled:
        raise WorldError("None of the photos of the sample can be read.", where=str(project))
    return _report(results, filled, read)


def _sample(results: Results, photos: int) -> NDArray[np.int32]:
    """Return at most `photos` of the coded images, at random, the same each time."""
    coded = np.asarray(results.image_ids(status="coded"), np.int32)
    order = np.random.default_rng(SEED).permutation(len(coded))
    return coded[order[:photos]]


def _tokens(
    results: Results, encoder: DenseEncoder, rule: int, chosen: NDArray[np.int32]
) -> Iterator[Tensor | None]:
    """Yield each photo's tokens (T, D), None for one that cannot be read any more."""
    from insight_app.project.analysis.coding.pixels import read_pixels

    for image in chosen.tolist():
        path = results.image(image).path
        try:
            seen = read_pixels(read_bytes(path), path, encoder, rule, part=results.part)
        except KnownError:
            yield None
            continue
        grid = encoder.encode(seen.pixels[None])
        yield grid.reshape(-1, grid.shape[-1]).float().cpu()


def _report(results: Results, parts: list[Report], read: int) -> dict[str, Any]:
    alive = int(np.count_nonzero(np.asarray(results.images) > 0))
    explained = {DICTIONARY: _over([part.explained for part in parts])}
    cosine = {DICTIONARY: _over([part.cosine for part in parts])}
    for name in parts[0].baseline_explained:
        explained[name] = _over([part.baseline_explained[name] for part in parts])
        cosine[name] = _over([part.baseline_cosine[name] for part in parts])
    return {
        "photos": read,
        "cells": sum(part.tokens for part in parts),
        "parts": len(parts),
        "active_concepts": _over([part.active for part in parts]),
        "explained_variance": explained,
        "cosine": cosine,
        "explained_variance_by_level": {
            str(level): _over([part.explained_by_level[level] for part in parts])
            for level in range(len(parts[0].explained_by_level))
        },
        "cells_with_a_concept": _over([part.cells_with_a_concept for part in parts]),
        "alive_concepts": {
            "share": round(alive / results.F, 4),
            "concepts": int(results.F),
            "photos": int(results.coded_images),
        },
        "formulas": FORMULAS,
    }


def _over(values: list[float]) -> dict[str, float]:
    """Return the mean over the parts and their standard deviation (0 for a single part)."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": round(float(np.mean(values)), 4), "spread": round(spread, 4)}
