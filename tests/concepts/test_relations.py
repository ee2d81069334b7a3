"""Relations agree with the dense formula, and never form a cycle."""

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.concepts.codes import from_dense
from insight_app.concepts.relations import (
    PUBLISHED_THRESHOLD,
    Edges,
    relations,
    shuffled,
)
from insight_app.concepts.statistics import CoOccurrence

CELLS = 9


def counted(dense: np.ndarray) -> CoOccurrence:
    """Co-occurrence of (T, F) activations, nine cells an image."""
    pairs = CoOccurrence(dense.shape[1])
    pairs.add(from_dense(dense), np.arange(len(dense)) // CELLS)
    return pairs


def random_codes(seed: int, images: int = 8, concepts: int = 10) -> np.ndarray:
    rng = np.random.default_rng(seed)
    dense = rng.uniform(0, 1, (images * CELLS, concepts))
    dense[rng.random(dense.shape) < rng.uniform(0.2, 0.9, concepts)] = 0
    return dense.astype(np.float16).astype(np.float64)


def as_pairs(edges: Edges) -> set[tuple[int, int]]:
    return set(zip(edges.child.tolist(), edges.parent.tolist(), strict=True))


def dense_candidates(a: np.ndarray, threshold: float, min_cells: int, min_images: int):
    """The straightforward version of rules 1 and 2."""
    b = (a.astype(np.float32) > np.float32(0.001)).astype(float)
    d = a.T @ b
    cells = b.T @ b
    by_image = b.reshape(-1, CELLS, a.shape[1])
    images = (np.einsum("nti,ntj->nij", by_image, by_image) > 0).sum(0)
    expected = {}
    for i in range(a.shape[1]):
        for j in range(a.shape[1]):
            if i == j or d[i, i] == 0 or d[j, j] == 0:
                continue
            r, reverse = d[i, j] / d[i, i], d[j, i] / d[j, j]
            strong = r > threshold and cells[i, j] >= min_cells and images[i, j] >= min_images
            if strong and reverse < r:
                expected[i, j] = (r, reverse, cells[i, j], images[i, j])
    return expected


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.2, 0.5, 0.75]))
@settings(max_examples=50, deadline=None)
def test_edges_are_the_dense_ones_less_those_that_close_a_cycle(seed, threshold):
    a = random_codes(seed)
    edges = relations(counted(a), threshold=threshold, min_cells=5, min_images=3, keep_implied=True)
    expected = dense_candidates(a, threshold, 5, 3)
    found = as_pairs(edges)
    graph = networkx.DiGraph(found)
    assert networkx.is_directed_acyclic_graph(graph)
    assert found <= expected.keys() and len(found) == edges.size
    for n, pair in enumerate(zip(edges.child.tolist(), edges.parent.tolist(), strict=True)):
        r, reverse, cells, images = expected[pair]
        assert edges.strength[n] == pytest.approx(r, rel=1e-6)
        assert edges.reverse_strength[n] == pytest.approx(reverse, rel=1e-6)
        assert (edges.cells[n], edges.images[n]) == (cells, images)
    whole = networkx.DiGraph(list(expected))
    for pair in expected.keys() - found:  # only edges inside a cycle of the whole graph go
        assert networkx.has_path(whole, pair[1], pair[0])
    order = list(zip(edges.child, -edges.strength, strict=True))
    assert order == sorted(order)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_edges_implied_by_others_are_left_out(seed):
    pairs = counted(random_codes(seed, concepts=14))
    whole = relations(pairs, threshold=0.3, min_cells=5, min_images=3, keep_implied=True)
    direct = relations(pairs, threshold=0.3, min_cells=5, min_images=3)
    expected = networkx.transitive_reduction(networkx.DiGraph(as_pairs(whole)))
    assert as_pairs(direct) == set(expected.edges)
    assert as_pairs(whole[~whole.implied]) == as_pairs(direct) and not direct.implied.any()
    assert set(direct.child.tolist()) == set(whole.child.tolist())


def test_a_tire_has_a_car_and_a_bus_for_parents():
    car, bus, tire = 0, 1, 2
    a = np.zeros((20 * CELLS, 3))
    a[:60, car] = 1
    a[60:150, bus] = 1
    a[40:80, tire] = 1
    edges = relations(counted(a), threshold=0.4, min_images=2)
    assert as_pairs(edges) == {(tire, car), (tire, bus)}
    assert edges.child_cells.tolist() == [40, 40] and edges.child_images.tolist() == [5, 5]
    assert edges.cells.tolist() == [20, 20]
    assert relations(counted(a), threshold=0.5, min_images=2).size == 0


