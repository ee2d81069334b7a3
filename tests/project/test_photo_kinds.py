"""HEIC, camera raw, DICOM and what Pillow reads: each as a viewer of its own would show it."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from insight_app.errors import Refusal
from insight_app.project.photos import formats
from tests.project.photo_files import apart, dicom, dng, drawn, png, read, saved

HEIC = Path(__file__).with_name("small.heic")
"""64 x 48, red above blue, made for this test."""
GREY = np.asarray(Image.fromarray(drawn()).convert("L"))
AS_GREY = np.repeat(GREY[..., None], 3, -1)


@pytest.mark.parametrize("name", ["photo.heic", "photo.jpg"])
def test_heic_is_read_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(HEIC.read_bytes())
    pixels = np.asarray(read(path).image).astype(int)
    assert pixels.shape == (48, 64, 3)
    assert np.abs(pixels[:20] - (220, 20, 20)).max() < 12
    assert np.abs(pixels[28:] - (20, 20, 220)).max() < 12


@pytest.mark.parametrize("orientation", [1, 6])
def test_camera_raw_is_developed_and_turned(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "photo.tif"
    dng(path, drawn(), orientation)
    wanted = drawn() if orientation == 1 else np.rot90(drawn(), -1)
    shown, half = read(path), read(path, short_side=20)
    assert np.abs(np.asarray(shown.image).astype(int) - wanted).mean() < 16
    assert (half.width, half.height, half.reduced) == (*wanted.shape[1::-1], 2)
    # within the red rectangle, where nothing is interpolated with another colour
    left, top, right, bottom = half.box((25, 18, 10, 8) if orientation == 1 else (35, 25, 5, 10))
    red = np.asarray(half.image)[int(top) : int(bottom), int(left) : int(right)].mean((0, 1))
    assert red[0] > 190 and red[1:].max() < 90


HOUNSFIELD = np.linspace(-1000, 2000, 80).round().astype(np.int16)[None].repeat(60, 0)
CT = {
    "RescaleSlope": 1,
    "RescaleIntercept": -1024,
    "WindowCenter": [40, 9],
    "WindowWidth": [400, 9],
}


def windowed(centre: float, width: float) -> np.ndarray:
    """PS3.3 C.11.2.1.2.1, (60, 80, 3)."""
    shown = np.clip((HOUNSFIELD - (centre - 0.5)) / (width - 1) + 0.5, 0, 1) * 255
    return np.repeat(shown[..., None], 3, -1)


def test_dicom_is_shown_by_rescale_window_and_meaning(tmp_path: Path) -> None:
    path = tmp_path / "IM0001"
    stored = HOUNSFIELD + 1024
    dicom(path, stored, "MONOCHROME2", **CT)
    shown = read(path)
    assert apart(shown, windowed(40, 400)) <= 1 and shown.window == (-160, 239)
    dicom(path, stored, "MONOCHROME1", **CT)
    assert apart(read(path), 255 - windowed(40, 400)) <= 1
    dicom(path, stored, "MONOCHROME2", **CT | {"VOILUTFunction": "LINEAR_EXACT"})
    assert read(path).window == (-160, 240)
    data = dicom(path, stored, "MONOCHROME2", **CT)
    data.compress(RLELossless)
    data.save_as(path, enforce_file_format=True)
    assert apart(read(path), windowed(40, 400)) <= 1
    dicom(path, GREY.astype(np.uint16) * 16, "MONOCHROME2")
    assert apart(read(path), AS_GREY) <= 6, "no window: as every deep grey"
    dicom(path, np.stack([GREY, 255 - GREY]), "MONOCHROME2", frames=2)
    assert apart(read(path), AS_GREY) == 0 and "2 pictures" in read(path).notes[0]
    assert apart(read(path, page=1), 255 - AS_GREY) == 0


def test_dicom_in_colour_plain_and_packed(tmp_path: Path) -> None:
    path, photo = tmp_path / "photo.dcm", Image.fromarray(drawn())
    dicom(path, drawn(), "RGB")
    assert apart(read(path), drawn()) == 0
    dicom(path, np.asarray(photo.convert("YCbCr")), "YBR_FULL")
    assert apart(read(path), drawn()) <= 3
    jpeg, wavelets = io.BytesIO(), io.BytesIO()
    photo.save(jpeg, "JPEG", quality=98, subsampling=0)
    dicom(path, drawn(), "YBR_FULL_422", syntax=JPEGBaseline8Bit, packed=jpeg.getvalue())
    assert apart(read(path), drawn()) <= 8
    photo.save(wavelets, "JPEG2000", no_jp2=True, irreversible=False, mct=1)
    dicom(path, drawn(), "YBR_RCT", syntax=JPEG2000Lossless, packed=wavelets.getvalue())
    assert apart(read(path), drawn()) <= 1


@pytest.mark.parametrize("format", ["JPEG2000", "PCX", "SGI", "QOI", "TGA", "BMP", "PPM"])
def test_what_pillow_reads_is_read_whatever_it_is_called(tmp_path: Path, format: str) -> None:
    name = "photo.tga" if format == "TGA" else "photo.jpg"
    assert apart(read(saved(drawn(), tmp_path / name, format)), drawn()) == 0


def test_what_is_another_kind_of_file_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"8BPS\0\1" + bytes(500))
    with pytest.raises(Refusal, match="Photoshop") as caught:
        read(path)
    assert caught.value.do == formats.of_suffix(".psd").help  # type: ignore[union-attr]
    path.write_bytes(b"Notes." * 99)
    with pytest.raises(Refusal, match="not an image"):
        read(path)
    path = tmp_path / "photo.cr2"
    path.write_bytes(b"II*\0\x10\0\0\0CR\2\0" + bytes(200))
    with pytest.raises(Refusal, match=r"camera raw .* not supported"):
        read(path)


def test_photos_that_are_decoded_apart_may_be_smaller_and_lie_where_they_say(
    tmp_path: Path,
) -> None:
    large = np.kron(drawn(), np.ones((9, 9, 1), np.uint8))[:-4, :-5]
    path = saved(large, tmp_path / "photo.jp2", "JPEG2000")
    small, whole = read(path, short_side=200), read(path)
    assert (small.reduced, small.width, small.height) == (2, 715, 536)
    rect = (300, 200, 333, 301)
    near = [np.asarray(shown.part(rect, (20, 20))).astype(float) for shown in (small, whole)]
    assert np.abs(near[0] - near[1]).mean() < 1.5
    deep = tmp_path / "deep.png"
    deep.write_bytes(png(large.astype(np.uint16) * 257, 2))
    assert read(deep, short_side=200).reduced == 2
