"""Finding again what an entry said that was damaged in one byte, or lacks its last ones.

Only what has exactly the digest that was noted when it was written is taken: nothing is guessed.
The search is bounded by what it hashes, so that the same file always gives the same.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from insight_app.files import read_regular
from insight_app.plain_json import dumps
from insight_app.project.judgements.log import digests
from insight_app.project.judgements.log.entries import Incoming, Malformed, read
from insight_app.project.rescue import records
from insight_app.project.rescue.reading import MOST_BYTES
from insight_app.project.rescue.records import Cell, Value

MOST_HASHED = 2_000_000_000
"""Bytes hashed for all entries of a file together: some twenty seconds."""
_BITS = tuple(1 << bit for bit in range(8))
_BYTES = tuple(change for change in range(1, 256) if change not in _BITS)
_MOST_BLIND = 2
"""So many missing bytes are tried in every way; more of them only as other entries end."""


def mended(path: Path, sound: Collection[bytes]) -> Iterator[Incoming]:
    """Yield the damaged entries in a database that can be told for certain; OSError if unread.

    sound: digests of the entries that are there already. Nobody may be writing to the file.
    """
    data = read_regular(path, MOST_BYTES)
    page = records.page_size(data)
    wanted = {number: found - set(sound) for number, found in records.vouched(data).items()}
    cells = [cell for cell in records.log_cells(data, page) if wanted.get(cell.number)]
    search = _Search(_ends(data, page))
    for ways in (_search_near, _search_far):
        for cell in cells:
            if not wanted[cell.number]:
                continue
            for values in ways(search, cell, wanted[cell.number]):
                with suppress(Malformed):
                    entry = Incoming(cell.number, values, read(values))
                    wanted[cell.number] = set()
                    yield entry
                    break


class _Search:
    """Try changes of an entry's bytes until one has the digest; count what that takes."""

    def __init__(self, ends: Collection[bytes]) -> None:
        self.ends = ends
        self._left = MOST_HASHED

    def whole(self, raw: bytes, wanted: Collection[bytes]) -> dict[str, Value] | None:
        """Return the values of a record if it has the digest."""
        self._left -= 4 * len(raw)  # it is taken apart first
        if self._left < 0 or (values := records.values(raw)) is None:
            return None
        with suppress(TypeError, ValueError):
            if digests.of(values) in wanted:
                return values
        return None

    def changed(
        self, raw: bytes, changes: Collection[int], wanted: Collection[bytes]
    ) -> Iterator[dict[str, Value]]:
        """Yield the values of a record with the digest that differs in one byte from `raw`."""
        head = raw[0] if raw else 0
        for at in range(min(head or 1, len(raw))):
            for change in changes:
                found = self.whole(_with(raw, at, raw[at] ^ change), wanted)
                if found is not None:
                    yield found
        if (values := records.values(raw)) is not None:
            yield from self._changed_values(values, changes, wanted)

    def _changed_values(
        self, values: dict[str, Value], changes: Collection[int], wanted: Collection[bytes]
    ) -> Iterator[dict[str, Value]]:
        parts = [_spelled(values[name]) for name in digests.COLUMNS]
        for place, name in enumerate(digests.COLUMNS):
            value = values[name]
            before = "[" + "".join(f"{part}," for part in parts[:place])
            after = "".join(f",{part}" for part in parts[place + 1 :]) + "]"
            for one in _near(value, changes):
                text = f"{before}{_spelled(one)}{after}"
                self._left -= len(text)
                if self._left < 0:
                    return
                with suppress(UnicodeEncodeError):
                    if digests.of_text(text) in wanted:
                        yield {**values, name: one}


def _search_near(
    search: _Search, cell: Cell, wanted: Collection[bytes]
) -> Iterator[dict[str, Value]]:
    """Try what is quick: a damaged digest, the ends of other entries, single bits."""
    raw = cell.raw
    values = records.values(raw)
    if values is not None:
        with suppress(TypeError, ValueError):
            digest = digests.of(values)
            if any(sum(a != b for a, b in zip(digest, one, strict=True)) == 1 for one in wanted):
                yield values  # the entry is whole, and its digest was damaged
    lacks = len(raw) - len(raw.rstrip(b"\0"))
    kept = raw[: len(raw) - lacks]
    for end in sorted({end[-lacks:] for end in search.ends if len(end) >= lacks} if lacks else ()):
        if (found := search.whole(kept + end, wanted)) is not None:
            yield found
    yield from search.changed(raw, _BITS, wanted)


def _search_far(
    search: _Search, cell: Cell, wanted: Collection[bytes]
) -> Iterator[dict[str, Value]]:
    """Try every byte in every place, and all that two missing bytes can be."""
    raw = cell.raw
    yield from search.changed(raw, _BYTES, wanted)
    lacks = len(raw) - len(raw.rstrip(b"\0"))
    if lacks == _MOST_BLIND:
        for number in range(1 << 8 * _MOST_BLIND):
            found = search.whole(raw[:-lacks] + number.to_bytes(lacks, "big"), wanted)
            if found is not None:
                yield found


def _ends(data: bytes, page: int) -> set[bytes]:
    """Return how the entries end that can be read."""
    found = set()
    for record in records.log_records(data, page):
        group, text = record.values["group_uuid"], record.values["text"]
        if isinstance(group, str) and isinstance(text, str):
            found.add(f"{group}{text}".encode())
    return found


def _near(value: Value, changes: Collection[int]) -> Iterator[Value]:
    """Yield the values of the same length whose bytes differ from those of `value` in one."""
    if isinstance(value, int):
        for shift in range(0, 64, 8):
            for change in changes:
                changed = (value & (1 << 64) - 1) ^ (change << shift)
                yield changed - (1 << 64) if changed >> 63 else changed
    elif value is not None:
        raw = value.encode() if isinstance(value, str) else value
        for at, old in enumerate(raw):
            for change in changes:
                with suppress(UnicodeDecodeError):
                    yield _with(raw, at, old ^ change).decode()


def _spelled(value: Value) -> str:
    return '""' if isinstance(value, bytes) else dumps(value)


def _with(raw: bytes, at: int, byte: int) -> bytes:
    return raw[:at] + bytes([byte]) + raw[at + 1 :]
