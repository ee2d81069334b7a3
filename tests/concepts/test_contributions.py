"""A score is the sum of what its concepts give, wherever and however it is told."""

import numpy as np
import pytest

from insight_app.concepts.codes import from_dense
from insight_app.concepts.explain import contributions
from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.explain.contributions import explain, photo_values, toward
from insight_app.concepts.explain.image_values import of_images
from tests.concepts.explaining import classifier, codes, photos


@pytest.mark.parametrize("kind", ["probe", "zero-shot"])
def test_contributions_and_bias_sum_to_the_score_that_the_classifier_gives(kind):
    rng = np.random.default_rng(1)
    judge = classifier(rng, kind)
    cells = codes(rng)
    found = explain(judge, photo_values(cells))
    score = judge.scores(of_images([cells], 30))[0]
    np.testing.assert_allclose(found.contributions.sum(0) + found.bias, score, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.scores, score, rtol=0, atol=1e-9)


def test_contributions_of_a_case_computed_by_hand():
    # Two cells; concept 0 has 2 and 4, concept 2 has 1 in the first.
    cells = from_dense(np.array([[2.0, 0, 1], [4.0, 0, 0]]))
    judge = Classifier(
        "probe",
        ("a", "b"),
        np.array([[0.5, 9, 1], [0, 9, -1]], np.float32),
        np.array([[1, 9, 0], [2, 9, 2]], np.float32),
    )
    found = explain(judge, photo_values(cells))
    assert found.concepts.tolist() == [0, 2]
    # 0.5 * 4 + 1 * 3, 0 * 4 + 2 * 3; 1 * 1 + 0, -1 * 1 + 2 * 0.5
    np.testing.assert_allclose(found.contributions, [[5, 6], [1, 0]])
    lead = found.of(toward(2, 0, against=1))
    np.testing.assert_allclose(lead, [-1, 1])
    places = contributions.cell_map(judge, cells, np.array([0]), toward(2, 0))
    # The mean's part by strength (1, 2), the maximum's 2 at the stronger cell.
    np.testing.assert_allclose(places, [1, 4])
    against = contributions.cell_map(judge, cells, np.array([2]), toward(2, 1))
    np.testing.assert_allclose(against, [0, 0], atol=1e-12)


def test_equally_strong_cells_share_what_the_maximum_gives():
    cells = from_dense(np.array([[3.0], [3.0], [1.0]]))
    judge = Classifier("probe", ("a",), np.array([[-2.0]], np.float32), None)
    places = contributions.cell_map(judge, cells, np.array([0]), toward(1, 0))
    np.testing.assert_allclose(places, [-3, -3, 0])


@pytest.mark.parametrize("kind", ["probe", "zero-shot"])
def test_the_map_of_concepts_sums_to_what_they_give(kind):
    rng = np.random.default_rng(2)
    judge, cells = classifier(rng, kind), codes(rng)
    found = explain(judge, photo_values(cells))
    lead = toward(3, 2, against=0)
    for chosen in (found.concepts, found.concepts[3:5], found.concepts[:0]):
        places = contributions.cell_map(judge, cells, chosen, lead, found.length)
        expected = found.of(lead)[np.isin(found.concepts, chosen)].sum()
        assert places.sum() == pytest.approx(expected, abs=1e-9)
        is_elsewhere = ~(cells.to_dense()[:, chosen] > 0).any(axis=1)
        assert not places[is_elsewhere].any()


def test_a_row_of_many_photos_is_read_as_the_photo_alone():
    rng = np.random.default_rng(3)
    cells = codes(rng)
    values = of_images([codes(rng), cells], 30)
    alone, among = photo_values(cells), contributions.of_row(values, 1)
    for one, other in ((alone.concepts, among.concepts), (alone.maxima, among.maxima)):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(alone.means, among.means)


def test_a_photo_without_codes_has_the_bias_alone():
    judge = classifier(np.random.default_rng(4), "zero-shot")
    found = explain(judge, photo_values(from_dense(np.zeros((4, 30)))))
    assert found.concepts.size == 0
    np.testing.assert_allclose(found.scores, found.bias)
    empty = photos(np.random.default_rng(4), 0)
    assert judge.scores(empty).shape == (0, 3)
