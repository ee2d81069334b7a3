"""The encoder of a project: checked before anything is made, found again, and short of memory."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from insight_app.concepts import encoders, hsae
from insight_app.concepts.codes import Codes
from insight_app.concepts.encoders.models import library
from insight_app.errors import KnownError
from insight_app.project.analysis import encoder as encoder_of
from insight_app.project.analysis.coding import single_image
from insight_app.project.analysis.run import analyze
from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.results.snapshot import Results
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
    monkeypatch.setattr("insight_app.project.analysis.coding.batches.BATCH", {"cpu": 8})
    analyze(tmp_path / "A.insight", [photos], encoder=tiny.TinyEncoder(), dictionary=dictionary)
    small, told = Small(most=2), list[str]()
    options: dict[str, Any] = {"dictionary": dictionary, "notice": told.append}
    done = analyze(tmp_path / "B.insight", [photos], encoder=small, **options)
    assert done.coded == 12 and small.sizes == [8, 4, 2, 2, 2, 2, 2, 2]
    assert len(told) == 1 and "8 photos" in told[0] and "memory" in told[0]
    assert content(tmp_path / "A.insight") == content(tmp_path / "B.insight")


def test_a_device_without_room_for_one_photo_is_one_clear_error(
    photos: Path, dictionary: Path, tmp_path: Path
) -> None:
    project = tmp_path / "P.insight"
    with pytest.raises(KnownError, match="even one photo"):
        analyze(project, [photos], encoder=Small(most=0), dictionary=dictionary)
    assert analyze(project, dictionary=dictionary, encoder="tiny").coded == 12


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
            analyze(tmp_path / "P.insight", folders, encoder="tiny", dictionary=tmp_path / "other")
    assert not (tmp_path / "P.insight").exists()


def test_nothing_is_made_where_the_encoder_cannot_be_had(
    photos: Path, dictionary: Path, tmp_path: Path
) -> None:
    def refuse(name: str, **options: Any) -> tiny.TinyEncoder:
        raise KnownError("The weights are cut off.")

    for chosen in (dictionary, "train"):
        with pytest.raises(KnownError, match="cut off"):
            analyze(
                tmp_path / "P.insight", [photos], encoder="tiny", dictionary=chosen, load=refuse
            )
    assert not (tmp_path / "P.insight").exists()


@pytest.mark.parametrize(
    ("concepts", "k", "told"),
    [(64, None, "64 concepts cannot be split"), (128, 500, "Of 128 concepts, 500 cannot")],
)
def test_nothing_is_made_where_a_dictionary_cannot_be_trained(
    concepts: int, k: int | None, told: str, photos: Path, tmp_path: Path
) -> None:
    sizes: dict[str, Any] = {"concepts": concepts, "k": k}
    with pytest.raises(KnownError, match=told):
        analyze(tmp_path / "P.insight", [photos], encoder="tiny", dictionary="train", **sizes)
    assert not (tmp_path / "P.insight").exists()


def test_nothing_is_made_of_a_folder_that_is_not_there(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="no such folder"):
        analyze(tmp_path / "P.insight", [photos, tmp_path / "gone"])
    assert not (tmp_path / "P.insight").exists()


def test_a_dictionary_that_lights_up_everywhere_is_refused(photos: Path, tmp_path: Path) -> None:
    rows = torch.randn(1024, tiny.D, generator=torch.Generator().manual_seed(0))
    weights = hsae.model.HSAE(
        rows.T.contiguous(), torch.zeros(1024), rows, torch.zeros(tiny.D), 2, -1.0, (1024,)
    )
    hsae.save(weights, tmp_path / "all")
    with pytest.raises(KnownError, match="does not suit this encoder: 5"):
        analyze(tmp_path / "P.insight", [photos], encoder="tiny", dictionary=tmp_path / "all")
    results = Results.open(tmp_path / "P.insight")
    assert results is not None and results.run_state == "failed"
    assert (results.image_count, results.coded_images) == (12, 0)


@pytest.fixture
def with_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """How to analyze with an encoder that has weights, `weights` in the library's folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    files = (encoders.WeightsFile("weights", "clip", "Weights"),)
    info = encoders.EncoderInfo("tiny", "Tiny", "", token_dim=tiny.D, files=files)
    monkeypatch.setitem(encoders.REGISTRY, "tiny", ("tests.tiny", info))
    weights = tmp_path / "weights.pt"
    weights.write_text("tiny-1")
    options = {"model": "small", "weights": str(weights)}
    return {"encoder": "tiny", "encoder_options": options}


