"""Finding the log's records in the bytes of a damaged database, page trees or not.

The last resort: it needs neither header nor schema nor an intact page, only the bytes of a record
one after the other (and its overflow pages). What it finds must be verified by who asks. After
https://www.sqlite.org/fileformat.html, sections 1.5 to 2.1.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from insight_app.project.judgements.log import digests

_TYPES = [None, *("text" for _ in digests.COLUMNS)]
for _name in ("lamport", "version"):
    _TYPES[1 + digests.COLUMNS.index(_name)] = "whole"
_UNDOES = 1 + digests.COLUMNS.index("undoes")
_HEADER = re.compile(rb"(?=[\x10-\x2f]\x00[\x0d-\xff])", re.DOTALL)
"""Length of the record's header, the empty place of its number, and a text: the uuid."""
_DIGEST = re.compile(
    rb"(?=\x13([\x80-\xff]{0,7}[\x00-\x7f])\x03\x00\x2c(.{%d}))" % digests.SIZE, re.DOTALL
)
_PROJECT = re.compile(rb"\x01\x04\x00\x55[\x01-\x06\x08\x09]([0-9a-f-]{36})")
_WHOLE_SIZES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
_LONGEST_VARINT = 9
_TABLE_LEAF = 13
_SHORTEST = 60
"""Bytes of a record; no entry is as short, and each of their digests is."""
_MAGIC = b"SQLite format 3\x00"
DEFAULT_PAGE = 4096

Value = int | str | bytes | None


@dataclass(frozen=True)
class LogRecord:
    """A record of the log: its number (None: it cannot be told) and its values by column."""

    number: int | None
    values: dict[str, Value]


def page_size(data: bytes) -> int:
    """Return the page size that a database states; SQLite's usual one if it is destroyed."""
    size = int.from_bytes(data[16:18], "big")
    size = 65536 if size == 1 else size
    is_one = data.startswith(_MAGIC) and 512 <= size <= 65536 and size & (size - 1) == 0
    return size if is_one else DEFAULT_PAGE


def stated_pages(data: bytes) -> int:
    """Return how many pages a database says that it has, 0 if it does not say."""
    return int.from_bytes(data[28:32], "big") if data.startswith(_MAGIC) else 0


@dataclass(frozen=True)
class Cell:
    """A record as the bytes of a table's page hold it; zeros stand where the file was cut."""

    number: int
    raw: bytes


def log_cells(data: bytes, page: int) -> Iterator[Cell]:
    """Yield what the pages of a database point to as its entries, in whatever state."""
    data += bytes(-len(data) % page)
    for first in range(0, len(data), page):
        head = first + (len(_MAGIC) + 84 if first == 0 else 0)
        if data[head] != _TABLE_LEAF:
            continue
        count = int.from_bytes(data[head + 3 : head + 5], "big")
        for at in range(head + 8, min(head + 8 + 2 * count, first + page - 1), 2):
            cell = first + int.from_bytes(data[at : at + 2], "big")
            size, after = _varint(data, cell)
            number, start = _varint(data, after)
            if _SHORTEST <= size <= len(data) and number > 0 and start < first + page:
                raw = _payload(data, start, size, page)
                if raw is not None:
                    yield Cell(number, raw)


def log_records(data: bytes, page: int) -> Iterator[LogRecord]:
    """Yield everything in the bytes of a database that has the form of an entry of the log."""
    for match in _HEADER.finditer(data):
        found = _record(data, match.start(), page)
        if found is not None:
            yield found


def vouched(data: bytes) -> dict[int, set[bytes]]:
    """Return the digests that the bytes of a database hold, by the number of their entry."""
    found: dict[int, set[bytes]] = {}
    for match in _DIGEST.finditer(data):
        number, _ = _varint(match[1], 0)
        found.setdefault(number, set()).add(match[2])
    return found


def project(data: bytes) -> str:
    """Return which project the bytes of a database say that they are of, '' if they do not."""
    found = {match[1].decode() for match in _PROJECT.finditer(data)}
    return found.pop() if len(found) == 1 else ""


def _record(data: bytes, start: int, page: int) -> LogRecord | None:
    types = _types(data, start)
    if types is None:
        return None
    size = data[start] + sum(map(_size, types))
    body = _payload(data, start, size, page)
    if body is None:
        return None
    return LogRecord(_number(data, start, size), _values(body, types))


def values(raw: bytes) -> dict[str, Value] | None:
    """Return what a whole record says by column, None if it has not the form of an entry."""
    types = _types(raw, 0) if raw else None
    if types is None or raw[0] + sum(map(_size, types)) != len(raw):
        return None
    return _values(raw, types)


def _types(data: bytes, start: int) -> list[int] | None:
    """Return the kinds of the values of a record, as its header has them; None if it is none."""
    types: list[int] = []
    at, end = start + 1, start + data[start]
    while at < end and len(types) < len(_TYPES):
        kind, at = _varint(data, at)
        if not _fits(kind, len(types)):
            return None
        types.append(kind)
    return types if at == end and len(types) == len(_TYPES) else None


def _values(body: bytes, types: Sequence[int]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    at = body[0]
    for name, kind in zip(digests.COLUMNS, types[1:], strict=True):
        found[name] = _value(kind, body[at : at + _size(kind)])
        at += _size(kind)
    return found


def _fits(kind: int, column: int) -> bool:
    if column == 0:
        return kind == 0
    if column == _UNDOES and kind == 0:
        return True
    if _TYPES[column] == "whole":
        return kind in _WHOLE_SIZES
    return kind >= 13 and kind % 2 == 1


def _size(kind: int) -> int:
    return (kind - 13) // 2 if kind >= 13 else _WHOLE_SIZES.get(kind, 0)


def _value(kind: int, data: bytes) -> Value:
    if kind == 0:
        return None
    if kind in (8, 9):
        return kind - 8
    if kind < 13:
        return int.from_bytes(data, "big", signed=True)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _payload(data: bytes, start: int, size: int, page: int) -> bytes | None:
    """Return the bytes of a record that begins at `start`, with what lies on overflow pages."""
    end = (start // page + 1) * page
    if size <= page - 35:
        return data[start : start + size] if start + size <= min(end, len(data)) else None
    least = (page - 12) * 32 // 255 - 23
    local = least + (size - least) % (page - 4)
    local = local if local <= page - 35 else least
    if start + local + 4 > min(end, len(data)):
        return None
    parts, rest = [data[start : start + local]], size - local
    following = int.from_bytes(data[start + local : start + local + 4], "big")
    while rest:
        at = (following - 1) * page
        part = data[at + 4 : at + 4 + min(rest, page - 4)] if following > 0 else b""
        if len(part) < min(rest, page - 4):
            return None
        parts.append(part)
        rest -= len(part)
        following = int.from_bytes(data[at : at + 4], "big")
    return b"".join(parts)


def _number(data: bytes, start: int, size: int) -> int | None:
    """Return the number of a record: it stands before it, and before that the record's size."""
    before = _spelled(size)
    for length in range(1, _LONGEST_VARINT):
        at = start - length
        if at < len(before):
            return None
        number, end = _varint(data, at)
        if end == start and data[at - len(before) : at] == before and number > 0:
            return number
    return None


def _varint(data: Sequence[int], at: int) -> tuple[int, int]:
    """Return a number of variable length (up to 8 bytes) and where it ends."""
    value = 0
    for end in range(at, min(at + _LONGEST_VARINT - 1, len(data))):
        value = value << 7 | data[end] & 0x7F
        if data[end] < 0x80:
            return value, end + 1
    return -1, at


def _spelled(value: int) -> bytes:
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))
