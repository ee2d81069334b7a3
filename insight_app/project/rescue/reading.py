"""Reading whatever is left of a log, in a database in any state or in JSON lines.

A damaged database is read on a copy: as far as SQLite can, from both ends, and then record by
record out of its bytes. An entry counts as vouched for if its digest is found anywhere beside it.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from insight_app.files import read_regular
from insight_app.project.judgements.log import digests, entries, lines, links
from insight_app.project.judgements.log.entries import Incoming, Malformed, Written
from insight_app.project.judgements.schema import SCHEMA
from insight_app.project.rescue import records
from insight_app.project.storage.connecting import connect
from insight_app.project.storage.expected_tables import wrong_with

MOST_BYTES = 256 << 20
"""Of a damaged file, which is held in memory: some 400,000 judgements have as much."""
_COLUMNS = ", ".join(f'CAST("{name}" AS BLOB), typeof("{name}")' for name in digests.COLUMNS)
_UNREADABLE = (sqlite3.Error, OSError, UnicodeDecodeError)
"""What SQLite raises of a damaged file; the last is Python's, of a message that quotes it."""
_ALL = ", ".join(f'"{name}"' for name in digests.COLUMNS)


class Worth(IntEnum):
    """How far an entry can be trusted to be as it was written."""

    DOUBTFUL = 0
    """Its digest is known and is another one."""
    LOOSE = 1
    """Nobody vouches for it, and the file around it is damaged."""
    PLAIN = 2
    """Nobody vouches for it; its file is whole."""
    VOUCHED = 3


@dataclass(frozen=True)
class Rescued:
    """An entry that was read, and what it is worth."""

    entry: Incoming
    worth: Worth


@dataclass
class LogRemains:
    """What a file holds of a log.

    project: which one it says that it is of, '' if it does not say.  last: the highest number of an
    entry that it speaks of.  is_whole: nothing is wrong with it.  spoiled: numbers of entries that
    can be read and are not as they were written.  doubted: of those that may have been changed.
    """

    path: Path
    entries: list[Rescued] = field(default_factory=list)
    project: str = ""
    last: int = 0
    is_whole: bool = False
    spoiled: set[int] = field(default_factory=set)
    doubted: set[int] = field(default_factory=set)


Wanted = Callable[[str], bool]
"""Whether an entry of this uuid is still looked for."""


def read_database(path: Path, wanted: Wanted = lambda _uuid: True) -> LogRemains:
    """Return what is left of the log in `path`; OSError if not even its bytes can be read.

    Nobody may be writing to the file: it is read beside SQLite where SQLite gives up.
    """
    journal = path.with_name(path.name + "-journal")
    if not journal.exists():
        with suppress(*_UNREADABLE):
            if (found := _whole(path, path, wanted)) is not None:
                return found
    data = read_regular(path, MOST_BYTES)
    with tempfile.TemporaryDirectory(prefix="insight-") as place:
        copy = Path(place) / "copy.sqlite"
        copy.write_bytes(data)
        if journal.exists():
            with suppress(OSError):
                copy.with_name(copy.name + "-journal").write_bytes(
                    read_regular(journal, MOST_BYTES)
                )
            with suppress(sqlite3.Error), closing(connect(copy, "rw")) as connection:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            with suppress(*_UNREADABLE):
                if (found := _whole(copy, path, wanted)) is not None:
                    return found
            data = copy.read_bytes()
        return _damaged(path, data, copy, wanted)


def read_lines(path: Path, wanted: Wanted = lambda _uuid: True) -> LogRemains:
    """Return the entries of a log in JSON lines, without the lines that are none."""
    found = LogRemains(path, is_whole=True)
    try:
        for number, line in lines.raw(path):
            try:
                entry = lines.parsed(line.decode(), number)
            except (Malformed, UnicodeDecodeError):
                found.is_whole = False
                continue
            found.last += 1
            if wanted(entry.judgement.uuid):
                found.entries.append(Rescued(entry, Worth.PLAIN))
    except Malformed:  # what follows is no text any more
        found.is_whole = False
    return found


