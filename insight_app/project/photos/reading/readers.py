"""Which reader takes a kind of file, and what becomes of what it finds. Decodes nothing itself."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import BinaryIO

from PIL import UnidentifiedImageError

from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.project.photos import formats
from insight_app.project.photos.apart import DecodingRequest
from insight_app.project.photos.reading.limits import MOST_PIXELS
from insight_app.project.photos.upright import Stored, Upright

Reader = Callable[[BinaryIO, DecodingRequest], Stored]
_MODULES: Mapping[str, str] = {
    formats.PNG.name: "png",
    formats.TIFF.name: "tiff",
    formats.HEIF.name: "heif",
    formats.RAW.name: "camera_raw",
    formats.DICOM.name: "dicom",
}
"""Modules beside this one, which bring libraries of their own; all other kinds are Pillow's."""


def prepare(request: DecodingRequest) -> Reader:
    """Return the reader for a request, with its libraries loaded."""
    name = _MODULES.get(request.kind, "pillow_formats")
    reader: Reader = import_module(f"{__package__}.{name}").read
    return reader


def read(file: BinaryIO, request: DecodingRequest) -> Upright:
    """Return the photo in `file` as the request wants it; KnownError if it cannot be read."""
    try:
        side = request.short_side if request.managed else 0  # see rule 2: the others at full size
        smaller = prepare(request)(file, request).smaller(side, MOST_PIXELS)
        return smaller.upright(managed=request.managed)
    except (KnownError, MemoryError):
        raise
    except UnidentifiedImageError as error:
        what = f"This {request.kind} file is damaged, or built in a way that is not supported."
        do = "Open it with the program that made it, and save it as JPEG, PNG or TIFF."
        raise Refusal(what, where=request.path, do=do) from error
    except Exception as error:  # decoders of foreign bytes fail in every way there is
        raise WorldError(f"The photo is damaged ({_told(error)}).", where=request.path) from error


def _told(error: Exception) -> str:
    """Return what a library said, on one line, without what only its authors understand."""
    said = " ".join(str(error).split()) or type(error).__name__
    return said[:200]
