"""The figures of the machine's hierarchy: its shape, and how far its relations can be trusted.

Relations are the published ones, without those that others imply. What an untrained dictionary
would get is found from the sample's photos by the same rule. Whether relations are true is not
asked here: that needs a taxonomy (`tests/benchmarks`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.codes import Codes
from insight_app.concepts.progress import Progress
from insight_app.concepts.quality import hierarchy
from insight_app.concepts.relations import Edges, relations
from insight_app.concepts.statistics import CoOccurrence
from insight_app.project.quality import beside
from insight_app.project.quality.beside import SHUFFLED, UNTRAINED, UNTRAINED_TITLE
from insight_app.project.quality.report import HIERARCHY, Control, Figure
from insight_app.project.quality.sample import Bare, Sample
from insight_app.project.results.edge_table import DATA, EdgeTable

if TYPE_CHECKING:
    from insight_app.project.results.snapshot import Results

MEASURING = "Measuring the hierarchy"
SHUFFLED_TITLE = "the same children, parents shuffled"
NONE = "There are no relations."
NOT_OF_PHOTOS = "All relations come with the dictionary: these photos are too few for their own."
BY_CHANCE = "Parents that are dealt out are nearly active that often by chance."
NO_PAIRS = "Its control was not counted: analyze again."
SEED = 0


def figures(sample: Sample, bare: Bare, results: Results, progress: Progress) -> list[Figure]:
    """Measure the published relations; controls by the sample's photos."""
    progress(0, 3, MEASURING)
    above = results.relations_above[0] or results.relations_above[1] or None
    own_pairs, bare_pairs = _pairs(sample.codes), _pairs(bare.codes)
    progress(1, 3, MEASURING)
    other = relations(bare_pairs, threshold=above)
    threshold = other.threshold if above is None else above
    progress(2, 3, MEASURING)
    edges = results.edges
    note = (
        f"The untrained dictionary's relations are found from the {sample.size:,} photos of the "
        f"sample by the same rule, R > {threshold:.2f}."
    )
    found = [
        *_shape(edges, other, results, bare, note),
        _asymmetry(edges, results),
        _absorption(edges, results),
        _cycles(own_pairs, bare_pairs, threshold, sample),
    ]
    progress(3, 3, MEASURING)
    return found


def _pairs(codes: list[Codes]) -> CoOccurrence:
    found = CoOccurrence(codes[0].concepts)
    for image, one in enumerate(codes):
        found.add(one, np.full(one.cells, image))
    return found


def _shape(edges: EdgeTable, other: Edges, results: Results, bare: Bare, note: str) -> list[Figure]:
    """Return how many relations there are, and the shape they make."""
    is_kept = ~edges.implied
    child, parent = edges.child[is_kept], edges.parent[is_kept]
    live = np.asarray(results.images) > 0
    bare_live = np.zeros(results.F, bool)
    for codes in bare.codes:
        bare_live[codes.indices] = True
    own = _Shape(child, parent, live, results.levels)
    control = _Shape(other.child, other.parent, bare_live, results.levels)
    figure = partial(Figure, group=HIERARCHY, note=note)

    def beside_it(value: float) -> dict[str, Control]:
        return {UNTRAINED: Control(UNTRAINED_TITLE, value)}

    rng = np.random.default_rng(SEED)
    dealt = hierarchy.against_levels(child, rng.permutation(parent), results.levels)
    relations_of = f"relations of {results.coded_images:,} photos"
    found = [
        beside.of_share(
            figure(
                id="concepts_with_a_parent",
                title="Concepts with a parent",
                formula="share of the concepts that fire which have a parent",
                count_of="concepts that fire",
                controls=beside_it(control.with_parent / max(control.live, 1)),
            ),
            own.with_parent,
            own.live,
        ),
        beside.of_share(
            figure(
                id="several_parents",
                title="Several parents",
                formula="share of the concepts with a parent that have more than one",
                count_of="concepts with a parent",
                controls=beside_it(control.several / max(control.with_parent, 1)),
            ),
            own.several,
            own.with_parent,
        ),
        beside.of_share(
            figure(
                id="orphans",
                title="Orphans",
                formula="share of the concepts that fire which have neither parent nor child",
                count_of="concepts that fire",
                controls=beside_it(control.orphans / max(control.live, 1)),
            ),
            own.orphans,
            own.live,
        ),
        figure(
            id="depth",
            title="Depth",
            formula="steps of the longest way up, the deepest concept's",
            value=float(own.depth),
            count=int(child.size),
            count_of=relations_of,
            unit="steps",
            controls=beside_it(float(control.depth)),
        ),
        beside.of_share(
            figure(
                id="against_level_order",
                title="Against the order of levels",
                formula="share of relations whose parent is of a finer level than the child",
                count_of=relations_of,
                controls={SHUFFLED: Control(SHUFFLED_TITLE, dealt / max(child.size, 1))},
                is_higher_better=False,
                note="",
            ),
            own.against,
            int(child.size),
        ),
    ]
    return found if child.size else [_without(one, NONE) for one in found]


