"""A planted cue comes first; without one nothing is said to be one."""

import numpy as np
import pytest

from insight_app.concepts.explain import spurious
from insight_app.concepts.explain.classifier import Classifier
from insight_app.concepts.explain.image_values import ImageValues
from insight_app.concepts.explain.interventions import score
from insight_app.concepts.explain.sparse import from_dense

SNOW = 7


def planted(rng: np.random.Generator, share: float) -> tuple[ImageValues, np.ndarray]:
    """Return photos of three classes by twelve concepts; class 0 is on snow in a share of them.

    Concepts 0 to 5 go with the classes, two each; 8 to 11 with nothing.
    """
    labels = np.repeat(np.arange(3), 80)
    dense = np.where(rng.random((240, 12)) < 0.3, rng.random((240, 12)), 0.0)
    dense[:, SNOW] = np.where(rng.random(240) < 0.05, 1.0, 0.0)
    for label in range(3):
        own = labels == label
        dense[own, 2 * label] += rng.random(own.sum()) * 0.8
        dense[own, 2 * label + 1] += rng.random(own.sum()) * 0.8
    dense[labels == 0, SNOW] = np.where(rng.random(80) < share, 1.5, 0.0)
    values = from_dense(dense)
    return ImageValues(values, values), labels


def learned(values: ImageValues, labels: np.ndarray) -> Classifier:
    """Return the classifier that ridge regression learns from the photos themselves."""
    dense = values.maxima.to_dense()
    wanted = np.eye(3)[np.maximum(labels, 0)] - 1 / 3
    weights = np.linalg.solve(dense.T @ dense + np.eye(12), dense.T @ wanted)
    return Classifier("probe", ("a", "b", "c"), weights.T.astype(np.float32), None)


def found(values, labels, subsets=None):
    scored = score(values, [learned(values, labels)], np.zeros(240, int))
    removed = spurious.remove_each(scored, labels, labels if subsets is None else subsets)
    return scored, spurious.rank(removed), removed


def test_the_planted_cue_is_first_with_an_interval_away_from_nothing():
    values, labels = planted(np.random.default_rng(1), 0.9)
    scored, cues, _ = found(values, labels)
    first = cues[0]
    assert (first.concept, first.subset, first.photos) == (SNOW, 0, 80)
    assert first.difference < 0 and first.high < 0
    assert first.corrected < 0.001
    # As computed anew without it.
    dense = values.maxima.to_dense()
    dense[:, SNOW] = 0
    after = (dense @ learned(values, labels).of_maxima.T).argmax(1)
    own = labels == 0
    was, now = (scored.decisions == labels)[own], (after == labels)[own]
    assert first.made_wrong == (was & ~now).sum() and first.made_right == (~was & now).sum()
    assert first.change == pytest.approx(now.mean() - was.mean())
    rest = ((after == labels)[~own].mean()) - (scored.decisions == labels)[~own].mean()
    assert first.difference == pytest.approx(first.change - rest)


def test_by_a_persons_own_division_it_is_first_too():
    """Class 0 was taken in winter and in summer: the winter photos alone hang on the snow.

    Each is compared with its own class: every class hangs on what it is of.
    """
    values, labels = planted(np.random.default_rng(3), 0.5)
    winter = (values.maxima.to_dense()[:, SNOW] > 0).astype(np.int64)
    scored = score(values, [learned(values, labels)], np.zeros(240, int))
    group = np.repeat(np.arange(3), 2)
    removed = spurious.remove_each(scored, labels, labels * 2 + winter, group)
    cues = spurious.rank(removed)
    assert (cues[0].concept, cues[0].subset) == (SNOW, 1), "class 0 in winter"
    assert cues[0].high < 0 and cues[0].change_elsewhere == 0
    assert cues[0].photos == ((labels == 0) & (winter == 1)).sum()
    assert cues[0].difference == pytest.approx(cues[0].change - cues[0].change_elsewhere)


def test_of_subsets_at_random_nothing_is_sure():
    values, labels = planted(np.random.default_rng(3), 0.9)
    subsets = np.random.default_rng(4).integers(0, 5, 240)
    _, cues, _ = found(values, labels, subsets)
    assert min(cue.corrected for cue in cues) > 0.05


def test_photos_without_label_or_subset_do_not_count_and_small_subsets_are_left_out():
    values, labels = planted(np.random.default_rng(5), 0.9)
    labels = labels.copy()
    labels[:10] = -1
    subsets = labels.copy()
    subsets[10:20] = -1
    subsets[20:22] = 3
    _, cues, removed = found(values, labels, subsets)
    assert removed.photos.tolist() == [58, 80, 80, 2]
    assert 3 not in {cue.subset for cue in cues}
    everything = np.zeros(240, int)
    assert found(values, labels, everything)[1] == [], "there is no rest to compare with"


def test_chances_and_their_correction_are_those_of_the_books():
    # Fisher's tea: 4 of 8 cups marked, 4 drawn, 4 hits: 1/70 each side.
    logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, 9)))))
    got = spurious._hypergeometric(np.array([4, 2]), np.array([4, 4]), 4, logs)
    np.testing.assert_allclose(got, [2 / 70, 1.0])
    np.testing.assert_allclose(
        spurious.benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5])),
        [0.04, 0.16 / 3, 0.16 / 3, 0.5],
    )
