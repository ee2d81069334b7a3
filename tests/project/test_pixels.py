"""One way from a file to pixels: on photos of 12 megapixels, whoever looks is given the same.

The judge is a plain decoding at full size, cropped and resized once, bicubic and antialiased.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from insight_app.concepts import hsae
from insight_app.concepts.encoders import pictures
from insight_app.concepts.geometry import centre_square, whole_photo
from insight_app.concepts.progress import silent
from insight_app.project.analysis.coding.pixels import FINER, read_pixels
from insight_app.project.analysis.coding.single_image import code_image
from insight_app.project.analysis.run import analyze
from insight_app.project.photos.decoding import FIRST_RULE, NEWEST_RULE, decode
from insight_app.project.quality import sample
from insight_app.project.results.snapshot import Results
from tests import tiny

WIDTH, HEIGHT = 4031, 3023
"""12 megapixels, and no multiple of what a JPEG is reduced by."""
MOST, MEAN = 16, 1.2
"""How far a JPEG may be from the judge, of 255: at most, and on the mean over a photo. Measured on
noise and edges (worse than photographs) for 224, 448 and 896 pixels: 13 and 0.9."""


class Watching:
    """TinyEncoder's tokens, from any size; remembers every picture it is given."""

    name = "watching"
    token_dim = tiny.D
    fingerprint = "watching-1"
    options: ClassVar[Mapping[str, str]] = {}
    device = torch.device("cpu")

    def __init__(self, input_size: int = 448) -> None:
        self.input_size = input_size
        self.grid = (14, 14)
        self.given: list[NDArray[np.float32]] = []
        self._tiny = tiny.TinyEncoder()

    def preprocess(self, image: Image.Image) -> torch.Tensor:
        return pictures.centre(image, self.input_size)

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        self.given.extend(photo.numpy().copy() for photo in pixels)
        cells = (pixels.shape[2] * 14 // self.input_size, pixels.shape[3] * 14 // self.input_size)
        size = (cells[0] * tiny.CELL, cells[1] * tiny.CELL)
        return self._tiny.encode(torch.nn.functional.interpolate(pixels, size, mode="area"))

    def encode_text(self, texts: list[str]) -> torch.Tensor:
        return self._tiny.encode_text(texts)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same detailed picture as people may have it."""
    folder = tmp_path_factory.mktemp("large") / "photos"
    folder.mkdir()
    picture = drawn(WIDTH, HEIGHT)
    picture.save(folder / "plain.jpg", quality=90)
    preview = [picture.resize((640, 480))]
    picture.save(folder / "several.jpg", "MPO", quality=92, save_all=True, append_images=preview)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    turned.save(folder / "turned.jpg", quality=95, subsampling=0, exif=exif)
    deep = np.asarray(picture.convert("L")).astype(np.uint16) * 14 + 300
    Image.fromarray(deep).save(folder / "deep.png", compress_level=1)
    return folder


def drawn(width: int, height: int) -> Image.Image:
    """Shapes with sharp edges, lines, and noise over all."""
    rng = np.random.default_rng(width)
    picture = Image.new("RGB", (width, height), (120, 130, 110))
    draw = ImageDraw.Draw(picture)
    for _ in range(300):
        x, y, to_x, to_y = (int(n) for n in rng.integers(0, width, 4))
        side, colour = int(rng.integers(10, width // 10)), tuple(rng.integers(0, 256, 3).tolist())
        (draw.rectangle if side % 2 else draw.ellipse)((x, y, x + side, y + side), fill=colour)
        draw.line((x, y, to_x, to_y), fill=colour, width=1 + side % 7)
    noise = rng.normal(0, 40, (height, width, 3)).astype(np.float32)
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


def judge(path: Path, rect: tuple[int, int, int, int], size: tuple[int, int]) -> NDArray[np.int64]:
    """(h, w, 3) 0 to 255: that part of the photo from a decoding at full size."""
    if path.suffix == ".png":
        whole = decode(path.read_bytes(), path).image
    else:
        with Image.open(path) as opened:
            whole = ImageOps.exif_transpose(opened).convert("RGB")
    x, y, w, h = rect
    part = whole.crop((x, y, x + w, y + h)).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(part).astype(np.int64)


def as_bytes(pixels: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.rint(np.asarray(pixels).transpose(1, 2, 0) * 255).astype(np.int64)


def test_training_analysis_looks_and_quality_are_given_the_same_pixels(
    photos: Path, tmp_path: Path
) -> None:
    project, encoder = tmp_path / "P.insight", Watching()

    def given_for() -> set[bytes]:
        seen = {pixels.tobytes() for pixels in encoder.given}
        encoder.given.clear()
        return seen

    assert analyze(project, [photos], encoder=encoder, dictionary="train", concepts=125, k=4).coded
    trained_and_coded = given_for()
    results = Results.open(project)
    assert results is not None and results.coded_images == 4
    dictionary = hsae.load(project / "dictionary")
    sample.read(results, encoder, dictionary, sample.chosen(results, 4), silent)
    measured = given_for()
    for image in results.image_ids().tolist():
        record = results.image(image)
        found = code_image(record.path, encoder, dictionary, results.reading_rule)
        codes = results.codes(image)
        assert found.geometry == record.geometry
        assert np.array_equal(found.codes.indices, codes.indices)
        assert np.array_equal(found.codes.values, codes.values)
    looked_at = given_for()
    assert measured == looked_at and len(measured) == 4
    assert measured < trained_and_coded, "training sees what analysis does, and crops beside it"
    assert len(trained_and_coded) == 4 + 3 * 3, "three crops of all but the photo held back"


@pytest.mark.parametrize("side", [224, 448, 896])
def test_pixels_are_those_of_a_full_decoding_resized_once(photos: Path, side: int) -> None:
    for path in sorted(photos.iterdir()):
        seen = read_pixels(path.read_bytes(), path, Watching(side), NEWEST_RULE)
        assert seen.geometry == centre_square(WIDTH, HEIGHT, 14, 14), path.name
        apart = np.abs(
            as_bytes(seen.pixels.numpy()) - judge(path, seen.geometry.crop, (side, side))
        )
        if path.suffix == ".png":
            assert apart.max() == 0, path.name
        assert apart.max() <= MOST and apart.mean() <= MEAN, (path.name, apart.max(), apart.mean())


def test_a_finer_look_is_the_same_reading_at_twice_the_size(photos: Path) -> None:
    encoder = Watching(448)
    for path in sorted(photos.iterdir()):
        seen = read_pixels(path.read_bytes(), path, encoder, NEWEST_RULE, finer=True)
        assert seen.geometry == whole_photo(WIDTH, HEIGHT, FINER * 448, 32)
        size = (seen.geometry.cols * 32, seen.geometry.rows * 32)
        assert seen.pixels.shape == (3, *size[::-1])
        apart = np.abs(as_bytes(seen.pixels.numpy()) - judge(path, seen.geometry.crop, size))
        assert apart.max() <= MOST and apart.mean() <= MEAN, (path.name, apart.max(), apart.mean())
    square = photos.parent / "square.jpg"
    drawn(2401, 2401).save(square, quality=90)
    finer = read_pixels(square.read_bytes(), square, encoder, NEWEST_RULE, finer=True)
    larger = read_pixels(square.read_bytes(), square, Watching(FINER * 448), NEWEST_RULE)
    assert torch.equal(finer.pixels, larger.pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_reduced_photo_lies_where_the_geometry_says_however_it_is_turned(
    tmp_path: Path, orientation: int
) -> None:
    """Both sides are a pixel more than a multiple of eight: of the reduced picture's last pixel
    seven eighths are no photo, and they come first where the photo was turned.
    """
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.jpg"
    spots = np.random.default_rng(5).integers(0, 255, (27, 41, 3), np.uint8)
    spotted = Image.fromarray(spots).resize((1209, 809), Image.Resampling.BILINEAR)
    spotted.save(path, quality=97, subsampling=0, exif=exif)
    small = decode(path.read_bytes(), path, short_side=100)
    assert small.reduced == 8
    upright = decode(path.read_bytes(), path)
    assert (small.width, small.height) == upright.image.size
    rights, bottoms = small.width, small.height
    for rect in ((0, 0, 400, 400), (rights - 400, bottoms - 400, 400, 400), (101, 203, 333, 333)):
        found = np.asarray(small.part(rect, (25, 25))).astype(float)
        wanted = np.asarray(upright.part(rect, (25, 25))).astype(float)
        assert np.abs(found - wanted).mean() < 1.5  # beside by that part of a pixel: 12 and more


def test_the_first_rule_is_what_every_analysis_did_before_there_were_rules(photos: Path) -> None:
    encoder = Watching(448)
    for path in sorted(photos.iterdir()):
        with Image.open(path) as opened:
            if opened.format == "JPEG":
                factor = 2 * 448 / min(opened.size)
                opened.draft(None, (round(WIDTH * factor) + 1, round(HEIGHT * factor) + 1))
            upright = ImageOps.exif_transpose(opened)
            if path.suffix == ".png":
                upright = decode(path.read_bytes(), path).image
            before = encoder.preprocess(upright.convert("RGB"))
        seen = read_pixels(path.read_bytes(), path, encoder, FIRST_RULE)
        assert torch.equal(seen.pixels, before), path.name
        assert seen.geometry == centre_square(WIDTH, HEIGHT, 14, 14)
