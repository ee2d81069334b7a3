"""Reading and appending the log, in a database and as JSON lines.

Knows the log table and nothing of what the entries add up to.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.exc import DBAPIError

from insight_app.errors import Refusal, WorldError
from insight_app.project.judgements.schema import LogEntry
from insight_app.project.judgements.state import Judgement, Person, dumps
from insight_app.project.storage import sqlite

_LOG = LogEntry.__table__
_COLUMNS = [column for column in _LOG.columns if column.name != "seq"]


def append(connection: Connection, entries: Iterable[Judgement]) -> None:
    """Write entries at the end of the log."""
    rows = [_to_row(entry) for entry in entries]
    if rows:
        connection.execute(insert(LogEntry), rows)


def everything(connection: Connection) -> Iterator[Judgement]:
    """Every entry in the one order that all copies agree on: Lamport time, person, uuid."""
    order = (LogEntry.lamport, LogEntry.person_uuid, LogEntry.uuid)
    return map(_from_row, connection.execute(select(*_COLUMNS).order_by(*order)))


def of_target(connection: Connection, target: str) -> list[Judgement]:
    """What was ever said of a target, oldest first."""
    query = select(*_COLUMNS).where(LogEntry.target == target).order_by(LogEntry.lamport)
    return [_from_row(row) for row in connection.execute(query)]


def of_group(connection: Connection, group: str) -> list[Judgement]:
    """The entries of one act, oldest first."""
    query = select(*_COLUMNS).where(LogEntry.group_uuid == group).order_by(LogEntry.lamport)
    return [_from_row(row) for row in connection.execute(query)]


def one(connection: Connection, uuid: str) -> Judgement:
    """The entry `uuid`, which must be there."""
    row = connection.execute(select(*_COLUMNS).where(LogEntry.uuid == uuid)).one()
    return _from_row(row)


def newest_undo(connection: Connection, uuid: str) -> str:
    """The last entry that took the entry `uuid` back; there must be one."""
    query = (
        select(LogEntry.uuid)
        .where(LogEntry.undoes == uuid)
        .order_by(LogEntry.lamport.desc())
        .limit(1)
    )
    return str(connection.execute(query).scalar_one())


def uuids(connection: Connection) -> set[str]:
    return set(connection.execute(select(LogEntry.uuid)).scalars())


def size(connection: Connection) -> tuple[int, int]:
    """Number of entries and the highest Lamport time (0, 0 for an empty log).

    Entries are numbered from 1 and never deleted, so the last number is how many there are.
    """
    count = connection.execute(select(func.max(LogEntry.seq))).scalar_one()
    newest = connection.execute(select(func.max(LogEntry.lamport))).scalar_one()
    return count or 0, newest or 0


def readable(path: Path) -> list[Judgement]:
    """What can be read of the log in a damaged file: from its start and from its end."""
    found: dict[str, Judgement] = {}
    made = sqlite.engine(path, read_only=True)
    try:
        for order in (LogEntry.seq, LogEntry.seq.desc()):
            with suppress(DBAPIError, ValueError, TypeError), made.connect() as connection:
                for row in connection.execute(select(*_COLUMNS).order_by(order)):
                    entry = _from_row(row)
                    found[entry.uuid] = entry
    finally:
        made.dispose()
    return list(found.values())


def write_lines(connection: Connection, path: Path) -> int:
    """Write the log as JSON lines, completely or not at all; how many entries there were."""
    order = (LogEntry.lamport, LogEntry.person_uuid, LogEntry.uuid)
    partial = path.with_name(path.name + ".partial")
    count = 0
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            for row in connection.execute(select(*_COLUMNS).order_by(*order)):
                file.write(_line(row))
                count += 1
        partial.replace(path)
    except OSError as error:
        raise WorldError(
            f"The judgements cannot be written ({error.strerror}).",
            where=str(path),
            kept="The project itself was not changed.",
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return count


def _line(row: Row[Any]) -> str:
    """An entry as a line; what the table holds as JSON is taken as it is."""
    person = dumps({"uuid": row.person_uuid, "name": row.person_name})
    plain = {
        "uuid": row.uuid,
        "lamport": row.lamport,
        "utc": row.utc,
        "kind": row.kind,
        "version": row.version,
        "target": row.target,
        "undoes": row.undoes,
        "group": row.group_uuid,
        "text": row.text,
    }
    return (
        f'{dumps(plain)[:-1]},"person":{person},"before":{row.before},"after":{row.after},'
        f'"follows":{row.follows}}}\n'
    )


def read_lines(path: Path) -> list[Judgement]:
    """Entries of a file of JSON lines; KnownError with the line where one is not an entry."""
    entries = []
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    entries.append(_parsed(line, path, number))
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError("The file cannot be read as judgements.", where=str(path)) from error
    return entries


def _parsed(line: str, path: Path, number: int) -> Judgement:
    try:
        value = json.loads(line)
        person = Person(str(value["person"]["uuid"]), str(value["person"]["name"]))
        return Judgement(
            uuid=str(value["uuid"]),
            person=person,
            lamport=int(value["lamport"]),
            utc=datetime.fromisoformat(value["utc"]),
            kind=str(value["kind"]),
            version=int(value["version"]),
            target=str(value["target"]),
            before=dict(value["before"]),
            after=dict(value["after"]),
            follows=_tuples(value["follows"]),
            undoes=None if value["undoes"] is None else str(value["undoes"]),
            group=str(value["group"]),
            text=str(value["text"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refusal(
            f"Line {number} is not a judgement.",
            where=str(path),
            kept="Nothing was taken over.",
            do="Use a file that Insight wrote.",
        ) from error


def _tuples(follows: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(seen) for name, seen in follows.items()}


def _to_row(entry: Judgement) -> dict[str, Any]:
    return {
        "uuid": entry.uuid,
        "person_uuid": entry.person.uuid,
        "person_name": entry.person.name,
        "lamport": entry.lamport,
        "utc": entry.utc.isoformat(),
        "kind": entry.kind,
        "version": entry.version,
        "target": entry.target,
        "before": dumps(entry.before),
        "after": dumps(entry.after),
        "follows": dumps(entry.follows),
        "undoes": entry.undoes,
        "group_uuid": entry.group,
        "text": entry.text,
    }


def _from_row(row: Row[Any]) -> Judgement:
    return Judgement(
        uuid=row.uuid,
        person=Person(row.person_uuid, row.person_name),
        lamport=row.lamport,
        utc=datetime.fromisoformat(row.utc),
        kind=row.kind,
        version=row.version,
        target=row.target,
        before=json.loads(row.before),
        after=json.loads(row.after),
        follows=_tuples(json.loads(row.follows)),
        undoes=row.undoes,
        group=row.group_uuid,
        text=row.text,
    )
