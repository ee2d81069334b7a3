"""What vouches for a log in its database: a digest of each entry, its link, and the log's head.

A log of an older Insight has fewer of these; they are added once (`complete`). Knows nothing of
what entries say.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, select

from insight_app.project.judgements.log import digests, identity, links
from insight_app.project.judgements.log.entries import Written
from insight_app.project.judgements.log.links import Head, Linked
from insight_app.project.judgements.schema import EntryDigest, EntryLink, LogEntry, LogHead, has

_COLUMNS = [column for column in LogEntry.__table__.columns if column.name != "seq"]
_BATCH = 5_000
_LATEST_FORMAT = 2
"""A file that says more is opened for reading only."""
_DIGEST = "INSERT INTO log_digest (seq, digest) VALUES (?, ?)"
_LINK = "INSERT INTO log_link (seq, link) VALUES (?, ?)"
_END = "UPDATE log_head SET entries = ?, digest = ?"
"""Half the time of statements that are put together."""
_LAST = (
    "SELECT seq, digest, link FROM log_digest JOIN log_link USING (seq) WHERE log_digest.seq = ?"
)


def add(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Add what vouches for new entries at the end of the log, given with their numbers (seq)."""
    made = [(row["seq"], digests.of(row)) for row in rows]
    connection.exec_driver_sql(_DIGEST, made)
    if (known := _head(connection)) is not None:
        _link(connection, known, made)


def is_complete(connection: Connection) -> bool:
    """Return whether nothing is left to be done by `complete`."""
    return has(connection, LogHead) and not identity.is_unfinished(connection)


def complete(connection: Connection, project: str) -> None:
    """Add what vouches for entries of an older Insight, as far as it lacks; note the version."""
    last = connection.execute(select(func.max(EntryDigest.seq))).scalar_one() or 0
    query = select(LogEntry.seq, *_COLUMNS).where(LogEntry.seq > last).order_by(LogEntry.seq)
    while rows := connection.execute(query.limit(_BATCH)).all():
        made = [(row.seq, digests.of(row._asdict())) for row in rows]
        connection.exec_driver_sql(_DIGEST, made)
        query = query.where(LogEntry.seq > rows[-1].seq)
    connection.execute(delete(EntryLink))
    connection.execute(delete(LogHead))
    log = str(uuid4())
    begun = Head(log, 0, links.first(project, log))
    connection.execute(insert(LogHead), [{"id": 1, **vars(begun)}])
    query_of_digests = select(EntryDigest.seq, EntryDigest.digest).order_by(EntryDigest.seq)
    made = [(number, digest) for number, digest in connection.execute(query_of_digests)]
    _link(connection, begun, made)
    identity.name(connection, project)


def head(connection: Connection) -> Head | None:
    """Return where the log ends, None for a log of an older Insight."""
    return _head(connection) if has(connection, LogHead) else None


def _head(connection: Connection) -> Head | None:
    return links.head_of(connection.exec_driver_sql(links.HEAD).first())


def holds(connection: Connection, noted: Head) -> bool:
    """Return whether the log went on from where it ended when that was noted.

    True too of a log that was put together anew since: its links are others.
    """
    known = head(connection)
    if known is None or known.log != noted.log:
        return True
    if noted.entries >= known.entries:
        return known == noted
    rows = links.linked(connection.exec_driver_sql(_LAST, (noted.entries + 1,)))
    return [row.link for row in rows] == [noted.digest]


def wrong_with_end(connection: Connection) -> str:
    """Return what is wrong with the end of the log, '' if nothing; asks for the last entry alone.

    A log that was cut off, or whose last entry was changed, must not be written on: its head, which
    tells of it, would be another one.
    """
    if not has(connection, LogHead) or identity.is_unfinished(connection):
        return ""
    known, last = head(connection), _last(connection)
    if known is None:
        return "What vouches for the log was removed."
    if known.entries == last == 0:
        start = links.first(identity.project_of(connection), known.log)
        return "" if start == known.digest else "What vouches for the log is not as it was written."
    if known.entries == last:
        rows = connection.exec_driver_sql(_LAST, (last,)).all()
        if any(links.leads(one.link, one.digest, known.digest) for one in links.linked(rows)):
            return ""
    return next(faults(connection), "The end of the log is not as it was written.")


