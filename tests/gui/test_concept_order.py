"""What the hierarchy lists is what a plain reading of its relations gives."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from insight_app.gui.curation.tree.order import (
    BY_NAME,
    IMAGES,
    MOST_PATHS,
    STRENGTH,
    ConceptOrder,
)
from insight_app.project import judgements as j
from insight_app.project.judgements.catalogue import Catalogue
from tests.small_results import Edges, Results, state_of

SIZE = 7
ROWS = range(SIZE)
NAMES = ("dog", "Dog", "École", "car", "")
LEVELS = st.integers(0, 2)

pairs = st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))
orders = st.builds(
    ConceptOrder,
    st.sampled_from((IMAGES, STRENGTH, BY_NAME)),
    st.booleans(),
    st.none() | st.tuples(LEVELS, LEVELS),
    st.none() | st.booleans(),
)


def each(values: st.SearchStrategy) -> st.SearchStrategy[list]:
    return st.lists(values, min_size=SIZE, max_size=SIZE)


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Some concepts fire nowhere, some are hidden or judged, many are alike in all that orders."""
    edges = draw(st.lists(pairs.filter(lambda pair: pair[0] > pair[1]), unique=True))
    images = np.array(draw(each(st.integers(0, 3))))
    mean = np.array(draw(each(st.sampled_from((0.0, 0.5, 2.0)))))
    machine = SimpleNamespace(
        F=SIZE,
        dictionary=SimpleNamespace(fingerprint="f"),
        machine_names=draw(each(st.sampled_from(NAMES))),
        levels=np.array(draw(each(LEVELS)), np.uint8),
        images=images,
        cells=images * draw(st.integers(0, 1)),
        total=mean * images,
        maximum=mean,
        mean=mean,
        edges=Edges(edges),
        name_probability=np.array(draw(each(st.sampled_from((0.1, 0.9, np.nan)))), np.float32),
        clarity=np.array(draw(each(st.sampled_from((0.1, 0.9, np.nan)))), np.float32),
        clarity_bound=0.5,
    )
    acts = {"hide": j.hide, "reject": lambda concept: j.reject(concept, "dog")}
    said = draw(each(st.sampled_from((None, None, None, "hide", "reject"))))
    return Catalogue(machine, state_of(*(acts[s](f"f:{row}") for row, s in enumerate(said) if s)))


def name_of(catalogue: Catalogue):
    return lambda row: catalogue.names[row] or f"concept {row}"


def in_order(order: ConceptOrder, catalogue: Catalogue, rows: list[int]) -> list[int]:
    """Most images, strongest or first letter first; what is alike by number."""
    keys = {
        IMAGES: lambda row: -catalogue.images[row],
        STRENGTH: lambda row: -catalogue.mean[row],
        BY_NAME: lambda row: name_of(catalogue)(row).casefold(),
    }
    return sorted(sorted(rows), key=keys[order.by])


def is_listed(order: ConceptOrder, catalogue: Catalogue, row: int) -> bool:
    return passes(order, catalogue, row) and not catalogue.folded[row]


def passes(order: ConceptOrder, catalogue: Catalogue, row: int) -> bool:
    lowest, highest = order.levels or (0, 9)
    is_asked_for = order.doubtful in (None, bool(catalogue.doubtful[row]))
    return is_asked_for and not catalogue.hidden[row] and lowest <= catalogue.level[row] <= highest


def relations(catalogue: Catalogue) -> set[tuple[int, int]]:
    return {(edge.child, edge.parent) for edge in catalogue.edges()}


def ways_up(order: ConceptOrder, catalogue: Catalogue, row: int) -> list[list[int]]:
    """From a concept up, by every parent that is listed."""
    above = [p for p in ROWS if (row, p) in relations(catalogue) and is_listed(order, catalogue, p)]
    return [[*way, row] for p in above for way in ways_up(order, catalogue, p)] or [[row]]


@given(orders, catalogues())
def test_at_the_top_stands_what_is_below_nothing_listed(order, catalogue: Catalogue) -> None:
    listed = {row for row in ROWS if is_listed(order, catalogue, row)}
    edges = relations(catalogue)
    expected = []
    for row in listed:
        has_parent = any((row, parent) in edges for parent in listed)
        # One that never fires stays where something is below it.
        is_whole = not order.flat and order.levels is None and order.doubtful is None
        below = [child for child, parent in edges if parent == row]
        leads = bool(below) if is_whole else not order.flat and bool(listed & set(below))
        if (catalogue.is_active[row] or leads) and (order.flat or not has_parent):
            expected.append(row)
    found = order.top(catalogue, name_of(catalogue))
    assert found == in_order(order, catalogue, expected)
    folded = [row for row in ROWS if catalogue.folded[row] and passes(order, catalogue, row)]
    assert order.folded(catalogue, name_of(catalogue)) == in_order(order, catalogue, folded)
    todo, reached = list(found), set()
    while todo:
        reached.add(row := todo.pop())
        todo.extend(order.below(catalogue, row, name_of(catalogue)))
    assert reached == set(np.flatnonzero(order.listed(catalogue)).tolist())


@given(orders, catalogues())
def test_below_a_concept_stand_its_listed_children_unless_the_list_is_flat(
    order, catalogue: Catalogue
) -> None:
    for row in ROWS:
        children = [child for child, parent in relations(catalogue) if parent == row]
        expected = [child for child in children if is_listed(order, catalogue, child)]
        expected = [] if order.flat else in_order(order, catalogue, expected)
        assert order.below(catalogue, row, name_of(catalogue)) == expected
        assert (row in order.branches(catalogue)) == bool(expected)


@given(orders, catalogues())
def test_a_concept_is_found_on_every_way_down_to_it(order, catalogue: Catalogue) -> None:
    for row in ROWS:
        assert order.shows(catalogue, row) == is_listed(order, catalogue, row)
        ways = [] if not order.shows(catalogue, row) else ways_up(order, catalogue, row)
        if order.flat and ways:
            ways = [[row]]
        found = order.paths(catalogue, row)
        assert [len(path) for path in found] == sorted(map(len, ways))[:MOST_PATHS]
        assert {tuple(path) for path in found} <= {tuple(way) for way in ways}
        assert len({tuple(path) for path in found}) == len(found)
        if not order.flat:
            steps = [step for path in found for step in pairwise(path)]
            assert all(b in order.below(catalogue, a, name_of(catalogue)) for a, b in steps)


def test_of_very_many_ways_the_shortest_are_shown() -> None:
    under_all_before = Edges([(child, parent) for child in ROWS for parent in range(child)])
    catalogue, order = Catalogue(Results(under_all_before), state_of()), ConceptOrder()
    ways = ways_up(order, catalogue, SIZE - 1)
    assert len(ways) > MOST_PATHS
    lengths = [len(path) for path in order.paths(catalogue, SIZE - 1)]
    assert lengths == sorted(map(len, ways))[:MOST_PATHS]
