"""DICOM as archives hold it: without a preamble, cut off, padded, beside directories."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import JPEG2000Lossless, MediaStorageDirectoryStorage

from insight_app.errors import KnownError
from insight_app.project.photos import formats, reasons, telling, walking
from tests.project.photo_files import apart, dicom, drawn, read

GREY = drawn()[..., 0]
AS_GREY = np.repeat(GREY[..., None], 3, -1)


@pytest.mark.parametrize("way", ["with its group 2", "implicit", "explicit"])
def test_without_a_preamble_it_is_found_and_read(tmp_path: Path, way: str) -> None:
    path = tmp_path / "IM000001"
    data = dicom(path, GREY, "MONOCHROME2")
    if way == "with its group 2":
        path.write_bytes(path.read_bytes()[132:])
    else:
        del data.file_meta
        data["PixelData"].VR = "OB" if way == "explicit" else "OW"
        pydicom.dcmwrite(path, data, implicit_vr=way == "implicit", little_endian=True)
    assert path.read_bytes()[128:132] != b"DICM"
    assert telling.tell(str(path), path.name) == "photo"
    assert apart(read(path), AS_GREY) == 0


@pytest.mark.parametrize(
    "head",
    [
        b"\x08\0" + bytes(400),
        b"\x02\0\0\0UL\4\0" + bytes(400),
        b"\x08\0\x05\0\x0a\0\0\0ISO_IR 192" + bytes(400),
        b"\x08\0\x08\0CS\4\0A\\B \x02",
    ],
)
def test_what_begins_like_it_only_is_none(head: bytes) -> None:
    assert formats.of_content(head) is None


@pytest.mark.parametrize(("bits", "color"), [(8, False), (16, False), (8, True)])
def test_one_that_is_cut_off_is_shown_up_to_there(tmp_path: Path, bits: int, color: bool) -> None:
    path = tmp_path / "IM000001"
    values = drawn() if color else GREY.astype(np.uint16) * 257 if bits == 16 else GREY
    dicom(path, values, "RGB" if color else "MONOCHROME2", WindowCenter=32768.5, WindowWidth=65536)
    whole, data = read(path), path.read_bytes()
    row = values[0].nbytes
    path.write_bytes(data[: len(data) - 12 * row - 1])
    shown = read(path)
    assert "last 20 %" in shown.notes[0] and shown.image.size == (80, 60)
    pixels = np.asarray(shown.image)
    assert np.array_equal(pixels[:47], np.asarray(whole.image)[:47])
    assert (pixels[47:] == 128).all()
    path.write_bytes(data[: len(data) - 31 * row - 1])
    with pytest.raises(KnownError, match="cut off: the last 52 %") as caught:
        read(path)
    assert caught.value.do.startswith("Copy it again")


def test_one_of_packed_pixels_that_is_cut_off_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "IM000001"
    dicom(path, GREY, "MONOCHROME2", syntax=JPEG2000Lossless, packed=bytes(range(256)) * 9)
    path.write_bytes(path.read_bytes()[:-999])
    with pytest.raises(KnownError, match=r"cannot be unpacked \(JPEG 2000") as caught:
        read(path)
    assert "opy it again" in caught.value.do


@pytest.mark.parametrize("meaning", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("tags", [{}, {"WindowCenter": 300, "WindowWidth": 1000}])
def test_where_nothing_was_seen_it_is_black(
    tmp_path: Path, meaning: str, tags: dict[str, object]
) -> None:
    path = tmp_path / "IM000001"
    values = GREY.astype(np.int16) * 4 - 200
    dicom(path, values, meaning, **tags)
    without = np.asarray(read(path).image)
    values[:10] = -2000
    dicom(path, values, meaning, PixelPaddingValue=-2000, **tags)
    shown = np.asarray(read(path).image)
    assert (shown[:10] == 0).all()
    assert np.abs(shown[10:].astype(int) - without[10:]).max() <= 2


@pytest.mark.parametrize(
    "holds",
    [
        MediaStorageDirectoryStorage,
        "1.2.840.10008.5.1.4.1.1.88.11",
        "1.2.840.10008.5.1.4.1.1.104.1",
    ],
)
@pytest.mark.parametrize("has_preamble", [True, False])
@pytest.mark.parametrize("name", ["DICOMDIR", "report.dcm"])
def test_directories_and_reports_are_no_pictures(
    tmp_path: Path, holds: str, has_preamble: bool, name: str
) -> None:
    path = tmp_path / name
    data = dicom(path, GREY, "MONOCHROME2", SOPClassUID=holds)
    data.file_meta.MediaStorageSOPClassUID = holds
    pydicom.dcmwrite(path, data, enforce_file_format=True)
    if not has_preamble:
        path.write_bytes(path.read_bytes()[132:])
    told = telling.tell(str(path), name)
    assert told == reasons.not_read(formats.DICOM_DOCUMENT)
    assert told.grade is reasons.Grade.NOT_TAKEN and "emove" not in told.do
    [folder] = walking.scan_below(tmp_path)
    assert not folder.names, "a folder is listed by that"
