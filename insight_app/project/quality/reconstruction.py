"""The figures of reconstruction and sparsity, with their controls (METRICS.md).

Owns which baselines stand beside the dictionary; the measures are those of `concepts.quality`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from insight_app.concepts.progress import Progress
from insight_app.concepts.quality import image_sums, intervals
from insight_app.concepts.quality.image_sums import Errors, TokenSums
from insight_app.concepts.quality.pursuit import Baseline, PrincipalComponents
from insight_app.concepts.quality.reconstruction import (
    CLASSES,
    FILTERED,
    RANDOM,
    Comparison,
    by_pursuit,
)
from insight_app.project.quality.report import RECONSTRUCTION, Control, Figure, SelfTest
from insight_app.project.quality.sample import Bare, Sample

if TYPE_CHECKING:
    from insight_app.concepts.encoders import DenseEncoder
    from insight_app.concepts.hsae.model import HSAE
    from insight_app.project.results.snapshot import Results

BASELINE_CELLS = 4000
"""Baselines are worked out on about so many cells, evenly from all photos: pursuit is slow."""
PRINCIPAL, UNTRAINED = "principal_components", "untrained"
TITLES = {
    CLASSES: "class vectors",
    FILTERED: "filtered class table",
    PRINCIPAL: "principal components of these cells",
    RANDOM: "random directions",
    UNTRAINED: "untrained dictionary",
}
MEASURING = "Measuring reconstruction"
EXPLAINED = "1 - sum |x - y|² / sum |x - mean x|² over all cells; the mean token alone gives 0"
AT_THE_SAME = (
    "Baselines code {cells:,} of these cells with {active:.2f} vectors each, as many as concepts "
    "are active, chosen by orthogonal matching pursuit; principal components by their size."
)
NO_TABLE = " This encoder has no table of classes, so that two baselines are missing."
FILTERED_KNOWS = (
    " The built-in encoder's tokens are sums of the filtered table's rows, which only the encoder "
    "knows: the encoder's own filtered table is no opponent."
)
SPARSITY_SET = "The untrained dictionary's threshold is set so that its number is the same."

Measure = Callable[[TokenSums, Errors, NDArray[np.float64]], NDArray[np.float64]]
Rows = Callable[[Comparison], list[int]]


def figures(
    sample: Sample,
    dictionary: HSAE,
    bare: Bare,
    encoder: DenseEncoder,
    results: Results,
    progress: Progress,
) -> list[Figure]:
    """Measure a dictionary on a sample."""
    tables = {CLASSES: _table(encoder, CLASSES), FILTERED: _table(encoder, "token_table")}
    baselines: dict[str, Baseline] = by_pursuit(dictionary, tables)
    baselines[PRINCIPAL] = PrincipalComponents.of(torch.cat(sample.tokens))
    active = sum(codes.indices.size for codes in sample.codes) / sample.cells
    stride = max(1, sample.cells // BASELINE_CELLS)
    compared = Comparison(dictionary, baselines, most=int(active) + 1, stride=stride)
    beside = Comparison(bare.dictionary, {}, most=0)
    photos = zip(sample.tokens, sample.codes, bare.codes, strict=True)
    for done, (x, codes, bare_codes) in enumerate(photos):
        progress(done, sample.size, MEASURING)
        compared.add(x, codes)
        beside.add(x, bare_codes)
    progress(sample.size, sample.size, MEASURING)
    note = AT_THE_SAME.format(cells=compared.sampled.tokens, active=active)
    note += NO_TABLE if tables[CLASSES] is None else ""
    note += FILTERED_KNOWS if tables[FILTERED] is not None else ""
    figure = partial(
        Figure, group=RECONSTRUCTION, count=sample.cells, count_of=sample.words, unit="share"
    )
    value, low, high = _measured(image_sums.cosine, compared.tokens, compared.errors)
    cosine = figure(
        id="cosine",
        title="Cosine of token and reconstruction",
        formula="mean over cells of cos(x, y)",
        value=value,
        low=low,
        high=high,
        unit="cosine",
        controls=_controls(image_sums.cosine, compared, beside),
        is_higher_better=True,
        note=note,
    )
    return [
        *_explained(compared, beside, figure, note),
        cosine,
        *_sparsity(compared, beside, figure),
        *_frequencies(compared, beside, figure),
        _dead_in_project(results, figure),
    ]


def self_test(sample: Sample) -> SelfTest:
    """Try the measure on the mean token as the reconstruction of every cell."""
    sums, errors = TokenSums(), Errors()
    mean = torch.cat(sample.tokens).double().mean(0)
    for x in sample.tokens:
        sums.add(x)
        errors.add(x, mean.expand_as(x))
    value = float(image_sums.explained(sums, errors, intervals.ones(sample.size))[0])
    return SelfTest(
        "mean_predictor",
        "The mean token alone explains nothing",
        value,
        "0, to 1e-9",
        abs(value) < 1e-9,
    )


def _table(encoder: DenseEncoder, name: str) -> torch.Tensor | None:
    """Return a table of an encoder that has one."""
    found: torch.Tensor | None = getattr(encoder, name, None)
    return found


def _measured(
    measure: Measure, sums: TokenSums, errors: Errors
) -> tuple[float, float | None, float | None]:
    """Return a measure with its interval over photos."""
    value = float(measure(sums, errors, intervals.ones(sums.images))[0])
    return value, *intervals.bootstrap(lambda drawn: measure(sums, errors, drawn), sums.images)


def _controls(measure: Measure, compared: Comparison, beside: Comparison) -> dict[str, Control]:
    found = {
        name: Control(
            TITLES[name],
            *_measured(measure, compared.sampled, compared.of_baseline(name)),
            is_ceiling=name == FILTERED,
        )
        for name in TITLES
        if name in compared.steps
    }
    untrained = _measured(measure, beside.tokens, beside.errors)
    return found | {UNTRAINED: Control(TITLES[UNTRAINED], *untrained)}


def _explained(
    compared: Comparison, beside: Comparison, figure: Callable[..., Figure], note: str
) -> list[Figure]:
    """Return the variance explained by all concepts, then by those of the first levels alone."""
    value, low, high = _measured(image_sums.explained, compared.tokens, compared.errors)
    found = [
        figure(
            id="explained_variance",
            title="Variance explained",
            formula=EXPLAINED,
            value=value,
            low=low,
            high=high,
            controls=_controls(image_sums.explained, compared, beside),
            is_higher_better=True,
            note=note,
        )
    ]
    for level, errors in enumerate(compared.by_level[:-1]):
        value, low, high = _measured(image_sums.explained, compared.tokens, errors)
        bare = _measured(image_sums.explained, beside.tokens, beside.by_level[level])
        levels = f"levels 0 to {level}" if level else "level 0"
        found.append(
            figure(
                id=f"explained_variance_to_level_{level}",
                title=f"Variance explained by {levels}",
                formula=f"{EXPLAINED}; y from the concepts of {levels} alone",
                value=value,
                low=low,
                high=high,
                controls={UNTRAINED: Control(TITLES[UNTRAINED], *bare)},
                is_higher_better=True,
            )
        )
    return found


def _sparsity(
    compared: Comparison, beside: Comparison, figure: Callable[..., Figure]
) -> Iterator[Figure]:
    """Yield how many concepts are active in a cell, and in how many cells any is."""

    def per_cell(rows: list[int], of: Comparison) -> tuple[float, float | None, float | None]:
        cells, found = np.asarray(of.tokens.counts, float), np.asarray(rows, float)
        drawn = intervals.bootstrap(lambda w: (w @ found) / (w @ cells), cells.size)
        return float(found.sum() / cells.sum()), *drawn

    kinds: list[tuple[str, str, str, str, Rows]] = [
        (
            "active_concepts",
            "Concepts active in a cell (L0)",
            "mean number of concepts above the threshold in a cell",
            "concepts",
            lambda one: one.active,
        ),
        (
            "cells_with_a_concept",
            "Cells with a concept",
            "share of cells with at least one concept above the threshold",
            "share",
            lambda one: one.with_a_concept,
        ),
    ]
    for id, title, formula, unit, rows in kinds:
        value, low, high = per_cell(rows(compared), compared)
        bare = Control(TITLES[UNTRAINED], *per_cell(rows(beside), beside))
        yield figure(
            id=id,
            title=title,
            formula=formula,
            value=value,
            low=low,
            high=high,
            unit=unit,
            controls={UNTRAINED: bare},
            note=SPARSITY_SET if unit == "concepts" else "",
        )


def _frequencies(
    compared: Comparison, beside: Comparison, figure: Callable[..., Figure]
) -> Iterator[Figure]:
    """Yield the share of concepts that never fire, and how often the others do."""

    def median(counts: NDArray[np.int64], of: int) -> float:
        live = counts[counts > 0]
        return float(np.median(live)) / of if live.size else math.nan

    concepts, photos = compared.cells_of.size, compared.tokens.images
    yield figure(
        id="dead_share",
        title="Concepts that never fire here",
        formula="share of all concepts that are above the threshold in none of these cells",
        value=float(np.mean(compared.cells_of == 0)),
        count=concepts,
        count_of=f"concepts in {compared.tokens.tokens:,} cells of {photos:,} photos",
        controls={UNTRAINED: Control(TITLES[UNTRAINED], float(np.mean(beside.cells_of == 0)))},
    )
    kinds = [
        ("frequency_cells", "cells", compared.tokens.tokens, compared.cells_of, beside.cells_of),
        ("frequency_photos", "photos", photos, compared.images_of, beside.images_of),
    ]
    for id, things, of, own, bare in kinds:
        yield figure(
            id=id,
            title=f"Share of {things} in which a concept fires",
            formula=f"median, over the concepts that fire at all, of the share of {things} with it",
            value=median(own, of),
            count=int(np.count_nonzero(own)),
            count_of=f"concepts that fire in these {of:,} {things}",
            controls={UNTRAINED: Control(TITLES[UNTRAINED], median(bare, of))},
        )


def _dead_in_project(results: Results, figure: Callable[..., Figure]) -> Figure:
    return figure(
        id="dead_share_project",
        title="Concepts that never fire in the project",
        formula="share of all concepts that are active in no cell of all analyzed photos",
        value=float(np.mean(np.asarray(results.images) == 0)),
        count=int(results.F),
        count_of=f"concepts in {results.tokens:,} cells of {results.coded_images:,} photos",
        note="Counted while analyzing; no control has seen all these cells.",
    )
