"""Whether a name is right, by hand."""

import numpy as np
import pytest

from insight_app.concepts.quality.names import Classes, calibration, class_counts, right, sharing
from insight_app.concepts.quality.taxonomy import Taxonomy

# animal > dog > spaniel; animal > cat; "hound" is another word for dog.
UP = {"n2": ("n1",), "n3": ("n2",), "n4": ("n1",), "n1": ()}
WORDS = {"n1": ("animal",), "n2": ("dog", "hound"), "n3": ("spaniel",), "n4": ("cat",)}
NATURE = Taxonomy(UP, dict.fromkeys(UP, ()), WORDS)


def test_a_name_is_right_when_it_covers_more_than_half_of_the_strongest_cells() -> None:
    classes = Classes(NATURE, ["n3", "n4"])  # photos of spaniels and of cats
    concept = np.array([0, 0, 0, 1, 1, 2, 3])
    image = np.array([0, 0, 1, 0, 1, 1, 0])
    counts = class_counts(concept, image, np.array([0, 1]), 5, 2)
    assert counts.tolist() == [[2, 1], [1, 1], [0, 1], [1, 0], [0, 0]]
    names = ["hound", "dog", "cat", "", "dog"]
    found = right(counts, classes, names, [""] * 5)
    # Two of three cells; one of two is not more than half; the class itself; no name; no cells.
    np.testing.assert_array_equal(found, [1, 0, 1, np.nan, np.nan])
    assert right(counts, classes, ["animal", "animal", "spaniel", "cat", ""], [""] * 5)[
        :4
    ].tolist() == [
        1,
        1,
        0,
        0,
    ]


def test_a_word_stands_for_its_synset_too() -> None:
    classes = Classes(NATURE, ["n3"])
    assert not classes.covered("pooch")[0]
    assert classes.covered("pooch", "n2")[0]
    coverage = classes.coverage(["pooch", "pooch", "cat"], ["", "n2", "n4"])
    assert coverage.tolist() == [[False, True, False]]


def test_concepts_that_share_a_name_are_counted() -> None:
    assert sharing(["dog", "dog", "cat", ""]) == pytest.approx(2 / 3)
    assert sharing([]) == 0


def test_calibration_is_the_mean_distance_of_what_is_claimed_and_what_is() -> None:
    claimed = np.array([0.1, 0.1, 0.9, 0.9, np.nan, 0.5])
    found = calibration(claimed, np.array([0, 1, 1, 1, 1, np.nan]), bins=2)
    np.testing.assert_allclose(found.claimed, [0.1, 0.9])
    np.testing.assert_allclose(found.right, [0.5, 1.0])
    assert found.error == pytest.approx((0.4 + 0.1) / 2)
    # Claiming the truth is no error; claiming the opposite is a great one.
    truth = (np.arange(100) % 10 < np.arange(100) // 10).astype(float)
    assert calibration(np.repeat(np.arange(10) / 10, 10), truth).error < 1e-9
    assert calibration(np.repeat(np.arange(10)[::-1] / 10, 10), truth).error > 0.4
