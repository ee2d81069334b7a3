"""Labels against masks: intersection over union by hand, and shapes as COCO writes them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.concepts.explain import overlap
from insight_app.concepts.quality import outlines


def test_iou_by_hand() -> None:
    truth = np.array([[0, 0, 1], [1, -1, -1]])
    found = np.array([[0, 1, 1], [-1, 0, 2]])
    counts = overlap.counted_pixels(found, truth, 3)
    assert counts.tolist() == [[1, 1, 2], [1, 2, 2], [0, 0, 0]]
    np.testing.assert_allclose(overlap.by_class(counts[None])[:2], [1 / 2, 1 / 3])
    assert np.isnan(overlap.by_class(counts[None])[2])
    assert overlap.mean_iou(counts[None]).value == pytest.approx(5 / 12)
    # Over photos pixels are added up before they are divided.
    twice = np.stack([counts, np.array([[3, 3, 3], [0, 0, 0], [0, 1, 0]])])
    np.testing.assert_allclose(overlap.by_class(twice)[:2], [4 / 5, 1 / 3])
    np.testing.assert_allclose(overlap.of_photos(twice), [5 / 12, 1])
    assert overlap.mean_iou(twice).low is None


def test_the_truth_is_perfect_and_shuffled_labels_are_near_chance() -> None:
    rng = np.random.default_rng(0)
    truths = rng.integers(0, 4, (20, 30, 30))
    perfect = np.stack([overlap.counted_pixels(one, one, 4) for one in truths])
    chance = np.stack(
        [overlap.counted_pixels(rng.permutation(t.ravel()).reshape(t.shape), t, 4) for t in truths]
    )
    assert overlap.mean_iou(perfect) == overlap.Overlap(1.0, 1.0, 1.0)
    found = overlap.mean_iou(chance)
    assert found.value == pytest.approx(1 / 7, abs=0.01)  # of a quarter and a quarter
    assert found.low is not None and found.high is not None
    assert found.low < found.value < found.high
    gap = overlap.difference(chance, perfect)
    assert gap.value == pytest.approx(found.value - 1)
    assert gap.high is not None and gap.high < -0.8
    same = overlap.difference(chance, chance)
    assert (same.value, same.low, same.high) == (0, 0, 0)  # paired: the same photos for both


def inside(corners: list[tuple[float, float]], x: float, y: float) -> bool:
    """Whether a ray to the left of a point crosses an odd number of sides."""
    crossings = 0
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y0 <= y) != (y1 <= y):
            crossings += x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x
    return crossings % 2 == 1


POINT = st.tuples(st.integers(-3, 11), st.integers(-3, 11))


@settings(max_examples=60, deadline=None)
@given(st.lists(POINT, min_size=3, max_size=7))
def test_outlines_hold_the_middles_of_pixels(corners: list[tuple[float, float]]) -> None:
    found = outlines.from_outlines([[v for corner in corners for v in corner]], 7, 9)
    expected = [[inside(corners, x + 0.5, y + 0.5) for x in range(9)] for y in range(7)]
    assert found.tolist() == expected


def packed(counts: list[int]) -> str:
    """COCO's packed text, as its definition says."""
    text = ""
    for n, count in enumerate(counts):
        number = count - counts[n - 2] if n > 2 else count
        while True:
            bits, number = number & 31, number >> 5
            is_last = number == (-1 if bits & 16 else 0)
            text += chr(48 + (bits if is_last else bits | 32))
            if is_last:
                break
    return text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5000), min_size=1, max_size=12))
def test_run_lengths_are_unpacked(counts: list[int]) -> None:
    assert outlines.unpacked(packed(counts)) == counts


def test_run_lengths_go_down_the_columns() -> None:
    assert outlines.from_runs([1, 2, 3], 3, 2).tolist() == [[0, 0], [1, 0], [1, 0]]
    # The lower half of a 4 x 2 picture; the fourth run is the second again.
    assert outlines.unpacked("2220") == [2, 2, 2, 2]
    assert outlines.from_runs(outlines.unpacked("2220"), 4, 2)[2:].all()


@pytest.mark.parametrize("text", ["2\x00", "PP", "zzz", "1" * 3 + "\u20ac"])
def test_packed_text_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"run length|cut off|packed text"):
        outlines.from_runs(outlines.unpacked(text), 2, 2)


@pytest.mark.parametrize("counts", [[3], [5, -1], [2, 1, 2]])
def test_run_lengths_of_another_size_are_refused(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="not those of 2 x 2"):
        outlines.from_runs(counts, 2, 2)
