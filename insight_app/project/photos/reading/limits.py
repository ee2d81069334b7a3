"""How large a photo may be, and how much of it may be missing. Knows no format."""

from collections.abc import Sequence
from math import ceil

from PIL import Image

from insight_app.errors import Refusal, WorldError
from insight_app.project.photos.apart import ALONE, DecodingRequest
from insight_app.project.photos.plain import DEEP
from insight_app.project.photos.upright import GREY

Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""
MOST_PIXELS = 64 * 10**6
"""A photo of more is given back reduced, whatever was asked for."""
MOST_MISSING = 1 / 3
"""A photo of which more is missing is not taken for one."""

COPY_AGAIN = "Copy it again from where it came, if it is still there."
"""What helps against a file that is cut off."""
_EACH = {"1": 2, "L": 1, "P": 5, "LA": 8, "PA": 8, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
"""Bytes that a pixel takes where Pillow decodes it; 4 in most modes."""
_AFTERWARDS, _DEEP_AFTERWARDS = 12, 20
"""Bytes that each pixel of what is left takes on the way to a picture that can be shown."""


def memory(mode: str, pixels: int) -> int:
    """Return the bytes that a picture in a mode of Pillow's takes until it can be shown."""
    left = pixels / ceil((pixels / MOST_PIXELS) ** 0.5) ** 2
    afterwards = _DEEP_AFTERWARDS if mode in DEEP else _AFTERWARDS
    return int(_EACH.get(mode, 4) * pixels + afterwards * left)


def must_fit(needed: int, size: tuple[int, int], request: DecodingRequest) -> None:
    """Raise what leads to another try with more memory, or Refusal if that would not help.

    needed: bytes that decoding takes.
    """
    if needed > ALONE:
        most = size[0] * size[1] * ALONE / needed / 1e6
        raise Refusal(
            f"The photo is too big to be opened safely: it has {size[0]:,} x {size[1]:,} pixels; "
            f"about {most:,.0f} million can be read of a {request.kind} built like this one.",
            where=request.path,
            do="Save it smaller, or cut it into parts.",
        )
    if needed > request.memory:
        raise MemoryError


def greyed_out(image: Image.Image, gaps: Sequence[Box] = ()) -> Image.Image:
    """Return a picture whose gaps, which are missing, are grey."""
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    for gap in gaps:
        image.paste((*GREY, 255)[: len(image.mode)], gap)
    return image


def missing(share: float, request: DecodingRequest) -> str:
    """Return the note for a photo whose end is missing; WorldError if that is most of it."""
    percent = max(1, round(100 * share))
    if share > MOST_MISSING:
        what = f"The photo is cut off: the last {percent} % of it are missing."
        raise WorldError(what, where=request.path, do=COPY_AGAIN)
    return f"The file is damaged: the last {percent} % of the photo are missing and shown grey."
