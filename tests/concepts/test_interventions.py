"""A concept switched off is as if the photo had never had it, in one photo and in all."""

import numpy as np
import pytest

from insight_app.concepts.codes import from_dense
from insight_app.concepts.explain import interventions
from insight_app.concepts.explain.contributions import explain, of_row, photo_values
from insight_app.concepts.explain.effects import DecisionChange, difference_interval
from insight_app.concepts.explain.image_values import of_images
from tests.concepts.explaining import classifier, codes

KINDS = pytest.mark.parametrize("kind", ["probe", "zero-shot"])


@KINDS
def test_off_in_a_photo_is_the_photo_without_it(kind):
    rng = np.random.default_rng(5)
    judge, cells = classifier(rng, kind), codes(rng)
    values = photo_values(cells)
    off = int(values.concepts[2])
    dense = cells.to_dense()
    dense[:, off] = 0
    expected = judge.scores(of_images([from_dense(dense)], 30))[0]
    changed = explain(judge, interventions.in_photo(values, {off: 0.0, 29: 1.0}))
    assert off not in changed.concepts
    np.testing.assert_allclose(changed.scores, expected, rtol=0, atol=1e-9)


@KINDS
def test_scaled_in_a_photo_is_every_cell_scaled(kind):
    rng = np.random.default_rng(6)
    judge, cells = classifier(rng, kind), codes(rng)
    values = photo_values(cells)
    factors = {int(values.concepts[0]): 0.5, int(values.concepts[1]): 2.0}
    dense = cells.to_dense()
    for concept, factor in factors.items():
        dense[:, concept] *= factor
    expected = judge.scores(of_images([from_dense(dense)], 30))[0]
    found = explain(judge, interventions.in_photo(values, factors)).scores
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)  # means are rounded once more


def test_off_takes_exactly_its_contribution_from_a_probes_score():
    rng = np.random.default_rng(7)
    judge, values = classifier(rng, "probe"), photo_values(codes(rng))
    before = explain(judge, values)
    for place, concept in enumerate(values.concepts.tolist()):
        after = explain(judge, interventions.in_photo(values, {concept: 0.0}))
        lost = before.scores - after.scores
        np.testing.assert_allclose(lost, before.contributions[place], rtol=0, atol=1e-12)


@KINDS
def test_in_all_photos_it_is_what_it_is_in_each(kind):
    rng = np.random.default_rng(8)
    judges = [classifier(rng, kind), classifier(rng, kind)]
    values = of_images((codes(rng) for _ in range(40)), 30)
    scored = interventions.score(values, judges, rng.integers(0, 2, 40))
    factors = {3: 0.0, 11: 2.0, 12: 0.5, 20: 1.0}
    found = interventions.in_photos(scored, factors)
    after = scored.scores.copy()
    after[found.rows] = found.scores
    for row in range(40):
        changed = interventions.in_photo(of_row(values, row), factors)
        expected = explain(judges[scored.fold[row]], changed).scores
        np.testing.assert_allclose(after[row], expected, rtol=0, atol=1e-9)
    decided = found.decisions(scored.decisions)
    np.testing.assert_array_equal(decided, after.argmax(1))
    untouched = np.setdiff1d(np.arange(40), found.rows)
    has_one = (values.maxima.to_dense()[:, [3, 11, 12]] > 0).any(1)
    np.testing.assert_array_equal(untouched, np.flatnonzero(~has_one))


def test_a_selection_is_changed_alone():
    rng = np.random.default_rng(9)
    values = of_images((codes(rng) for _ in range(20)), 30)
    judge = classifier(rng, "probe")
    scored = interventions.score(values, [judge], np.zeros(20, int))
    everywhere = interventions.in_photos(scored, {4: 0.0})
    selection = everywhere.rows[1::2]
    found = interventions.in_photos(scored, {4: 0.0}, np.append(selection, 0))
    chosen = np.isin(everywhere.rows, np.append(selection, 0))
    np.testing.assert_array_equal(found.rows, everywhere.rows[chosen])
    np.testing.assert_allclose(found.scores, everywhere.scores[chosen])
    nothing = interventions.in_photos(scored, {})
    assert nothing.rows.size == 0
    np.testing.assert_array_equal(nothing.decisions(scored.decisions), scored.decisions)


def test_an_effect_counts_what_became_wrong_right_and_stayed_wrong():
    effect = DecisionChange(
        before=np.array([0, 0, 1, 1, 2, 0]),
        after=np.array([0, 1, 2, 0, 1, 1]),
        labels=np.array([0, 0, 2, 2, 2, -1]),
        classes=3,
    )
    assert effect.changed.tolist() == [1, 2, 3, 4, 5]
    assert (effect.now_wrong, effect.now_right, effect.still_wrong) == (2, 1, 1)
    assert effect.accuracy == (3 / 5, 2 / 5)
    assert effect.by_class().tolist() == [[2, 2, 1], [0, 0, 0], [3, 1, 1]]


def test_the_interval_of_a_change_is_that_of_the_bootstrap_over_photos():
    change = np.array([-1] * 20 + [0] * 70 + [1] * 10)
    low, high = difference_interval(change)
    deviation = np.sqrt((0.3 - 0.01) / 100)
    assert low == pytest.approx(-0.1 - 1.96 * deviation, abs=0.02)
    assert high == pytest.approx(-0.1 + 1.96 * deviation, abs=0.02)
    assert difference_interval(change[:9]) == (None, None)
