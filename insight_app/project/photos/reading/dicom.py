"""DICOM: an X-ray, a slice or a frame as a reading station shows it.

The stored numbers become the device's own (rescale), then brightness by the window that comes with
them (VOI); where none does, by the same rule as every other deep grey. What is packed is unpacked
by GDCM.
"""

import os
import struct
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, BinaryIO

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import get_expected_length, pixel_array
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from insight_app.errors import Refusal
from insight_app.project.photos import deep, plain
from insight_app.project.photos.apart import DecodingRequest
from insight_app.project.photos.reading import limits
from insight_app.project.photos.reading.limits import COPY_AGAIN
from insight_app.project.photos.upright import GREY, Stored

_EACH = 40
"""Bytes that a pixel takes while it is decoded."""
_NO_PICTURE = "Nothing need be done if it is a report; else copy it again from where it came."
_CHUNKS = "1 MB"
"""Larger elements are read only when they are asked for."""


def read(file: BinaryIO, request: DecodingRequest) -> Stored:
    """Return the first frame, or another one."""
    header = pydicom.dcmread(file, force=True, defer_size=_CHUNKS, stop_before_pixels=True)
    width, height = int(header.get("Columns", 0)), int(header.get("Rows", 0))
    if not width or not height:
        what = "This DICOM file holds no picture, or is cut off before it."
        raise Refusal(what, where=request.path, do=_NO_PICTURE)
    limits.must_fit(_EACH * width * height, (width, height), request)
    frames = max(int(header.get("NumberOfFrames") or 1), 1)
    if request.page >= frames:
        raise Refusal(f"It has no picture {request.page + 1}.", where=request.path)
    _say_how_it_is_packed(header)
    share = _missing(file, header, frames, request.page)
    note = (limits.missing(share, request),) if share else ()
    whole_rows = height - ceil(share * height)
    values = _unpacked(file, header, share, request)[:whole_rows]
    found = _shown(values, header, request.page)
    if share:
        image = Image.new("RGB", (width, height), GREY)
        image.paste(found.image)
        found = replace(found, image=image)
    notes = (plain.one_of(frames, request.page),) if frames > 1 else ()
    return replace(found, size=(width, height), notes=(*notes, *note))


def _shown(values: NDArray[Any], header: Dataset, frame: int) -> Stored:
    """Return a frame, (h, w) or (h, w, 3), as a reading station shows it."""
    size = (values.shape[1], values.shape[0])
    if values.ndim == 3:
        profile = bytes(header.get("ICCProfile") or b"")
        picture, window = deep.colours(values)
        return Stored(picture, size, window, profile=profile)
    if header.get("PhotometricInterpretation") == "PALETTE COLOR":
        coloured = apply_color_lut(values, header)
        picture, window = deep.colours(coloured, is_described=coloured.dtype == np.uint16)
        return Stored(picture, size, window)
    picture, window = _grey(values, header, frame)
    return Stored(picture, size, window)


def _unpacked(
    file: BinaryIO, header: Dataset, missing: float, request: DecodingRequest
) -> NDArray[Any]:
    """Return (h, w) or, in RGB, (h, w, 3) of the frame; what is missing of it is 0."""
    file.seek(0)
    packing = header.file_meta.TransferSyntaxUID
    try:
        if "TransferSyntaxUID" in _meta_of(file) and not missing:
            return pixel_array(file, index=request.page)
        whole = pydicom.dcmread(file, force=True)
        whole.file_meta = header.file_meta
        if missing:
            whole.PixelData = bytes(whole.PixelData).ljust(get_expected_length(whole), b"\0")
        return pixel_array(whole, index=request.page)
    except (NotImplementedError, AttributeError) as error:
        raise _not_unpacked(packing.name, "Export it as PNG or TIFF.", request) from error
    except (RuntimeError, ValueError, EOFError, IndexError, struct.error) as error:
        do = f"If it is cut off: {COPY_AGAIN[0].lower()}{COPY_AGAIN[1:]} Else export it as PNG."
        raise _not_unpacked(packing.name, do, request) from error


def _not_unpacked(packing: str, do: str, request: DecodingRequest) -> Refusal:
    what = f"The picture in this DICOM file cannot be unpacked ({packing})."
    return Refusal(what, where=request.path, do=do)


def _meta_of(file: BinaryIO) -> Dataset:
    """Return what a file says of its own packing, and go back to its beginning."""
    found = pydicom.dcmread(file, force=True, specific_tags=[], stop_before_pixels=True)
    file.seek(0)
    return getattr(found, "file_meta", Dataset())


def _say_how_it_is_packed(header: Dataset) -> None:
    """Fill in what files that begin with their first element leave to the reader."""
    if not hasattr(header, "file_meta"):
        header.file_meta = FileMetaDataset()
    if "TransferSyntaxUID" not in header.file_meta:
        is_implicit, is_little = header.original_encoding
        explicit = ExplicitVRLittleEndian if is_little else ExplicitVRBigEndian
        header.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if is_implicit else explicit


def _missing(file: BinaryIO, header: Dataset, frames: int, page: int) -> float:
    """Return which share of a frame's rows is not there; file: at its element of pixels."""
    packing = header.file_meta.TransferSyntaxUID
    if packing.is_encapsulated or packing.is_deflated:
        return 0.0
    start = file.tell() + (8 if packing.is_implicit_VR else 12)
    frame = get_expected_length(header) / frames
    there = min(max(file.seek(0, os.SEEK_END) - start - frame * page, 0), frame)
    planes = int(header.get("SamplesPerPixel", 1)) if header.get("PlanarConfiguration") else 1
    return min(1.0, (1 - there / frame) * planes)


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
    is_padding = _padding(stored, header)
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
        window = deep.window_of(values if is_padding is None else values[~is_padding])
        grey = Image.fromarray(deep.scaled(values, window))
    if header.get("PhotometricInterpretation") == "MONOCHROME1":
        grey = grey.convert("L").point([255 - value for value in range(256)])
    if is_padding is not None:
        grey.paste(0, mask=Image.fromarray(is_padding))
    return grey, window


def _padding(stored: NDArray[Any], header: Dataset) -> NDArray[np.bool_] | None:
    """Return (h, w) where nothing was seen, which is shown black; None if the file names none."""
    first, last = header.get("PixelPaddingValue"), header.get("PixelPaddingRangeLimit")
    if not isinstance(first, int):
        return None
    last = last if isinstance(last, int) else first
    found: NDArray[np.bool_] = (stored >= min(first, last)) & (stored <= max(first, last))
    return found


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
