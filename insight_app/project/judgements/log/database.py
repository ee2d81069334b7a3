"""Reading and appending the log in a database.

Knows the log table and nothing of what the entries add up to. An entry that is malformed raises
Malformed with its uuid.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.exc import DBAPIError

from insight_app.project.judgements.log import chain, entries
from insight_app.project.judgements.log.entries import Incoming, Malformed, Written
from insight_app.project.judgements.log.kinds import UNDO, VERSIONS
from insight_app.project.judgements.schema import LogEntry
from insight_app.project.judgements.state import Judgement
from insight_app.project.storage import sqlite

_COLUMNS = [column for column in LogEntry.__table__.columns if column.name != "seq"]
_ORDER = (LogEntry.lamport, LogEntry.person_uuid, LogEntry.uuid)


def append(connection: Connection, written: Iterable[Written]) -> None:
    """Write entries, as they are, at the end of the log."""
    rows = [dict(entry) for entry in written]
    if rows:
        connection.execute(insert(LogEntry), rows)


def everything(connection: Connection) -> Iterator[Judgement]:
    """Yield every entry in the one order that all copies agree on: Lamport time, person, uuid."""
    rows = connection.execute(select(*_COLUMNS).order_by(*_ORDER))
    return chain.checked(map(_judgement, rows))


def written(connection: Connection) -> Iterator[Written]:
    """Yield every entry in the same order, as it is written."""
    for row in connection.execute(select(*_COLUMNS).order_by(*_ORDER)):
        _judgement(row)  # a broken one would be handed on
        yield row._asdict()


def of_target(connection: Connection, target: str) -> list[Judgement]:
    """Return what was ever said of a target, oldest first."""
    query = select(*_COLUMNS).where(LogEntry.target == target).order_by(LogEntry.lamport)
    found = sorted(map(_judgement, connection.execute(query)), key=chain.order)
    return list(chain.checked(found))


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


def newest_undo(connection: Connection, uuid: str) -> Judgement | None:
    """Return the last undo of the entry `uuid` that is understood, None if there is none."""
    query = (
        select(*_COLUMNS)
        .where(
            LogEntry.undoes == uuid,
            LogEntry.kind == UNDO,
            LogEntry.version <= VERSIONS[UNDO],
        )
        .order_by(LogEntry.lamport.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _judgement(row)


def uuids(connection: Connection) -> set[str]:
    """Return the uuids of all entries."""
    return set(connection.execute(select(LogEntry.uuid)).scalars())


def size(connection: Connection) -> tuple[int, int]:
    """Return the number of entries and the highest Lamport time (0, 0 for an empty log).

    Entries are numbered from 1 and never deleted, so the last number is how many there are.
    """
    count = connection.execute(select(func.max(LogEntry.seq))).scalar_one()
    newest = connection.execute(select(func.max(LogEntry.lamport))).scalar_one()
    return count or 0, newest or 0


def readable(path: Path) -> list[Incoming]:
    """Return what can be read of the log in a damaged file: from its start and from its end."""
    found: dict[str, Incoming] = {}
    made = sqlite.engine(path, read_only=True)
    try:
        for order in (LogEntry.seq, LogEntry.seq.desc()):
            query = select(LogEntry.seq, *_COLUMNS).order_by(order)
            with suppress(DBAPIError), made.connect() as connection:
                # SQLite reads what is left of a file that was cut short only if this is on.
                connection.exec_driver_sql("PRAGMA writable_schema = ON")
                for seq, *values in connection.execute(query):
                    entry = dict(zip((c.name for c in _COLUMNS), values, strict=True))
                    with suppress(Malformed):
                        judgement = entries.read(entry)
                        found[judgement.uuid] = Incoming(seq, entry, judgement)
    finally:
        made.dispose()
    return list(found.values())


def _judgement(row: Row[Any]) -> Judgement:
    try:
        return entries.read(row._asdict())
    except Malformed as error:
        raise Malformed(f"entry {row.uuid}: {error}") from error
