"""Colours as they are meant: deep, in planes, with further bands, by the profile that comes along.

The judges are the formulas themselves, not a library.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.photos.parts import FilePart, decode_part
from tests.project import photo_files
from tests.project.photo_files import PRO_PHOTO, SRGB, apart, drawn, read, saved

DEEP = drawn().astype(np.uint16) * 257
GREY = np.asarray(Image.fromarray(drawn()).convert("L"))
AS_GREY = np.repeat(GREY[..., None], 3, -1)


def tiff(values: np.ndarray, **how: object) -> Callable[[Path], None]:
    return lambda path: tifffile.imwrite(path, values, **how)


TWELVE = (drawn() * (4095 / 255)).round().astype(np.uint16)
RGB = {"photometric": "rgb"}
DEEP_FILES = {
    "planes of 16 bits": tiff(np.moveaxis(DEEP, -1, 0), planarconfig="separate", **RGB),
    "planes of 8 bits": tiff(np.moveaxis(drawn(), -1, 0), planarconfig="separate", **RGB),
    "16 bits": tiff(DEEP, **RGB),
    "12 bits in 16": tiff(TWELVE, **RGB),
    "tiles, deflated": tiff(DEEP, tile=(32, 32), compression="zlib", predictor=True, **RGB),
    "fractions": tiff((drawn() / 255).astype(np.float32), **RGB),
    "half fractions, big, the other way round": tiff(
        (drawn() / 255).astype(np.float16), bigtiff=True, byteorder=">", **RGB
    ),
    "near infrared": tiff(np.dstack([drawn(), GREY]), extrasamples=["unspecified"], **RGB),
    "5 bands of 8 bits": tiff(
        np.dstack([drawn(), GREY, GREY]), photometric="minisblack", planarconfig="contig"
    ),
    "5 bands of 16 bits": tiff(
        np.dstack([DEEP, GREY, GREY]), photometric="minisblack", planarconfig="contig"
    ),
    "white is zero": tiff(255 - GREY, photometric="miniswhite"),
    "white is zero, 16 bits": tiff(65535 - GREY.astype(np.uint16) * 257, photometric="miniswhite"),
    "PNG of 16 bits": lambda path: path.write_bytes(photo_files.png(DEEP, 2)),
    "PNG of 12 bits in 16": lambda path: path.write_bytes(photo_files.png(TWELVE, 2)),
}  # fmt: skip


@pytest.mark.parametrize("kind", DEEP_FILES)
def test_deep_and_many_banded_files_show_what_is_in_them(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "photo.tif"
    DEEP_FILES[kind](path)
    shown = read(path)
    is_grey = "white" in kind
    assert apart(shown, AS_GREY if is_grey else drawn()) <= (6 if is_grey else 1)
    if "12 bits" in kind:
        assert shown.window == (0, 4095), "as recorded"
    assert any("channels" in note for note in shown.notes) == ("band" in kind or "near" in kind)


def test_alpha_of_sixteen_bits_lies_on_grey(tmp_path: Path) -> None:
    alpha = np.linspace(0, 65535, 80).astype(np.uint16)[None].repeat(60, 0)
    share = (alpha / 65535)[..., None]
    path = tmp_path / "alpha.png"
    path.write_bytes(photo_files.png(np.dstack([DEEP, alpha]), 6))
    assert apart(read(path), drawn() * share + 128 * (1 - share)) <= 2
    path.write_bytes(photo_files.png(np.dstack([GREY.astype(np.uint16) * 257, alpha]), 4))
    assert apart(read(path), AS_GREY * share + 128 * (1 - share)) <= 7


def test_pages_and_channels_are_a_choice_and_said(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path) as file:
        for band in range(3):
            file.write(drawn()[..., band].copy(), photometric="minisblack", metadata=None)
    first = read(path)
    assert apart(first, np.repeat(drawn()[..., :1], 3, -1)) == 0 and "number 1" in first.notes[0]
    assert apart(read(path, page=2), np.repeat(drawn()[..., 2:], 3, -1)) == 0
    assert apart(read(path, channels=(2, 1, 0)), np.repeat(drawn()[..., :1], 3, -1)) == 0, "pages"
    bands = np.ascontiguousarray(np.moveaxis(drawn(), -1, 0))
    tifffile.imwrite(path, bands, imagej=True, metadata={"axes": "CYX"})
    assert apart(read(path, channels=(2, 1, 0)), drawn()[..., ::-1]) == 0
    tifffile.imwrite(path, bands, imagej=True, metadata={"axes": "ZYX"})
    assert apart(read(path, channels=(2, 1, 0)), np.repeat(drawn()[..., :1], 3, -1)) == 0, "slices"
    tifffile.imwrite(path, drawn(), photometric="rgb")
    assert apart(read(path, channels=(2, 1, 0)), drawn()) == 0, "three channels are colours"
    DEEP_FILES["5 bands of 8 bits"](path)
    assert apart(read(path, channels=(1, 0, 2)), drawn()[..., [1, 0, 2]]) == 0
    with pytest.raises(Exception, match="5 channels"):
        read(path, channels=(0, 1, 7))
    part = FilePart(6, (1, 0, 2))
    shown = decode_part(path.read_bytes(), path, part)
    assert apart(shown, drawn()[..., [1, 0, 2]]) == 0 and not shown.notes, "it has one picture"
    both = np.zeros((2, *drawn().shape[:2], 5), np.uint8)
    tifffile.imwrite(path, both, photometric="rgb", metadata=None)
    notes = decode_part(path.read_bytes(), path, part).notes
    assert notes == ("It has no picture 7.", "It holds 2 pictures; number 1 is used.")


MUTED = (drawn() // 2 + 60).astype(np.uint8)
"""Within what every screen shows."""


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP", "JPEG"])
@pytest.mark.parametrize(
    ("matrix", "gamma"), [(PRO_PHOTO, 1.8), (photo_files.DISPLAY_P3, 2.2)], ids=["ProPhoto", "P3"]
)
def test_colours_are_those_of_the_profile(
    tmp_path: Path, format: str, matrix: np.ndarray, gamma: float
) -> None:
    how = {"icc_profile": photo_files.colour_profile(matrix, gamma), "lossless": True}
    how |= {"quality": 100, "subsampling": 0} if format == "JPEG" else {}
    path = saved(MUTED, tmp_path / "photo", format, **how)
    wanted = photo_files.as_srgb((MUTED / 255) ** gamma @ matrix.T)
    assert np.abs(MUTED - wanted).mean() > 5, "else there is nothing to see"
    shown = read(path)
    assert np.abs(np.asarray(shown.image) - wanted).mean() < 1.2
    assert apart(shown, wanted) <= (36 if format == "JPEG" else 3)
    assert apart(read(path, rule=2), MUTED) <= (6 if format == "JPEG" else 0), "an older project"
    assert read(path, rule=NEWEST_RULE).notes == ()


def test_grey_profiles_inks_and_deep_colours_are_managed_too(tmp_path: Path) -> None:
    linear = photo_files.grey_profile(1.0)
    wanted = photo_files.as_srgb((AS_GREY / 255) @ SRGB.T)
    assert apart(read(saved(GREY, tmp_path / "grey.png", "PNG", icc_profile=linear)), wanted) < 10
    profile = photo_files.colour_profile(PRO_PHOTO, 1.8)
    path = tmp_path / "deep.tif"
    tifffile.imwrite(path, MUTED.astype(np.uint16) * 257, photometric="rgb", iccprofile=profile)
    assert apart(read(path), photo_files.as_srgb((MUTED / 255) ** 1.8 @ PRO_PHOTO.T)) <= 3
    corners = np.array([[100 - at * 100 / 15, at - 8, 8 - at] for at in range(16)])
    corners[[0, -1], 1:] = 0  # white paper and full black: no rendering intent moves them
    inks = np.array([[at >> 3 & 1, at >> 2 & 1, at >> 1 & 1, at & 1] for at in range(16)])
    picture = Image.fromarray((inks * 255).astype(np.uint8)[None].repeat(8, 0).repeat(8, 1), "CMYK")
    printed = photo_files.as_srgb(photo_files.of_lab(corners))[None].repeat(8, 0).repeat(8, 1)
    profile = photo_files.ink_profile(corners)
    for format, by in (("TIFF", 3), ("JPEG", 6)):
        path = saved(picture, tmp_path / "inks", format, icc_profile=profile)
        assert apart(read(path), printed) <= by, format
    without = saved(picture, tmp_path / "adobe.jpg", "JPEG", quality=100, subsampling=0)
    plain = np.asarray(picture.convert("RGB"))
    assert apart(read(without), plain) <= 3
    file = saved(Image.eval(picture, lambda ink: 255 - ink), without, "JPEG", quality=100)
    data = file.read_bytes()
    mark = data.index(b"\xff\xee\0\x0eAdobe")
    file.write_bytes(data[:mark] + data[mark + 16 :])
    assert apart(read(file), plain) <= 6, "inverted only where Adobe says so"


@pytest.mark.parametrize("profile", [b"no profile" * 40, photo_files.grey_profile(1.0)])
def test_a_profile_that_says_nothing_usable_is_ignored_and_noted(
    tmp_path: Path, profile: bytes
) -> None:
    shown = read(saved(MUTED, tmp_path / "photo.png", "PNG", icc_profile=profile))
    assert apart(shown, MUTED) == 0 and "colour profile" in shown.notes[0]


def test_an_srgb_profile_changes_no_pixel(tmp_path: Path) -> None:
    path = saved(MUTED, tmp_path / "photo.jpg", "JPEG")
    plain = np.asarray(read(path).image)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert apart(read(saved(MUTED, path, "JPEG", icc_profile=profile)), plain) == 0