def in_library(tag: str, content: str) -> Path:
    """An entry of the library, written by hand."""
    place = library.folder() / f"small--{tag}"
    place.mkdir(parents=True)
    (place / "weights.pt").write_text(content)
    entry = library.LibraryEntry(
        f"small/{tag}", "clip", "small", tag, "weights.pt", "", 6, "", f"2026-01-0{len(tag)}"
    )
    record = {"version": library.VERSION} | asdict(entry)
    (place / library.RECORD).write_text(json.dumps(record))
    return place / "weights.pt"


def weights_of(project: Path) -> str:
    return encoder_of.of_project(project).options["weights"]


def test_a_project_finds_its_encoder_again_with_its_options(
    photos: Path, dictionary: Path, tmp_path: Path, with_weights: dict[str, Any]
) -> None:
    project, weights = tmp_path / "P.insight", Path(with_weights["encoder_options"]["weights"])
    analyze(project, [photos], dictionary=dictionary, **with_weights)
    draw(photos, 14, seed=1)
    assert analyze(project).coded == 14
    draw(photos, 16, seed=2)
    told = with_weights | {"encoder_options": {"model": "small"}}
    assert analyze(project, **told).coded == 16, "the weights need not be said again"
    assert weights_of(project) == str(weights)
    with pytest.raises(KnownError, match="another encoder"):
        analyze(project, encoder="builtin")


def test_other_weights_are_refused_and_forgotten(
    photos: Path, dictionary: Path, tmp_path: Path, with_weights: dict[str, Any]
) -> None:
    project, other = tmp_path / "P.insight", tmp_path / "other.pt"
    other.write_text("tiny-2")
    analyze(project, [photos], dictionary=dictionary, **with_weights)
    kept = weights_of(project)
    wrong = with_weights | {"encoder_options": {"model": "small", "weights": str(other)}}
    analyze(project, **wrong)  # nothing to do, so nothing was tried
    assert weights_of(project) == kept
    draw(photos, 14, seed=1)
    with pytest.raises(KnownError, match=r"other weights than these: .*other\.pt"):
        analyze(project, **wrong)
    assert weights_of(project) == kept
    assert analyze(project).coded == 14


def test_weights_that_are_gone_are_looked_for_in_all_of_the_library(
    photos: Path, dictionary: Path, tmp_path: Path, with_weights: dict[str, Any]
) -> None:
    project, weights = tmp_path / "P.insight", Path(with_weights["encoder_options"]["weights"])
    analyze(project, [photos], dictionary=dictionary, **with_weights)
    weights.unlink()
    draw(photos, 14, seed=1)
    with pytest.raises(
        KnownError, match=r"no longer there \(.*weights\.pt\).*no weights for small"
    ):
        analyze(project)
    in_library("newest", "tiny-2")
    with pytest.raises(KnownError, match="other weights than these"):
        analyze(project)
    right = in_library("old", "tiny-1")
    assert analyze(project).coded == 14
    assert weights_of(project) == str(right)


def test_a_project_without_photos_holds_the_dictionary_and_takes_photos_later(
    photos: Path, dictionary: Path, tmp_path: Path
) -> None:
    project = tmp_path / "P.insight"
    analyze(project, encoder="tiny", dictionary=dictionary)
    results = Results.open(project)
    assert results is not None
    assert (results.F, results.coded_images, results.image_count) == (64, 0, 0)
    assert analyze(project, [photos]).coded == 12


def test_a_finer_look_covers_the_whole_photo_with_whole_cells(
    dictionary: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    path = tmp_path / "wide.png"
    Image.fromarray(rng.integers(0, 255, (90, 201, 3), np.uint8)).save(path)
    encoder, weights = tiny.TinyEncoder(), hsae.load(dictionary)
    seen = single_image.code_image(path, encoder, weights, NEWEST_RULE, finer=True)
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