def linked(connection: Connection) -> list[Linked]:
    """Return all entries as they are linked, in their order; none of a log of an older Insight."""
    if not has(connection, LogHead):
        return []
    return links.linked(connection.exec_driver_sql(links.ENTRIES))


def faults(connection: Connection) -> Iterator[str]:
    """Yield where the log is not as it was written, in words; the first entry first."""
    if not has(connection, EntryDigest):
        return  # of an older Insight; nobody vouches for it
    if _write_version(connection) > _LATEST_FORMAT:
        yield "The header of the file is damaged: nothing could be written to it any more."
    yield from identity.faults(connection)
    known = head(connection)
    is_linked = has(connection, LogHead) and not identity.is_unfinished(connection)
    if is_linked and known is None:
        yield "What vouches for the log was removed."
    vouched = connection.execute(select(func.max(EntryDigest.seq))).scalar_one() or 0
    vouched = max(vouched, known.entries if known is not None else 0)
    found = dict(_changed_entries(connection, vouched))
    if is_linked and known is not None:
        start = links.first(identity.project_of(connection), known.log)
        for one in links.changed(linked(connection), start, known):
            found.setdefault(one.first, _in_words(one))
    for number in sorted(found):
        yield found[number]


def _changed_entries(connection: Connection, vouched: int) -> Iterator[tuple[int, str]]:
    """Yield the entries that have not their digest, or are missing, and what is wrong."""
    query = (
        select(LogEntry.seq, *_COLUMNS, EntryDigest.digest)
        .outerjoin(EntryDigest, EntryDigest.seq == LogEntry.seq)
        .order_by(LogEntry.seq)
    )
    number = 0
    for seq, *values, digest in connection.execute(query):
        if seq > number + 1:
            yield number + 1, _missing(number + 1, seq - 1)
        number = seq
        if digest is None and seq > vouched:
            return  # an older Insight wrote this one and all that follow
        entry = dict(zip((column.name for column in _COLUMNS), values, strict=True))
        if not _is_as_written(entry, digest):
            yield seq, f"Entry {seq:,} of the log is not as it was written."
    if vouched > number:
        yield number + 1, _missing(number + 1, vouched)


def _missing(first: int, last: int) -> str:
    which = f"Entry {first:,}" if first == last else f"Entries {first:,} to {last:,}"
    return f"{which} of the log {'is' if first == last else 'are'} missing."


def _in_words(fault: links.Unlinked) -> str:
    if fault.is_link:
        return f"What links entry {fault.first:,} of the log to those before it is damaged."
    which = f"Entry {fault.first:,}"
    if fault.last > fault.first:
        which += f" or {fault.last:,}"
    return (
        f"{which} of the log was changed or is in another one's place, or one after it was taken "
        "out: what follows was written after another entry."
    )


def _link(connection: Connection, known: Head, made: Iterable[tuple[int, bytes]]) -> None:
    """Add the links of entries, given with their digests, to the log that ended at `known`."""
    link, rows = known.digest, []
    for number, digest in made:
        rows.append((number, link))
        link = links.following(link, digest)
    if rows:
        connection.exec_driver_sql(_LINK, rows)
        connection.exec_driver_sql(_END, (rows[-1][0], link))


def _last(connection: Connection) -> int:
    return connection.exec_driver_sql("SELECT max(seq) FROM log").scalar_one() or 0


def _write_version(connection: Connection) -> int:
    """Return which version of SQLite's format a writer must know, as byte 18 of the file has it."""
    file = connection.connection.driver_connection
    # Asked through SQLite: a descriptor of our own would drop its locks.
    return file.serialize()[18] if isinstance(file, sqlite3.Connection) else 0


def _is_as_written(entry: Written, digest: object) -> bool:
    with suppress(TypeError, ValueError):
        return digests.of(entry) == digest
    return False
