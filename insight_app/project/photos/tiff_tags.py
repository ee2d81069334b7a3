"""The first page of a TIFF by its tags: whether it is as most are, or a camera's raw data.

Reads a few numbers, whatever the file says of itself. Decodes nothing.
"""

import struct
from dataclasses import dataclass

_MOST_TAGS = 512
_MOST_VALUES = 2**20
"""Strips and tiles of a page; one with more is no plain one."""
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
        return Tags(values, counts)
    except struct.error:
        return None


def is_plain(data: bytes) -> bool:
    """Return whether the first page is one that Pillow shows as it should be."""
    tags = read(data)
    if tags is None or max(tags.counts.values(), default=0) > _MOST_VALUES:
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


def is_camera_raw(data: bytes) -> bool:
    """Return whether this is what a camera's sensor saw, with small pictures beside it."""
    tags = read(data)
    if tags is None:
        return False
    if _DNG in tags.counts or tags.one(_PHOTOMETRIC, 1) in (_CFA, _LINEAR_RAW):
        return True
    is_preview = tags.one(_SUBFILE, 0) & 1 and _MAKE in tags.counts
    return bool(is_preview and _SUBPAGES in tags.counts)
