"""What no concept explains: the worst cells of all photos, and clusters of what is in them."""

import numpy as np
import pytest

from insight_app.concepts.codes import from_dense
from insight_app.concepts.quality import unexplained
from insight_app.concepts.quality.unexplained import Unexplained, WorstCells


def test_photos_come_least_explained_first_and_the_worst_cells_are_those_of_all_photos(
    monkeypatch,
) -> None:
    rng = np.random.default_rng(3)
    photos = {number: rng.random(20).astype(np.float32) for number in range(1, 51)}
    monkeypatch.setattr(unexplained, "MOST", 30)
    worst = WorstCells(1000)
    for image, shares in photos.items():
        worst.add(image, shares)
    found = worst.found()
    means = {image: float(shares.mean()) for image, shares in photos.items()}
    assert found.images.tolist() == sorted(means, key=lambda image: -means[image])
    assert found.shares.tolist() == pytest.approx(sorted(means.values(), reverse=True))
    assert found.cells == 1000
    assert found.share == pytest.approx(np.mean(list(photos.values())), abs=1e-6)
    every = sorted(
        ((float(v), image, cell) for image, s in photos.items() for cell, v in enumerate(s)),
        reverse=True,
    )
    kept = zip(found.value.tolist(), found.image.tolist(), found.cell.tolist(), strict=True)
    assert sorted(kept, reverse=True) == every[:30], "a tenth of the cells, at most MOST"


def test_a_share_beyond_the_whole_counts_as_the_whole() -> None:
    worst = WorstCells(4)
    worst.add(7, np.array([0.5, 1.5, 0.25, 0.75], np.float32))
    found = worst.found()
    assert found.share == pytest.approx(0.625)
    assert (found.image.tolist(), found.cell.tolist(), found.value.tolist()) == ([7], [1], [1.0])


def two_kinds() -> tuple[Unexplained, np.ndarray, list[np.ndarray]]:
    """Cells of three photos: in the upper rows concept 2 is active, in the lower ones 5."""
    dense = np.zeros((100, 8), np.float32)
    dense[:60, 2] = 1 + np.arange(60) % 3
    dense[60:, 5] = 2
    codes = from_dense(dense)
    worst = WorstCells(3000)
    for image in (1, 2, 3):
        worst.add(image, np.linspace(0.9, 0.8, 100, dtype=np.float32))
    found = worst.found()
    signs = unexplained.signs(8)
    described = [
        unexplained.describe(codes, (10, 10), found.cell[found.image == image], signs)
        for image in (1, 2, 3)
    ]
    active = [codes.cell(int(cell))[0] for cell in found.cell]
    return found, np.concatenate(described), active


def test_cells_with_other_concepts_come_into_other_clusters_the_largest_first(monkeypatch) -> None:
    monkeypatch.setattr(unexplained, "CLUSTERS", 2)
    found = unexplained.clustered(*two_kinds())
    assert found.clusters == 2
    assert np.bincount(found.cluster).tolist() == [180, 120]
    assert (found.cell[found.cluster == 0] < 60).all() and (
        found.cell[found.cluster == 1] > 59
    ).all()
    assert found.beside.tolist() == [[2, -1, -1], [5, -1, -1]]
    assert sorted(found.image[:3].tolist()) == [1, 2, 3], "one a photo before a second"
    again = unexplained.clustered(*two_kinds())
    assert again.cell.tolist() == found.cell.tolist(), "the same each time"
    kept = Unexplained.from_arrays(found.to_arrays())
    assert kept.cluster.tolist() == found.cluster.tolist() and kept.cells == 300


def test_where_nothing_is_active_there_is_one_cluster_of_its_own() -> None:
    worst = WorstCells(1000)
    worst.add(1, np.full(100, 0.9, np.float32))
    found = worst.found()
    silent = from_dense(np.zeros((100, 4), np.float32))
    described = unexplained.describe(silent, (10, 10), found.cell, unexplained.signs(4))
    assert not described.any()
    one = unexplained.clustered(found, described, [np.zeros(0, int)] * len(found.cell))
    assert one.clusters == 1 and one.beside.tolist() == [[-1, -1, -1]]


def test_what_is_around_a_cell_tells_too() -> None:
    dense = np.zeros((9, 4), np.float32)
    dense[:3, 1] = 1  # above the cell in the middle
    codes = from_dense(dense)
    signs = unexplained.signs(4)
    middle = unexplained.describe(codes, (3, 3), np.array([4]), signs)[0]
    above = unexplained.describe(codes, (3, 3), np.array([1]), signs)[0]
    assert float(middle @ above) == pytest.approx(1)
    below = unexplained.describe(codes, (3, 3), np.array([7]), signs)[0]
    assert not below.any()


def test_no_photo_gives_nothing() -> None:
    found = WorstCells(0).found()
    assert (found.cells, found.share, found.clusters) == (0, 0.0, 0)
    assert unexplained.clustered(found, np.zeros((0, 4), np.float32), []) is found


def test_k_means_finds_heaps_and_does_not_ask_for_more_than_there_are() -> None:
    rng = np.random.default_rng(0)
    heaps = np.repeat(np.eye(4, dtype=np.float32) * 9, 25, axis=0)
    vectors = heaps + rng.normal(0, 0.1, heaps.shape).astype(np.float32)
    of, centres = unexplained.k_means(vectors, 4, 1)
    assert [len(set(of[start : start + 25])) for start in range(0, 100, 25)] == [1, 1, 1, 1]
    assert len(set(of)) == 4
    np.testing.assert_allclose(np.sort(centres.max(1)), [9, 9, 9, 9], atol=0.1)
    same, one = unexplained.k_means(np.ones((5, 3), np.float32), 3, 1)
    assert set(same) == {0} and len(one) == 1


def test_codes_of_photos_of_any_grid_can_be_described() -> None:
    codes = from_dense(np.eye(6, dtype=np.float32))
    described = unexplained.describe(codes, (2, 3), np.arange(6), unexplained.signs(6))
    np.testing.assert_allclose(np.linalg.norm(described, axis=1), 1, rtol=1e-5)
