"""What photos show as a whole, beside the dense version of it; and sparse matrices."""

import numpy as np
import pytest

from insight_app.concepts.codes import Codes, from_dense
from insight_app.concepts.explain import image_values, sparse
from insight_app.concepts.explain.image_values import Pooling


def dense_photos(photos: int = 7, cells: int = 12, concepts: int = 9) -> list[np.ndarray]:
    """Photos (cells, F) with values that half precision has; the third shows nothing at all."""
    rng = np.random.default_rng(3)
    drawn = rng.random((photos, cells, concepts)) * (rng.random((photos, cells, concepts)) < 0.2)
    drawn[2] = 0
    return list(drawn.astype(np.float16).astype(np.float64))


def test_a_photo_has_the_maximum_and_the_mean_of_each_concept() -> None:
    by_hand = np.array([[0.5, 0, 2], [0, 0, 1], [0.25, 0, 0], [0.25, 0, 0]])
    concepts, maxima, means = image_values.of_image(from_dense(by_hand))
    assert concepts.tolist() == [0, 2]
    assert maxima.tolist() == [0.5, 2] and means.tolist() == [0.25, 0.75]


def test_values_of_photos_are_those_of_dense_codes() -> None:
    photos = dense_photos()
    values = image_values.of_images((from_dense(one) for one in photos), 9)
    assert values.photos == 7 and values.concepts == 9
    assert np.array_equal(values.maxima.to_dense(), np.stack([one.max(0) for one in photos]))
    means = np.stack([one.mean(0) for one in photos]).astype(np.float32)
    assert np.allclose(values.means.to_dense(), means, rtol=1e-7, atol=0)
    assert np.array_equal(values.maxima.indices, values.means.indices)
    some = values.take(np.array([5, 2, 5]))
    assert np.array_equal(some.means.to_dense(), values.means.to_dense()[[5, 2, 5]])


def test_by_concept_the_same_values_lie_the_other_way_round() -> None:
    values = image_values.of_images((from_dense(one) for one in dense_photos()), 9)
    turned = values.columns_first
    assert np.array_equal(turned.means.to_dense(), values.means.to_dense().T)
    assert np.array_equal(values.maxima.columns_first().to_dense(), values.maxima.to_dense().T)
    photos, maxima = turned.maxima.row(4)
    assert (np.diff(photos) > 0).all()
    assert np.array_equal(values.maxima.to_dense()[photos, 4], maxima)


def test_features_are_both_blocks_each_of_length_one_on_average() -> None:
    values = image_values.of_images((from_dense(one) for one in dense_photos()), 9)
    pooling = Pooling.of(values)
    features = pooling.features(values).to_dense().astype(np.float64)
    assert features.shape == (7, 18)
    for block in (features[:, :9], features[:, 9:]):
        assert np.linalg.norm(block, axis=1).mean() == pytest.approx(1)
    assert np.allclose(features[:, :9], values.maxima.to_dense() * pooling.of_maxima)
    assert np.allclose(features[:, 9:], values.means.to_dense() * pooling.of_means)
    nothing = image_values.of_images([from_dense(np.zeros((2, 9)))], 9)
    assert Pooling.of(nothing) == Pooling(1, 1)
    assert Pooling(2, 3).features(nothing).to_dense().sum() == 0


def test_products_go_row_by_row_whatever_a_block_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    values = image_values.of_images((from_dense(one) for one in dense_photos()), 9)
    weights = np.random.default_rng(1).normal(size=(9, 3))
    expected = values.means.to_dense().astype(np.float64) @ weights
    for block in (1, 20, 1 << 20):
        monkeypatch.setattr(sparse, "_BLOCK", block)
        assert np.allclose(values.means.times(weights), expected, atol=1e-12)


def test_matrices_are_put_under_each_other_and_made_from_dense_ones() -> None:
    dense = np.array([[0, 1.5, 0], [0, 0, 0], [2, 0, 3]], np.float32)
    rows = sparse.from_dense(dense)
    assert rows.indptr.tolist() == [0, 1, 1, 3]
    both = sparse.concatenate([rows, rows.take(np.array([2]))])
    assert np.array_equal(both.to_dense(), dense[[0, 1, 2, 2]])
    with pytest.raises(ValueError):
        sparse.concatenate([rows, sparse.from_dense(np.ones((1, 2)))])
    with pytest.raises(ValueError):
        sparse.SparseRows(rows.indptr, rows.indices[:-1], rows.values[:-1], 3)


def test_values_are_of_the_codes_as_stored_only() -> None:
    single = Codes(np.array([0, 1]), np.array([0], np.uint16), np.array([0.1], np.float32), 2)
    with pytest.raises(ValueError):
        image_values.of_image(single)
