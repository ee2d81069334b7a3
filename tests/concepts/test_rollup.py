"""Rolled up along a hierarchy with several parents, everything is counted once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight_app.concepts.explain.rollup import ParentRelation, Row, first_parent, roll_up


def rolled(values: dict[int, float], parents: dict[int, list[int]], holders=None):
    holders = holders or {}
    return roll_up(
        np.array(list(values), np.int64),
        np.array(list(values.values()), np.float64),
        lambda concept: parents.get(concept, []),
        lambda concept: holders.get(concept, concept),
    )


def every(rows: tuple[Row, ...]):
    for row in rows:
        yield row
        yield from every(row.below)


def test_a_concept_with_two_parents_counts_under_the_first_and_names_the_other():
    # 1 wheel below 10 car and 11 bus; 2 mast below 12 boat; 12 below 13 vehicle, 10 below 13 too.
    found = rolled({1: 0.9, 2: -0.2, 10: 0.5}, {1: [10, 11], 2: [12], 10: [13], 11: [13], 12: [13]})
    (vehicle,) = found
    assert (vehicle.concept, vehicle.own, vehicle.is_active) == (13, 0.0, False)
    assert vehicle.total == pytest.approx(1.2)
    assert [row.concept for row in vehicle.below] == [10, 12]
    car = vehicle.below[0]
    assert (car.own, car.total, car.counted) == (0.5, pytest.approx(1.4), 2)
    (wheel,) = car.below
    assert wheel.also_under == (11,)
    assert 11 not in {row.concept for row in every(found)}, "a bus is nowhere: nothing counts there"


def test_a_persons_word_comes_before_strength_and_strength_before_the_lower_row():
    assert first_parent(
        [
            ParentRelation(7, 0.9, False),
            ParentRelation(5, 0.9, False),
            ParentRelation(3, 0.2, True),
            ParentRelation(4, 0.95, False),
        ]
    ) == (3, 4, 5, 7)


def test_what_is_merged_counts_where_its_holder_does():
    # 2 is merged into 1, which lies below 9; 2 itself lies below 8.
    (top,) = rolled({1: 1.0, 2: 0.5, 3: 2.0}, {1: [9], 2: [8], 3: [9]}, {2: 1})
    assert top.concept == 9
    held = next(row for row in top.below if row.concept == 1)
    assert (held.own, held.members, held.counted) == (1.5, (2,), 2)


def test_rows_come_by_size_whatever_the_sign():
    assert [row.concept for row in rolled({1: 0.2, 2: -0.5, 3: 0.3}, {})] == [2, 3, 1]


@given(st.data())
def test_rows_without_a_parent_sum_to_the_score_and_each_concept_is_counted_once(data):
    size = data.draw(st.integers(1, 12))
    active = data.draw(st.lists(st.integers(0, size - 1), unique=True, max_size=size))
    values = {concept: float(concept + 1) / 8 for concept in active}
    parents = {
        concept: data.draw(st.lists(st.integers(concept + 1, size), unique=True, max_size=3))
        for concept in range(size)
    }
    found = rolled(values, parents)
    assert sum(row.total for row in found) == sum(values.values())
    assert sum(row.counted for row in found) == len(values)
    rows = [row.concept for row in every(found)]
    assert len(rows) == len(set(rows))
    assert set(values) <= set(rows)
    for row in every(found):
        assert row.total == row.own + sum(one.total for one in row.below)


def test_a_chain_of_thousands_is_no_trouble():
    parents = {concept: [concept + 1] for concept in range(5000)}
    (top,) = rolled({0: 1.0}, parents)
    assert (top.concept, top.total) == (5000, 1.0)


def test_a_circle_is_refused():
    with pytest.raises(ValueError, match="cycle"):
        rolled({0: 1.0}, {0: [1], 1: [0]})
