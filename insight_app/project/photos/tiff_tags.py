"""The first page of a TIFF by its tags: whether it is as most are, or a camera's raw data.

Reads a few numbers, whatever the file says of itself. Decodes nothing.
"""

import struct
from dataclasses import dataclass
from typing import TypeGuard

_MOST_TAGS = 512
_MOST_VALUES = 2**20
"""Strips and tiles of a page; one with more is no plain one."""
_MOST_PAGES = 10**5
_SUBFILE_AMONG = 4
"""Tags are in order; it is among the first of them."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SIZES |= {16: 8, 17: 8, 18: 8}
_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
(
    _SUBFILE, BITS, COMPRESSION, _PHOTOMETRIC, _MAKE, SAMPLES, _PLANAR, _EXTRA, _FORMAT, _SUBPAGES,
    _DNG, _COLOUR_FILTER,
) = 254, 258, 259, 262, 271, 277, 284, 338, 339, 330, 50706, 33422  # fmt: skip
_CFA, _LINEAR_RAW = 32803, 34892
_PLAIN_PHOTOMETRIC = (0, 1, 3)
"""White or black is zero, palette."""
_BANDS = {2: 3, 5: 4, 6: 3, 8: 3}
"""Of RGB, inks, YCbCr, Lab."""


@dataclass(frozen=True)
class Tags:
    """What a TIFF's first page says: the values of short tags, and how many values each has."""

    values: dict[int, tuple[int, ...]]
    counts: dict[int, int]
    number: int
    """Of tags, which may be more than are read here."""

    def one(self, tag: int, default: int) -> int:
        return self.values.get(tag, (default,))[0]


def read(data: bytes) -> Tags | None:
    """Return the tags of the first page; None if there is none that can be read."""
    order = "<" if data[:2] == b"II" else ">"
    try:
        is_big = struct.unpack_from(order + "H", data, 2)[0] == 43
        offset, number, entry = ("Q", "Q", "HHQ") if is_big else ("I", "H", "HHI")
        room, step = (8, 20) if is_big else (4, 12)
        at = struct.unpack_from(order + offset, data, 8 if is_big else 4)[0]
        tags = struct.unpack_from(order + number, data, at)[0]
        at += struct.calcsize(number)
        values: dict[int, tuple[int, ...]] = {}
        counts: dict[int, int] = {}
        for index in range(min(tags, _MOST_TAGS)):
            tag, kind, count = struct.unpack_from(order + entry, data, at + index * step)
            place = at + index * step + struct.calcsize("<" + entry)
            counts[tag] = count
            if kind in _CODES and 0 < count <= 16:
                if count * _SIZES[kind] > room:
                    place = struct.unpack_from(order + offset, data, place)[0]
                values[tag] = struct.unpack_from(f"{order}{count}{_CODES[kind]}", data, place)
        return Tags(values, counts, tags)
    except struct.error:
        return None


def is_short(data: bytes) -> bool:
    """Return whether the first page has no more tags and values than a photo's."""
    return _is_short(read(data))


def _is_short(tags: Tags | None) -> TypeGuard[Tags]:
    return (
        tags is not None
        and tags.number <= _MOST_TAGS
        and max(tags.counts.values(), default=0) <= _MOST_VALUES
    )


def is_plain(data: bytes) -> bool:
    """Return whether the first page is one that Pillow shows as it should be."""
    tags = read(data)
    if not _is_short(tags):
        return False
    samples, bits = tags.one(SAMPLES, 1), set(tags.values.get(BITS, (1,)))
    extra, photometric = tags.values.get(_EXTRA, ()), tags.one(_PHOTOMETRIC, 1)
    if tags.one(_PLANAR, 1) != 1 and samples > 1:
        return False
    if samples == 1:
        is_inverted = photometric == 0 and max(bits) > 8
        return photometric in _PLAIN_PHOTOMETRIC and not extra and not is_inverted
    if bits != {8} or tags.one(_FORMAT, 1) != 1:
        return False
    own = _BANDS.get(photometric, 0)
    has_alpha = samples == own + 1 and photometric == 2 and extra in ((1,), (2,))
    return (samples == own and not extra) or has_alpha


def pages(data: bytes) -> int:
    """Return how many pictures a TIFF holds; reduced copies of one are none of their own."""
    order = "<" if data[:2] == b"II" else ">"
    is_big = data[2:4] in (b"+\0", b"\0+")
    offset, number, step, room = ("Q", "Q", 20, 8) if is_big else ("I", "H", 12, 4)
    place, found, met = room, 0, 0
    try:
        at = struct.unpack_from(order + offset, data, place)[0]
        while at and met < _MOST_PAGES:
            met += 1
            tags = struct.unpack_from(order + number, data, at)[0]
            at += struct.calcsize(number)
            kind = 0
            for index in range(min(tags, _SUBFILE_AMONG)):
                place = at + index * step
                if struct.unpack_from(order + "H", data, place)[0] == _SUBFILE:
                    kind = struct.unpack_from(order + "I", data, place + step - room)[0]
            found += not kind & 1
            at = struct.unpack_from(order + offset, data, at + tags * step)[0]
    except struct.error:
        pass  # the list breaks off here
    return found


def is_camera_raw(data: bytes) -> bool:
    """Return whether this is what a camera's sensor saw, with small pictures beside it."""
    tags = read(data)
    if tags is None:
        return False
    if _DNG in tags.counts or tags.one(_PHOTOMETRIC, 1) in (_CFA, _LINEAR_RAW):
        return True
    is_preview = tags.one(_SUBFILE, 0) & 1 and _MAKE in tags.counts
    return bool(is_preview and _SUBPAGES in tags.counts)