def _whole(path: Path, of: Path, wanted: Wanted) -> LogRemains | None:
    """Read a file that nothing is wrong with; None if something is."""
    found = LogRemains(of, is_whole=True)
    with closing(connect(path)) as connection:
        if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            return None
        if not _is_ours(connection):
            return None
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        found.project = _project(connection) if "identity" in tables else ""
        found.last = connection.execute("SELECT max(seq) FROM log").fetchone()[0] or 0
        digest, join = "NULL", ""
        if "log_digest" in tables:
            digest, join = "log_digest.digest", "LEFT JOIN log_digest USING (seq)"
        found.doubted = _unlinked(connection, tables, found.project)
        for number, is_vouched, *values in connection.execute(
            f"SELECT log.seq, {digest}, {_ALL} FROM log {join} ORDER BY log.seq"
        ):
            written = dict(zip(digests.COLUMNS, values, strict=True))
            if not wanted(str(written["uuid"])):
                continue
            worth = Worth.PLAIN
            if is_vouched is not None:
                worth = Worth.VOUCHED if _digest(written) == is_vouched else Worth.DOUBTFUL
                worth = min(worth, Worth.LOOSE) if number in found.doubted else worth
            if worth is Worth.DOUBTFUL or not _add(found, number, written, worth):
                found.spoiled.add(number)
    return found


def _unlinked(connection: sqlite3.Connection, tables: Collection[str], project: str) -> set[int]:
    """Return the entries that may not be those that others were linked to."""
    if not {"log_digest", "log_link", "log_head"} <= set(tables):
        return set()
    head = links.head_of(connection.execute(links.HEAD).fetchone())
    if head is None:
        return set()
    rows = links.linked(connection.execute(links.ENTRIES))
    found = links.changed(rows, links.first(project, head.log), head)
    faults = (one for one in found if not one.is_link)
    return {number for one in faults for number in range(one.first, one.last + 1)}


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Return whether SQLite may be asked: a log that computes its rows might never end."""
    expected, triggers = SCHEMA.metadata, SCHEMA.triggers
    return not wrong_with(connection, expected, ("log",), triggers, is_newer=True)


def _damaged(path: Path, data: bytes, copy: Path, wanted: Wanted) -> LogRemains:
    found = LogRemains(path, project=records.project(data))
    vouched = records.vouched(data)
    known = {digest for several in vouched.values() for digest in several}
    met: set[tuple[int | None, bytes | None]] = set()
    found.last = max(vouched, default=0)
    for number, written in _everywhere(data, copy):
        found.last = max(found.last, number or 0)
        digest = _digest(written)
        if (number, digest) in met or not wanted(str(written["uuid"])):
            continue
        met.add((number, digest))
        worth = Worth.LOOSE
        if digest in known:
            worth = Worth.VOUCHED
        elif number in vouched:
            worth = Worth.DOUBTFUL
        is_taken = worth is not Worth.DOUBTFUL and _add(found, number, written, worth)
        if not is_taken and number is not None:
            found.spoiled.add(number)
    found.spoiled -= {one.entry.number for one in found.entries}
    return found


def _everywhere(data: bytes, copy: Path) -> Iterator[tuple[int | None, Written]]:
    page = records.page_size(data)
    size = max(records.stated_pages(data), -(-len(data) // page)) * page
    with suppress(*_UNREADABLE):
        if size <= 2 * len(data) + page:  # else the header is not to be believed
            copy.write_bytes(data + bytes(size - len(data)))
        yield from _as_far_as_sqlite_can(copy)
    for record in records.log_records(data, page):
        yield record.number, record.values


def _as_far_as_sqlite_can(copy: Path) -> Iterator[tuple[int, Written]]:
    for order in ("ASC", "DESC"):
        with suppress(*_UNREADABLE), closing(connect(copy, "rw")) as connection:
            connection.execute("PRAGMA writable_schema = ON")  # else it refuses a file cut short
            if not _is_ours(connection):
                return
            query = f"SELECT seq, {_COLUMNS} FROM log NOT INDEXED ORDER BY seq {order}"
            for number, *values in connection.execute(query):
                pairs = zip(digests.COLUMNS, values[::2], values[1::2], strict=True)
                yield number, {name: _value(value, kind) for name, value, kind in pairs}


def _value(value: bytes | None, kind: str) -> int | str | bytes | None:
    with suppress(ValueError):
        if value is not None and kind == "text":
            return value.decode()
        if value is not None and kind == "integer":
            return int(value)
    return value


def _add(found: LogRemains, number: int | None, written: Written, worth: Worth) -> bool:
    try:
        judgement = entries.read(written)
    except Malformed:
        return False
    found.entries.append(Rescued(Incoming(number or 0, written, judgement), worth))
    return True


def _digest(written: Written) -> bytes | None:
    with suppress(TypeError, ValueError):
        return digests.of(written)
    return None


def _project(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT project FROM identity").fetchone()
    return str(row[0]) if row else ""
