"""What is greyed, and how a fall is counted: worked out by hand."""

import math

import numpy as np
import pytest

from insight_app.concepts.quality.occlusion import GREY, elsewhere, fall, greyed


def test_only_the_cells_of_the_support_turn_grey():
    pixels = np.ones((3, 4, 6), np.float32)
    covered = greyed(pixels, np.array([False, True, False, False, False, True]), 2, 3)
    expected = np.ones((4, 6), np.float32)
    expected[:2, 2:4] = expected[2:, 4:] = GREY
    assert (covered == expected).all()
    assert (pixels == 1).all(), "the photo itself is not painted on"


def test_an_equal_area_elsewhere_has_the_shape_of_the_support_and_none_of_its_cells():
    support = np.zeros((4, 4), bool)
    support[0, :2] = support[1, 0] = True
    found = elsewhere(support.ravel(), 4, 4, 5)
    assert found.shape == (5, 16)
    assert len({row.tobytes() for row in found}) == 5, "five different places"
    for row in found:
        assert row.sum() == 3 and not (row & support.ravel()).any()
        shifts = [(dy, dx) for dy in range(4) for dx in range(4)]
        assert any((np.roll(support, s, (0, 1)).ravel() == row).all() for s in shifts)


def test_a_shape_that_fits_nowhere_is_replaced_by_as_many_cells():
    support = np.zeros((3, 3), bool)
    support[[0, 0, 1, 2], [0, 1, 2, 0]] = True
    found = elsewhere(support.ravel(), 3, 3, 3)
    assert found.sum(1).tolist() == [4, 4, 4]
    assert not (found & support.ravel()).any()


def test_there_is_no_elsewhere_where_the_support_has_most_of_the_photo():
    assert elsewhere(np.array([True, True, True, False]), 2, 2).shape == (0, 4)
    assert elsewhere(np.zeros(4, bool), 2, 2).shape == (0, 4)


def test_a_fall_is_counted_over_the_support_alone():
    before = np.array([3, 1, 0, 0], np.float32)
    after = np.array([1, 0, 5, 0], np.float32)
    support = np.array([True, True, False, False])
    assert fall(before, after, support) == pytest.approx(0.75)
    assert fall(before, 2 * before, support) == -1
    assert math.isnan(fall(0 * before, after, support))
