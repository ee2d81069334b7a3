"""The encoder of a project: checked before anything is made, found again, and short of memory."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from insight_app.concepts import encoders, hsae
from insight_app.concepts.codes import Codes
from insight_app.errors import KnownError
from insight_app.project.analysis import encoder as encoder_of
from insight_app.project.analysis import looking
from insight_app.project.analysis.run import analyse
from insight_app.project.results import Results
from tests import tiny
from tests.project.test_analysis import content, draw


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    info = encoders.EncoderInfo("tiny", "Tiny", "", token_dim=tiny.D)
    monkeypatch.setitem(encoders.REGISTRY, "tiny", ("tests.tiny", info))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return draw(tmp_path / "photos", 12)


@pytest.fixture
def dictionary(tmp_path: Path) -> Path:
    return tiny.write_dictionary(tmp_path / "tiny")


class Small(tiny.TinyEncoder):
    """Holds only so many photos at once."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.sizes: list[int] = []

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        self.sizes.append(len(pixels))
        if len(pixels) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return super().encode(pixels)


def test_out_of_memory_halves_the_batch_says_so_once_and_changes_nothing(
    photos: Path, dictionary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insight_app.project.analysis.coding.BATCH", {"cpu": 8})
    analyse(tmp_path / "A.insight", [photos], encoder=tiny.TinyEncoder(), dictionary=dictionary)
    small, told = Small(most=2), list[str]()
    options: dict[str, Any] = {"dictionary": dictionary, "notice": told.append}
    done = analyse(tmp_path / "B.insight", [photos], encoder=small, **options)
    assert done.coded == 12 and small.sizes == [8, 4, 2, 2, 2, 2, 2, 2]
    assert len(told) == 1 and "8 photos" in told[0] and "memory" in told[0]
    assert content(tmp_path / "A.insight") == content(tmp_path / "B.insight")


def test_a_device_without_room_for_one_photo_is_one_clear_error(
    photos: Path, dictionary: Path, tmp_path: Path
) -> None:
    project = tmp_path / "P.insight"
    with pytest.raises(KnownError, match="even one photo"):
        analyse(project, [photos], encoder=Small(most=0), dictionary=dictionary)
    assert analyse(project, dictionary=dictionary, encoder="tiny").coded == 12


def test_nothing_is_made_of_a_dictionary_that_does_not_read_the_encoder(
    photos: Path, tmp_path: Path
) -> None:
    generator = torch.Generator().manual_seed(0)
    other = torch.randn(8, tiny.D + 1, generator=generator)
    weights = hsae.model.HSAE(
        other.T.contiguous(), torch.zeros(8), other, torch.zeros(tiny.D + 1), 2, 0.5, (8,)
    )
    hsae.save(weights, tmp_path / "other")
    for folders in ([photos], []):
        with pytest.raises(KnownError, match=r"17 numbers.* 16"):
            analyse(tmp_path / "P.insight", folders, encoder="tiny", dictionary=tmp_path / "other")
    assert not (tmp_path / "P.insight").exists()


def test_nothing_is_made_where_the_encoder_cannot_be_had(
    photos: Path, dictionary: Path, tmp_path: Path
) -> None:
    def refuse(name: str, **options: Any) -> tiny.TinyEncoder:
        raise KnownError("The weights are cut off.")

    for chosen in (dictionary, "train"):
        with pytest.raises(KnownError, match="cut off"):
            analyse(
                tmp_path / "P.insight", [photos], encoder="tiny", dictionary=chosen, load=refuse
            )
    assert not (tmp_path / "P.insight").exists()


def test_nothing_is_made_where_a_dictionary_cannot_be_trained(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="64 concepts"):
        analyse(tmp_path / "P.insight", [photos], encoder="tiny", dictionary="train", concepts=64)
    assert not (tmp_path / "P.insight").exists()


def test_a_dictionary_that_lights_up_everywhere_is_refused(photos: Path, tmp_path: Path) -> None:
    rows = torch.randn(1024, tiny.D, generator=torch.Generator().manual_seed(0))
    weights = hsae.model.HSAE(
        rows.T.contiguous(), torch.zeros(1024), rows, torch.zeros(tiny.D), 2, -1.0, (1024,)
    )
    hsae.save(weights, tmp_path / "all")
    with pytest.raises(KnownError, match="does not suit this encoder: 5"):
        analyse(tmp_path / "P.insight", [photos], encoder="tiny", dictionary=tmp_path / "all")
    results = Results.open(tmp_path / "P.insight")
    assert results is not None and results.run_state == "failed"
    assert (results.image_count, results.coded_images) == (12, 0)


def test_a_project_finds_its_encoder_again_with_its_options(
    photos: Path, dictionary: Path, tmp_path: Path
) -> None:
    weights, project = tmp_path / "weights.pt", tmp_path / "P.insight"
    weights.write_bytes(b"here")
    asked: list[dict[str, Any]] = []

    class WithOptions(tiny.TinyEncoder):
        def __init__(self, fingerprint: str = "tiny-1", **options: str) -> None:
            super().__init__()
            self.options, self.fingerprint = options, fingerprint  # type: ignore[misc]

    def load(name: str, *, device: str, **options: str) -> WithOptions:
        asked.append(options)
        return WithOptions(**options)

    given = {"model": "small", "weights": str(weights)}
    told: dict[str, Any] = {"encoder": "tiny", "encoder_options": given, "load": load}
    analyse(project, [photos], dictionary=dictionary, **told)
    assert asked == [given]

    draw(photos, 20, seed=1)
    weights.unlink()
    analyse(project, load=load)
    assert asked[1] == {"model": "small"}, "weights that are gone are looked for elsewhere"

    draw(photos, 22, seed=2)
    with pytest.raises(KnownError, match="another encoder"):
        analyse(project, load=lambda name, **options: WithOptions("tiny-2"))
    with pytest.raises(KnownError, match="another encoder"):
        analyse(project, encoder="builtin")
    assert encoder_of.of_project(project).fingerprint == "tiny-1"


def test_a_project_without_photos_holds_the_dictionary_and_takes_photos_later(
    photos: Path, dictionary: Path, tmp_path: Path
) -> None:
    project = tmp_path / "P.insight"
    analyse(project, encoder="tiny", dictionary=dictionary)
    results = Results.open(project)
    assert results is not None
    assert (results.F, results.coded_images, results.image_count) == (64, 0, 0)
    assert analyse(project, [photos]).coded == 12


def test_a_finer_look_covers_the_whole_photo_with_whole_cells(
    dictionary: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    path = tmp_path / "wide.png"
    Image.fromarray(rng.integers(0, 255, (90, 201, 3), np.uint8)).save(path)
    encoder, weights = tiny.TinyEncoder(), hsae.load(dictionary)
    seen = looking.finer(path, encoder, weights)
    assert (seen.geometry.rows, seen.geometry.cols, seen.short_side) == (14, 31, 56)
    assert seen.geometry.crop == (0, 0, 201, 90)

    stretched = Image.open(path).resize((31 * 4, 14 * 4), Image.Resampling.BICUBIC)
    pixels = np.asarray(stretched, np.float32) / 255
    for row, col in ((0, 0), (13, 30), (5, 7)):
        cell = pixels[row * 4 : row * 4 + 4, col * 4 : col * 4 + 4].transpose(2, 0, 1) - 0.5
        token = torch.from_numpy(cell.reshape(1, -1)) @ encoder._projection
        expected: Codes = weights.encode(token).half()
        found = seen.codes[row * 31 + col : row * 31 + col + 1]
        assert np.array_equal(found.indices, expected.indices)
        assert np.allclose(found.values, expected.values, rtol=1e-3)
