"""The records of a zip file, found without taking the file's word for sizes.

torch's checkpoints are zip files whose records are stored, never compressed: each is a stretch of
the file. Owns reading the table of contents within bounds. Knows nothing of what is in a record.
"""

import struct
from collections.abc import Iterator

from insight_app.concepts.checkpoints.pickles import BadFile

MOST_RECORDS = 200_000
_END, _END_64, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_ENTRY, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"
_COMMENT = 1 << 16
_ALL = 0xFFFFFFFF


class Records:
    """name -> bytes; data: the whole file, mapped."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._places: dict[str, tuple[int, int, int]] = {}
        total = 0
        for name, method, packed, size, place in _entries(data):
            if name in self._places:
                raise BadFile("its table of contents names a part twice")
            total += packed
            self._places[name] = (place, packed if method else size, method)
        if total > len(data):
            raise BadFile("its parts overlap: together they are larger than the file")

    def names(self) -> list[str]:
        """Return all names."""
        return list(self._places)

    def read(self, name: str) -> memoryview:
        """Return a record, nothing copied; raise BadFile where it is not there or not whole."""
        if name not in self._places:
            raise BadFile(f"its part {name[-60:]!r} is missing")
        place, size, method = self._places[name]
        if method:
            raise BadFile("its parts are compressed, as torch never writes them")
        head = bytes(self._data[place : place + 30])
        if len(head) < 30 or head[:4] != _LOCAL:
            raise BadFile("its table of contents does not fit its parts")
        name_size, extra_size = struct.unpack("<HH", head[26:30])
        start = place + 30 + name_size + extra_size
        if start + size > len(self._data):
            raise BadFile("it is cut off")
        return self._data[start : start + size]


def _entries(data: memoryview) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield name, method, packed size, size and place of every record."""
    tail_start = max(0, len(data) - _COMMENT - 22)
    tail = bytes(data[tail_start:])
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        raise BadFile("it is cut off: its table of contents, at the end, is missing")
    count, size, start = struct.unpack("<HII", tail[end + 10 : end + 20])
    locator = tail[end - 20 : end] if end >= 20 else b""
    if locator[:4] == _LOCATOR_64:
        (place,) = struct.unpack("<Q", locator[8:16])
        long = bytes(data[place : place + 56]) if place < len(data) else b""
        if len(long) == 56 and long[:4] == _END_64:
            count, size, start = struct.unpack("<QQQ", long[32:56])
    if count > MOST_RECORDS or size > MOST_RECORDS * 512:
        raise BadFile(f"its table of contents has {count:,} entries, too many for weights")
    table = bytes(data[start : start + size]) if start < len(data) else b""
    if len(table) != size:
        raise BadFile("its table of contents is cut off")
    place = 0
    for _ in range(count):
        head = table[place : place + 46]
        if len(head) < 46 or head[:4] != _ENTRY:
            raise BadFile("its table of contents is damaged")
        flags, method = struct.unpack("<HH", head[8:12])
        packed, size, name_size, extra_size, comment_size = struct.unpack("<IIHHH", head[20:34])
        (local,) = struct.unpack("<I", head[42:46])
        name = table[place + 46 : place + 46 + name_size].decode("utf-8", "replace")
        extra = table[place + 46 + name_size : place + 46 + name_size + extra_size]
        if flags & 1:
            raise BadFile("it is encrypted")
        size, packed, local = _long(extra, size, packed, local)
        yield name, method, packed, size, local
        place += 46 + name_size + extra_size + comment_size


def _long(extra: bytes, *values: int) -> tuple[int, ...]:
    """Return sizes and place of an entry, those that need 64 bits taken from its extra field."""
    place = 0
    while place + 4 <= len(extra):
        kind, size = struct.unpack("<HH", extra[place : place + 4])
        if kind == 1:
            content = extra[place + 4 : place + 4 + size]
            longs = iter(struct.unpack(f"<{len(content) // 8}Q", content[: len(content) // 8 * 8]))
            return tuple(next(longs, value) if value == _ALL else value for value in values)
        place += 4 + size
    return values
