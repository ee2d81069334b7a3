"""Which picture and which channels are read of files that hold several.

One choice for all photos of a project; a file that has no such picture or channels is read as if
nothing had been chosen. Decodes nothing itself.
"""

import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from insight_app.errors import KnownError, Refusal
from insight_app.files import open_regular
from insight_app.project.photos import formats
from insight_app.project.photos.decoding import NEWEST_RULE, decode
from insight_app.project.photos.upright import Upright

_MAY_HOLD_SEVERAL = (
    formats.TIFF, formats.GIF, formats.WEBP, formats.AVIF, formats.HEIF, formats.DICOM,
)  # fmt: skip
MOST_PAGES = 1000
"""Pages are counted up to here."""
_SUBFILE, _SAMPLES, _SHORT = 254, 277, 3


@dataclass(frozen=True)
class FilePart:
    """A picture of a file and channels of it; both count from 0, no channels = as usual."""

    page: int = 0
    channels: tuple[int, ...] = ()

    @classmethod
    def of(cls, page: int, channels: Sequence[int]) -> "FilePart":
        """Return a choice of a person, who counts from 1; Refusal for one that cannot be."""
        found = cls(page - 1, tuple(channel - 1 for channel in channels))
        if found.page < 0 or any(channel < 0 for channel in found.channels):
            raise Refusal("Pictures and channels are counted from 1.")
        if len(found.channels) not in (0, 1, 3):
            raise Refusal("One channel can be chosen (shown grey), or three (red, green, blue).")
        return found

    @property
    def said(self) -> str:
        """The choice in words; '' if nothing is chosen."""
        page = f"picture {self.page + 1}" if self.page else ""
        channels = ", ".join(str(channel + 1) for channel in self.channels)
        channels = f"channels {channels}" if channels else ""
        return " of ".join(part for part in (channels, page) if part)


USUAL = FilePart()


def decode_part(
    data: bytes | None, path: Path, part: FilePart, *, short_side: int = 0, rule: int = NEWEST_RULE
) -> Upright:
    """Decode a photo as `decode` does, of a file with several pictures or channels the part.

    What a file does not hold of the part is read as usual, and a note says so.
    """
    if part != USUAL and _may_hold_several(data, path):
        for held in dict.fromkeys((part, FilePart(0, part.channels), FilePart(part.page))):
            if held == USUAL:
                continue
            with suppress(KnownError):  # it has none, or is damaged: which, the usual way tells
                shown = decode(
                    data,
                    path,
                    short_side=short_side,
                    rule=rule,
                    page=held.page,
                    channels=held.channels,
                )
                return shown if held == part else _noted(shown, part, held)
        return _noted(decode(data, path, short_side=short_side, rule=rule), part, USUAL)
    return decode(data, path, short_side=short_side, rule=rule)


def _noted(shown: Upright, wanted: FilePart, held: FilePart) -> Upright:
    """Add what a file lacks of the part, unless it holds one picture of usual channels only."""
    lacks = []
    if wanted.page != held.page and any("pictures" in note for note in shown.notes):
        lacks.append(f"It has no picture {wanted.page + 1}.")
    if wanted.channels != held.channels and any("channels" in note for note in shown.notes):
        lacks.append(f"It has no channel {max(wanted.channels) + 1}.")
    return replace(shown, notes=(*lacks, *shown.notes))


def _may_hold_several(data: bytes | None, path: Path) -> bool:
    kind = formats.of_content(data[: formats.HEAD]) if data else None
    return (kind or formats.of_suffix(path.suffix)) in _MAY_HOLD_SEVERAL


def tiff_contents(path: Path) -> tuple[int, int]:
    """Return (pictures, channels) of a TIFF by what it says of itself; (0, 0) if it is none.

    Reads a few numbers a page. Reduced copies of a picture are none of their own.
    """
    try:
        with open_regular(path, follow_links=True) as file:
            return _contents(file)
    except (OSError, struct.error, ValueError):
        return 0, 0


def _contents(file: BinaryIO) -> tuple[int, int]:
    start = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(start[:2])
    if order is None or struct.unpack_from(order + "H", start, 2)[0] not in (42, 43):
        return 0, 0
    is_big = struct.unpack_from(order + "H", start, 2)[0] == 43
    number, offset, step = ("Q", "Q", 20) if is_big else ("H", "I", 12)
    at = struct.unpack_from(order + offset, start, 8 if is_big else 4)[0]
    pages = channels = 0
    met: set[int] = set()
    while at and at not in met and len(met) < MOST_PAGES:
        met.add(at)
        file.seek(at)
        width = struct.calcsize(order + number)
        tags = min(struct.unpack(order + number, file.read(width))[0], 4096)
        entries = file.read(tags * step)
        found = {}
        for index in range(tags):
            tag, kind = struct.unpack_from(order + "HH", entries, index * step)
            value = entries[index * step + (12 if is_big else 8) :]
            found[tag] = struct.unpack_from(order + ("H" if kind == _SHORT else "I"), value)[0]
        if not found.get(_SUBFILE, 0) & 1:
            pages += 1
            channels = max(channels, found.get(_SAMPLES, 1))
        at = struct.unpack(order + offset, file.read(struct.calcsize(order + offset)))[0]
    return pages, channels
