"""The projection's tables: reading and writing them, one target at a time or all at once.

Knows how a projection is stored and nothing of what judging means.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, inspect, select, update

from insight_app.project.judgements import log
from insight_app.project.judgements.projection import (
    Fields,
    Group,
    Projection,
    Standing,
    add_hashes,
    fields_text,
    fold,
    parse_fields,
    row_hash,
)
from insight_app.project.judgements.schema import (
    PROJECTION_VERSION,
    ProjectedGroup,
    ProjectedTarget,
    ProjectionBase,
    ProjectionInfo,
)

_BATCH = 5_000
_PREFIX = "projection_"


@dataclass(frozen=True)
class Info:
    """Which log the tables were made from, and the hash of what they hold."""

    entries: int
    lamport: int
    hash: int


def load(connection: Connection) -> tuple[Info, dict[str, Fields]] | None:
    """What the tables hold, None where they are not what this log adds up to."""
    info = read_info(connection)
    if info is None or log.size(connection) != (info.entries, info.lamport):
        return None
    total, targets = 0, {}
    for target, text in connection.execute(select(ProjectedTarget.target, ProjectedTarget.fields)):
        total = add_hashes(total, plus=row_hash(target, text))
        targets[target] = parse_fields(json.loads(text))
    return (info, targets) if total == info.hash else None


def read_info(connection: Connection) -> Info | None:
    """What the tables say of themselves, None where there are none of this version."""
    names = set(inspect(connection).get_table_names())
    if not set(ProjectionBase.metadata.tables) <= names:
        return None
    row = connection.execute(
        select(
            ProjectionInfo.version,
            ProjectionInfo.entries,
            ProjectionInfo.lamport,
            ProjectionInfo.hash,
        )
    ).one_or_none()
    if row is None or row.version != PROJECTION_VERSION:
        return None
    return Info(row.entries, row.lamport, int(row.hash, 16))


def rebuild(connection: Connection) -> tuple[Info, dict[str, Fields]]:
    """Drop the tables, whatever their version, and make them from the log."""
    for name in inspect(connection).get_table_names():
        if name.startswith(_PREFIX):
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
    ProjectionBase.metadata.create_all(connection)
    made = fold(log.everything(connection))
    targets = ((target, fields_text(fields)) for target, fields in sorted(made.targets.items()))
    total = 0
    while batch := list(islice(targets, _BATCH)):
        rows = [{"target": target, "fields": text} for target, text in batch]
        connection.execute(insert(ProjectedTarget), rows)
        total = add_hashes(total, plus=sum(row_hash(*pair) for pair in batch))
    groups = iter([_group_row(uuid, group) for uuid, group in made.groups.items()])
    while part := list(islice(groups, _BATCH)):
        connection.execute(insert(ProjectedGroup), part)
    info = Info(made.entries, made.lamport, total)
    row = {"id": 1, "version": PROJECTION_VERSION, **_info_row(info)}
    connection.execute(insert(ProjectionInfo), [row])
    return info, made.targets


def stored(connection: Connection) -> Projection:
    """Everything the tables hold, to be compared with a fold of the log."""
    result = Projection()
    for target, text in connection.execute(select(ProjectedTarget.target, ProjectedTarget.fields)):
        result.targets[target] = parse_fields(json.loads(text))
    for row in connection.execute(select(*ProjectedGroup.__table__.columns)):
        standing = Standing(row.standing)
        result.groups[row.uuid] = Group(row.person_uuid, row.position, row.text, standing)
    info = read_info(connection)
    if info is not None:
        result.entries, result.lamport = info.entries, info.lamport
    return result


class Targets:
    """The targets that one change touches; each is read once and written once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._texts: dict[str, str | None] = {}
        self.read: dict[str, Fields] = {}

    def fields(self, target: str) -> Fields:
        """The fields of a target as they stand in this transaction; change them in place."""
        if target not in self.read:
            query = select(ProjectedTarget.fields).where(ProjectedTarget.target == target)
            text = self._connection.execute(query).scalar_one_or_none()
            self._texts[target] = text
            self.read[target] = {} if text is None else parse_fields(json.loads(text))
        return self.read[target]

    def write(self, info: Info, entries: int, lamport: int) -> Info:
        """Store what changed, after `entries` more entries up to Lamport time `lamport`."""
        total = info.hash
        gone: list[dict[str, str]] = []
        new: list[dict[str, str]] = []
        for target, fields in self.read.items():
            old, text = self._texts[target], fields_text(fields) if fields else None
            if old == text:
                continue
            if old is not None:
                gone.append({"gone": target})
                total = add_hashes(total, minus=row_hash(target, old))
            if text is not None:
                new.append({"target": target, "fields": text})
                total = add_hashes(total, plus=row_hash(target, text))
        if gone:
            table = ProjectionBase.metadata.tables[ProjectedTarget.__tablename__]
            where = table.c.target == bindparam("gone")
            self._connection.execute(delete(table).where(where), gone)
        if new:
            self._connection.execute(insert(ProjectedTarget), new)
        after = Info(info.entries + entries, lamport, total)
        self._connection.execute(update(ProjectionInfo).values(**_info_row(after)))
        return after


def add_group(connection: Connection, uuid: str, group: Group) -> None:
    """Enter a new act; what its person had undone can no longer be redone."""
    connection.execute(
        update(ProjectedGroup)
        .where(
            ProjectedGroup.person_uuid == group.person,
            ProjectedGroup.standing == int(Standing.UNDONE),
        )
        .values(standing=int(Standing.DROPPED))
    )
    connection.execute(insert(ProjectedGroup), [_group_row(uuid, group)])


def set_standing(connection: Connection, uuid: str, standing: Standing) -> None:
    connection.execute(
        update(ProjectedGroup).where(ProjectedGroup.uuid == uuid).values(standing=int(standing))
    )


def next_group(connection: Connection, person: str, standing: Standing) -> tuple[str, str] | None:
    """(uuid, text) of a person's act that undo (DONE: the newest) or redo (UNDONE) takes next."""
    position, uuid = ProjectedGroup.position, ProjectedGroup.uuid
    order = (position.desc(), uuid.desc()) if standing == Standing.DONE else (position, uuid)
    row = connection.execute(
        select(ProjectedGroup.uuid, ProjectedGroup.text)
        .where(ProjectedGroup.person_uuid == person, ProjectedGroup.standing == int(standing))
        .order_by(*order)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.uuid, row.text)


def _group_row(uuid: str, group: Group) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "person_uuid": group.person,
        "position": group.position,
        "text": group.text,
        "standing": int(group.standing),
    }


def _info_row(info: Info) -> Mapping[str, Any]:
    return {"entries": info.entries, "lamport": info.lamport, "hash": f"{info.hash:032x}"}
