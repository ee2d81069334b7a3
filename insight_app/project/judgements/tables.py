"""The projection's tables: reading and writing them, one target at a time or all at once.

Knows how a projection is stored and nothing of what judging means.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError

from insight_app.project.judgements.acts import Value
from insight_app.project.judgements.log import database, digests
from insight_app.project.judgements.log.kinds import VOCABULARY
from insight_app.project.judgements.projection import (
    Fields,
    Group,
    Projection,
    Standing,
    add_hashes,
    fields_text,
    fold,
    parse_fields,
    parse_values,
    row_hash,
    values,
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
    """Tell which log the tables were made from, and the hash of what they hold.

    entries: of the log.  not_understood: of these.  lamport: the highest time.
    """

    entries: int
    not_understood: int
    lamport: int
    hash: int


@dataclass(frozen=True)
class Step:
    """Describe one act, as undo and redo need it."""

    group: str
    person: str
    standing: Standing
    text: str
    is_understood: bool


Values = Iterable[tuple[str, Mapping[str, Value]]]
"""Targets with the values of their fields, to be walked once."""


def load(connection: Connection) -> tuple[Info, Values] | None:
    """Return what the tables hold, None if that is not what this log adds up to."""
    info = read_info(connection)
    if info is None or database.size(connection) != (info.entries, info.lamport):
        return None
    rows = connection.execute(select(ProjectedTarget.target, ProjectedTarget.fields)).all()
    total = add_hashes(0, plus=sum(row_hash(target, text) for target, text in rows))
    if total != info.hash:
        return None
    return info, ((target, parse_values(json.loads(text))) for target, text in rows)


def read_info(connection: Connection) -> Info | None:
    """Return what the tables say of themselves, None if there are none for this version."""
    # Asked before every judgement: SQLAlchemy's inspector takes several times as long.
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = set(tables.scalars())
    if not set(ProjectionBase.metadata.tables) <= names:
        return None
    # Asked first: another version may have other columns.
    version = connection.execute(select(ProjectionInfo.version)).scalar_one_or_none()
    if version != PROJECTION_VERSION:
        return None
    try:
        row = connection.execute(select(*ProjectionInfo.__table__.columns)).one()
        if row.vocabulary != VOCABULARY:
            return None
        numbers = int(row.entries), int(row.not_understood), int(row.lamport)
        info = Info(*numbers, int(row.hash, 16))
        return info if row.digest == _info_row(info)["digest"] else None
    except (ValueError, TypeError, DBAPIError):  # none of ours; the log says what it should be
        return None


def is_harmed(connection: Connection) -> bool:
    """Return whether what the tables say of themselves is not as it was written."""
    if not inspect(connection).has_table(ProjectionInfo.__tablename__):
        return False
    rows = connection.exec_driver_sql(f"SELECT * FROM {ProjectionInfo.__tablename__}").mappings()
    found = rows.all()
    if len(found) != 1:
        return True
    if "digest" not in found[0]:
        return False  # of an older version
    row = dict(found[0])
    digest = row.pop("digest")
    try:
        return bool(digest != _info_digest(row))
    except (TypeError, ValueError):
        return True


def rebuild(connection: Connection) -> tuple[Info, Values]:
    """Drop the tables, whatever their version; make them from the log and return what they hold."""
    for name in inspect(connection).get_table_names():
        if name.startswith(_PREFIX):
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
    ProjectionBase.metadata.create_all(connection)
    made = fold(database.everything(connection))
    targets = ((target, fields_text(fields)) for target, fields in sorted(made.targets.items()))
    total = 0
    while batch := list(islice(targets, _BATCH)):
        rows = [{"target": target, "fields": text} for target, text in batch]
        connection.execute(insert(ProjectedTarget), rows)
        total = add_hashes(total, plus=sum(row_hash(*pair) for pair in batch))
    groups = iter([_group_row(uuid, group) for uuid, group in made.groups.items()])
    while part := list(islice(groups, _BATCH)):
        connection.execute(insert(ProjectedGroup), part)
    info = info_of(made, total)
    connection.execute(insert(ProjectionInfo), [_info_row(info)])
    return info, values_of(made)


def values_of(made: Projection) -> Values:
    """Return all targets of a projection with the values of their fields."""
    return ((target, values(fields)) for target, fields in made.targets.items())


def info_of(made: Projection, hash: int = 0) -> Info:
    """Return what tables of this projection say of themselves."""
    return Info(made.entries, made.not_understood, made.lamport, hash)


def stored(connection: Connection) -> Projection:
    """Return everything the tables hold, to be compared with a fold of the log.

    ValueError or TypeError where something in them was never written by `rebuild`.
    """
    result = Projection()
    for target, text in connection.execute(select(ProjectedTarget.target, ProjectedTarget.fields)):
        result.targets[target] = parse_fields(json.loads(text))
    for row in connection.execute(select(*ProjectedGroup.__table__.columns)):
        standing = Standing(row.standing)
        result.groups[row.uuid] = Group(
            row.person_uuid, row.position, row.text, standing, row.is_understood
        )
    info = read_info(connection)
    if info is not None:
        result.entries, result.lamport = info.entries, info.lamport
        result.not_understood = info.not_understood
    return result


class Targets:
    """Hold the targets that one change touches; each is read once and written once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._texts: dict[str, str | None] = {}
        self.read: dict[str, Fields] = {}

    def look_up(self, targets: Iterable[str]) -> None:
        """Read targets at once, less those that were read."""
        wanted = [target for target in dict.fromkeys(targets) if target not in self.read]
        query = select(ProjectedTarget.target, ProjectedTarget.fields).where(
            ProjectedTarget.target.in_(database.every(wanted))
        )
        found = {row.target: row.fields for row in self._connection.execute(query)}
        for target in wanted:
            text = self._texts[target] = found.get(target)
            self.read[target] = {} if text is None else parse_fields(json.loads(text))

    def fields(self, target: str) -> Fields:
        """Return the fields of a target as they stand; change them in place."""
        if target not in self.read:
            self.look_up([target])
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
        after = replace(info, entries=info.entries + entries, lamport=lamport, hash=total)
        self._connection.execute(update(ProjectionInfo).values(**_info_row(after)))
        return after


