"""How well a project's dictionary explains its photos, measured again from the photos themselves.

Tokens are not stored, so a sample of the photos is encoded anew. Owns the sample and the report;
the measures are those of `concepts.quality` (METRICS.md). The sample is dealt into PARTS parts at
random; every figure is the mean over the parts with its standard deviation.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import KnownError
from insight_app.project.results import Results

if TYPE_CHECKING:
    from torch import Tensor

    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.concepts.quality import Pursuit

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
    "alive_concepts": "share of all concepts that are active in at least one analysed photo",
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
    """The report as JSON values. KnownError where nothing has been analysed yet.

    encoder: in the place of the one that the project names, with the same fingerprint.
    """
    from insight_app.concepts import encoders, hsae

    results = Results.open(project)
    chosen = _sample(results, photos) if results else np.empty(0, np.int32)
    if results is None or not len(chosen):
        raise KnownError(
            "There is nothing to measure yet: no photo of this project has been analysed.",
            where=str(project),
            do="Analyse it first: insight-app analyze FOLDER -o PROJECT",
        )
    if encoder is None:
        encoder = encoders.load(results.encoder[0], device=device)
    dictionary = hsae.load(
        project / "dictionary",
        token_dim=encoder.token_dim,
        encoder_fingerprint=encoder.fingerprint,
    )
    baselines = _baselines(encoder, dictionary)
    parts = [_Part(dictionary, baselines) for _ in range(min(PARTS, len(chosen)))]
    read = 0
    for number, tokens in enumerate(_tokens(results, encoder, chosen)):
        (cancel or CancelToken()).check()
        progress(number, len(chosen), "Measuring on photos")
        if tokens is not None:
            parts[number % len(parts)].add(tokens)
            read += 1
    progress(len(chosen), len(chosen), "Measuring on photos")
    filled = [part for part in parts if part.codes.tokens]
    if not filled:
        raise KnownError("None of the photos of the sample can be read.", where=str(project))
    return _report(results, filled, read)


def _sample(results: Results, photos: int) -> NDArray[np.int32]:
    """At most `photos` of the coded images, at random, the same each time."""
    coded = np.asarray(results.image_ids(status="coded"), np.int32)
    order = np.random.default_rng(SEED).permutation(len(coded))
    return coded[order[:photos]]


def _tokens(
    results: Results, encoder: DenseEncoder, chosen: NDArray[np.int32]
) -> Iterator[Tensor | None]:
    """Each photo's tokens (T, D), None for one that cannot be read any more."""
    from insight_app.project.images import load_upright

    for image in chosen.tolist():
        try:
            picture = load_upright(results.image(image).path)
        except KnownError:
            yield None
            continue
        grid = encoder.encode(encoder.preprocess(picture)[None])
        yield grid.reshape(-1, grid.shape[-1]).float().cpu()


def _baselines(encoder: DenseEncoder, dictionary: HSAE) -> dict[str, Pursuit]:
    """What the dictionary is held against; an encoder without a class table has one less."""
    from insight_app.concepts.quality import Pursuit, random_dictionary

    offset = dictionary.b_dec.cpu()
    table = getattr(encoder, CLASSES, None)
    found = {} if table is None else {CLASSES: Pursuit.over(table.cpu(), offset)}
    atoms = random_dictionary(dictionary.F, encoder.token_dim)
    return found | {RANDOM: Pursuit.over(atoms, offset)}


class _Part:
    """Running measures of one part of the sample."""

    def __init__(self, dictionary: HSAE, baselines: dict[str, Pursuit]) -> None:
        from insight_app.concepts.quality import Variance

        D = dictionary.D
        self.dictionary = dictionary
        self.baselines = baselines
        self.codes = Variance(D)
        self.levels = [Variance(D) for _ in dictionary.group_sizes]
        self.most = dictionary.k + MORE_ACTIVE
        self.steps = {name: [Variance(D) for _ in range(self.most + 1)] for name in baselines}
        self.active = 0
        self.spoken = 0

    def add(self, x: Tensor) -> None:
        """Count the tokens (T, D) of one photo."""
        codes = self.dictionary.encode(x)
        self.codes.add(x, self.dictionary.decode(codes))
        for level, variance in enumerate(self.levels, start=1):
            variance.add(x, self.dictionary.decode(codes, groups=level))
        counts = np.diff(codes.indptr)
        self.active += int(counts.sum())
        self.spoken += int(np.count_nonzero(counts))
        for name, pursuit in self.baselines.items():
            steps = self.steps[name]
            for variance, y in zip(steps, pursuit.reconstructions(x, len(steps) - 1), strict=True):
                variance.add(x, y)

    @property
    def mean_active(self) -> float:
        return self.active / self.codes.tokens

    @property
    def baseline_active(self) -> float:
        """How many vectors the baselines may use."""
        return min(self.mean_active, float(self.most))

    def baseline(self, name: str, measure: str) -> float:
        """A baseline's measure at the dictionary's mean number of active concepts."""
        values = [getattr(variance, measure) for variance in self.steps[name]]
        return float(np.interp(self.baseline_active, np.arange(len(values)), values))


def _report(results: Results, parts: list[_Part], read: int) -> dict[str, Any]:
    alive = int(np.count_nonzero(np.asarray(results.images) > 0))
    names = list(parts[0].baselines)
    return {
        "photos": read,
        "cells": sum(part.codes.tokens for part in parts),
        "parts": len(parts),
        "active_concepts": _over([part.mean_active for part in parts]),
        "baseline_vectors": _over([part.baseline_active for part in parts]),
        **{
            title: {
                DICTIONARY: _over([getattr(part.codes, measure) for part in parts]),
                **{name: _over([part.baseline(name, measure) for part in parts]) for name in names},
            }
            for title, measure in (("explained_variance", "explained"), ("cosine", "cosine"))
        },
        "explained_variance_by_level": {
            str(level): _over([part.levels[level].explained for part in parts])
            for level in range(len(parts[0].levels))
        },
        "cells_with_a_concept": _over([part.spoken / part.codes.tokens for part in parts]),
        "alive_concepts": {
            "share": round(alive / results.F, 4),
            "concepts": int(results.F),
            "photos": int(results.coded_images),
        },
        "formulas": FORMULAS,
    }


def _over(values: list[float]) -> dict[str, float]:
    """Mean over the parts and their standard deviation (0 for a single part)."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": round(float(np.mean(values)), 4), "spread": round(spread, 4)}
