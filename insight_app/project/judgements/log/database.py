"""Reading and appending the log in a database.

Knows the log, its losses, and nothing of what the entries add up to. An entry that is malformed
raises Malformed with its uuid.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, SelectBase, func, insert, literal, select, union_all

from insight_app.plain_json import dumps
from insight_app.project.judgements.log import chain, entries, vouching
from insight_app.project.judgements.log.entries import Malformed, Written
from insight_app.project.judgements.log.kinds import UNDO, VERSIONS
from insight_app.project.judgements.schema import LogEntry, LostEntry, has
from insight_app.project.judgements.state import Judgement, Person

_COLUMNS = [column for column in LogEntry.__table__.columns if column.name != "seq"]
_ORDER = (LogEntry.lamport, LogEntry.person_uuid, LogEntry.uuid)


def append(connection: Connection, written: Iterable[Written]) -> None:
    """Write entries, as they are, at the end of the log, each with its digest."""
    first = _last(connection) + 1
    rows = [{**entry, "seq": seq} for seq, entry in enumerate(written, first)]
    if rows:
        connection.execute(insert(LogEntry), rows)
        vouching.add(connection, rows)


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


def numbered(connection: Connection, numbers: Collection[int]) -> list[Judgement]:
    """Return the entries at places of the log, in its order on this disk."""
    wanted = select(func.json_each(dumps(list(numbers))).table_valued("value").c.value)
    query = select(*_COLUMNS).where(LogEntry.seq.in_(wanted)).order_by(LogEntry.seq)
    return [_judgement(row) for row in connection.execute(query)]


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


def every(texts: Collection[str]) -> SelectBase:
    """Return a query of these texts, for an IN: as many as there are, in one statement."""
    # SQLite's JSON ends a text at the first zero.
    plain = [text for text in texts if "\0" not in text]
    listed = select(func.json_each(dumps(plain)).table_valued("value").c.value)
    if len(plain) == len(texts):
        return listed
    return union_all(listed, *(select(literal(text)) for text in texts if "\0" in text))


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
    if not has(connection, LostEntry):
        return set()
    return set(connection.execute(select(LostEntry.uuid)).scalars())


def lose(connection: Connection, uuids: Iterable[str]) -> None:
    """Note that entries are lost."""
    known = lost(connection)
    if rows := [{"uuid": uuid} for uuid in sorted(set(uuids) - known)]:
        connection.execute(insert(LostEntry), rows)


def _judgement(row: Row[Any]) -> Judgement:
    try:
        return entries.read(row._asdict())
    except Malformed as error:
        raise Malformed(f"entry {row.uuid}: {error}") from error
