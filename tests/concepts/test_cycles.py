"""The rule against cycles beside the slow way to it: one edge after another, with a search."""

from typing import NamedTuple

import networkx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from insight_app.concepts.cycles import Authority, break_cycles


class Some(NamedTuple):
    """Any edges, loops and both directions among them, many equally strong."""

    pairs: list[tuple[int, int]]
    shares: list[tuple[float, float]]
    authority: list[Authority]

    def kept(self) -> NDArray[np.bool_]:
        child, parent = np.array(self.pairs, np.int32).reshape(-1, 2).T
        strength, reverse = np.array(self.shares, "f4").reshape(-1, 2).T
        return break_cycles(child, parent, strength, reverse, np.array(self.authority, int))

    def weight(self, n: int) -> tuple[int, float, float, int, int]:
        """What one edge is compared with another by."""
        (child, parent), (strength, reverse) = self.pairs[n], self.shares[n]
        return self.authority[n], strength - reverse, strength, -child, -parent


@st.composite
def edges(draw: st.DrawFn, nodes: int = 11, most: int = 60) -> Some:
    ends = st.integers(0, nodes)
    pairs = draw(st.lists(st.tuples(ends, ends), unique=True, max_size=most))
    share = st.integers(0, 6).map(lambda n: n / 8)
    count = {"min_size": len(pairs), "max_size": len(pairs)}
    shares = draw(st.lists(st.tuples(share, share), **count))
    return Some(pairs, shares, draw(st.lists(st.sampled_from(list(Authority)), **count)))


@given(edges())
@settings(max_examples=300, deadline=None)
def test_an_edge_goes_if_stronger_ones_that_stay_lead_back_and_no_other(some: Some) -> None:
    kept = some.kept()
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(12))
    for n in sorted(range(len(some.pairs)), key=some.weight, reverse=True):
        child, parent = some.pairs[n]
        assert kept[n] == (not networkx.has_path(graph, parent, child)), n
        if kept[n]:
            graph.add_edge(child, parent)
    assert networkx.is_directed_acyclic_graph(graph)


@given(edges(), st.randoms())
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_edges_does_not_matter(some: Some, random: object) -> None:
    order = list(range(len(some.pairs)))
    random.shuffle(order)  # type: ignore[attr-defined]
    other = Some(*([column[n] for n in order] for column in some))
    assert np.array_equal(other.kept(), some.kept()[order])


def test_a_persons_edge_goes_before_the_machines_and_the_photos_before_a_dictionarys() -> None:
    pairs = [(0, 1), (1, 2), (2, 0)]
    shares = [(0.0, 0.0), (0.8, 0.1), (0.9, 0.1)]
    ranks = [Authority.PERSON, Authority.DATA, Authority.DATA]
    assert Some(pairs, shares, ranks).kept().tolist() == [True, False, True]
    ranks[2] = Authority.DICTIONARY
    assert Some(pairs, shares, ranks).kept().tolist() == [True, True, False]


def test_one_long_cycle_and_a_deep_hierarchy_are_not_too_much() -> None:
    nodes = 2_000
    child = np.arange(nodes, dtype=np.int32)
    strength = np.full(nodes, 0.9, np.float32)
    strength[777] = 0.8
    parent = (child + 1) % nodes
    authority = np.zeros(nodes, int)
    stays = break_cycles(child, parent, strength, strength * 0, authority)
    assert np.flatnonzero(~stays).tolist() == [777]
    assert break_cycles(
        child[:-1], parent[:-1], strength[1:], strength[1:] * 0, authority[1:]
    ).all()


def test_no_edges_have_no_cycle() -> None:
    assert Some([], [], []).kept().size == 0
    assert Some([(3, 3)], [(0.9, 0.0)], [Authority.PERSON]).kept().tolist() == [False]
