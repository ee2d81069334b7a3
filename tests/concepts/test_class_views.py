"""What a class rests on over its photos, and which photos are alike in it."""

import numpy as np
import pytest

from insight_app.concepts.explain import class_views
from insight_app.concepts.explain.alike import most_alike
from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.explain.contributions import explain, of_row, toward
from insight_app.concepts.explain.image_values import ImageValues
from insight_app.concepts.explain.sparse import SparseRows, from_dense
from tests.concepts.explaining import classifier, photos


def test_weights_and_mean_contributions_of_a_case_computed_by_hand():
    maxima = from_dense(np.array([[2.0, 0], [4, 1], [0, 3]]))
    means = from_dense(np.array([[1.0, 0], [1, 0.5], [0, 1]]))
    judge = Classifier(
        "probe",
        ("a", "b", "c"),
        np.array([[1, -1], [0, 2], [0, 0]], np.float32),
        np.array([[2, 0], [0, 0], [0, 4]], np.float32),
    )
    found = class_views.of_photos(judge, ImageValues(maxima, means), np.array([0, 0, 1]))
    # Concept 0 is active in two photos: 1 * (2 + 4) / 2 + 2 * (1 + 1) / 2.
    np.testing.assert_allclose(found.weights, [[5, -2], [0, 4], [0, 3]])
    np.testing.assert_allclose(found.contributions[:2], [[5, -0.5], [0, 6]])
    assert np.isnan(found.contributions[2]).all()
    assert found.active.tolist() == [[2, 1], [0, 1], [0, 0]]
    assert found.for_class(0).tolist() == [0, 1]
    assert found.for_class(1, against=2).tolist() == [1]
    assert found.classes_for(1).tolist() == [1, 2, 0]


@pytest.mark.parametrize("kind", ["probe", "zero-shot"])
def test_the_mean_contribution_is_the_mean_over_the_explanations_of_a_classs_photos(kind):
    rng = np.random.default_rng(6)
    judge, values = classifier(rng, kind), photos(rng, 15)
    labels = rng.integers(-1, 3, 15)
    found = class_views.of_photos(judge, values, labels)
    total = np.zeros(30)
    for row in np.flatnonzero(labels == 1):
        one = explain(judge, of_row(values, int(row)))
        total[one.concepts] += one.contributions[:, 1]
    np.testing.assert_allclose(found.contributions[1], total / (labels == 1).sum(), atol=1e-9)


def test_photos_alike_are_so_by_what_their_concepts_give():
    rng = np.random.default_rng(7)
    judge, values = classifier(rng, "probe"), photos(rng, 20)
    direction = toward(3, 0, against=2)
    photo = of_row(values, 4)
    found = most_alike(judge, photo, direction, values, number=20, but=4)
    assert 4 not in [one.row for one in found]
    given = np.zeros((20, 30))
    for row in range(20):
        one = explain(judge, of_row(values, row))
        given[row, one.concepts] = one.of(direction)
    squares = np.square(given).sum(axis=1)
    likeness = 2 * given @ given[4] / (squares + squares[4])
    expected = [row for row in np.argsort(-likeness) if row != 4 and likeness[row] > 0]
    assert [one.row for one in found] == expected
    for one in found[:5]:
        assert one.likeness == pytest.approx(likeness[one.row], abs=1e-6)
        whole = most_alike(judge, photo, direction, values, told=30, but=4)[0]
        assert whole.parts.sum() == pytest.approx(whole.likeness)
    same = most_alike(judge, photo, direction, values, number=1)[0]
    assert (same.row, same.likeness) == (4, pytest.approx(1.0))


def test_a_trace_of_what_another_photo_has_plenty_of_is_not_alike():
    rng = np.random.default_rng(8)
    judge, values = classifier(rng, "probe"), photos(rng, 1)

    def twice(one: SparseRows) -> SparseRows:
        traced = np.concatenate([one.values, one.values * np.float32(0.05)])
        indptr = np.concatenate([one.indptr, one.indptr[1:] + one.indices.size])
        return SparseRows(indptr, np.tile(one.indices, 2), traced, one.columns)

    both = ImageValues(twice(values.maxima), twice(values.means))
    (found,) = most_alike(judge, of_row(both, 0), toward(3, 0), both, but=0)
    assert found.likeness == pytest.approx(2 * 0.05 / (1 + 0.05**2), rel=1e-5)
