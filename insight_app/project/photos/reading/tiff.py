"""TIFF files that Pillow does not show as they should be: deep colours, many bands, planes, pieces.

Plain ones are Pillow's. Of the others tifffile says where which piece is; they are unpacked here.
"""

from dataclasses import replace
from math import ceil
from typing import Any, BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.project.photos import deep, plain, tiff_tags
from insight_app.project.photos.apart import DecodingRequest
from insight_app.project.photos.formats import TIFF
from insight_app.project.photos.reading import limits, pillow_formats, tiff_pieces
from insight_app.project.photos.upright import ORIENTATION, Stored

_WHITE_IS_ZERO, _RGB, _PALETTE, _INKS = 0, 2, 3, 5
_COLOURS = {_RGB: 3, _INKS: 4}
"""Bands that make up a colour; all else is grey, or measurements."""
_PREMULTIPLIED, _ALPHA = 1, 2
_HEAD = 2**22


def read(file: BinaryIO, request: DecodingRequest) -> Stored:
    """Return the photo: by Pillow where that is right, else from its pieces, else as far as it is
    there.
    """
    head = file.read(_HEAD)
    wants_first = not request.page and not request.channels
    is_plain = not request.managed or tiff_tags.is_plain(head)
    trouble: Exception | None = None
    for reader in (_by_pillow, from_pieces) if is_plain and wants_first else (from_pieces,):
        file.seek(0)
        try:
            return reader(file, request)
        except (Refusal, MemoryError) as error:
            if reader is from_pieces:
                raise
            trouble = error  # too large at once
        except KnownError:
            raise
        except Exception:  # foreign bytes, or built in another way
            continue
    if trouble is not None:
        raise trouble
    file.seek(0)
    try:
        return pillow_formats.patiently(file, request, TIFF)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError) as error:
        raise _refusal(head, request) from error


def _by_pillow(file: BinaryIO, request: DecodingRequest) -> Stored:
    return pillow_formats.strictly(file, request, TIFF)


def from_pieces(file: BinaryIO, request: DecodingRequest) -> Stored:
    """Return a page, or the chosen bands of one, by the numbers that are stored."""
    with tifffile.TiffFile(file, name="photo.tif") as opened:
        pages = [page for page in opened.pages if not getattr(page, "is_reduced", False)]
        pages = pages or list(opened.pages)
        if not pages:
            what = "The photo is damaged: the list of its pictures is missing."
            raise WorldError(what, where=request.path)
        if request.page >= len(pages):
            raise Refusal(f"It has no picture {request.page + 1}.", where=request.path)
        page = pages[request.page]
        if not isinstance(page, tifffile.TiffPage):
            page = page.aspage()
        several = _of_pages(opened, pages, page, request)
        bands, notes = _bands(page)
        is_chosen = len(several) > 1
        if request.channels and len(bands) < page.samplesperpixel:
            bands, notes, is_chosen = _chosen(page, request), [], True
        if len(pages) > 1:
            notes.append(plain.one_of(len(pages), request.page))
        reduced = _reduction(page, len(bands) * len(several), request)
        unpacked = [tiff_pieces.unpack(file, one, bands, reduced) for one in several]
        missing = max(one.missing for one in unpacked)
        values = np.concatenate([one.values for one in unpacked], axis=2)
        image, window = _shown(values, page, bands, is_chosen=is_chosen)
        if missing:
            notes.append(limits.missing(missing, request))
            image = limits.greyed_out(image, [gap for one in unpacked for gap in one.gaps])
        tags = page.tags
        profile = tags.valueof(34675) or b""
        orientation = tags.valueof(ORIENTATION) or 1
        size = (page.imagewidth, page.imagelength)
    stored = Stored(image, size, window, reduced, int(orientation), bytes(profile))
    return replace(stored, notes=tuple(notes))


def _chosen(page: tifffile.TiffPage, request: DecodingRequest) -> list[int]:
    if max(request.channels) >= page.samplesperpixel:
        what = f"It has {page.samplesperpixel} channels, not {max(request.channels) + 1}."
        raise Refusal(what, where=request.path)
    return list(request.channels)


def _bands(page: tifffile.TiffPage) -> tuple[list[int], list[str]]:
    """Return which bands are used, the colours first, then alpha; and what to say of it."""
    number = page.samplesperpixel
    own = _COLOURS.get(page.photometric, 1)
    if number == own:
        return list(range(own)), []
    alpha = [
        own + at
        for at, kind in enumerate(page.extrasamples)
        if kind in (_PREMULTIPLIED, _ALPHA) and own + at < number
    ]
    used = own if own > 1 or number == 2 else 3
    if alpha and number == own + 1:
        return list(range(own + 1)), []
    which = f"the first {('one is', '', 'three are', 'four are')[used - 1]} used"
    return list(range(used)), [f"It has {number} channels; {which}."]


