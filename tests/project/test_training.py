"""What a dictionary of one's own learns from: views of photos, and photos held back."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from insight_app.concepts.hsae import views_for
from insight_app.concepts.hsae.proposal import FEW_PHOTOS, propose
from insight_app.project.analysis import training
from insight_app.project.analysis.coding import views
from insight_app.project.analysis.coding.pixels import read_pixels
from insight_app.project.photos.decoding import FIRST_RULE, NEWEST_RULE
from tests import tiny


def columns(path: Path, width: int = 640, height: int = 400) -> bytes:
    """Write a photo whose red says where a column is, and whose green where a row is."""
    x, y = np.meshgrid(np.arange(width) * 255 / width, np.arange(height) * 255 / height)
    Image.fromarray(np.dstack([x, y, 0 * x]).astype(np.uint8)).save(path)
    return path.read_bytes()


@pytest.mark.parametrize("rule", [FIRST_RULE, NEWEST_RULE])
def test_the_first_view_is_what_analysis_sees_and_the_others_are_crops(
    tmp_path: Path, rule: int
) -> None:
    path, encoder = tmp_path / "a.png", tiny.TinyEncoder()
    data = columns(path)
    first, *crops = views.read_views(data, path, encoder, rule, 3, 4)
    assert torch.equal(first, read_pixels(data, path, encoder, rule).pixels)
    again = views.read_views(data, path, encoder, rule, 3, 4)
    assert all(map(torch.equal, [first, *crops], again)), "the same seed draws the same"
    other = views.read_views(data, path, encoder, rule, 4, 4)
    assert not any(torch.equal(a, b) for a, b in zip(crops, other[1:], strict=True))
    rises = [float(crop[0, :, -1].mean() - crop[0, :, 0].mean()) for crop in crops]
    assert [rise > 0 for rise in rises] == [False, True, False], "every other one is mirrored"
    for crop in crops:
        shown = float((crop[1, -1] - crop[1, 0]).mean())
        assert 0.45 < shown < 1, "between half of the short side and all of it"
        assert abs(rises[0]) > 0


def test_photos_held_back_are_never_learned_from() -> None:
    ids = np.arange(10, 910)
    found = training.split(ids, seed=4)
    assert sorted([*found.taught, *found.held_back]) == ids.tolist()
    assert found.held_back.size == 90
    again = training.split(ids, seed=4)
    assert np.array_equal(found.held_back, again.held_back)
    sizes = {n: training.split(np.arange(n), 0).held_back.size for n in (0, 1, 2, 9, 60, 5000)}
    assert sizes == {0: 0, 1: 0, 2: 0, 9: 3, 60: 10, 5000: 100}


def test_what_is_proposed_follows_the_photos_and_says_why() -> None:
    sizes = [propose(photos).concepts for photos in (20, 600, 5_000, 40_000, 10**6)]
    assert sizes == sorted(set(sizes)), "more photos, more concepts"
    assert "600 photos" in propose(600).reason
    assert propose(FEW_PHOTOS).warning == "" != propose(FEW_PHOTOS - 1).warning
    assert [views_for(photos, 196) for photos in (10, 600, 1_300, 100_000)] == [4, 4, 2, 1]
