"""How large a photo may be, and how much of it may be missing. Knows no format."""

from PIL import Image

from insight_app.errors import Refusal, WorldError
from insight_app.project.photos.apart import ALONE, DecodingRequest
from insight_app.project.photos.upright import GREY

MOST_PIXELS = 64 * 10**6
"""A photo of more is given back reduced, whatever was asked for."""
MOST_MISSING = 1 / 3
"""A photo of which more is missing is not taken for one."""


def must_fit(needed: int, size: tuple[int, int], request: DecodingRequest, pixel: int) -> None:
    """Raise what leads to another try with more memory, or Refusal if that would not help.

    needed: bytes that decoding takes; pixel: how many of them for each pixel.
    """
    if needed > ALONE:
        raise Refusal(
            f"The photo is too big to be opened safely: it has {size[0]:,} x {size[1]:,} pixels; "
            f"{ALONE // pixel / 1e6:,.0f} million can be read of a {request.kind} of its build.",
            where=request.path,
            do="Save it smaller, or cut it into parts.",
        )
    if needed > request.memory:
        raise MemoryError


def greyed_out(image: Image.Image, rows: int) -> Image.Image:
    """Return a picture whose last rows, which are missing, are grey."""
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    opaque = (*GREY, 255)[: len(image.mode)]
    image.paste(opaque, (0, image.height - rows, image.width, image.height))
    return image


def missing(share: float, request: DecodingRequest) -> str:
    """Return the note for a photo whose end is missing; WorldError if that is most of it."""
    percent = max(1, round(100 * share))
    if share > MOST_MISSING:
        raise WorldError(
            f"The photo is damaged: the last {percent} % of it are missing.", where=request.path
        )
    return f"The file is damaged: the last {percent} % of the photo are missing and shown grey."
