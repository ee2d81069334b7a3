"""Photos whose pixels are there, wholly or mostly, whatever else is wrong with the file."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from insight_app.errors import KnownError
from insight_app.project.photos.upright import GREY
from tests.project.photo_files import apart, chunk, drawn, read


def file(format: str, **how: object) -> bytes:
    large = np.kron(drawn(), np.ones((4, 4, 1), np.uint8))
    data = io.BytesIO()
    Image.fromarray(large).save(data, format, **how)  # type: ignore[arg-type]
    return data.getvalue()


def deflated() -> bytes:
    data = io.BytesIO()
    how = {"photometric": "rgb", "compression": "zlib", "rowsperstrip": 16}
    tifffile.imwrite(data, np.kron(drawn(), np.ones((4, 4, 1), np.uint8)), **how)
    return data.getvalue()


PNG, JPEG = file("PNG"), file("JPEG", quality=90)
WHOLE = np.kron(drawn(), np.ones((4, 4, 1), np.uint8))
HEADER = 33
"""Where a PNG's header ends."""


def with_chunk(name: bytes, content: bytes) -> bytes:
    return PNG[:HEADER] + chunk(name, content) + PNG[HEADER:]


def of_zlib(size: int) -> bytes:
    return zlib.compress(bytes(size))


def with_segment(marker: int, content: bytes) -> bytes:
    return JPEG[:2] + struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content + JPEG[2:]


def wrong_check(name: bytes) -> bytes:
    at = PNG.index(name)
    length = int.from_bytes(PNG[at - 4 : at], "big")
    end = at + 4 + length
    return PNG[:end] + b"????" + PNG[end + 4 :]


EXIF = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"?" * 40
WHOLE_FILES: dict[str, bytes] = {
    "text that unpacks to 200 MB": with_chunk(b"zTXt", b"a\0\0" + of_zlib(200_000_000)),
    "a profile that unpacks to 200 MB": with_chunk(b"iCCP", b"a\0\0" + of_zlib(200_000_000)),
    "a profile that is none": with_chunk(b"iCCP", b"a\0\0" + of_zlib(500)),
    "text that does not unpack": with_chunk(b"iTXt", b"a\0\1\0\0\0no zlib"),
    "broken EXIF": with_chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff"),
    "a wrong checksum beside the pixels": PNG[:HEADER]
    + chunk(b"tEXt", b"a\0b")[:-4] + b"????" + PNG[HEADER:],
    "a wrong checksum of pixels": wrong_check(b"IDAT"),
    **{f"a broken {name.decode()}": with_chunk(name, b"?") for name in (
        b"tRNS", b"PLTE", b"cHRM", b"gAMA", b"pHYs", b"sRGB", b"sBIT", b"bKGD", b"hIST", b"tIME",
    )},
    "no end": PNG[:-12],
    "broken EXIF in a JPEG": with_segment(0xE1, EXIF),
    "a broken profile in a JPEG": with_segment(0xE2, b"ICC_PROFILE\0\1\1" + b"?" * 300),
    "half a profile in a JPEG": with_segment(0xE2, b"ICC_PROFILE\0\2\3" + b"?" * 300),
    "broken Photoshop data in a JPEG": with_segment(0xED, b"Photoshop 3.0\0008BIM\4\4\0\0\xff"),
    "no end of a JPEG": JPEG[:-2],
    "rubbish after a JPEG": JPEG + b"?" * 5000,
}  # fmt: skip


@pytest.mark.parametrize("what", WHOLE_FILES)
def test_pixels_that_are_whole_are_shown_whatever_else_is_broken(tmp_path: Path, what: str) -> None:
    path = tmp_path / "photo"
    path.write_bytes(WHOLE_FILES[what])
    shown = read(path)
    if "JPEG" in what:
        assert np.abs(np.asarray(shown.image).astype(int) - WHOLE).mean() < 2
    else:
        assert apart(shown, WHOLE) == 0


def test_what_was_ignored_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(WHOLE_FILES["a profile that is none"])
    assert read(path).notes == ("Its colour profile is broken and was ignored.",)
    path.write_bytes(WHOLE_FILES["a wrong checksum beside the pixels"])
    assert "not pixels are broken" in read(path).notes[0]


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (JPEG, 0.9),
        (PNG, 0.9),
        (file("BMP"), 0.8),
        (file("PPM"), 0.8),
        (file("TIFF"), 0.8),
        (deflated(), 0.9),
    ],
    ids=["JPEG", "PNG", "BMP", "PPM", "TIFF", "deflated"],
)
def test_what_is_missing_at_the_end_is_grey_and_said(
    tmp_path: Path, data: bytes, kept: float
) -> None:
    path = tmp_path / "photo"
    path.write_bytes(data[: int(len(data) * kept)])
    shown = read(path)
    pixels = np.asarray(shown.image).astype(int)
    assert pixels.shape == WHOLE.shape
    assert np.abs(pixels[100:140] - WHOLE[100:140]).mean() < 2
    if data[:2] != b"BM":  # it stores the lowest row first
        assert np.abs(pixels[-1] - GREY).max() == 0
    assert "missing" in shown.notes[-1]


def test_a_photo_of_which_most_is_missing_is_damaged_and_says_how_much(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    damaged: list[tuple[bytes, Callable[[bytes], bytes]]] = [
        (JPEG, lambda data: data[: len(data) // 3]),
        (PNG, lambda data: data[: len(data) // 3]),
    ]
    for data, cut in damaged:
        path.write_bytes(cut(data))
        with pytest.raises(KnownError, match=r"the last \d+ % of it are missing"):
            read(path)


def test_unreadable_bands_are_not_called_no_image(tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    complex_numbers = np.zeros((20, 20), np.complex64)
    tifffile.imwrite(path, complex_numbers)
    with pytest.raises(KnownError, match=r"not supported: 64-bit, 1 band"):
        read(path)
