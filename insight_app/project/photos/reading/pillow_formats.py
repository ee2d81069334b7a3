"""What Pillow reads: as large as memory allows, damaged ones as far as they go."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile

from insight_app.errors import Refusal
from insight_app.project.photos import formats, plain
from insight_app.project.photos.apart import DecodingRequest
from insight_app.project.photos.formats import JPEG, WEBP, ImageKind
from insight_app.project.photos.photo_file import IN_MEMORY
from insight_app.project.photos.plain import Wish
from insight_app.project.photos.reading import limits
from insight_app.project.photos.upright import Stored

_END_OF_JPEG = b"\xff\xd9"
_PROGRESSIVE, _WEBP = 6, 20
"""Bytes that a pixel takes beside its picture in JPEGs that are built so, and in WebP."""
_UNUSED = 128
"""The grey that pixels have which were never decoded."""


def read(file: BinaryIO, request: DecodingRequest) -> Stored:
    """Return the photo, or the part of it that is there."""
    kind = formats.named(request.kind)
    if kind is WEBP:
        _must_fit_webp(file, request)
    try:
        return strictly(file, request, kind)
    except (OSError, SyntaxError, ValueError, EOFError):
        file.seek(0)
        return patiently(file, request, kind)


def strictly(file: BinaryIO, request: DecodingRequest, kind: ImageKind) -> Stored:
    """Return the photo if all of it is there."""
    with strict(), Image.open(file, formats=kind.pillow) as opened:
        size, reduced = _prepare(opened, request, kind)
        return stored(opened, size, request, reduced)


@contextmanager
def strict() -> Iterator[None]:
    """Let Pillow fail meanwhile where something is missing."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = True


def patiently(file: BinaryIO, request: DecodingRequest, kind: ImageKind) -> Stored:
    """Return the photo with what is missing in grey."""
    if kind is JPEG:  # its decoder fills up with grey what the end mark cuts off
        file = io.BytesIO(file.read() + _END_OF_JPEG)
    with Image.open(file, formats=kind.pillow) as opened:
        size, reduced = _prepare(opened, request, kind)
        opened.im = Image.new(opened.mode, opened.size, _unused(opened.mode)).im
        found = stored(opened, size, request, reduced)
        rows = _unused_rows(found.image)
        note = (
            limits.missing(rows / found.image.height, request)
            if rows
            else ("The file is damaged; parts of the photo may be wrong.")
        )
        image = limits.greyed_out(found.image)
        profile = found.profile if image.mode == found.image.mode else b""
        return Stored(
            image, found.size, found.window, reduced, found.orientation, profile,
            (*found.notes, note),
        )  # fmt: skip


def _prepare(
    opened: Image.Image, request: DecodingRequest, kind: ImageKind
) -> tuple[tuple[int, int], int]:
    """Go to the page, let a JPEG be decoded smaller; return its stored size and how many times."""
    if request.page:
        try:
            opened.seek(request.page)
        except EOFError:
            number = f"It has no picture {request.page + 1}."
            raise Refusal(number, where=request.path) from None
    size = opened.size
    side = request.short_side
    if kind is JPEG and size[0] * size[1] > limits.MOST_PIXELS:
        most = (limits.MOST_PIXELS / (size[0] * size[1])) ** 0.5
        side = min(side or max(size), max(1, int(min(size) * most / 2)))
    drafts = plain.REDUCIBLE
    reduced = plain.draft(opened, Wish(side, request.managed, drafts))
    needed = limits.memory(opened.mode, opened.width * opened.height)
    if opened.info.get("progressive"):
        needed += _PROGRESSIVE * size[0] * size[1]
    limits.must_fit(needed, size, request)
    return size, reduced


def stored(
    opened: Image.Image, size: tuple[int, int], request: DecodingRequest, reduced: int = 1
) -> Stored:
    """Decode what was opened."""
    held = _pictures(opened)
    found = plain.stored(opened, size, reduced, managed=request.managed, most=limits.MOST_PIXELS)
    if held < 2:
        return found
    return replace(found, notes=(plain.one_of(held, request.page), *found.notes))


def _pictures(opened: Image.Image) -> int:
    """Return how many pictures the file holds that was opened."""
    file = getattr(opened, "fp", None)
    if file is None or opened.format not in ("GIF", "TIFF"):
        return plain.pictures(opened, b"")
    at = file.tell()
    file.seek(0)
    data = file.read(IN_MEMORY)
    file.seek(at)
    return plain.pictures(opened, data, len(data))


def _must_fit_webp(file: BinaryIO, request: DecodingRequest) -> None:
    """Check what Pillow asks for when it only opens a WebP."""
    head = file.read(30)
    file.seek(0)
    if head[12:16] == b"VP8X":
        size = [1 + int.from_bytes(head[at : at + 3], "little") for at in (24, 27)]
    elif head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        size = [1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)]
    else:
        size = [int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (26, 28)]
    limits.must_fit(_WEBP * size[0] * size[1], (size[0], size[1]), request)


def _unused(mode: str) -> int | tuple[int, ...]:
    bands = Image.getmodebands(mode)
    return _UNUSED if bands == 1 else (_UNUSED,) * bands


def _unused_rows(image: Image.Image) -> int:
    """Return how many rows hold nothing but the grey of pixels never decoded.

    They are at the end; at the beginning in files that store the lowest row first.
    """
    if image.mode == "1":
        return 0
    used = (np.asarray(image).reshape(image.height, -1) != _UNUSED).any(axis=1)
    rows = np.flatnonzero(used)
    return max(image.height - 1 - int(rows[-1]), int(rows[0])) if rows.size else image.height
