"""Deletion and insertion tell an order that matters from one that does not."""

from dataclasses import replace

import numpy as np
import pytest

from insight_app.concepts.explain import faithfulness, surrogate
from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.explain.contributions import PhotoValues, explain, photo_values, toward
from tests.concepts.explaining import classifier, codes


def three() -> tuple[Classifier, PhotoValues]:
    """Return a photo whose three concepts give 1, 6 and 3 to class a."""
    judge = Classifier("probe", ("a", "b"), np.array([[1, 6, 3], [0, 0, 1]], np.float32), None)
    return judge, PhotoValues(np.arange(3), np.ones(3), np.ones(3))


def test_curves_and_areas_of_a_case_computed_by_hand():
    judge, values = three()
    found = faithfulness.deletion(judge, values, toward(2, 0), draws=50)
    assert found.by_contribution.tolist() == [10, 4, 1, 0]
    assert found.in_reverse.tolist() == [10, 9, 6, 0]
    told = faithfulness.together([found])
    # Trapezoids of width 1/3: (10/2 + 4 + 1) / 3 of 10, and (10/2 + 9 + 6) / 3 of 10.
    assert told.area == pytest.approx(1 / 3)
    assert told.area_reverse == pytest.approx(2 / 3)
    assert told.area_random == pytest.approx(0.5, abs=0.06)
    assert told.by_contribution[[0, -1]].tolist() == [1, 0]
    assert told.gain == pytest.approx(told.area_random - told.area)
    up = faithfulness.together([found.insertion])
    assert up.area == pytest.approx(2 / 3), "added by contribution it rises fast"
    assert up.by_contribution[[0, -1]].tolist() == [0, 1]


@pytest.mark.parametrize("kind", ["probe", "zero-shot"])
def test_a_point_of_the_curve_is_the_score_of_the_photo_without_those_concepts(kind):
    rng = np.random.default_rng(3)
    judge, values = classifier(rng, kind), photo_values(codes(rng))
    direction = toward(3, 1)
    found = faithfulness.deletion(judge, values, direction)
    given = explain(judge, values).of(direction)
    order = values.concepts[np.argsort(-np.abs(given), kind="stable")]
    for gone in (0, 1, 4, order.size):
        without = explain(judge, values.without(order[:gone])).scores @ direction
        assert found.by_contribution[gone] == pytest.approx(without, abs=1e-9)


def test_an_order_that_says_nothing_has_no_gain():
    """The sanity check of the measure itself: a shuffled order of importance must not look good."""
    rng = np.random.default_rng(4)
    true, shuffled = [], []
    for seed in range(40):
        values = PhotoValues(np.arange(30), np.ones(30), np.ones(30))
        weights = rng.exponential(size=(1, 30)).astype(np.float32)
        judge = Classifier("probe", ("a",), weights, None)
        found = faithfulness.deletion(judge, values, toward(1, 0), seed=seed)
        true.append(found)
        shuffled.append(replace(found, by_contribution=found.random[0], random=found.random[1:]))
    told, chance = faithfulness.together(true), faithfulness.together(shuffled)
    assert told.gain_interval[0] > 0.1
    assert chance.gain_interval[0] < 0 < chance.gain_interval[1]


def test_photos_without_concepts_or_score_have_no_curve():
    judge, _ = three()
    nothing = PhotoValues(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    assert faithfulness.together([faithfulness.deletion(judge, nothing, toward(2, 0))]) is None
    assert faithfulness.together([]) is None


def test_surrogate_errors_of_a_case_computed_by_hand():
    judge, values = three()
    own, random = surrogate.of_photo(judge, values, numbers=(0, 1, 2, 3))
    # Scores 10 and 1. Kept: concept 1 (6, 0), then 2 (3, 1), then 0 (1, 0).
    np.testing.assert_allclose(own, [(10 + 1) / 2, (4 + 1) / 2, 1 / 2, 0])
    assert random[0] == own[0] and random[3] == pytest.approx(0)
    assert (random[1:3] > own[1:3]).all()


def test_surrogate_errors_of_photos_fall_and_are_worse_at_random():
    rng = np.random.default_rng(5)
    judge = classifier(rng, "zero-shot")
    photos = [(judge, photo_values(codes(rng))) for _ in range(12)]
    found = surrogate.over_photos(photos, (0, 2, 8, 100))
    assert found.photos == 12
    assert found.kept[0] > found.kept[2] > found.kept[3] == pytest.approx(0)
    assert found.kept[1] < found.random[1] and found.kept[2] < found.random[2]
    low, high = found.intervals[1]
    assert low < found.kept[1] < high
