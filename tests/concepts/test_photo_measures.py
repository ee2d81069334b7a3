"""What is kept of a photo as a few numbers, against cases computed by hand."""

import numpy as np

from insight_app.concepts import photo_measures, random_directions


def test_the_strongest_classes_come_first_less_the_mean() -> None:
    logits = np.array([[1.0, 5.0, 3.0, 3.0], [0.0, 0.0, -4.0, 8.0]], np.float32)
    classes, centred = photo_measures.strongest_classes(logits)
    assert classes.tolist() == [[1, 2, 3, 0], [3, 0, 1, 2]]
    assert centred.tolist() == [[2, 0, 0, -2], [7, -1, -1, -5]]
    many = np.random.default_rng(0).normal(size=(2, 1000)).astype(np.float32)
    assert photo_measures.strongest_classes(many)[0].shape == (2, photo_measures.CLASSES)
    assert photo_measures.strongest_classes(many[:, :0])[1].shape == (2, 0)


def test_measures_are_those_of_their_formulas() -> None:
    # z = 3, -1, -1, -1: mean square 3, mean fourth power 21, kurtosis 21 / 9.
    logits = np.array([[4.0, 0, 0, 0], [2, 2, 2, 2]], np.float32)
    features = np.array([[3.0, 4.0], [0, 0]], np.float32)
    found = photo_measures.measured(features, logits)
    expected = [[3**0.5, 21 / 9, 5, 3.5], [0, np.nan, 0, 0]]
    np.testing.assert_allclose(found.astype(float), expected, rtol=1e-3)
    without = photo_measures.measured(features, logits[:, :0]).astype(float)
    np.testing.assert_allclose(without[:, 2:], np.array(expected)[:, 2:], rtol=1e-3)
    assert np.isnan(without[:, :2]).all()
    assert np.isnan(photo_measures.measured(features[:, :0], logits)[:, 2:]).all()


def test_projected_features_keep_their_angles_and_random_numbers_are_for_ever() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(2, 40, 1280))
    pairs = np.stack([one, 0.8 * one + 0.6 * other])
    true = (pairs[0] * pairs[1]).sum(1) / np.prod(np.linalg.norm(pairs, axis=2), axis=0)
    short = random_directions.short(pairs.reshape(80, 1280)).astype(float).reshape(2, 40, -1)
    kept = (short[0] * short[1]).sum(1) / np.prod(np.linalg.norm(short, axis=2), axis=0)
    assert abs((kept - true).mean()) < 0.02 and np.abs(kept - true).max() < 0.1
    assert not random_directions.short(np.zeros((1, 8), np.float32)).any()

    signs = random_directions.projection(1280)[1, :8] * 16
    assert signs.tolist() == [-1, 1, -1, -1, -1, 1, 1, -1]
    drawn = random_directions.directions(384)
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=0), 1, rtol=1e-6)
    np.testing.assert_allclose(drawn[:3, 0], [0.005023085, -0.016769327, 0.035908636], rtol=1e-5)


def test_a_photo_is_as_strong_along_a_direction_as_its_strongest_cell() -> None:
    tokens = np.random.default_rng(2).normal(size=(2, 5, 384)).astype(np.float32)
    found = random_directions.strongest(tokens)
    expected = np.einsum("pcd,dn->pcn", tokens, random_directions.directions(384)).max(1)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)
