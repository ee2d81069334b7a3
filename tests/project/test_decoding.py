"""Image files as people have them: turned, deep, transparent, damaged."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from insight_app.errors import KnownError
from insight_app.project.photos.decoding import GREY, decode, load_upright

RED, BLUE = (220, 20, 20), (20, 20, 220)


def halves(size: tuple[int, int]) -> Image.Image:
    """Red above, blue below."""
    picture = Image.new("RGB", size, BLUE)
    picture.paste(RED, (0, 0, size[0], size[1] // 2))
    return picture


def near(pixel: object, colour: tuple[int, int, int], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(pixel, colour, strict=True))  # type: ignore[call-overload]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_comes_out_upright(tmp_path: Path, orientation: int) -> None:
    upright = halves((60, 90))
    turn_back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(turn_back[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.jpg"
    stored.save(path, exif=exif, quality=95)
    shown = decode(path.read_bytes(), path)
    assert (shown.width, shown.height) == shown.image.size == (60, 90)
    assert near(shown.image.getpixel((30, 10)), RED) and near(shown.image.getpixel((30, 80)), BLUE)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_big_jpeg_is_decoded_smaller_but_keeps_its_size(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "big.jpg"
    halves((1600, 1200)).save(path, exif=exif)
    shown = decode(path.read_bytes(), path, short_side=200)
    assert (shown.width, shown.height) == ((1600, 1200) if orientation == 1 else (1200, 1600))
    assert 200 <= min(shown.image.size) < 600
    assert shown.image.size[0] / shown.image.size[1] == pytest.approx(shown.width / shown.height)


def test_transparency_is_shown_on_grey(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    clear.convert("LA").save(tmp_path / "clear-grey.png")
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    palette.putpixel((0, 0), 1)
    palette.save(tmp_path / "palette.png", transparency=0)
    for name in ("clear.png", "clear-grey.png", "palette.png"):
        shown = load_upright(tmp_path / name)
        assert (shown.mode, shown.getpixel((4, 4))) == ("RGB", GREY)
    assert load_upright(tmp_path / "palette.png").getpixel((0, 0)) == (0, 0, 255)


def test_twelve_bits_in_sixteen_are_not_whitened_and_the_window_is_recorded(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(100, 4000, 256).astype(np.uint16), (64, 1))
    path = tmp_path / "radiograph.png"
    Image.fromarray(ramp).save(path)
    shown = decode(path.read_bytes(), path)
    grey = np.asarray(shown.image)[..., 0]
    assert shown.image.mode == "RGB"
    assert grey[0, 0] < 5 and grey[0, -1] > 250 and 120 < grey[0, 128] < 136
    assert 90 < shown.window[0] < 140 and 3950 < shown.window[1] <= 4000


def test_a_deep_image_of_one_value_is_no_error(tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 8), 700, np.uint16)).save(tmp_path / "flat.png")
    assert load_upright(tmp_path / "flat.png").size == (8, 8)


@pytest.mark.parametrize("mode", ["CMYK", "L", "1", "YCbCr"])
def test_other_colours_become_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("x.tif" if mode == "1" else "x.jpg")
    halves((32, 32)).convert(mode).save(path)
    assert load_upright(path).mode == "RGB"
    if mode == "CMYK":
        assert near(load_upright(path).getpixel((16, 4)), RED, by=40)


EPS = b"""%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 0 0 40 40
0.5 setgray 0 0 40 40 rectfill showpage
%%EOF
"""


def test_a_format_that_starts_another_program_is_no_photo_whatever_it_is_called(
    tmp_path: Path,
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(EPS)
    with Image.open(path) as opened:
        assert opened.format == "EPS", "Pillow would start Ghostscript"
    with pytest.raises(KnownError, match="not an image that can be read"):
        load_upright(path)


@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP", "GIF", "WEBP", "AVIF", "PPM", "MPO"])
def test_all_formats_that_are_looked_for_are_read(tmp_path: Path, format: str) -> None:
    path = tmp_path / "photo.jpg"
    halves((64, 64)).save(path, format)
    assert near(load_upright(path).getpixel((32, 10)), RED, by=40)


def bomb() -> bytes:
    """A PNG that says it is 100,000 x 100,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    size = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def damaged_files(folder: Path) -> dict[str, bytes]:
    halves((200, 200)).save(folder / "whole.jpg", quality=95)
    halves((50, 50)).save(folder / "whole.png")
    jpeg, png = (folder / "whole.jpg").read_bytes(), (folder / "whole.png").read_bytes()
    return {
        "truncated.jpg": jpeg[: len(jpeg) // 2],
        "head only.jpg": jpeg[:30],
        "empty.jpg": b"",
        "text.jpg": b"These are notes, not a photo.\n" * 20,
        "cut.png": png[: len(png) * 2 // 3],
        "bomb.png": bomb(),
    }


def test_damaged_files_are_known_errors_that_name_the_file(tmp_path: Path) -> None:
    for name, data in damaged_files(tmp_path).items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(KnownError) as caught:
            load_upright(path)
        assert caught.value.where == str(path) and caught.value.what
    with pytest.raises(KnownError):
        load_upright(tmp_path / "missing.jpg")
    with pytest.raises(KnownError):
        load_upright(tmp_path)
