"""Mean tokens: kept beside the codes, and made again for photos of an older Insight."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from insight_app.concepts.progress import Cancelled, CancelToken
from insight_app.errors import Refusal
from insight_app.project.analysis.coding.pixels import read_pixels
from insight_app.project.analysis.run import analyze
from insight_app.project.explaining import pooled
from insight_app.project.folder import EXPLAIN
from insight_app.project.photos.photo_file import read_bytes
from insight_app.project.results.snapshot import Results
from tests import older_records, tiny
from tests.project.test_analysis import draw, results_of


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pooled")
    project, dictionary = folder / "P.insight", tiny.write_dictionary(folder / "tiny")
    analyze(
        project, [draw(folder / "photos", 9)], encoder=tiny.TinyEncoder(), dictionary=dictionary
    )
    return project


@pytest.fixture
def older(newer: Path, tmp_path: Path) -> Path:
    """The same with records of an Insight that kept no mean token."""
    project = Path(shutil.copytree(newer, tmp_path / "P.insight"))
    older_records.with_records_of_before(project)
    return project


class Counting(tiny.TinyEncoder):
    """Counts the photos that it encodes."""

    photos = 0

    def encode(self, pixels):  # type: ignore[no-untyped-def]
        self.photos += len(pixels)
        return super().encode(pixels)


def not_asked() -> tiny.TinyEncoder:
    raise AssertionError("nothing is to be encoded")


def by_hand(results: Results, images: list[int]) -> np.ndarray:
    encoder = tiny.TinyEncoder()
    means = []
    for image in images:
        path = results.image(image).path
        pixels = read_pixels(read_bytes(path), path, encoder, results.reading_rule).pixels
        means.append(encoder.encode(pixels[None]).numpy()[0].mean((0, 1)))
    return np.array(means)


def test_analyzing_keeps_the_mean_token_of_each_photo(newer: Path) -> None:
    with results_of(newer) as results:
        images = results.image_ids(status="coded").tolist()
        asked = np.array(images[::-1] + images[:1])
        found = pooled.read(results, asked, not_asked)
        assert found.is_known.all() and found.tokens.dtype == np.float32
        expected = by_hand(results, asked.tolist())
        assert np.abs(expected).max() > 0.1
        assert np.allclose(found.tokens, expected, rtol=1e-3, atol=1e-5)
        again = pooled.read(results, asked)  # from what was kept
        assert np.array_equal(again.tokens, found.tokens)
        with pytest.raises(Refusal):
            pooled.read(results, np.array([999]))


def test_photos_of_an_older_insight_are_encoded_again_once(newer: Path, older: Path) -> None:
    with results_of(newer) as results:
        images = results.image_ids(status="coded")
        expected = pooled.read(results, images).tokens
    with results_of(older) as results:
        unknown = pooled.read(results, images)
        assert not unknown.is_known.any() and np.isnan(unknown.tokens).all()
        encoder = Counting()
        told: list[tuple[int, int, str]] = []
        found = pooled.read(
            results, images, lambda: encoder, progress=lambda *one: told.append(one)
        )
        assert np.array_equal(found.tokens, expected) and found.is_known.all()
        assert encoder.photos == len(images)
        assert (len(images), len(images), pooled.ENCODING) in told
        assert np.array_equal(pooled.read(results, images, not_asked).tokens, expected)


def test_who_is_stopped_goes_on_where_that_was(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooled, "_EACH", 2)
    token, encoder = CancelToken(), Counting()

    def stop(done: int, total: int, message: str) -> None:
        if message == pooled.ENCODING and done >= 4:
            token.cancel()

    with results_of(older) as results:
        images = results.image_ids(status="coded")
        with pytest.raises(Cancelled):
            pooled.read(results, images, lambda: encoder, progress=stop, cancel=token)
        assert encoder.photos >= 4
        kept = int(pooled.read(results, images).is_known.sum())
        assert 2 <= kept < len(images)
        encoder = Counting()
        assert pooled.read(results, images, lambda: encoder).is_known.all()
        assert encoder.photos == len(images) - kept


def gone(path: Path) -> None:
    path.rename(path.with_suffix(".gone"))


def other(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


@pytest.mark.parametrize("change", [gone, other])
def test_a_photo_that_is_not_what_was_analyzed_has_no_mean_token(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    project, dictionary = tmp_path / "P.insight", tiny.write_dictionary(tmp_path / "tiny")
    photos = draw(tmp_path / "photos", 3)
    analyze(project, [photos], encoder=tiny.TinyEncoder(), dictionary=dictionary)
    older_records.with_records_of_before(project)
    with results_of(project) as results:
        images = results.image_ids(status="coded")
        change(results.image(int(images[1])).path)
        found = pooled.read(results, images, tiny.TinyEncoder)
    assert found.is_known.tolist() == [True, False, True]
    assert np.isnan(found.tokens[1]).all() and np.isfinite(found.tokens[[0, 2]]).all()


def test_what_was_kept_and_is_damaged_is_made_again(newer: Path) -> None:
    with results_of(newer) as results:
        images = results.image_ids(status="coded")
        expected = pooled.read(results, images).tokens
        [path] = (newer / EXPLAIN).glob("pooled-*.npz")
        arrays = dict(np.load(path))
        for change in (
            {"pooled": arrays["pooled"][:, :3] + 1},
            {"pooled": arrays["pooled"].astype(np.float32) + 1},
            {"pooled": np.full_like(arrays["pooled"], np.nan)},
            {"offset": arrays["offset"][:2]},
            {"more": np.zeros(1)},
        ):
            np.savez(path, **arrays | change)
            assert np.array_equal(pooled.read(results, images).tokens, expected)
