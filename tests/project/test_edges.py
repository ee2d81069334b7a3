"""The relations that results publish: which others imply, and what is known of each."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from insight_app.concepts.codes import from_dense
from insight_app.concepts.near_misses import NearMisses
from insight_app.concepts.progress import Cancelled, CancelToken, silent
from insight_app.concepts.relations import Edges
from insight_app.concepts.statistics import CoOccurrence, NearPairs
from insight_app.project.analysis.counting.certainty import carried, with_near
from insight_app.project.analysis.counting.edges import edges, own_edges
from insight_app.project.analysis.recording import Recorder
from insight_app.project.results import analysis_database
from insight_app.project.results.edge_table import (
    DATA,
    DICTIONARY,
    FEWEST_IMAGES,
    UNKNOWN,
    EdgeTable,
)
from insight_app.project.results.snapshot import Results
from tests.older import EDGES_OF_VERSION_2
from tests.synthetic import make_project
from tests.synthetic import setup as synthetic_setup

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


def test_near_misses_are_those_of_the_relation_and_unknown_where_one_photo_lacks_them() -> None:
    """ANIMAL is nearly active in three cells of DOG, one of them of SPANIEL too."""
    own = counted(NESTED)
    table = edges(own, own_edges(own), None)
    dense = np.zeros((CELLS, 4))
    dense[:5, DOG], dense[:2, SPANIEL] = 1, 1
    starts = np.array([0, 0, 1, 2, 3, 3, 3, 3, 3, 3, 3])  # cells 1, 2 and 3
    near = NearPairs(4)
    near.add(
        from_dense(dense), NearMisses(starts, np.full(3, ANIMAL, np.uint16)), np.zeros(CELLS, int)
    )
    found = with_near(table, near, 1)
    ends = zip(found.child.tolist(), found.parent.tolist(), strict=True)
    assert dict(zip(ends, found.near.tolist(), strict=True)) == {
        (DOG, ANIMAL): 3,
        (SPANIEL, DOG): 0,
        (SPANIEL, ANIMAL): 1,
    }
    assert found.absorption[0] == 3 / 200
    assert (with_near(table, near, 2).near == UNKNOWN).all()


def test_relations_of_results_before_version_3_say_what_is_not_known() -> None:
    own = counted(NESTED)
    arrays = edges(own, own_edges(own), None).to_arrays()
    table = EdgeTable.from_arrays({name: arrays[name] for name in EDGES_OF_VERSION_2})
    table.check(4)
    one = table.measured(0)
    assert (one.silent, one.interval, one.absorption, one.implied) == (None, None, None, False)
    assert one.asymmetry == pytest.approx(0.5)
    assert "analyze again" in one.why_no_interval and "analyze again" in one.why_no_absorption


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 32 drawn photos, its relations not measured yet."""
    return make_project(
        tmp_path_factory.mktemp("drawn") / "P.insight", images=32, concepts=24, photo_size=(80, 60)
    )


@contextmanager
def writing_to(project: Path) -> Iterator[Recorder]:
    engine = analysis_database.open_writer(project)
    with closing(Recorder(project, engine, synthetic_setup(24))) as recorder:
        yield recorder
    engine.dispose()


def table_of(project: Path) -> EdgeTable:
    results = Results.open(project)
    assert results is not None
    with results:
        return results.edges


def test_intervals_come_with_a_pass_over_the_codes_and_stay_while_they_hold(drawn: Path) -> None:
    before = table_of(drawn)
    assert (before.low == UNKNOWN).all()
    with writing_to(drawn) as recorder:
        told: list[int] = []
        recorder.publish()
        stop = CancelToken()
        stop.cancel()
        with pytest.raises(Cancelled):
            recorder.measure_relations(silent, stop)
        assert recorder.measure_relations(lambda done, *_: told.append(done), CancelToken())
        recorder.publish()
        assert not recorder.measure_relations(silent, CancelToken()), "nothing is left to be done"
    assert told[-1] == 31, "of 32 photos one is broken"
    table = table_of(drawn)
    able = table.child_images >= FEWEST_IMAGES
    assert able.any() and not able.all()
    assert ((table.low >= 0) == able).all() and ((table.high >= 0) == able).all()
    assert (table.low <= table.strength + 1e-6)[able].all()
    assert (table.high >= table.strength - 1e-6)[able].all()
    assert (table.near >= 0).all() and ((table.near_low >= 0) == able).all()
    few = table.measured(int(np.flatnonzero(~able)[0]))
    assert few.interval is None and "fewer than 10 images" in few.why_no_interval
    with writing_to(drawn) as recorder:
        recorder.publish()
    again = table_of(drawn)
    assert np.array_equal(again.low, table.low) and np.array_equal(again.high, table.high)


def test_what_changed_is_no_longer_known(drawn: Path) -> None:
    """One image more for the first child: its interval is gone, others stay."""
    now = table_of(drawn)
    measured = replace(now, low=now.strength / 2, high=now.strength)
    one = int(now.child[0])
    more = replace(now, child_images=now.child_images + (now.child == one))
    found = carried(more, measured)
    assert (found.low[now.child == one] == now.low[now.child == one]).all()
    others = now.child != one
    assert np.array_equal(found.low[others], measured.low[others]) and others.any()