def test_the_threshold_is_strict_and_support_is_asked_for():
    a = np.zeros((10 * CELLS, 2))
    a[:80, 0] = 1
    a[20:90, 1] = 1  # 1 lies on 0 in 60 of 70 cells, 0 on 1 in 60 of 80
    pairs = counted(a)
    assert as_pairs(relations(pairs, threshold=0.75)) == {(1, 0)}
    assert relations(pairs, threshold=60 / 70).size == 0
    assert relations(pairs, threshold=0.75, min_cells=61).size == 0
    assert relations(pairs, threshold=0.75, min_images=8).size == 0
    assert relations(pairs, threshold=0.75, min_cells=60, min_images=7).size == 1


def test_the_threshold_sinks_until_enough_concepts_have_a_parent():
    """Ten concepts over one: those at 0.9 are enough alone, those at 0.55 only without them."""
    a = np.zeros((1000 * CELLS, 11))
    a[:8000, 0] = 1

    def children(strong: int) -> tuple[set[tuple[int, int]], float]:
        for n in range(10):
            inside = 90 if n < strong else 55
            a[:, n + 1] = 0
            a[n * 200 : n * 200 + inside, n + 1] = 1
            a[8000 + n * 100 : 8100 + n * 100 - inside, n + 1] = 1
        found = relations(counted(a))
        return as_pairs(found), found.threshold

    assert children(strong=4) == ({(n + 1, 0) for n in range(4)}, PUBLISHED_THRESHOLD)
    assert children(strong=3) == ({(n + 1, 0) for n in range(10)}, 0.5)
    assert as_pairs(relations(counted(a), threshold=PUBLISHED_THRESHOLD)) == {
        (n + 1, 0) for n in range(3)
    }


def test_equal_concepts_point_to_the_lower_index():
    a = np.ones((6 * CELLS, 3))
    assert as_pairs(relations(counted(a), keep_implied=True)) == {(1, 0), (2, 0), (2, 1)}
    assert as_pairs(relations(counted(a))) == {(1, 0), (2, 1)}


def test_a_circle_opens_at_its_least_asymmetry():
    """0 -> 1 -> 2 -> 0: each is strong where the next one is faint."""
    a = np.zeros((60 * CELLS, 3))
    blocks = {(0, 1): 9.0, (1, 2): 9.0, (2, 0): 8.0}
    for n, ((child, parent), strength) in enumerate(blocks.items()):
        rows = slice(n * 100, n * 100 + 100)
        a[rows, child], a[rows, parent] = strength, 1.0
    pairs = counted(a)
    edges = relations(pairs, threshold=0.75)
    full = {(0, 1), (1, 2), (2, 0)}
    strengths = {(0, 1): 900 / 1000, (1, 2): 900 / 1000, (2, 0): 800 / 900}
    reverse = {(0, 1): 100 / 1000, (1, 2): 100 / 900, (2, 0): 100 / 1000}
    weakest = min(full, key=lambda pair: strengths[pair] - reverse[pair])
    assert as_pairs(edges) == full - {weakest}


def test_a_matrix_full_of_random_numbers_gives_no_cycle():
    concepts = 300
    steps = np.random.default_rng(0).integers(1, 2**40, concepts * concepts)
    pairs = CoOccurrence.from_arrays(
        {
            "indptr": np.arange(concepts + 1) * concepts,
            "indices": np.tile(np.arange(concepts), concepts),
            "cells": np.zeros_like(steps),
            "steps": steps,
        }
    )
    assert not pairs.has_support
    edges = relations(pairs, keep_implied=True)
    assert edges.size > 50 * concepts
    assert networkx.is_directed_acyclic_graph(networkx.DiGraph(as_pairs(edges)))


def test_support_is_asked_for_where_it_is_known():
    pairs = counted(np.ones((2, 2)))
    assert relations(pairs, threshold=0.5).size == 0
    arrays = pairs.to_arrays()
    del arrays["images"]
    only_cells = CoOccurrence.from_arrays(arrays)
    assert relations(only_cells, threshold=0.5).size == 0
    assert as_pairs(relations(only_cells, threshold=0.5, min_cells=1)) == {(1, 0)}
    unknown = CoOccurrence.from_arrays(arrays | {"cells": np.zeros_like(arrays["cells"])})
    assert as_pairs(relations(unknown, threshold=0.5)) == {(1, 0)}
    assert "images" not in unknown.to_arrays()
    with pytest.raises(ValueError, match="support"):
        pairs.merge(unknown)


def test_faint_concepts_have_no_relations():
    a = np.full((6 * CELLS, 2), 0.5)
    a[:, 1] = 0.0005
    assert relations(counted(a), threshold=0.5).size == 0
    assert relations(CoOccurrence(3)).size == 0


def test_shuffled_edges_keep_every_degree_and_make_no_self_relation():
    edges = relations(counted(random_codes(3)), threshold=0.2, min_cells=5, min_images=3)
    other = shuffled(edges, seed=1)
    assert np.array_equal(other.child, edges.child)
    assert sorted(other.parent.tolist()) == sorted(edges.parent.tolist())
    assert (other.parent != other.child).all() and as_pairs(other) != as_pairs(edges)
