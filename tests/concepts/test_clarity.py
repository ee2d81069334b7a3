"""Whether strongest images have something in common: by hand, by every pair, however divided."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.concepts.codes import concatenate, from_dense
from insight_app.concepts.random_directions import DIRECTIONS, FEATURES
from insight_app.concepts.statistics import StrongestImages, maxima

F, CELLS = 4, 3


def offered(
    strengths: np.ndarray, features: np.ndarray, controls: np.ndarray, ids: np.ndarray
) -> StrongestImages:
    """Images whose concepts are as strong as (n, F) says, each in the last of its cells."""
    dense = np.zeros((len(ids), CELLS, F))
    dense[:, -1] = strengths
    codes = concatenate([from_dense(image) for image in dense])
    cells = np.tile(np.arange(CELLS), len(ids))
    found = StrongestImages(F)
    found.add(
        maxima(codes, np.repeat(ids, CELLS), cells),
        ids.astype(np.uint32),
        features.astype(np.int8),
        controls.astype(np.float16),
    )
    return found


def along(rows: list[list[int]]) -> np.ndarray:
    """Features that are zero but for their first numbers."""
    features = np.zeros((len(rows), FEATURES), np.int8)
    for row, numbers in zip(features, rows, strict=True):
        row[: len(numbers)] = numbers
    return features


def mean_cosine(rows: np.ndarray) -> float:
    """The mean over all pairs, one by one."""
    pairs = [(a, b) for n, a in enumerate(rows) for b in rows[n + 1 :]]
    return float(np.mean([a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in pairs]))


def test_the_mean_cosine_of_a_few_images_is_what_one_computes_by_hand() -> None:
    features = along([[100], [30, 40], [0, 7], [-50]])  # at 0, 53.13, 90 and 180 degrees
    strengths = np.array([[3.0, 1, 0, 1], [2, 1, 0, 1], [1, 1, 0, 0], [0, 2, 5, 0]])
    controls = np.tile(np.array([[4.0], [3], [2], [1]]), DIRECTIONS)
    found = offered(strengths, features, controls, np.array([5, 2, 9, 4]))
    clarity, bound = found.clarity()
    # The mean direction of the four is (0.15, 0.45); without it they are these, by images above.
    without = np.array([[0.85, -0.45], [0.45, 0.35], [-0.15, 0.55], [-1.15, -0.45]])
    assert clarity[0] == pytest.approx(mean_cosine(without[:3]), abs=1e-5)
    assert clarity[1] == pytest.approx(mean_cosine(without), abs=1e-5)
    assert np.isnan(clarity[2:]).all(), "over one and over two images nothing is said"
    assert np.isnan(bound), "of four images there is no bound"


def test_only_the_ten_strongest_count_and_the_bound_is_that_of_random_directions() -> None:
    """300 photos of two kinds; concept 0 finds one kind, concept 1 both alike."""
    n = 300
    kind = np.arange(n) % 2
    features = along([[100, 0] if one else [0, 100] for one in kind])
    strengths = np.stack([1 + kind, 1 + np.arange(n) / n, np.zeros(n), np.zeros(n)], axis=1)
    rng = np.random.default_rng(0)
    controls = rng.normal(size=(n, DIRECTIONS)) - 3  # a direction may be negative everywhere
    clarity, bound = offered(strengths, features, controls, np.arange(1, n + 1)).clarity()
    # Without what both kinds have in common they are opposite: five of each are 20 pairs alike
    # and 25 that are not.
    assert clarity[0] == pytest.approx(1, abs=1e-5)
    assert clarity[1] == pytest.approx((20 - 25) / 45, abs=1e-5)
    best = np.argsort(-controls.astype(np.float16), axis=0, kind="stable")[:10]
    ones = kind[best].sum(0)
    alike = (ones * (ones - 1) + (10 - ones) * (9 - ones)) / 2
    by_hand = (alike - ones * (10 - ones)) / 45
    assert bound == pytest.approx(np.quantile(by_hand, 0.95), abs=1e-5)
    assert clarity[1] < bound < clarity[0]


@given(st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_any_division_and_every_pair_give_the_same(seed: int, random) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 50))
    ids = rng.permutation(1000)[:n]
    strengths = rng.choice([0, 0, 0.5, 1, 2], (n, F))
    features = rng.integers(-127, 128, (n, FEATURES))
    controls = rng.choice([-1.5, -0.25, 0, 0.25, 2], (n, DIRECTIONS))
    whole = offered(strengths, features, controls, ids)
    order = list(range(n))
    random.shuffle(order)
    cut = random.randint(0, n)
    merged = StrongestImages(F)
    for part in (order[:cut], order[cut:]):
        if part:
            some = offered(strengths[part], features[part], controls[part], ids[part])
            merged.merge(StrongestImages.from_arrays(some.to_arrays()))
    for name, array in whole.to_arrays().items():
        assert np.array_equal(array, merged.to_arrays()[name]), name
    clarity, bound = merged.clarity()
    assert np.isnan(bound)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    unit = unit - unit.mean(0)
    for concept in range(F):
        best = np.lexsort((ids, -strengths[:, concept]))[:10]
        best = best[strengths[best, concept] > 0]
        if best.size < 3:
            assert np.isnan(clarity[concept])
            continue
        assert clarity[concept] == pytest.approx(mean_cosine(unit[best]), abs=1e-4)
