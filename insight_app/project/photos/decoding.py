"""From the bytes of a photo to a picture: upright, 8-bit RGB, whatever the file is.

Owns how a photo becomes smaller, and the number of that rule. Every way a file can be broken ends
in a KnownError that names it. Knows no project, no encoder and no SQL.
"""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from insight_app.errors import Refusal, WorldError
from insight_app.project.photos.finding import read_bytes

FIRST_RULE, NEWEST_RULE = 1, 2
"""How photos are read for an encoder. Codes of one project are all made by one of these rules:

1. JPEG files (not multi-picture ones) are decoded at a reduced size, the short side at least twice
   as long as wanted. The centre square is taken in whole pixels of that, so that it lies up to a
   pixel beside the one that is shown where the photo's sides are no multiples of the reduction.
   Bicubic; the built-in encoder first averages blocks of pictures six times as large or more.
2. JPEG files, multi-picture ones too, are decoded likewise; then exactly the part of the photo that
   is shown as seen, to fractions of a pixel, is resized once: bicubic, antialiased, whatever the
   encoder. tests/project/test_pixels.py states how near that is to decoding at full size; files of
   all other formats are decoded at full size.
"""
LEAST_REDUCED = 2
"""JPEG files are decoded at no less than so many times the size that is wanted."""
FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP", "AVIF", "PPM")
"""Only these are opened, whatever a file is called: some of Pillow's others start programs."""
REDUCIBLE = ("JPEG", "MPO")
"""MPO: a JPEG with further pictures behind it, as many phones and cameras write."""
GREY = (128, 128, 128)
"""What shows through transparent parts."""
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_ORIENTATION = 0x0112
_SWAPPED, _REVERSED_X, _REVERSED_Y = (5, 6, 7, 8), (2, 3, 6, 7), (3, 4, 7, 8)
"""EXIF orientations: sides exchanged; an axis of the upright photo runs against the stored one."""
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


@dataclass(frozen=True, eq=False)
class Upright:
    """A photo as shown: EXIF orientation applied, alpha on grey, 8-bit RGB.

    width, height: the photo's own size; image: the whole photo, `reduced` times smaller on each
    side if a smaller one was asked for; window: the brightness shown as black and as white (0, 255
    for 8-bit files).
    """

    image: Image.Image
    width: int
    height: int
    window: tuple[float, float]
    reduced: int = 1
    _corner: tuple[float, float] = (0.0, 0.0)
    """Where the photo begins on `image`: its last row and column may be only partly photo, and come
    first if it was turned."""

    def box(self, rect: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Return (left, top, right, bottom) on `image` of (x, y, w, h) on the photo."""
        x, y, w, h = (value / self.reduced for value in rect)
        left, top = self._corner
        return x + left, y + top, x + w + left, y + h + top

    def part(self, rect: tuple[float, float, float, float], size: tuple[int, int]) -> Image.Image:
        """Return (x, y, w, h) of the photo as a picture of `size`: bicubic, antialiased.

        Nothing outside of the rectangle contributes, except to the outermost pixels where its edge
        falls between pixels of `image`.
        """
        left, top, right, bottom = self.box(rect)
        x, y = int(left), int(top)
        around = self.image.crop(
            (x, y, min(ceil(right), self.image.width), min(ceil(bottom), self.image.height))
        )
        inside = (left - x, top - y, right - x, bottom - y)
        return around.resize(size, Image.Resampling.BICUBIC, box=inside)


def load_upright(path: Path) -> Image.Image:
    """Return the whole photo at full size; KnownError if it cannot be read."""
    return decode(read_bytes(path), path).image


def decode(
    data: bytes, path: Path, *, short_side: int = 0, reducible: Sequence[str] = REDUCIBLE
) -> Upright:
    """Decode the photo in `data`, which was read from `path`.

    short_side: when given, files of a reducible format may be decoded at a reduced size whose short
    side is still at least that long, several times faster for big photos.
    """
    with _known_errors(path), Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        stored, reduced = opened.size, 1
        if short_side and opened.format in reducible:
            reduced = _reduce(opened, short_side)
        opened.load()
        turned = ImageOps.exif_transpose(opened)
        picture, window = _to_rgb(turned)
        if reduced == 1:
            return Upright(picture, *turned.size, window)
        orientation = opened.getexif().get(_ORIENTATION, 1)
    width, height = stored[::-1] if orientation in _SWAPPED else stored
    corner = (
        picture.width - width / reduced if orientation in _REVERSED_X else 0.0,
        picture.height - height / reduced if orientation in _REVERSED_Y else 0.0,
    )
    return Upright(picture, width, height, window, reduced, corner)


def _reduce(opened: Image.Image, short_side: int) -> int:
    """Let a JPEG be decoded smaller, short side at least so long; return how many times smaller."""
    stored = opened.size
    factor = short_side / min(stored)
    if factor >= 0.5:
        return 1
    wanted = (round(stored[0] * factor) + 1, round(stored[1] * factor) + 1)
    drafted = opened.draft(None, wanted)  # type: ignore[arg-type]
    return 1 if drafted is None else round(stored[0] / drafted[1][2])


@contextmanager
def _known_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (Image.DecompressionBombError, MemoryError) as error:
        raise Refusal("The photo is too big to be opened safely.", where=str(path)) from error
    except UnidentifiedImageError as error:
        raise Refusal("This is not an image that can be read.", where=str(path)) from error
    except Exception as error:  # decoders of foreign bytes fail in every way there is
        raise WorldError(f"The photo is damaged ({error}).", where=str(path)) from error


def _to_rgb(image: Image.Image) -> tuple[Image.Image, tuple[float, float]]:
    if image.mode in _DEEP:
        return _windowed(np.asarray(image, np.float32))
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBa"):
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, (*GREY, 255))
        image = Image.alpha_composite(ground, image)
    return image if image.mode == "RGB" else image.convert("RGB"), (0.0, 255.0)


def _windowed(values: NDArray[np.float32]) -> tuple[Image.Image, tuple[float, float]]:
    """Scale more than 8 bits, (h, w) but for the outermost thousandths, from black to white."""
    finite = values[np.isfinite(values)]
    low, high = (
        (float(edge) for edge in np.percentile(finite, (0.1, 99.9))) if finite.size else (0.0, 0.0)
    )
    if high <= low:
        low, high = low - 0.5, low + 0.5
    scaled = np.clip((np.nan_to_num(values) - low) * (255.0 / (high - low)), 0, 255)
    grey = Image.fromarray(scaled.round().astype(np.uint8))
    return grey.convert("RGB"), (low, high)
