"""What Pillow reads: as large as memory allows, damaged ones as far as they go."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile

from insight_app.errors import Refusal
from insight_app.project.photos import formats, plain
from insight_app.project.photos.apart import DecodingRequest
from insight_app.project.photos.formats import JPEG, ImageKind
from insight_app.project.photos.plain import Wish
from insight_app.project.photos.reading import limits
from insight_app.project.photos.upright import Stored

_END_OF_JPEG = b"\xff\xd9"
_UNUSED = 128
"""The grey that pixels have which were never decoded."""


def read(file: BinaryIO, request: DecodingRequest) -> Stored:
    """Return the photo, or the part of it that is there."""
    kind = formats.named(request.kind)
    try:
        return strictly(file, request, kind)
    except (OSError, SyntaxError, ValueError, EOFError):
        file.seek(0)
        return patiently(file, request, kind)


def strictly(file: BinaryIO, request: DecodingRequest, kind: ImageKind) -> Stored:
    """Return the photo if all of it is there."""
    with strict(), Image.open(file, formats=kind.pillow) as opened:
        size, reduced = _prepare(opened, request, kind)
        return plain.stored(opened, size, reduced, managed=request.managed)


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
        found = plain.stored(opened, size, reduced, managed=request.managed)
        rows = _unused_rows(found.image)
        note = (
            limits.missing(rows / found.image.height, request)
            if rows
            else ("The file is damaged; parts of the photo may be wrong.")
        )
        image = limits.greyed_out(found.image, rows)
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
    needed = plain.memory(opened, kind, size)
    limits.must_fit(needed, size, request, max(1, needed // (size[0] * size[1])))
    return size, reduced


def _unused(mode: str) -> int | tuple[int, ...]:
    bands = Image.getmodebands(mode)
    return _UNUSED if bands == 1 else (_UNUSED,) * bands


def _unused_rows(image: Image.Image) -> int:
    """Return how many rows at the end hold nothing but the grey of pixels never decoded."""
    if image.mode == "1":
        return 0
    used = (np.asarray(image).reshape(image.height, -1) != _UNUSED).any(axis=1)
    rows = np.flatnonzero(used)
    return image.height - 1 - int(rows[-1]) if rows.size else image.height
