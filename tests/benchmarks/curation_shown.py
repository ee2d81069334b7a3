"""What the window's thread does after an act: taking it over into what lists and trees show."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from insight_app.project import judgements as j
from insight_app.project.judgements import CurationState
from insight_app.project.judgements.acts import Value
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.changes import before, changes

SELECTED, TIMES = 1_000, 5


@dataclass(frozen=True)
class Proposed:
    """Relations at random, five for four concepts, each from a higher row to a lower one."""

    child: NDArray[np.int32]
    parent: NDArray[np.int32]
    strength: NDArray[np.float32]
    reverse_strength: NDArray[np.float32]
    cells: NDArray[np.int64]
    images: NDArray[np.int64]
    source: NDArray[np.uint8]
    implied: NDArray[np.bool_]


@dataclass(frozen=True)
class Found:
    """What a machine found of so many concepts."""

    F: int
    edges: Proposed
    cells: NDArray[np.int64]
    clarity_bound: float = 0.1

    dictionary = SimpleNamespace(fingerprint="f")

    @cached_property
    def machine_names(self) -> Sequence[str]:
        return [f"name {number % (self.F * 3 // 4)}" for number in range(self.F)]

    @cached_property
    def names_before(self) -> Sequence[str]:
        return [""] * self.F

    @cached_property
    def images(self) -> NDArray[np.int64]:
        return self.cells // 5

    @cached_property
    def levels(self) -> NDArray[np.uint8]:
        return np.zeros(self.F, np.uint8)

    @cached_property
    def total(self) -> NDArray[np.float64]:
        return self.cells * 1.5

    @cached_property
    def maximum(self) -> NDArray[np.float64]:
        return self.cells * 1.0

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        return self.cells * 1.0

    @cached_property
    def name_probability(self) -> NDArray[np.float32]:
        return np.linspace(0, 1, self.F, dtype=np.float32)

    @cached_property
    def clarity(self) -> NDArray[np.float32]:
        return self.name_probability

    def candidates(self, concept: int) -> Sequence[SimpleNamespace]:
        return [SimpleNamespace(term=f"term {concept}", definition="what it means")]


def found(concepts: int) -> Found:
    """Return concepts at random."""
    rng = np.random.default_rng(0)
    count = concepts * 5 // 4
    child = rng.integers(1, concepts, count)
    ends = np.unique(child * concepts + (child * rng.random(count) ** 2).astype(np.int64))
    child, parent = ends // concepts, ends % concepts
    strength = rng.random(ends.size).astype(np.float32)
    cells = rng.integers(20, 1000, ends.size)
    edges = Proposed(
        child.astype(np.int32),
        parent.astype(np.int32),
        strength,
        strength * rng.random(ends.size).astype(np.float32),
        cells,
        cells // 3,
        (rng.random(ends.size) < 0.3).astype(np.uint8),
        rng.random(ends.size) < 0.2,
    )
    return Found(concepts, edges, rng.integers(0, 10**6, concepts))


def shown(concepts: int) -> dict[str, float]:
    """Take over acts on 1,000 concepts, chosen at random: their relations lead in circles."""
    results, state = found(concepts), CurationState()
    catalogue = Catalogue(results, state)
    catalogue.prepare_search(catalogue.read_meanings())
    values: dict[str, dict[str, Value]] = {}
    times: dict[str, list[float]] = {}

    def measure(name: str, what: Callable[[], object]) -> None:
        began = time.perf_counter()
        what()
        times.setdefault(name, []).append(time.perf_counter() - began)

    def say(name: str, acts: Sequence[j.Act]) -> None:
        was = before(state, [act.target for act in acts])
        for act in acts:
            values.setdefault(act.target, {}).update(act.after)
            state.set(act.target, values[act.target])
        done = changes(was, state, "said")
        measure(name, lambda: catalogue.apply(state, done))

    rng = np.random.default_rng(1)
    for _ in range(TIMES):
        rows = rng.choice(concepts, SELECTED + 1, replace=False).tolist()
        first, *others = map(catalogue.id_of, rows)
        say("show_judged_1", [j.accept(first, "x")])
        say("show_judged_1000", [j.accept(one, "x") for one in others])
        say("show_merged_1000", j.merge(first, others))
        say("show_placed_1", [j.add_parent(first, catalogue.id_of((rows[0] + 7) % concepts))])
        measure("roots", catalogue.roots)
        measure("search", lambda: catalogue.search("name 1"))
        say("show_unmerged_1000", j.unmerge(first, others))
        own = j.own_concept()
        say("show_grouped_1000", j.group(own, "group", others))
        say("show_ungrouped_1000", j.ungroup(own, others))
    measure("show_all", lambda: Catalogue(results, state))
    return {name: median(taken) for name, taken in times.items()}
