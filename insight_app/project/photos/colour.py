"""Colours by the profile that comes with a photo, as sRGB: what a screen shows.

A profile that is broken, or that belongs to another kind of picture, is ignored, and that is said.
Knows no file format.
"""

import io
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

LARGEST = 8 * 2**20
"""No profile in use has so many bytes."""
SAME = 2
"""A profile that moves no colour by more than so many of 255 is sRGB: pixels stay as they are."""
_STEPS = 9
"""Colours tried a channel, to see that."""
_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
"""Pillow's modes, and what a profile calls them."""
_BROKEN = "Its colour profile is broken and was ignored."
_OTHER = "Its colour profile is for another kind of picture and was ignored."


def to_srgb(image: Image.Image, profile: bytes, note: Callable[[str], object]) -> Image.Image:
    """Return an RGB, L, CMYK or LAB picture in sRGB; as it is if its profile says nothing usable.

    note(sentence) is told why a profile was ignored.
    """
    if image.mode not in _SPACES:
        image = image.convert("RGB")
    if len(profile) > LARGEST:
        note("Its colour profile is too large and was ignored.")
        profile = b""
    if image.mode == "LAB":
        profile = b""  # these values are absolute
    elif not profile:
        return image
    try:
        space = _space(profile)
        if space == "RGB" and image.mode == "L":
            image = image.convert("RGB")  # grey that is described as colour
        if profile and space != _SPACES[image.mode]:
            note(_OTHER)
            return image
        transform = _transform(profile, image.mode)
        return image if transform is None else _applied(transform, image)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        note(_BROKEN)
        return image.convert("RGB") if image.mode != "LAB" else image.getchannel(0).convert("RGB")


@lru_cache(32)
def _space(profile: bytes) -> str:
    """Return the colours that a profile is about: "RGB", "GRAY", "CMYK"..."""
    if not profile:
        return ""
    return ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space.strip()


@lru_cache(32)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the way to sRGB; None if that changes nothing worth mentioning."""
    source = (
        ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if profile
        else ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    )
    made = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    if mode in ("RGB", "L"):
        tried = _colours(mode)
        apart = np.asarray(_applied(made, tried)).astype(int) - np.asarray(tried.convert("RGB"))
        if np.abs(apart).max() <= SAME:
            return None
    return made


def _applied(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    applied = ImageCms.applyTransform(image, transform)
    assert applied is not None  # it is None only in place
    return applied


def _colours(mode: str) -> Image.Image:
    if mode == "L":
        return Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    steps = np.linspace(0, 255, _STEPS).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(_STEPS, -1, 3)
    return Image.fromarray(grid)
