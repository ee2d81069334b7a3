"""Photos as most are - JPEG, PNG, plain TIFF and the like of a usual size - by Pillow, at once.

What is larger, built otherwise or damaged is left to the decoding process, which is patient and may
crash. Owns which is which. Knows no project.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from PIL import Image

from insight_app.project.photos import deep, plodding, tiff_tags
from insight_app.project.photos.budget import HERE, MEMORY
from insight_app.project.photos.formats import JPEG, PNG, TIFF, WEBP, ImageKind
from insight_app.project.photos.upright import ORIENTATION, Stored, Upright

DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
REDUCIBLE = ("JPEG", "MPO")
MOST_WORK = 10**9
"""Pixels times scans of a JPEG: one of few bytes may have thousands of scans."""
_SCAN = b"\xff\xda"
Image.MAX_IMAGE_PIXELS = None  # sizes are checked here, by what they take


@dataclass(frozen=True)
class Wish:
    """How a photo is wanted.

    short_side: of the result, at least, 0 = its own; managed: colours by their profile, and depths
    by rule; drafts: formats of Pillow that are decoded smaller for that.
    """

    short_side: int = 0
    managed: bool = True
    drafts: Sequence[str] = REDUCIBLE


def read(data: bytes, kind: ImageKind, wish: Wish) -> Upright | None:
    """Return the photo; None if it is not plain, or too large, or if anything is wrong with it."""
    is_as_most = tiff_tags.is_plain if wish.managed else tiff_tags.is_short
    if kind is TIFF and not is_as_most(data):
        return None
    file = plodding.MeteredFile(data, kind)
    try:
        with Image.open(file, formats=kind.pillow) as opened:
            if wish.managed and kind is PNG and is_deep_colour(opened):
                return None
            if plodding.is_decoded_by_python(opened):
                return None
            file.pixels_follow()
            held = pictures(opened, data)
            size = opened.size
            reduced = draft(opened, wish)
            needs = len(data) + memory(opened, kind, size)
            if needs > HERE or work(data, kind, size) > MOST_WORK:
                return None
            with MEMORY.taking(needs):
                found = stored(opened, size, reduced, managed=wish.managed)
                if held > 1:
                    found = replace(found, notes=(one_of(held), *found.notes))
                return found.upright(managed=wish.managed)
    except Exception:  # decoders of foreign bytes fail in every way there is; see reading/
        return None


def one_of(pictures: int, used: int = 0) -> str:
    """Return the note for a file that holds several pictures; used: which, counted from 0."""
    return f"It holds {pictures:,} pictures; number {used + 1} is used."


def pictures(opened: Image.Image, data: bytes, most: int = plodding.MOST_BLOCKS) -> int:
    """Return how many pictures a file holds; those behind a JPEG are no others.

    most: blocks of a GIF that are gone through; TooMuch if there are more.
    """
    if opened.format == "GIF":
        return plodding.gif_pictures(data, most)
    if opened.format == "TIFF":
        return tiff_tags.pages(data)
    return 1 if opened.format in REDUCIBLE else int(getattr(opened, "n_frames", 1))


def draft(opened: Image.Image, wish: Wish) -> int:
    """Let a JPEG be decoded smaller, short side at least as wished; return how many times."""
    if not wish.short_side or opened.format not in wish.drafts:
        return 1
    size = opened.size
    factor = wish.short_side / min(size)
    if factor >= 0.5:
        return 1
    wanted = (round(size[0] * factor) + 1, round(size[1] * factor) + 1)
    drafted = opened.draft(None, wanted)  # type: ignore[arg-type]
    return 1 if drafted is None else round(size[0] / drafted[1][2])


def stored(
    opened: Image.Image,
    size: tuple[int, int],
    reduced: int = 1,
    *,
    managed: bool = True,
    most: int = 0,
) -> Stored:
    """Decode what was opened, of that size and perhaps reduced.

    most: so many pixels of deep grey are left at most, 0 = all.
    """
    opened.load()
    notes: list[str] = []
    orientation = orientation_of(opened, notes)
    profile = opened.info.get("icc_profile")
    window = (0.0, 255.0)
    picture: Image.Image = opened
    if reduced == 1:
        size = picture.size  # a TIFF is turned by now
    if opened.mode in DEEP:
        values = np.asarray(opened)
        if most and values.size > most:
            reduced = ceil((values.size / most) ** 0.5)
            values = deep.reduced(values, reduced)
        picture, window = deep.grey(values.astype(np.float32, copy=False))
        profile = None
    elif managed and is_inverted_cmyk(opened):
        picture = Image.fromarray(255 - np.asarray(opened), "CMYK")
    return Stored(picture, size, window, reduced, orientation, profile or b"", tuple(notes))


def orientation_of(opened: Image.Image, notes: list[str]) -> int:
    """Return how a picture is turned; 1 and a note if that cannot be read."""
    try:
        return int(opened.getexif().get(ORIENTATION, 1))
    except Exception:  # foreign bytes
        notes.append("Its EXIF data are broken and were ignored.")
        return 1


def is_inverted_cmyk(opened: Image.Image) -> bool:
    """Return whether Pillow took a JPEG's inks for inverted ones, as only Adobe's are."""
    return opened.mode == "CMYK" and opened.format in REDUCIBLE and "adobe" not in opened.info


def is_deep_colour(opened: Image.Image) -> bool:
    """Return whether more than 8 bits a channel would be cut off."""
    return opened.mode not in DEEP and any(
        "16" in str(tile.args) for tile in getattr(opened, "tile", ())
    )


def memory(opened: Image.Image, kind: ImageKind, size: tuple[int, int]) -> int:
    """Return the bytes that decoding takes at most, all copies on the way together."""
    if kind is WEBP:
        return size[0] * size[1] * 24
    here = opened.size[0] * opened.size[1]
    if opened.mode in DEEP:
        return here * 30
    has_alpha = "transparency" in opened.info or opened.mode in ("LA", "PA", "La", "RGBA", "RGBa")
    progressive = 6 * size[0] * size[1] if opened.info.get("progressive") else 0
    return here * (24 if has_alpha else 12) + progressive


def work(data: bytes, kind: ImageKind, size: tuple[int, int]) -> int:
    """Return how many pixels are gone through."""
    scans = max(1, data.count(_SCAN)) if kind is JPEG else 1
    return size[0] * size[1] * scans