class _Shape:
    """The counts of one graph; child, parent (n,), live (F,) bool, levels (F,)."""

    def __init__(
        self,
        child: NDArray[np.int32],
        parent: NDArray[np.int32],
        live: NDArray[np.bool_],
        levels: NDArray[np.uint8],
    ) -> None:
        self.live = int(np.count_nonzero(live))
        self.several, self.with_parent = hierarchy.several_parents(child, live.size)
        self.orphans = hierarchy.orphans(child, parent, live)
        self.depth = int(hierarchy.depth(child, parent, live.size).max(initial=0))
        self.against = hierarchy.against_levels(child, parent, levels)


def _without(figure: Figure, why: str) -> Figure:
    return replace(figure, value=None, low=None, high=None, controls={}, note=why)


def _asymmetry(edges: EdgeTable, results: Results) -> Figure:
    """Return by how much more the child's activation lies on the parent than the reverse."""
    own = (edges.source == DATA) & ~edges.implied
    child, parent = edges.child[own], edges.parent[own]
    figure = Figure(
        id="asymmetry",
        group=HIERARCHY,
        title="Asymmetry of relations",
        formula="R[child, parent] - R[parent, child]; mean over relations",
        is_higher_better=True,
        note=NOT_OF_PHOTOS if edges.size else NONE,
    )
    if not child.size:
        return figure
    values = edges.asymmetry[own].astype(np.float64)
    dealt = np.random.default_rng(SEED).permutation(parent)
    shuffled = np.array([_asymmetry_of(results, *pair) for pair in zip(child, dealt, strict=True)])
    low, high = beside.over_concepts(values)
    return replace(
        figure,
        value=float(values.mean()),
        low=low,
        high=high,
        count=int(child.size),
        count_of=f"relations of {results.coded_images:,} photos",
        controls={SHUFFLED: beside.control(SHUFFLED_TITLE, shuffled)},
        note="The interval is over relations.",
    )


def _asymmetry_of(results: Results, child: int, parent: int) -> float:
    if child == parent:
        return float("nan")
    shares = results.co_occurrence([int(child), int(parent)])
    return float(shares[0, 1] - shares[1, 0])


def _absorption(edges: EdgeTable, results: Results) -> Figure:
    """Return the share of a child's cells where its parent is silent by a hair."""
    own = np.flatnonzero(~edges.implied & np.isfinite(edges.absorption))
    child, parent = edges.child[own], edges.parent[own]
    values = edges.absorption[own]
    dealt = np.random.default_rng(SEED).permutation(parent)
    low, high = beside.over_concepts(values)
    figure = Figure(
        id="absorption_gap",
        group=HIERARCHY,
        title="Absorption gap",
        formula="share of the child's cells where the parent is silent although its pre-activation "
        "lies within 10 % under the threshold; mean over relations",
        count_of="relations with near misses counted",
        unit="share",
        note="Near misses were not counted: analyze again." if edges.size else NONE,
    )
    if not own.size:
        return figure
    shuffled = np.array([_near(results, *pair) for pair in zip(child, dealt, strict=True)])
    is_known = beside.known(shuffled) > 0
    return replace(
        figure,
        value=float(values.mean()),
        low=low,
        high=high,
        count=int(own.size),
        controls={SHUFFLED: beside.control(SHUFFLED_TITLE, shuffled)} if is_known else {},
        note="The interval is over relations. Near 0 the child does not swallow its parent. "
        + (BY_CHANCE if is_known else NO_PAIRS),
    )


def _near(results: Results, child: int, parent: int) -> float:
    """Return the share of a concept's cells where another one is nearly active; nan if unknown."""
    others, cells, _images = results.nearly_active(int(child))
    known = int(results.near_known[child])
    if child == parent or not known:
        return float("nan")
    return float(cells[others == parent].sum()) / known


def _cycles(own: CoOccurrence, bare: CoOccurrence, threshold: float, sample: Sample) -> Figure:
    cyclic, pairs = hierarchy.on_cycles(own, threshold)
    bare_cyclic, bare_pairs = hierarchy.on_cycles(bare, threshold)
    figure = Figure(
        id="cycles",
        group=HIERARCHY,
        title="Pairs on a cycle before cycles are resolved",
        formula=f"share of the ordered pairs with R > {threshold:.2f}, in 20 cells of 5 photos "
        "together, that lie on a cycle (both directions of a mutual pair do)",
        count_of=f"pairs in the sample's {sample.size:,} photos",
        controls={
            UNTRAINED: Control(UNTRAINED_TITLE, bare_cyclic / bare_pairs if bare_pairs else None)
        },
        note="" if pairs else NONE,
    )
    return beside.of_share(figure, cyclic, pairs)
