"""Classes told apart by words: cosines computed cell by cell, and what they are made of."""

import numpy as np
import pytest

from insight_app.concepts.codes import from_dense
from insight_app.concepts.explain import image_values, zero_shot
from insight_app.concepts.explain.class_words import unit

CELLS, F, D, C = 6, 9, 5, 4


@pytest.fixture
def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Codes (photos, cells, F), directions, offset, unit vectors of classes."""
    rng = np.random.default_rng(2)
    codes = rng.random((8, CELLS, F)) * (rng.random((8, CELLS, F)) < 0.4)
    directions = rng.normal(size=(F, D)).astype(np.float32)
    return (
        codes.astype(np.float16).astype(np.float64),
        directions,
        rng.normal(size=D).astype(np.float32),
        unit(rng.normal(size=(C, D))),
    )


def test_a_score_is_the_cosine_of_the_mean_reconstruction(drawn: tuple[np.ndarray, ...]) -> None:
    codes, directions, offset, vectors = drawn
    found = zero_shot.classifier("abcd", vectors, directions, offset)
    values = image_values.of_images([from_dense(one) for one in codes], F)
    for photo, scores in zip(codes, found.scores(values), strict=True):
        decoded = np.mean([offset + cell @ directions for cell in photo], axis=0)
        expected = vectors @ decoded / np.linalg.norm(decoded)
        assert np.abs(scores - expected).max() < 1e-6
    assert np.abs(found.scores(values)).max() <= 1 + 1e-6


def test_by_hand() -> None:
    """Means 0.5 and 1 along the axes, nothing added: (0.5, 1) and the class (0.6, 0.8)."""
    values = image_values.of_images([from_dense(np.array([[1, 1], [0, 1]]))], 2)
    vectors = np.array([[0.6, 0.8], [1, 0]])
    found = zero_shot.classifier("ab", vectors, np.eye(2, dtype=np.float32), np.zeros(2, "f4"))
    length = np.hypot(0.5, 1)
    assert found.scores(values) == pytest.approx(np.array([[1.1, 0.5]]) / length, abs=1e-7)
    raw = zero_shot.raw_scores(np.array([[0.5, 1], [0, 0]]), vectors)
    assert raw == pytest.approx(np.array([[1.1 / length, 0.5 / length], [0, 0]]), abs=1e-7)