def add_group(connection: Connection, uuid: str, group: Group) -> None:
    """Add a new act; what its person had undone can no longer be redone."""
    connection.execute(
        update(ProjectedGroup)
        .where(
            ProjectedGroup.person_uuid == group.person,
            ProjectedGroup.standing == int(Standing.UNDONE),
        )
        .values(standing=int(Standing.DROPPED))
    )
    connection.execute(insert(ProjectedGroup), [_group_row(uuid, group)])


def set_standing(connection: Connection, uuid: str, standing: Standing, position: int) -> None:
    """Note that an act was undone or redone, at Lamport time `position`."""
    values = {"standing": int(standing), "position": position}
    connection.execute(update(ProjectedGroup).where(ProjectedGroup.uuid == uuid).values(values))


def next_step(
    connection: Connection, person: str, standing: Standing, without: Collection[str] = ()
) -> Step | None:
    """Return the person's act that undo (DONE) or redo (UNDONE) takes next: the newest of them.

    without: acts that are passed over.
    """
    query = (
        select(*ProjectedGroup.__table__.columns)
        .where(ProjectedGroup.person_uuid == person, ProjectedGroup.standing == int(standing))
        .order_by(ProjectedGroup.position.desc(), ProjectedGroup.uuid.desc())
        .limit(1)
    )
    if without:
        query = query.where(ProjectedGroup.uuid.not_in(list(without)))
    return next(_steps(connection, query), None)


def step(connection: Connection, group: str) -> Step | None:
    """Return the act `group`, None if there is none."""
    return steps(connection, [group]).get(group)


def steps(connection: Connection, groups: Collection[str]) -> dict[str, Step]:
    """Return those of the acts `groups` that there are, by group."""
    query = select(*ProjectedGroup.__table__.columns).where(
        ProjectedGroup.uuid.in_(database.every(groups))
    )
    return {one.group: one for one in _steps(connection, query)}


def _steps(connection: Connection, query: Select[Any]) -> Iterator[Step]:
    for row in connection.execute(query):
        standing = Standing(row.standing)
        yield Step(row.uuid, row.person_uuid, standing, row.text, row.is_understood)


def _group_row(uuid: str, group: Group) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "person_uuid": group.person,
        "position": group.position,
        "text": group.text,
        "standing": int(group.standing),
        "is_understood": group.is_understood,
    }


def _info_row(info: Info) -> Mapping[str, Any]:
    row = {
        "id": 1,
        "version": PROJECTION_VERSION,
        "vocabulary": VOCABULARY,
        "entries": info.entries,
        "not_understood": info.not_understood,
        "lamport": info.lamport,
        "hash": f"{info.hash:032x}",
    }
    return {**row, "digest": _info_digest(row)}


def _info_digest(row: Mapping[str, Any]) -> bytes:
    return digests.of_values(sorted(row.items()))
