"""Probes against the conditions of their optimum, and the measures of held-back photos by hand."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from insight_app.concepts.explain import compact, evaluation, learning
from insight_app.concepts.explain.classifier import Classifier, Reconstruction, mean_of
from insight_app.concepts.explain.image_values import ImageValues
from insight_app.concepts.explain.probe import LearningProblem, fit_dense
from insight_app.concepts.explain.sparse import from_dense

CLASSES = 4


def photos(
    number: int = 80, concepts: int = 12, signed: bool = False, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Features in which column c speaks for class c, among noise; the last is never there."""
    rng = np.random.default_rng(seed)
    labels = np.arange(number) % CLASSES
    dense = rng.random((number, concepts)) * (rng.random((number, concepts)) < 0.4)
    dense[np.arange(number), labels] += 0.7 + 0.5 * rng.random(number)
    dense[:, 7] *= 20  # no standardizing: a feature that is large stays so
    dense[:, -1] = 0
    if signed:
        dense -= 0.3
    return dense.astype(np.float32), labels


def gradient(
    dense: NDArray[np.floating], labels: NDArray[np.integer], weights: NDArray[np.floating]
) -> NDArray[np.float64]:
    """The slow judge: of the mean loss, photo by photo, in double precision."""
    found = np.zeros(weights.shape)
    for row, label in zip(dense.astype(np.float64), labels, strict=True):
        scores = weights.astype(np.float64) @ row
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        chances[label] -= 1
        found += np.outer(chances, row)
    return found / len(labels)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("l1", "l2"), [(0.02, 0.0), (0.003, 0.01), (0.0, 0.01)])
def test_a_fit_fulfils_the_conditions_of_its_optimum_with_exact_zeros(
    signed: bool, l1: float, l2: float
) -> None:
    dense, labels = photos(signed=signed)
    problem = LearningProblem(from_dense(dense), labels, CLASSES)
    fitted = problem.fit(l1, l2, iterations=20_000, tolerance=1e-6)
    assert fitted.is_settled
    weights = fitted.weights
    slope = gradient(dense, labels, weights) + l2 * weights
    is_zero = weights == 0
    assert np.abs(slope[is_zero]).max(initial=0) <= l1 + 1e-4
    assert np.abs(slope + l1 * np.sign(weights))[~is_zero].max() < 1e-4
    assert bool(is_zero[:, :-1].any()) == (l1 > 0)


def test_a_dense_fit_fulfils_the_conditions_of_its_optimum() -> None:
    dense, labels = photos(signed=True)
    found = fit_dense(dense, labels, CLASSES, 0.01, iterations=2000)
    slope = gradient(dense, labels, found.weights) + 0.01 * found.weights
    assert found.is_settled and np.abs(slope).max() < 2e-4
    again = fit_dense(dense, labels, CLASSES, 0.01, found.weights)
    assert again.iterations < found.iterations / 2


def test_at_the_largest_weight_of_the_penalty_nothing_is_left_and_below_it_something_is() -> None:
    dense, labels = photos()
    problem = LearningProblem(from_dense(dense), labels, CLASSES)
    most = problem.most_l1()
    assert problem.fit(most * 1.001).used == 0
    assert problem.fit(most * 0.97).used == 1


def test_a_path_goes_on_from_the_fit_before_and_ends_where_a_fit_of_its_own_does() -> None:
    dense, labels = photos()
    problem = LearningProblem(from_dense(dense), labels, CLASSES)
    path = list(problem.path([0.0105, 0.01], l2=0.01, iterations=5_000))
    alone = problem.fit(0.01, l2=0.01, iterations=5_000)
    assert path[1].iterations < alone.iterations
    assert np.abs(path[1].weights - alone.weights).max() < 0.02 * np.abs(alone.weights).max()


def test_a_fit_can_be_stopped_between_two_steps() -> None:
    dense, labels = photos()
    problem = LearningProblem(from_dense(dense), labels, CLASSES)
    steps = iter(range(3))
    with pytest.raises(StopIteration):
        problem.fit(0.0, check=lambda: next(steps) and None)


def test_the_penalty_is_chosen_on_photos_that_are_not_learned_from() -> None:
    dense, labels = photos(200)
    both = from_dense(np.concatenate([dense, dense], axis=1))
    learned = learning.learn_concepts(both, labels, CLASSES)
    assert [one.l1 for one in learned.tried] == sorted((o.l1 for o in learned.tried), reverse=True)
    assert len(learned.tried) == 8
    best = max(one.accuracy for one in learned.tried)
    chosen = min((o for o in learned.tried if o.accuracy == best), key=lambda one: one.loss)
    assert learned.fitted.l1 == chosen.l1
    # Noise is learned by heart under the smallest penalty, which validation photos must show.
    shuffled = np.random.default_rng(1).permutation(labels)
    noise = learning.learn_concepts(both, shuffled, CLASSES)
    assert max(one.accuracy for one in noise.tried) < 0.5 < best


