"""The table of image kinds: what is told of a file by its name and by its content."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

import insight_app
from insight_app.project.photos import formats

SAVED = {
    "JPEG": formats.JPEG, "PNG": formats.PNG, "TIFF": formats.TIFF, "BMP": formats.BMP,
    "GIF": formats.GIF, "WEBP": formats.WEBP, "AVIF": formats.AVIF, "PPM": formats.PPM,
    "JPEG2000": formats.JPEG_2000, "PCX": formats.PCX, "SGI": formats.SGI, "QOI": formats.QOI,
    "MPO": formats.JPEG,
}  # fmt: skip


def test_every_suffix_has_one_kind_and_what_is_not_read_says_what_would_help() -> None:
    suffixes = [suffix for kind in formats.KINDS for suffix in kind.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(re.fullmatch(r"\.[a-z0-9]+", suffix) for suffix in suffixes)
    assert all(bool(kind.help) != kind.is_read for kind in formats.KINDS)
    assert formats.of_suffix(".JPG") is formats.JPEG and formats.of_suffix(".xmp") is None


@pytest.mark.parametrize("saved", SAVED)
def test_a_file_is_what_its_content_says(saved: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 40)).save(file, saved)
    assert formats.of_content(file.getvalue()[: formats.HEAD]) is SAVED[saved]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", "video"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "camera raw"),
        (bytes(128) + b"DICM\2\0\0\0", "DICOM"),
        (b"8BPS\0\1", "Photoshop"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "drawing (SVG, AI, EPS, WMF...)"),
        (b"\xff\x0a\xfa\x7f", "JPEG XL"),
        (b"These are notes, not a photo.", None),
        (b"", None),
    ],
)
def test_kinds_that_pillow_does_not_write_are_told_too(head: bytes, name: str | None) -> None:
    kind = formats.of_content(head)
    assert (kind and kind.name) == name


def test_pillow_opens_files_only_by_the_list() -> None:
    Image.init()
    opened = {name for kind in formats.KINDS for name in kind.pillow}
    assert opened <= set(Image.OPEN), "a name that Pillow does not know"
    assert not opened & {"EPS", "IPTC", "WMF", "MPEG", "ICO", "ICNS", "PSD", "FPX"}
    for path in Path(insight_app.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for call in re.finditer(r"\bImage\.open\(|\bPIL\.open|open as .*PIL", text):
            arguments = text[call.start() : call.start() + 200]
            assert "formats=" in arguments, f"{path}: {arguments}"