def _of_pages(
    opened: tifffile.TiffFile, pages: list[Any], page: tifffile.TiffPage, request: DecodingRequest
) -> list[tifffile.TiffPage]:
    """Return the pages that are channels of one picture, as ImageJ writes them; else the page."""
    number = int((opened.imagej_metadata or {}).get("channels", 1))
    if not request.channels or page.samplesperpixel > 1 or number < 2:
        return [page]
    wanted = [request.page + channel for channel in request.channels]
    if max(request.channels) >= number or max(wanted) >= len(pages):
        what = f"It has {number} channels, not {max(request.channels) + 1}."
        raise Refusal(what, where=request.path)
    several = [pages[number] for number in wanted]
    found = [one if isinstance(one, tifffile.TiffPage) else one.aspage() for one in several]
    if len({(one.imagewidth, one.imagelength) for one in found}) > 1:
        raise Refusal("Its pictures are not of one size.", where=request.path)
    return found


def _reduction(page: tifffile.TiffPage, bands: int, request: DecodingRequest) -> int:
    """Return how many times smaller a page must be read, to fit into memory."""
    pixels = page.imagewidth * page.imagelength
    each = bands * (2 * np.dtype(page.dtype).itemsize + 5)
    most = min(limits.MOST_PIXELS, request.memory / 2 / each)
    times: float = (pixels / most) ** 0.5
    return max(1, ceil(times))


def _shown(
    values: NDArray[Any], page: tifffile.TiffPage, bands: list[int], *, is_chosen: bool
) -> tuple[Image.Image, tuple[float, float]]:
    """Return the picture that the numbers mean; is_chosen: a person has chosen these bands."""
    number = values.shape[2]
    is_measured = page.photometric not in _COLOURS or is_chosen
    if page.photometric == _PALETTE and number == 1:
        return _from_palette(values[..., 0], page), (0.0, 255.0)
    if number <= 2:
        return _grey(values, page)
    most = _deepest(page)
    if page.photometric == _INKS and not is_chosen:
        inks = deep.scaled(values[..., :4], (0.0, most))
        return Image.fromarray(inks, "CMYK"), (0.0, most)
    if is_measured and page.dtype != np.uint8:
        window = deep.window_of(values[..., :3])
        return Image.fromarray(deep.scaled(values[..., :3], window)), window
    if values.dtype == np.float32 and np.dtype(page.dtype).kind == "u":  # it was reduced
        values = values.round().astype(page.dtype)
    image, window = deep.colours(values, is_described=bool(page.tags.valueof(34675)))
    if number == 4 and _PREMULTIPLIED in page.extrasamples:
        image = Image.frombytes("RGBa", image.size, image.tobytes()).convert("RGBA")
    return image, window


def _grey(values: NDArray[Any], page: tifffile.TiffPage) -> tuple[Image.Image, tuple[float, float]]:
    if page.dtype == np.uint8:
        window = (0.0, _deepest(page))
        grey = Image.fromarray(deep.scaled(values[..., 0], window))
    else:
        grey, window = deep.grey(values[..., 0].astype(np.float32))
        grey = grey.convert("L")
    if page.photometric == _WHITE_IS_ZERO:
        grey = grey.point([255 - value for value in range(256)])
    if values.shape[2] == 2:
        grey.putalpha(Image.fromarray(deep.scaled(values[..., 1], (0.0, _deepest(page)))))
    return grey, window


def _from_palette(values: NDArray[Any], page: tifffile.TiffPage) -> Image.Image:
    colours = np.asarray(page.colormap, np.uint16) >> 8
    chosen = colours[:, np.clip(values, 0, colours.shape[1] - 1).astype(int)]
    return Image.fromarray(np.ascontiguousarray(np.moveaxis(chosen, 0, -1)).astype(np.uint8))


def _deepest(page: tifffile.TiffPage) -> float:
    """Return the largest number that the bits of a band can hold; 1 for fractions."""
    return 1.0 if np.dtype(page.dtype).kind == "f" else 2.0**page.bitspersample - 1


def _refusal(head: bytes, request: DecodingRequest) -> KnownError:
    """Return what a TIFF is, where that is not supported."""
    tags = tiff_tags.read(head)
    if tags is None:
        return WorldError("The photo is damaged: no page of it can be found.", where=request.path)
    bits, bands = tags.one(tiff_tags.BITS, 1), tags.one(tiff_tags.SAMPLES, 1)
    packed = tags.one(tiff_tags.COMPRESSION, 1)
    return Refusal(
        f"A TIFF built like this one is not supported: {bits}-bit, {bands} "
        f"band{'s' * (bands > 1)}, compression {packed}.",
        where=request.path,
        do="Save it as 8-bit or 16-bit TIFF, uncompressed or with LZW or Deflate.",
    )
