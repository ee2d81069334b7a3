"""What a camera's sensor saw, developed by LibRaw with the camera's own white balance."""

from typing import BinaryIO

import rawpy
from PIL import Image

from insight_app.errors import Refusal, WorldError
from insight_app.project.photos.apart import DecodingRequest
from insight_app.project.photos.reading import limits
from insight_app.project.photos.upright import Stored

_EACH, _HALF = 24, 9
"""Bytes that a pixel of the sensor takes while it is developed, whole or at half the size."""


def read(file: BinaryIO, request: DecodingRequest) -> Stored:
    """Return the photo; at half its size if that is enough, in a fraction of the time."""
    try:
        with rawpy.imread(file) as raw:
            sizes = raw.sizes
            size = (sizes.width, sizes.height)
            is_half = 0 < 2 * request.short_side <= min(size)
            is_half = is_half or _EACH * size[0] * size[1] > request.memory
            each = _HALF if is_half else _EACH
            limits.must_fit(each * size[0] * size[1], size, request)
            pixels = raw.postprocess(use_camera_wb=True, half_size=is_half, user_flip=0)
            turned = sizes.flip
    except rawpy.LibRawFileUnsupportedError as error:
        what = "This camera raw file is of a build that is not supported."
        help = "Export it as DNG, TIFF or JPEG."
        raise Refusal(what, where=request.path, do=help) from error
    except rawpy.LibRawError as error:
        said = error.args[0] if error.args else ""
        said = said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)
        raise WorldError(f"The photo is damaged ({said}).", where=request.path) from error
    orientation = {3: 3, 5: 8, 6: 6}.get(turned, 1)
    image = Image.fromarray(pixels)
    return Stored(image, size, reduced=2 if is_half else 1, orientation=orientation)
