"""Intervals over images agree with the bootstrap written out, whatever way the photos come in."""

import numpy as np
import pytest

from insight_app.concepts import near_misses
from insight_app.concepts.codes import Codes, concatenate, from_dense
from insight_app.concepts.near_misses import NearMisses
from insight_app.concepts.statistics.edge_sums import EdgeSums, Intervals
from insight_app.concepts.statistics.image_weights import DRAWS, interval, weights

CELLS, F, IMAGES = 9, 8, 60
CHILD = np.array([1, 2, 2, 5], np.int32)
PARENT = np.array([0, 0, 1, 3], np.int32)
HASHES = [f"photo {n}".encode() for n in range(IMAGES)]


def photos(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return (images, cells, F) activations, some of them below TAU, and what is nearly active."""
    rng = np.random.default_rng(seed)
    dense = rng.uniform(0.1, 2, (IMAGES, CELLS, F)).astype(np.float16).astype(float)
    dense[rng.random(dense.shape) < rng.uniform(0.2, 0.8, (IMAGES, 1, F))] = 0
    dense[rng.random(dense.shape) < 0.05] = 0.0005
    return dense, (dense == 0) & (rng.random(dense.shape) < 0.2)


def near_of(near: np.ndarray) -> NearMisses:
    rows, concepts = np.nonzero(near)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(near)))))
    return NearMisses(indptr.astype(np.int64), concepts.astype(np.uint16))


def summed(dense: np.ndarray, near: np.ndarray, images: list[int]) -> EdgeSums:
    sums = EdgeSums(CHILD, PARENT, F)
    codes: list[Codes] = [from_dense(dense[n]) for n in images]
    missed = near_misses.concatenate([near_of(near[n]) for n in images])
    row = np.repeat(np.arange(len(images)), CELLS)
    sums.add(concatenate(codes), missed, row, [HASHES[n] for n in images])
    return sums


def by_image(dense: np.ndarray, near: np.ndarray, child: int, parent: int) -> np.ndarray:
    """Return (4, images): D[child, parent], D[child, child], N and C[child, child] of each."""
    half = dense.astype(np.float16).astype(float)
    active = half.astype(np.float32) > np.float32(0.001)
    a, is_active = half[..., child], active[..., child]
    return np.array(
        [
            (a * active[..., parent]).sum(1),
            (a * is_active).sum(1),
            (is_active & near[..., parent]).sum(1),
            is_active.sum(1),
        ]
    )


def written_out(sums: np.ndarray, times: np.ndarray) -> list[float]:
    """Percentiles of the two ratios over draws; times: (draws, images)."""
    found = []
    for part, whole in (sums[:2], sums[2:]):
        shares = (times @ part) / (times @ whole)
        found += np.percentile(shares, [2.5, 97.5]).tolist()
    return found


def as_rows(found: Intervals) -> np.ndarray:
    return np.array([found.low, found.high, found.near_low, found.near_high]).T


def test_intervals_are_those_of_the_bootstrap_written_out() -> None:
    dense, near = photos()
    found = summed(dense, near, list(range(IMAGES))).intervals()
    times = np.array([weights(one) for one in HASHES], float).T
    rng = np.random.default_rng(1)
    drawn = rng.multinomial(IMAGES, [1 / IMAGES] * IMAGES, 4000)
    for n, (child, parent) in enumerate(zip(CHILD, PARENT, strict=True)):
        sums = by_image(dense, near, child, parent)
        assert as_rows(found)[n] == pytest.approx(written_out(sums, times), rel=1e-9)
        usual = written_out(sums, drawn)  # images drawn with replacement
        width = usual[1] - usual[0]
        assert as_rows(found)[n][:2] == pytest.approx(usual[:2], abs=0.15 * width)
        assert found.near[n] == sums[2].sum()


def test_photos_in_parts_and_any_order_give_the_same_intervals() -> None:
    dense, near = photos(3)
    whole = summed(dense, near, list(range(IMAGES)))
    order = np.random.default_rng(2).permutation(IMAGES).tolist()
    first, second = summed(dense, near, order[:17]), summed(dense, near, order[17:])
    second.merge(first)
    assert np.array_equal(as_rows(second.intervals()), as_rows(whole.intervals()))
    with pytest.raises(ValueError, match="different edges"):
        whole.merge(EdgeSums(CHILD, CHILD, F))


def test_one_photo_without_near_misses_makes_absorption_unknown() -> None:
    dense, near = photos()
    sums = summed(dense, near, [0, 1, 2])
    row = np.zeros(CELLS, np.int64)
    sums.add(from_dense(dense[3]), near_misses.unknown(), row, HASHES[3:4])
    found = sums.intervals()
    assert (found.near == -1).all() and np.isnan(found.near_low).all()
    assert (found.low <= found.high).all()


def test_weights_are_a_poisson_number_of_mean_one_and_an_images_own() -> None:
    times = np.array([weights(str(n).encode()) for n in range(200)])
    assert times.shape == (200, DRAWS)
    shares = np.bincount(times.ravel(), minlength=4) / times.size
    assert shares[:4] == pytest.approx([0.3679, 0.3679, 0.1839, 0.0613], abs=0.004)
    assert times.mean() == pytest.approx(1, abs=0.01) and times.var() == pytest.approx(1, abs=0.02)
    assert abs(np.corrcoef(times[0], times[1])[0, 1]) < 0.15
    assert np.array_equal(weights(b"5"), times[5])


def test_a_draw_without_the_child_says_nothing() -> None:
    part, whole = np.zeros((2, DRAWS)), np.zeros((2, DRAWS))
    whole[0, :400], part[0, :400] = 2, np.linspace(0, 2, 400)
    low, high = interval(part, whole)
    assert [low[0], high[0]] == pytest.approx(np.percentile(np.linspace(0, 1, 400), [2.5, 97.5]))
    assert np.isnan(low[1]) and np.isnan(high[1])
