"""The relations that results publish: which others imply, and what is known of each."""

import numpy as np
import pytest

from insight_app.concepts.codes import from_dense
from insight_app.concepts.relations import Edges
from insight_app.concepts.statistics import CoOccurrence
from insight_app.project.analysis.counting.edges import edges, own_edges
from insight_app.project.results.edge_table import DATA, DICTIONARY, EdgeTable
from tests.older import EDGES_OF_VERSION_2

CELLS = 10
ANIMAL, DOG, SPANIEL, RARE = range(4)


def counted(rows: dict[int, slice], images: int = 40) -> CoOccurrence:
    """Co-occurrence of four concepts, each active at strength 1 in a run of cells."""
    dense = np.zeros((images * CELLS, 4))
    for concept, run in rows.items():
        dense[run, concept] = 1
    pairs = CoOccurrence(4)
    pairs.add(from_dense(dense), np.repeat(np.arange(images), CELLS))
    return pairs


NESTED = {ANIMAL: slice(0, 400), DOG: slice(0, 200), SPANIEL: slice(0, 80)}


def told(table: EdgeTable) -> dict[tuple[int, int], tuple[int, bool]]:
    """(child, parent) -> (source, whether implied)."""
    ends = zip(table.child.tolist(), table.parent.tolist(), strict=True)
    return dict(
        zip(ends, zip(table.source.tolist(), table.implied.tolist(), strict=True), strict=True)
    )


def shipped(*pairs: tuple[int, int], implied: tuple[bool, ...]) -> Edges:
    child, parent = np.array(pairs, np.int32).T
    ones, none = np.ones(len(pairs), np.float32), np.zeros(len(pairs), np.int64)
    return Edges(child, parent, ones * 0.9, ones * 0.1, none, none, none, none, np.array(implied))


def test_what_others_imply_is_published_and_marked() -> None:
    own = counted(NESTED)
    table = edges(own, own_edges(own), None)
    assert told(table) == {
        (DOG, ANIMAL): (DATA, False),
        (SPANIEL, DOG): (DATA, False),
        (SPANIEL, ANIMAL): (DATA, True),
    }
    assert table.silent.tolist() == [0, 0, 0] and np.isnan(table.absorption).all()
    assert table.asymmetry == pytest.approx([0.5, 0.8, 0.6])


def test_a_dictionarys_implied_relation_is_published_where_the_way_to_it_is() -> None:
    """RARE fires nowhere here: the dictionary says RARE -> DOG -> ANIMAL and RARE -> ANIMAL."""
    brought = shipped((DOG, ANIMAL), (RARE, DOG), (RARE, ANIMAL), implied=(False, False, True))
    own = counted(NESTED)
    found = told(edges(own, own_edges(own), brought))
    assert found[RARE, DOG] == (DICTIONARY, False) and found[RARE, ANIMAL] == (DICTIONARY, True)
    apart = counted({ANIMAL: slice(200, 400), DOG: slice(0, 200)})
    found = told(edges(apart, own_edges(apart), brought))
    assert found == {(RARE, DOG): (DICTIONARY, False)}


def test_relations_of_results_before_version_3_say_what_is_not_known() -> None:
    own = counted(NESTED)
    arrays = edges(own, own_edges(own), None).to_arrays()
    table = EdgeTable.from_arrays({name: arrays[name] for name in EDGES_OF_VERSION_2})
    table.check(4)
    one = table.measured(0)
    assert (one.silent, one.interval, one.absorption, one.implied) == (None, None, None, False)
    assert one.asymmetry == pytest.approx(0.5)
    assert "analyze again" in one.why_no_interval and "analyze again" in one.why_no_absorption
