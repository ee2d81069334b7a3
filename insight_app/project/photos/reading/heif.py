"""HEIC and its relatives, as phones write them, by libheif."""

from typing import BinaryIO

import pi_heif

from insight_app.errors import Refusal, WorldError
from insight_app.project.photos import plain
from insight_app.project.photos.apart import DecodingRequest
from insight_app.project.photos.reading import limits
from insight_app.project.photos.upright import Stored

_EACH = 16
"""Bytes that a pixel takes while it is decoded."""


def read(file: BinaryIO, request: DecodingRequest) -> Stored:
    """Return the main picture of the file, or another one; libheif turns it upright."""
    pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False
    try:
        opened = pi_heif.open_heif(file)
    except (ValueError, SyntaxError) as error:
        raise WorldError(f"The photo is damaged ({error}).", where=request.path) from error
    number = len(opened)
    if request.page >= number:
        raise Refusal(f"It has no picture {request.page + 1}.", where=request.path)
    used = request.page or opened.primary_index
    chosen = opened[used]
    width, height = chosen.size
    limits.must_fit(_EACH * width * height, (width, height), request)
    image = chosen.to_pillow()
    notes = (plain.one_of(number, used),) if number > 1 else ()
    profile = chosen.info.get("icc_profile") or b""
    return Stored(image, image.size, profile=profile, notes=notes)
