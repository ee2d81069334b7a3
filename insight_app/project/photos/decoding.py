"""Image files: finding them and reading them upright, as 8-bit RGB, whatever they are.

Every way a file can be broken ends in a KnownError that names it. Knows nothing of projects,
encoders and SQL.
"""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from insight_app.errors import Refusal, WorldError
from insight_app.project.photos.finding import read_bytes

GREY = (128, 128, 128)
"""What shows through transparent parts."""
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


@dataclass(frozen=True, eq=False)
class Upright:
    """An image as shown: EXIF orientation applied, alpha on grey, 8-bit RGB.

    image may be smaller than width x height, the size of the photo itself, when a smaller one was
    asked for; window = the brightness shown as black and as white (0, 255 for 8-bit files).
    """

    image: Image.Image
    width: int
    height: int
    window: tuple[float, float]


def load_upright(path: Path) -> Image.Image:
    """The whole photo at full size; raises KnownError where it cannot be read."""
    return decode(read_bytes(path), path).image


def decode(data: bytes, path: Path, *, short_side: int = 0) -> Upright:
    """The photo in `data` (read from `path`).

    short_side: when given, JPEG files may be decoded at a reduced size whose short side is still
    at least that long (several times faster for big photos).
    """
    try:
        with Image.open(io.BytesIO(data)) as opened:
            stored = opened.size
            if short_side and opened.format == "JPEG":
                factor = short_side / min(stored)
                if factor < 0.5:
                    wanted = (round(stored[0] * factor) + 1, round(stored[1] * factor) + 1)
                    opened.draft(None, wanted)
            opened.load()
            turned = ImageOps.exif_transpose(opened)
            swapped = turned.size != opened.size or _is_turned(opened)
            picture, window = _to_rgb(turned)
    except (Image.DecompressionBombError, MemoryError) as error:
        raise Refusal("The photo is too big to be opened safely.", where=str(path)) from error
    except UnidentifiedImageError as error:
        raise Refusal("This is not an image that can be read.", where=str(path)) from error
    except Exception as error:  # decoders of foreign bytes fail in every way there is
        raise WorldError(f"The photo is damaged ({error}).", where=str(path)) from error
    width, height = stored[::-1] if swapped else stored
    return Upright(picture, width, height, window)


def _is_turned(image: Image.Image) -> bool:
    return image.getexif().get(0x0112) in (5, 6, 7, 8)


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
    """More than 8 bits: all but the outermost thousandths spread over black to white."""
    finite = values[np.isfinite(values)]
    low, high = (
        (float(edge) for edge in np.percentile(finite, (0.1, 99.9))) if finite.size else (0.0, 0.0)
    )
    if high <= low:
        low, high = low - 0.5, low + 0.5
    scaled = np.clip((np.nan_to_num(values) - low) * (255.0 / (high - low)), 0, 255)
    grey = Image.fromarray(scaled.round().astype(np.uint8))
    return grey.convert("RGB"), (low, high)
