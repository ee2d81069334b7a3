"""DICOM: an X-ray, a slice or a frame as a reading station shows it.

The stored numbers become the device's own (rescale), then brightness by the window that comes with
them (VOI); where none does, by the same rule as every other deep grey. What is packed is unpacked
by GDCM.
"""

from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array

from insight_app.errors import Refusal
from insight_app.project.photos import deep, plain
from insight_app.project.photos.apart import DecodingRequest
from insight_app.project.photos.reading import limits
from insight_app.project.photos.upright import Stored

_EACH = 40
"""Bytes that a pixel takes while it is decoded."""
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_CHUNKS = "1 MB"
"""Larger elements are read only when they are asked for."""


def read(file: BinaryIO, request: DecodingRequest) -> Stored:
    """Return the first frame, or another one."""
    header = pydicom.dcmread(file, force=True, defer_size=_CHUNKS, stop_before_pixels=True)
    width, height = int(header.get("Columns", 0)), int(header.get("Rows", 0))
    if not width or not height:
        raise Refusal("This DICOM file holds no picture.", where=request.path)
    limits.must_fit(_EACH * width * height, (width, height), request)
    frames = int(header.get("NumberOfFrames") or 1)
    if request.page >= frames:
        raise Refusal(f"It has no picture {request.page + 1}.", where=request.path)
    values = _unpacked(file, header, request)
    notes = () if frames < 2 else (plain.one_of(frames, request.page),)
    if values.ndim == 3:
        profile = bytes(header.get("ICCProfile") or b"")
        picture, window = deep.colours(values)
        return Stored(picture, (width, height), window, profile=profile, notes=notes)
    if header.get("PhotometricInterpretation") == "PALETTE COLOR":
        coloured = apply_color_lut(values, header)
        picture, window = deep.colours(coloured, is_described=coloured.dtype == np.uint16)
        return Stored(picture, (width, height), window, notes=notes)
    picture, window = _grey(values, header, request.page)
    return Stored(picture, (width, height), window, notes=notes)


def _unpacked(file: BinaryIO, header: Dataset, request: DecodingRequest) -> NDArray[Any]:
    """Return (h, w) or, in RGB, (h, w, 3) of the frame."""
    file.seek(0)
    try:
        return pixel_array(file, index=request.page)
    except (NotImplementedError, RuntimeError, AttributeError) as error:
        packed = getattr(header.file_meta.get("TransferSyntaxUID"), "name", "an unknown way")
        raise Refusal(
            f"The picture in this DICOM file cannot be unpacked ({packed}).",
            where=request.path,
            do="Export it as PNG or TIFF.",
        ) from error


@dataclass(frozen=True)
class _Voi:
    """How brightness follows from a device's numbers: black at low, white at high."""

    low: float
    high: float
    is_sigmoid: bool = False


def _grey(
    stored: NDArray[Any], header: Dataset, frame: int
) -> tuple[Image.Image, tuple[float, float]]:
    values = _rescaled(stored, header, frame)
    padding = header.get("PixelPaddingValue")
    voi = _voi(header, frame)
    if voi is None and "VOILUTSequence" in header:
        looked_up = apply_voi_lut(stored if values is stored else values.astype(int), header)
        bits = int(header.VOILUTSequence[0].LUTDescriptor[2])
        voi, values = _Voi(0.0, 2.0**bits - 1), looked_up.astype(np.float32)
    if voi is not None and voi.is_sigmoid:
        centre, width = (voi.low + voi.high) / 2, voi.high - voi.low
        values = 1 / (1 + np.exp(-4 * (values - np.float32(centre)) / np.float32(width)))
        grey, window = Image.fromarray(deep.scaled(values, (0.0, 1.0))), (voi.low, voi.high)
    elif voi is not None:
        window = (voi.low, voi.high)
        grey = Image.fromarray(deep.scaled(values, window))
    elif int(header.get("BitsStored", 16)) <= 8 and values is stored:
        window = (0.0, 2.0 ** int(header.BitsStored) - 1)
        grey = Image.fromarray(deep.scaled(values, window))
    else:
        values = values.astype(np.float32)
        if isinstance(padding, int):
            values[stored == padding] = np.nan
        grey, window = deep.grey(values)
    if header.get("PhotometricInterpretation") == "MONOCHROME1":
        grey = grey.convert("L").point([255 - value for value in range(256)])
    return grey, window


def _rescaled(stored: NDArray[Any], header: Dataset, frame: int) -> NDArray[Any]:
    """Return the device's own numbers; the same array if they are the stored ones."""
    if "ModalityLUTSequence" in header:
        return apply_modality_lut(stored, header)
    found = _of_frame(header, frame, "PixelValueTransformationSequence") or header
    slope, intercept = found.get("RescaleSlope"), found.get("RescaleIntercept")
    if slope is None or intercept is None or (float(slope), float(intercept)) == (1.0, 0.0):
        return stored
    return stored.astype(np.float32) * np.float32(slope) + np.float32(intercept)


def _voi(header: Dataset, frame: int) -> _Voi | None:
    found = _of_frame(header, frame, "FrameVOILUTSequence") or header
    centre, width = _first(found.get("WindowCenter")), _first(found.get("WindowWidth"))
    if centre is None or width is None or width <= 0:
        return None
    function = str(found.get("VOILUTFunction") or "LINEAR")
    if function == "LINEAR":  # PS3.3 C.11.2.1.2.1
        low, high = centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2
        return _Voi(low, high) if high > low else _Voi(low - 0.5, low + 0.5)
    return _Voi(centre - width / 2, centre + width / 2, function == "SIGMOID")


def _of_frame(header: Dataset, frame: int, name: str) -> Dataset | None:
    """Return what an enhanced file says of one frame, or of all; None if it says nothing."""
    own = header.get("PerFrameFunctionalGroupsSequence") or []
    shared = header.get("SharedFunctionalGroupsSequence") or []
    for group in (*own[frame : frame + 1], *shared[:1]):
        if sequence := group.get(name):
            found: Dataset = sequence[0]
            return found
    return None


def _first(value: Any) -> float | None:
    """Return the first of one or several numbers; None if there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, pydicom.multival.MultiValue | list | tuple):
        value = value[0] if value else None
    return None if value is None else float(value)
