"""From the bytes of a photo to a picture: upright, 8-bit sRGB, whatever the file is.

The door for everybody who needs pixels; owns the numbers of the rules by which photos are read.
Every way a file can be broken ends in a KnownError that names it. Knows no project, no encoder and
no SQL.
"""

from pathlib import Path

from PIL import Image

from insight_app.errors import Refusal
from insight_app.project.photos import apart, formats, plain, tiff_tags
from insight_app.project.photos.formats import Decoder, ImageKind
from insight_app.project.photos.photo_file import head_of, read_bytes
from insight_app.project.photos.plain import REDUCIBLE, Wish
from insight_app.project.photos.upright import GREY, Upright

__all__ = ["FIRST_RULE", "GREY", "NEWEST_RULE", "Upright", "decode", "load_upright"]
FIRST_RULE, NEWEST_RULE = 1, 3
"""How photos are read for an encoder. Codes of one project are all made by one of these rules:

1. JPEG files (not multi-picture ones) are decoded at a reduced size, the short side at least twice
   as long as wanted. The centre square is taken in whole pixels of that, so that it lies up to a
   pixel beside the one that is shown where the photo's sides are no multiples of the reduction.
   Bicubic; the built-in encoder first averages blocks of pictures six times as large or more.
2. JPEG files, multi-picture ones too, are decoded likewise; then exactly the part of the photo that
   is shown as seen, to fractions of a pixel, is resized once: bicubic, antialiased, whatever the
   encoder. tests/project/test_pixels.py states how near that is to decoding at full size.
3. As 2, and colours are brought to sRGB by the profile that comes with a photo; more than 8 bits of
   colour are scaled by a window (`deep.colours`) instead of cut off; bands beyond the third are no
   transparency unless the file says so; inks of a JPEG are inverted only where Adobe wrote it.

Under rules 1 and 2, what Pillow alone could read is read by Pillow alone, as ever. Files that it
could not read are read alike under all rules: kinds that are newer here, damaged files. All other
formats than JPEG are decoded at full size, those of a size that is no photo's (`budget.HERE`) and
those that are decoded apart at a whole part of it.
"""
LEAST_REDUCED = 2
"""JPEG files are decoded at no less than so many times the size that is wanted."""
_COLOUR_RULE = 3
_BY_NAME = (formats.RAW, formats.DICOM, formats.TGA)
"""Kinds whose files may not say what they are."""


def load_upright(path: Path) -> Image.Image:
    """Return the whole photo at full size; KnownError if it cannot be read."""
    return decode(read_bytes(path), path).image


def decode(
    data: bytes | None,
    path: Path,
    *,
    short_side: int = 0,
    rule: int = NEWEST_RULE,
    page: int = 0,
    channels: tuple[int, ...] = (),
) -> Upright:
    """Decode the photo in `data`, which was read from `path`; None = it is only there.

    short_side: when given, the photo may be decoded at a reduced size whose short side is still at
    least that long, several times faster for big ones.  page: of a file that holds several
    pictures; channels: three of one with more, or one, instead of the first; both count from 0.
    """
    kind = _kind(data, path)
    if kind is None:
        do = "If it is one, save it as JPEG, PNG or TIFF; else take it out of the folder."
        raise Refusal("This is not an image that can be read.", where=str(path), do=do)
    if not kind.is_read:
        what = f"This is not an image that can be read: its kind is {kind.name}."
        raise Refusal(what, where=str(path), do=kind.help)
    is_managed = rule >= _COLOUR_RULE
    wish = Wish(short_side, is_managed, ("JPEG",) if rule == FIRST_RULE else REDUCIBLE)
    if data is not None and kind.decoder is Decoder.HERE and not page and not channels:
        found = plain.read(data, kind, wish)
        if found is not None:
            return found
    return apart.read(data, path, kind, wish, page, channels)


def _kind(data: bytes | None, path: Path) -> ImageKind | None:
    """Return what kind of file it is: by its content, by its name where that says nothing."""
    head = head_of(path) if data is None else data[: formats.HEAD]
    kind, named = formats.of_content(head), formats.of_suffix(path.suffix)
    if kind is None:
        return named if named in _BY_NAME else None
    if kind is formats.TIFF and (named is formats.RAW or tiff_tags.is_camera_raw(data or head)):
        return formats.RAW
    return kind
