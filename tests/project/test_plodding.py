"""Files whose metadata would keep Pillow busy are left to a process whose time is limited."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from insight_app.project.photos import formats, plain
from insight_app.project.photos.decoding import decode
from insight_app.project.photos.plain import Wish
from tests.project.photo_files import chunk, drawn

MANY = 60_000
LONG_COMMENT = b"\x21\xfe" + (b"\xff" + b"c" * 255) * 9000 + b"\0"


def made(kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(drawn()).save(file, kind, **how)
    return file.getvalue()


def gif(between: bytes) -> bytes:
    """Two pictures, and something before the first."""
    rest = [Image.fromarray(drawn()[::-1])]
    data = made("GIF", save_all=True, append_images=rest)
    at = 13 + 3 * (2 << (data[10] & 7))
    return data[:at] + between + data[at:]


def jpeg(between: bytes) -> bytes:
    data = made("JPEG")
    return data[:2] + between + data[2:]


def png(between: bytes) -> bytes:
    data = made("PNG")
    at = data.index(b"IDAT") - 4
    return data[:at] + between + data[at:]


def ppm(between: bytes) -> bytes:
    return b"P6" + between + b"80 60 255\n" + drawn().tobytes()


def bigtiff(number: int) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, drawn(), bigtiff=True, photometric="rgb")
    data = file.getvalue()
    (at,) = struct.unpack_from("<Q", data, 8)
    (tags,) = struct.unpack_from("<Q", data, at)
    own = data[at + 8 : at + 8 + 20 * tags]
    more = b"".join(struct.pack("<HHQQ", 40000 + n % 20000, 3, 1, 0) for n in range(number))
    head = struct.pack("<Q", len(data)) + data[16:]
    return data[:8] + head + struct.pack("<Q", tags + number) + own + more + bytes(8)


def bmp(number: int) -> bytes:
    """Run-length encoded, of one row of so many pixels and little else."""
    colours, pixels = b"\0\0\0\0\xff\xff\xff\0" * 128, b"\x10\1" * (number // 16) + b"\0\1"
    sizes = struct.pack("<IiiHHIIiiII", 40, number, 1, 1, 8, 1, len(pixels), 0, 0, 256, 0)
    start = struct.pack("<IHHI", 54 + 1024 + len(pixels), 0, 0, 54 + 1024)
    return b"BM" + start + sizes + colours + pixels


BUSY: dict[str, tuple[formats.ImageKind, Callable[[], bytes]]] = {
    "empty comments": (formats.JPEG, lambda: jpeg(b"\xff\xfe\0\2" * MANY)),
    "application segments": (formats.JPEG, lambda: jpeg(b"\xff\xe1\0\x08Exif\0\0" * MANY)),
    "fill": (formats.JPEG, lambda: jpeg(b"\xff" * 2 * MANY)),
    "large Exif": (
        formats.JPEG, lambda: jpeg((b"\xff\xe1\xff\xfeExif\0\0" + b"M" * 65526) * 80),
    ),
    "comments": (formats.GIF, lambda: gif(b"\x21\xfe\1c\0" * MANY)),
    "a long comment": (formats.GIF, lambda: gif(LONG_COMMENT)),
    "private chunks": (formats.PNG, lambda: png(chunk(b"vpAg", b"") * MANY)),
    "empty pixels": (formats.PNG, lambda: png(chunk(b"IDAT", b"") * MANY)),
    "a comment": (formats.PPM, lambda: ppm(b"\n#" + b"c" * 2 * MANY + b"\n")),
    "spaces": (formats.PPM, lambda: ppm(b" " * 2 * MANY)),
    "odd brightness": (formats.PPM, lambda: b"P6 2000 1200 254\n" + bytes(7_200_000)),
    "run lengths": (formats.BMP, lambda: bmp(3_000_000)),
    "tags": (formats.TIFF, lambda: bigtiff(600)),
}  # fmt: skip


@pytest.mark.parametrize("name", BUSY)
@pytest.mark.parametrize("managed", [True, False])
def test_what_keeps_pillow_busy_is_not_decoded_at_once(name: str, managed: bool) -> None:
    kind, make = BUSY[name]
    data = make()
    assert formats.of_content(data[: formats.HEAD]) is kind
    assert plain.read(data, kind, Wish(managed=managed)) is None


def test_the_decoding_process_reads_it_if_that_takes_no_longer_than_it_may() -> None:
    for name in ("empty comments", "private chunks", "comments"):
        shown = decode(BUSY[name][1](), Path("photo"))
        assert (shown.width, shown.height) == (80, 60), name


ORDINARY: dict[str, tuple[formats.ImageKind, Callable[[], bytes]]] = {
    "JPEG": (formats.JPEG, lambda: jpeg(b"\xff\xe2\x40\x00" + bytes(0x3FFE)) * 1),
    "many segments": (formats.JPEG, lambda: jpeg(b"\xff\xe5\xff\xff" + bytes(0xFFFD)) * 1),
    "GIF": (formats.GIF, lambda: gif(b"\x21\xfe\1c\0" * 20)),
    "PNG": (formats.PNG, lambda: png(chunk(b"vpAg", bytes(99)) * 500)),
    "PPM": (formats.PPM, lambda: ppm(b"\n# made by hand\n")),
    "BigTIFF": (formats.TIFF, lambda: bigtiff(20)),
    "run lengths": (formats.BMP, lambda: bmp(3_200)),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_what_photos_have_beside_their_pixels_is_read_at_once(name: str) -> None:
    kind, make = ORDINARY[name]
    assert plain.read(make(), kind, Wish()) is not None


def several(kind: str) -> bytes:
    pages = [Image.fromarray(np.roll(drawn(), at * 9, axis=0)) for at in range(3)]
    file = io.BytesIO()
    pages[0].save(file, kind, save_all=True, append_images=pages[1:])
    return file.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "PNG", "WEBP"])
def test_how_many_pictures_a_file_holds_is_said_in_one_wording(kind: str) -> None:
    data = several(kind)
    said = ("It holds 3 pictures; number 1 is used.",)
    assert plain.read(data, formats.of_content(data), Wish()).notes == said
    if kind in ("GIF", "TIFF"):
        third = decode(data, Path("photo"), page=2)
        assert third.notes == ("It holds 3 pictures; number 3 is used.",)


def test_a_thumbnail_in_a_tiff_is_no_picture_of_its_own() -> None:
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(drawn(), photometric="rgb")
        writer.write(drawn()[::2, ::2], photometric="rgb", subfiletype=1)
    assert decode(file.getvalue(), Path("photo.tif")).notes == ()
