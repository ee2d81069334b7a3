"""Photo files made by hand, of kinds that no library here writes, and what they show."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pydicom
import tifffile
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from insight_app.project.photos.decoding import decode
from insight_app.project.photos.upright import Upright

WIDTH, HEIGHT = 80, 60


def drawn() -> NDArray[np.uint8]:
    """(60, 80, 3): all brightnesses, and two rectangles."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    across, down = x * 255 / (WIDTH - 1), y * 255 / (HEIGHT - 1)
    picture = np.stack([across, down, (across + down) / 2], -1).round().astype(np.uint8)
    picture[15:30, 20:40], picture[40:50, 50:70] = (220, 30, 40), (20, 200, 60)
    return picture


def read(path: Path, **how: object) -> Upright:
    return decode(path.read_bytes(), path, **how)  # type: ignore[arg-type]


def apart(shown: Upright, wanted: NDArray[np.generic]) -> float:
    """How far a photo is from what it should show, of 255, at most."""
    pixels = np.asarray(shown.image)
    assert pixels.shape == wanted.shape, (pixels.shape, wanted.shape)
    return float(np.abs(pixels.astype(float) - wanted).max())


def png(values: NDArray[np.uint16], colour_type: int) -> bytes:
    """A PNG of 16 bits a channel."""
    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def dng(path: Path, picture: NDArray[np.uint8], orientation: int = 1) -> None:
    """A camera raw file whose sensor saw the picture: red and green above green and blue."""
    seen = ((picture / 255.0) ** 2.2 * 60000 + 512).astype(np.uint16)
    mosaic = seen[..., 1].copy()
    mosaic[0::2, 0::2], mosaic[1::2, 1::2] = seen[0::2, 0::2, 0], seen[1::2, 1::2, 2]
    to_camera = np.linalg.inv(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    matrix = [number for value in to_camera.ravel() for number in (round(value * 10000), 10000)]
    tags = [
        (33421, 3, 2, (2, 2), True), (33422, 1, 4, bytes([0, 1, 1, 2]), True),
        (50706, 1, 4, bytes([1, 4, 0, 0]), True), (271, 2, 0, "Made", True),
        (272, 2, 0, "By hand", True), (50708, 2, 0, "Made By hand", True),
        (50714, 4, 1, 512, True), (50717, 4, 1, 60512, True), (50721, 10, 9, tuple(matrix), True),
        (50728, 5, 3, (1, 1, 1, 1, 1, 1), True), (50778, 3, 1, 21, True),
        (274, 3, 1, orientation, True),
    ]  # fmt: skip
    tifffile.imwrite(path, mosaic, photometric="cfa", metadata=None, software=None, extratags=tags)


def dicom(
    path: Path,
    values: NDArray[np.generic],
    meaning: str,
    *,
    syntax: str = ExplicitVRLittleEndian,
    packed: bytes = b"",
    frames: int = 0,
    **tags: object,
) -> Dataset:
    """A DICOM file of numbers that mean something; packed: how they are stored instead."""
    one = values[0] if frames else values
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = syntax
    data.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = "1.2.3"
    data.SOPClassUID = SecondaryCaptureImageStorage
    data.Rows, data.Columns = one.shape[:2]
    data.SamplesPerPixel, data.PhotometricInterpretation = (1, 3)[one.ndim == 3], meaning
    data.BitsAllocated = data.BitsStored = 8 * one.dtype.itemsize
    data.HighBit, data.PixelRepresentation = data.BitsStored - 1, int(one.dtype.kind == "i")
    if one.ndim == 3:
        data.PlanarConfiguration = 0
    if frames:
        data.NumberOfFrames = frames
    for name, value in tags.items():
        setattr(data, name, value)
    data.PixelData = encapsulate([packed]) if packed else values.tobytes()
    data["PixelData"].VR = "OB" if packed or data.BitsAllocated == 8 else "OW"
    pydicom.dcmwrite(path, data, enforce_file_format=True)
    return data


# ---- colour profiles

PRO_PHOTO = np.array(
    [[0.7976749, 0.1351917, 0.0313534], [0.2880402, 0.7118741, 0.0000857], [0, 0, 0.8252100]]
)
DISPLAY_P3 = np.array(
    [[0.5151, 0.2920, 0.1571], [0.2412, 0.6922, 0.0666], [-0.0011, 0.0419, 0.7841]]
)
SRGB = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169],
     [0.0139322, 0.0971045, 0.7141733]]
)  # fmt: skip
"""From linear red, green and blue to XYZ under D50, as profiles have it."""
_WHITE = np.array([0.9642, 1, 0.8249])


def colour_profile(matrix: NDArray[np.float64], gamma: float) -> bytes:
    tags = [(name + b"XYZ", _xyz(matrix[:, at])) for at, name in enumerate((b"r", b"g", b"b"))]
    return _profile(
        b"RGB ", [*tags, *((name + b"TRC", _curve(gamma)) for name in (b"r", b"g", b"b"))]
    )


def grey_profile(gamma: float) -> bytes:
    return _profile(b"GRAY", [(b"kTRC", _curve(gamma))])


def ink_profile(corners: NDArray[np.float64]) -> bytes:
    """corners (16, 3): Lab of no ink and full ink, cyan changing slowest, black fastest."""
    table = (corners * [255 / 100, 1, 1] + [0, 128, 128]).round().astype(np.uint8).tobytes()
    same = bytes(range(256))
    matrix = b"".join(struct.pack(">i", 65536 * (at % 4 == 0)) for at in range(9))
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix + same * 4 + table + same * 3
    return _profile(b"CMYK", [(b"A2B0", lut)], kind=b"prtr", space=b"Lab ")


def as_srgb(xyz: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 3) 0 to 255 of XYZ under D50: the formulas of IEC 61966-2-1."""
    linear = np.clip(xyz @ np.linalg.inv(SRGB).T, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def of_lab(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """XYZ (..., 3) under D50."""
    y = (lab[..., 0] + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], -1)
    return np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * _WHITE


def _profile(
    colours: bytes, tags: list[tuple[bytes, bytes]], kind: bytes = b"mntr", space: bytes = b"XYZ "
) -> bytes:
    about = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"made\0" + bytes(78)
    tags = [(b"desc", about), (b"cprt", b"text\0\0\0\0none\0"), (b"wtpt", _xyz(_WHITE)), *tags]
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, content in tags:
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content
    rest = struct.pack(">I", len(tags)) + table + body
    head = struct.pack(">I4xI4s4s4s", 128 + len(rest), 0x02400000, kind, colours, space)
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _xyz(_WHITE)[8:]
    return head + bytes(128 - len(head)) + rest


def _xyz(values: NDArray[np.float64]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(65536 * value)) for value in values)


def _curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def saved(picture: NDArray[np.uint8] | Image.Image, path: Path, format: str, **how: object) -> Path:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(path, format, **how)
    return path
