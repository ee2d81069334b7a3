"""Reading and appending the log in a database, with what vouches for it.

Knows the log, its digests, its losses, and nothing of what the entries add up to. An entry that is
malformed raises Malformed with its uuid.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, inspect, select

from insight_app.project.judgements.log import chain, digests, entries
from insight_app.project.judgements.log.entries import Malformed, Written
from insight_app.project.judgements.log.kinds import UNDO, VERSIONS
from insight_app.project.judgements.schema import (
    SCHEMA,
    EntryDigest,
    Identity,
    LastingBase,
    LogEntry,
    LostEntry,
)
from insight_app.project.judgements.state import Judgement, Person, dumps

_COLUMNS = [column for column in LogEntry.__table__.columns if column.name != "seq"]
_BATCH = 5_000
_LATEST_FORMAT = 2
"""A file that says more is opened for reading only."""
_VOUCH = "INSERT INTO log_digest (seq, digest) VALUES (?, ?)"
_ORDER = (LogEntry.lamport, LogEntry.person_uuid, LogEntry.uuid)


def append(connection: Connection, written: Iterable[Written]) -> None:
    """Write entries, as they are, at the end of the log, each with its digest."""
    first = _last(connection) + 1
    rows = [{**entry, "seq": seq} for seq, entry in enumerate(written, first)]
    if rows:
        connection.execute(insert(LogEntry), rows)
        _vouch(connection, rows)


def vouch_for_all(connection: Connection) -> None:
    """Give digests to the entries at the end of the log that an older Insight wrote."""
    last = connection.execute(select(func.max(EntryDigest.seq))).scalar_one() or 0
    query = select(LogEntry.seq, *_COLUMNS).where(LogEntry.seq > last).order_by(LogEntry.seq)
    while rows := connection.execute(query.limit(_BATCH)).all():
        _vouch(connection, [row._asdict() for row in rows])
        query = query.where(LogEntry.seq > rows[-1].seq)


def is_vouched_for(connection: Connection) -> bool:
    """Return whether the newest entry has a digest."""
    if not _has(connection, EntryDigest):
        return False
    newest = connection.execute(select(func.max(EntryDigest.seq))).scalar_one() or 0
    return newest >= _last(connection)


def _vouch(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    made = [(row["seq"], digests.of(row)) for row in rows]
    connection.exec_driver_sql(_VOUCH, made)  # half the time of a statement that is put together


def everything(connection: Connection) -> Iterator[Judgement]:
    """Yield every entry in the one order that all copies agree on: Lamport time, person, uuid."""
    rows = connection.execute(select(*_COLUMNS).order_by(*_ORDER))
    return chain.checked(map(_judgement, rows), lost(connection))


def written(connection: Connection) -> Iterator[Written]:
    """Yield every entry in the same order, as it is written."""
    for row in connection.execute(select(*_COLUMNS).order_by(*_ORDER)):
        _judgement(row)  # a broken one would be handed on
        yield row._asdict()


def of_target(connection: Connection, target: str) -> list[Judgement]:
    """Return what was ever said of a target, oldest first."""
    query = select(*_COLUMNS).where(LogEntry.target == target).order_by(LogEntry.lamport)
    found = sorted(map(_judgement, connection.execute(query)), key=chain.order)
    return list(chain.checked(found, lost(connection)))


def of_group(connection: Connection, group: str) -> list[Judgement]:
    """Return the entries of one act, oldest first."""
    query = select(*_COLUMNS).where(LogEntry.group_uuid == group).order_by(LogEntry.lamport)
    return [_judgement(row) for row in connection.execute(query)]


def one(connection: Connection, uuid: str) -> Judgement:
    """Return the entry `uuid`; Malformed if it is not there."""
    row = connection.execute(select(*_COLUMNS).where(LogEntry.uuid == uuid)).one_or_none()
    if row is None:
        raise Malformed(f"entry {uuid}: it is not there")
    return _judgement(row)


def some(connection: Connection, uuids: Collection[str]) -> dict[str, Judgement]:
    """Return those of the entries `uuids` that are there, by uuid."""
    query = select(*_COLUMNS).where(LogEntry.uuid.in_(every(uuids)))
    return {row.uuid: _judgement(row) for row in connection.execute(query)}


def newest_undos(connection: Connection, uuids: Collection[str]) -> dict[str, Judgement]:
    """Return the last undo that is understood of each of the entries `uuids`; none of many."""
    query = select(*_COLUMNS).where(
        LogEntry.undoes.in_(every(uuids)),
        LogEntry.kind == UNDO,
        LogEntry.version <= VERSIONS[UNDO],
    )
    found: dict[str, Judgement] = {}
    for entry in map(_judgement, connection.execute(query)):
        known = found.get(str(entry.undoes))
        if known is None or known.lamport < entry.lamport:
            found[str(entry.undoes)] = entry
    return found


def every(texts: Collection[str]) -> Select[tuple[str]]:
    """Return a query of these texts, for an IN: as many as there are, in one statement."""
    return select(func.json_each(dumps(list(texts))).table_valued("value").c.value)


def uuids(connection: Connection) -> set[str]:
    """Return the uuids of all entries."""
    return set(connection.execute(select(LogEntry.uuid)).scalars())


def persons(connection: Connection) -> list[Person]:
    """Return everybody who judged, each under the newest name."""
    newest = func.max(LogEntry.lamport)  # SQLite takes the name from the row that has it
    query = select(LogEntry.person_uuid, LogEntry.person_name, newest).group_by(
        LogEntry.person_uuid
    )
    return [Person(uuid, name) for uuid, name, _ in connection.execute(query)]


def size(connection: Connection) -> tuple[int, int]:
    """Return the number of entries and the highest Lamport time (0, 0 for an empty log).

    Entries are numbered from 1 and never deleted, so the last number is how many there are.
    """
    newest = connection.execute(select(func.max(LogEntry.lamport))).scalar_one()
    return _last(connection), newest or 0


def _last(connection: Connection) -> int:
    return connection.exec_driver_sql("SELECT max(seq) FROM log").scalar_one() or 0


def lost(connection: Connection) -> set[str]:
    """Return the uuids of the entries that are known to be lost."""
    if not _has(connection, LostEntry):
        return set()
    return set(connection.execute(select(LostEntry.uuid)).scalars())


def lose(connection: Connection, uuids: Iterable[str]) -> None:
    """Note that entries are lost."""
    known = lost(connection)
    if rows := [{"uuid": uuid} for uuid in sorted(set(uuids) - known)]:
        connection.execute(insert(LostEntry), rows)


def project_of(connection: Connection) -> str:
    """Return which project this is; '' for a log of an older Insight, which does not say."""
    if not _has(connection, Identity):
        return ""
    found = connection.execute(select(Identity.project)).scalars().first()
    return found if isinstance(found, str) else ""


def name_project(connection: Connection, project: str) -> None:
    """Note which project this is, and which version of the file the note was made in."""
    row = {"id": 1, "project": project, "version": SCHEMA.user_version}
    connection.execute(insert(Identity), [row])


def wrong_with_identity(connection: Connection) -> str:
    """Return why the note of which project and version this is cannot be right, '' if it can."""
    if not _has(connection, Identity):
        return ""
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    rows = connection.execute(select(Identity.id, Identity.version)).all()
    for row in rows:
        if not isinstance(row.version, int) or row.version > version:
            return _versions_differ(version, row.version)
    return "The file says of several projects that it is theirs." if len(rows) > 1 else ""


def _versions_differ(version: int, noted: object) -> str:
    return f"The file says that it is of version {version}, and should be of version {noted}."


def faults(connection: Connection) -> Iterator[str]:
    """Yield where the log is not as it was written, in words."""
    if not _has(connection, EntryDigest):
        return  # of an older Insight; nobody vouches for it
    if _write_version(connection) > _LATEST_FORMAT:
        yield "The header of the file is damaged: nothing could be written to it any more."
    if wrong := wrong_with_identity(connection):
        yield wrong
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    noted = connection.execute(select(Identity.version)).scalars().first()
    if not wrong and noted != version:
        yield _versions_differ(version, noted)
    count, last = connection.execute(select(func.count(), func.max(LogEntry.seq))).one()
    if count != (last or 0):
        yield f"Of {last:,} entries of the log, {last - count:,} are missing."
    vouched = connection.execute(select(func.max(EntryDigest.seq))).scalar_one() or 0
    if vouched > (last or 0):
        yield f"Entries {(last or 0) + 1:,} to {vouched:,} of the log are missing."
    query = (
        select(LogEntry.seq, *_COLUMNS, EntryDigest.digest)
        .outerjoin(EntryDigest, EntryDigest.seq == LogEntry.seq)
        .order_by(LogEntry.seq)
    )
    for seq, *values, digest in connection.execute(query):
        if digest is None and seq > vouched:
            return  # an older Insight wrote this one and all that follow
        entry = dict(zip((column.name for column in _COLUMNS), values, strict=True))
        if not _is_as_written(entry, digest):
            yield f"Entry {seq:,} of the log is not as it was written."


def _write_version(connection: Connection) -> int:
    """Return which version of SQLite's format a writer must know, as byte 18 of the file has it."""
    file = connection.connection.driver_connection
    # Asked through SQLite: a descriptor of our own would drop its locks.
    return file.serialize()[18] if isinstance(file, sqlite3.Connection) else 0


def _is_as_written(entry: Written, digest: object) -> bool:
    with suppress(TypeError, ValueError):
        return digests.of(entry) == digest
    return False


def _has(connection: Connection, table: type[LastingBase]) -> bool:
    return inspect(connection).has_table(table.__tablename__)


def _judgement(row: Row[Any]) -> Judgement:
    try:
        return entries.read(row._asdict())
    except Malformed as error:
        raise Malformed(f"entry {row.uuid}: {error}") from error