def test_every_photo_is_held_back_once_but_for_the_only_one_of_a_class() -> None:
    labels = np.repeat(np.arange(6), [1, 2, 3, 5, 12, 1])
    fold = evaluation.folds(labels)
    assert (fold[np.isin(labels, (0, 5))] == evaluation.NEVER).all()
    held_back = fold[~np.isin(labels, (0, 5))]
    assert np.bincount(held_back, minlength=5).max() - np.bincount(held_back).min() <= 1
    for label in (1, 2, 3, 4):
        each = np.bincount(fold[labels == label], minlength=5)
        assert each.max() - each.min() <= 1  # some of each class are left to learn from
    validated = evaluation.validation(labels)
    assert [int(validated[labels == n].sum()) for n in range(6)] == [0, 1, 1, 1, 2, 0]


def test_confusions_and_gaps_by_hand() -> None:
    labels, decisions = np.array([0, 0, 1, 1, 1, 2]), np.array([0, 1, 1, 1, 0, 2])
    expected = [[1, 1, 0], [1, 2, 0], [0, 0, 1]]
    assert evaluation.confusion(labels, decisions, 3).tolist() == expected
    ours = np.array([True] * 6 + [False] * 4)
    theirs = np.array([True] * 5 + [False] * 2 + [True] * 3)
    found = evaluation.gap(ours, theirs)
    assert (found.points, found.photos) == (-20.0, 10)
    assert evaluation.gap(ours[:9], theirs[:9]).low is None
    # The slow judge: photos drawn with replacement.
    difference = ours.astype(int) - theirs
    drawn = np.random.default_rng(1).integers(0, 10, (20_000, 10))
    low, high = np.percentile(100 * difference[drawn].mean(axis=1), [2.5, 97.5])
    assert found.low == pytest.approx(low, abs=10) and found.high == pytest.approx(high, abs=10)
    share = evaluation.Share(8, 10)
    assert share.interval == pytest.approx((0.490, 0.943), abs=1e-3)  # Wilson, by hand


def test_a_pursuit_takes_first_what_tells_classes_apart() -> None:
    dense, labels = photos(400)
    both = from_dense(np.concatenate([dense, dense * 0.1], axis=1))
    sets = list(compact.pursuit(both, labels, CLASSES))
    first = sets[3][0]
    assert set(first.tolist()) == {0, 1, 2, 3}
    for concepts, weights in sets:
        used = np.flatnonzero((weights != 0).any(axis=0)) % 12
        assert set(used.tolist()) <= set(concepts.tolist())
    right = [float((both.times(w.T).argmax(axis=1) == labels).mean()) for _set, w in sets]
    assert right[0] < right[3] and 11 not in sets[-1][0]


def values(dense: NDArray[np.floating], means: NDArray[np.floating]) -> ImageValues:
    return ImageValues(from_dense(dense), from_dense(means))


def test_scores_are_sums_over_concepts_divided_by_the_length_of_a_reconstruction() -> None:
    maxima = np.array([[2.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    means = maxima / 4
    weights = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, -1.0]], np.float32)
    probe = Classifier("probe", ("a", "b"), weights, weights * 4)
    assert probe.scores(values(maxima, means)).tolist() == [[10.0, -2.0], [0.0, 0.0]]
    assert probe.decisions(values(maxima, means)).tolist() == [0, 0]
    assert probe.used().tolist() == [0, 1, 2]
    space = Reconstruction(np.eye(3, dtype=np.float32), np.array([0, 1, 0], np.float32))
    words = np.eye(3, dtype=np.float32)[:2]
    typed = Classifier(
        "zero-shot", ("a", "b"), None, words @ space.directions.T, (words @ space.offset), space
    )
    length = np.sqrt(0.5**2 + 1 + 0.25**2)
    found = typed.scores(values(maxima, means))
    assert found[0].tolist() == pytest.approx([0.5 / length, 1 / length])
    assert found[1].tolist() == [0.0, 1.0]
    whole = typed.from_arrays("zero-shot", ["a", "b"], typed.to_arrays())
    assert np.array_equal(whole.scores(values(maxima, means)), found)


def test_the_mean_of_classifiers_has_the_mean_of_their_scores() -> None:
    rng = np.random.default_rng(0)
    some = [
        Classifier("probe", ("a", "b"), *rng.normal(size=(2, 2, 5)).astype(np.float32))
        for _ in range(5)
    ]
    given = values(rng.random((4, 5)), rng.random((4, 5)))
    expected = np.mean([one.scores(given) for one in some], axis=0)
    assert np.abs(mean_of(some).scores(given) - expected).max() < 1e-6


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"of_maxima": np.zeros((3, 4), np.float32)},
        {"of_maxima": np.zeros((2, 4), np.int64)},
        {"of_maxima": np.full((2, 4), np.nan, np.float32)},
        {"of_maxima": np.zeros((2, 4), np.float32), "of_means": np.zeros((2, 5), np.float32)},
        {"of_means": np.zeros((2, 4), np.float32), "bias": np.zeros(3)},
        {"of_means": np.zeros((2, 4)), "directions": np.zeros((3, 2)), "offset": np.zeros(2)},
        {"of_means": np.zeros((2, 4)), "directions": np.zeros((4, 2)), "offset": np.zeros(3)},
    ],
)
def test_arrays_of_others_that_are_no_classifier_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Classifier.from_arrays("probe", ["a", "b"], wrong)
