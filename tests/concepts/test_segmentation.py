"""Which class cells belong to, and what made them so: exact sums, rules seen at work."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.concepts.codes import Codes, from_dense
from insight_app.concepts.explain import segmentation, upsampling, windows
from insight_app.concepts.explain.segmentation import BACKGROUND, SegmentedPhoto
from insight_app.concepts.geometry import Geometry

F, D, C = 12, 8, 3


def photo(
    rows: int = 3, cols: int = 5, seed: int = 0, foreground: np.ndarray | None = None
) -> tuple[SegmentedPhoto, np.ndarray, np.ndarray, np.ndarray]:
    """A photo of random looks, classes much alike; beside it dense codes, decoder and classes."""
    rng = np.random.default_rng(seed)
    over = windows.over(rows, cols, 2, 1)
    looks = over.cell.size
    dense = (rng.random((looks, F)) * (rng.random((looks, F)) < 0.3)).astype(np.float16)
    decoder = rng.normal(size=(F, D)).astype(np.float32)
    offset = rng.normal(size=D).astype(np.float32) * 0.1
    classes = (rng.normal(size=D) + 0.02 * rng.normal(size=(C, D))).astype(np.float32)
    classes /= np.linalg.norm(classes, axis=1, keepdims=True)
    decoded = offset + dense.astype(np.float32) @ decoder
    tokens = decoded + rng.normal(size=decoded.shape).astype(np.float32) * 0.1
    geometry = Geometry(cols * 10, rows * 10, (0, 0, cols * 10, rows * 10), rows, cols)
    names = tuple(f"class {n}" for n in range(C))
    found = segmentation.segment(
        tokens,
        decoded,
        from_dense(dense),
        over.cell,
        geometry,
        names,
        classes,
        decoder,
        offset,
        foreground,
    )
    return found, dense, decoder, classes


@pytest.mark.parametrize("length", [1, 447, 448, 449, 672, 673, 1024, 2048])
def test_windows_cover_a_side_and_end_with_it(length: int) -> None:
    found = windows.starts(length, 448, 224)
    assert found[0] == 0 and found[-1] == max(length - 448, 0)
    steps = np.diff(found)
    assert all(steps[:-1] == 224) and all((steps > 0) & (steps <= 224))


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(1, 4))
def test_every_cell_is_seen_where_it_lies(rows: int, cols: int, window: int, stride: int) -> None:
    stride = min(stride, window)
    over = windows.over(rows, cols, window, stride)
    grid = np.arange(rows * cols).reshape(rows, cols)
    seen = [grid[r : r + over.high, c : c + over.wide].ravel() for r, c in over.corners]
    assert np.array_equal(over.cell, np.concatenate(seen))
    assert set(over.cell.tolist()) == set(range(rows * cols))
    mean = windows.averaged(over.cell[:, None].astype(float), over.cell, rows * cols)
    assert np.array_equal(mean[:, 0], grid.ravel())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 2**15 - 2))
def test_contributions_and_bias_are_the_score_of_any_region(seed: int, chosen: int) -> None:
    found, *_ = photo(seed=seed)
    cells = np.array([(chosen >> n) & 1 for n in range(15)], bool)
    parts = segmentation.region_parts(found.made_of, cells)
    mean = found.concepts.cosines[cells].astype(np.float64).mean(0)
    span = np.ptp(found.concepts.cosines)
    assert np.abs(parts.scores - mean).max() <= 1e-5 * span
    for n, concept in enumerate(parts.concepts.tolist()):
        on_cells = segmentation.concept_map(found.made_of, concept, 1, 15)
        assert on_cells[cells].mean() == pytest.approx(parts.contributions[n, 1], abs=1e-9)


def test_a_cosine_is_made_of_its_strengths_by_hand() -> None:
    codes = Codes(np.array([0, 2]), np.array([0, 1], np.uint16), np.array([3, 4], np.float16), 2)
    decoder, offset = np.eye(2, 3, dtype=np.float32), np.array([0, 0, 12], np.float32)
    decoded = np.array([[3, 4, 12]], np.float32)  # of length 13
    classes = np.array([[0, 1, 0], [0, 0, -1]], np.float32)
    found = segmentation.segment(
        decoded,
        decoded,
        codes,
        np.zeros(1, np.int64),
        Geometry(1, 1, (0, 0, 1, 1), 1, 1),
        ("a", "b"),
        classes,
        decoder,
        offset,
    )
    parts = segmentation.region_parts(found.made_of, np.ones(1, bool))
    assert parts.concepts.tolist() == [0, 1]
    np.testing.assert_allclose(parts.contributions, [[0, 0], [4 / 13, 0]], atol=1e-12)
    np.testing.assert_allclose(parts.bias, [0, -12 / 13], atol=1e-7)
    np.testing.assert_allclose(parts.scores, [4 / 13, -12 / 13], atol=1e-7)


def test_switching_a_concept_off_takes_its_part_of_the_product_away() -> None:
    """Not of the cosine: the reconstruction becomes shorter, which changes all other parts."""
    found, dense, decoder, classes = photo(seed=4)
    concept = int(np.bincount(found.made_of.codes.indices, minlength=F).argmax())
    without = dense.copy()
    without[:, concept] = 0
    lost = (dense - without).astype(np.float64) @ decoder.astype(np.float64) @ classes.T
    each = lost / found.made_of.lengths[:, None]
    expected = windows.averaged(each, found.made_of.cell, 15).mean(0)
    parts = segmentation.region_parts(found.made_of, np.ones(15, bool))
    row = parts.concepts.tolist().index(concept)
    np.testing.assert_allclose(parts.contributions[row], expected, atol=1e-6)


def test_probabilities_are_averaged_over_the_windows_that_see_a_cell() -> None:
    found, *_ = photo(rows=1, cols=3, seed=2)
    made = found.made_of
    assert made.cell.tolist() == [0, 1, 1, 2]
    each = np.concatenate(
        [
            segmentation.region_parts(one, np.ones(1, bool)).scores[None]
            for one in (
                segmentation.CosineParts(
                    made.codes[n : n + 1],
                    np.zeros(1, np.int64),
                    made.lengths[n : n + 1],
                    made.weights,
                    made.bias,
                )
                for n in range(4)
            )
        ]
    )
    odds = np.exp(100 * each)
    odds /= odds.sum(1, keepdims=True)
    expected = [odds[0], (odds[1] + odds[2]) / 2, odds[3]]
    np.testing.assert_allclose(found.concepts.probabilities, expected, atol=1e-4)


def test_the_own_background_rule_takes_what_is_unsure_and_not_foreground() -> None:
    plain, *_ = photo(rows=2, cols=2, seed=1)
    sure = plain.concepts.probabilities.max(1) >= segmentation.SURE
    foreground = np.array([0.2, 0.9, 0.5, 0.51], np.float32)
    found, *_ = photo(rows=2, cols=2, seed=1, foreground=foreground)
    expected = np.array([True, False, True, False]) & ~sure
    assert expected.any() and not expected.all()
    assert (found.concepts.probabilities[expected, -1] == 1).all()
    labels = segmentation.cell_labels(found, found.concepts, below=2.0)
    is_last = plain.concepts.probabilities.argmax(1) == C - 1
    assert np.array_equal(labels == BACKGROUND, expected | is_last)
    assert np.array_equal(found.raw.cosines, plain.raw.cosines)


def test_a_sure_look_is_never_made_background() -> None:
    looks = np.array([[1, 0], [1, 1], [1, 1]], np.float32)  # the first is sure, the others are not
    found = segmentation.segment(
        looks,
        looks,
        from_dense(looks),
        np.arange(3),
        Geometry(3, 1, (0, 0, 3, 1), 1, 3),
        ("a", "background"),
        np.eye(2, dtype=np.float32),
        np.eye(2, dtype=np.float32),
        np.zeros(2, np.float32),
        np.array([0, 0, 1], np.float32),
    )
    assert found.raw.probabilities[:, 1].tolist() == [pytest.approx(0), 1, pytest.approx(0.5)]


def test_cells_under_the_bar_are_background() -> None:
    found, *_ = photo(seed=3)
    best = found.concepts.probabilities.max(1)
    bar = float(np.median(best))
    labels = segmentation.cell_labels(found, found.concepts, bar)
    assert np.array_equal(labels == BACKGROUND, best < bar)
    assert (segmentation.cell_labels(found, found.concepts) >= 0).all()


def test_a_region_is_what_touches_by_sides() -> None:
    labels = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1]])
    for cell in (0, 1, 4):
        region = segmentation.region_at(labels.ravel(), cell, 3, 3).reshape(3, 3)
        assert region.tolist() == [[True, True, False], [False, True, False], [False] * 3]


def test_a_photo_survives_its_file() -> None:
    found, *_ = photo(seed=5)
    again = segmentation.from_arrays(found.to_arrays())
    assert again.names == found.names and again.geometry == found.geometry
    assert np.array_equal(again.raw.probabilities, found.raw.probabilities)
    cells = np.arange(15) < 4
    before, after = (segmentation.region_parts(one.made_of, cells) for one in (found, again))
    assert np.array_equal(before.contributions, after.contributions)


def test_edges_are_drawn_where_the_photo_has_them() -> None:
    """Three columns of cells, the border of the middle one off by a third of a cell."""
    guide = np.zeros((48, 48, 3), np.uint8)
    guide[:, 20:] = 255
    grid = np.array([[[1.0, 0.0], [0.25, 0.75], [0.0, 1.0]]] * 3, np.float32)
    expected = (np.arange(48) >= 20).astype(int)

    def wrong(found: upsampling.LabelMap) -> int:
        return int((found.best != expected).sum())

    smooth, sharp = upsampling.bilinear(grid, 48, 48), upsampling.guided(grid, guide)
    assert wrong(sharp) < wrong(smooth) / 2


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 40), st.integers(1, 40))
def test_bilinear_is_what_torch_does(rows: int, cols: int, height: int, width: int) -> None:
    rng = np.random.default_rng(rows * 7 + cols)
    grid = rng.random((rows, cols, 4)).astype(np.float32)
    spread = torch.nn.functional.interpolate(
        torch.from_numpy(grid).permute(2, 0, 1)[None], (height, width), mode="bilinear"
    )[0]
    found = upsampling.bilinear(grid, height, width)
    np.testing.assert_allclose(found.probability, spread.amax(0), atol=1e-5)
    best = torch.from_numpy(found.best.astype(np.int64))[None]
    np.testing.assert_allclose(spread.gather(0, best)[0], spread.amax(0), atol=1e-5)
