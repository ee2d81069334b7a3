"""The tables of judgements.sqlite: the log, which lasts, and its projection, which can be rebuilt.

Beside the log lie a digest of each entry, its link to those before it, where the log ends, which
project this is, and what was lost.

The log has no foreign keys, no cascades, and triggers that refuse to change or delete an entry. It
only ever grows and is never rebuilt. The projection (names starting with "projection_") is dropped
and rebuilt from the log, never migrated, whenever PROJECTION_VERSION or what is understood differs.
"""

from pathlib import Path

from sqlalchemy import Connection, Index, Table, event, inspect
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from insight_app.project.storage.sqlite import Remedy
from insight_app.project.storage.versions import Schema

PROJECTION_VERSION = 4


class LastingBase(DeclarativeBase):
    """Tables that migrations take care of."""


class ProjectionBase(DeclarativeBase):
    """Tables that are rebuilt from the log."""


class LogEntry(LastingBase):
    """One judgement; the fields are explained in `state.Judgement`.

    version: of what `before`, `after` and `follows` hold; older payloads are read by theirs.
    """

    __tablename__ = "log"
    seq: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str]
    person_uuid: Mapped[str]
    person_name: Mapped[str]
    lamport: Mapped[int]
    utc: Mapped[str]
    kind: Mapped[str]
    version: Mapped[int]
    target: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    follows: Mapped[str]
    undoes: Mapped[str | None]
    group_uuid: Mapped[str]
    text: Mapped[str]
    __table_args__ = (
        Index("log_uuid", "uuid", unique=True),
        Index("log_order", "lamport", "person_uuid", "uuid"),
        Index("log_target", "target", "lamport"),
        Index("log_group", "group_uuid", "lamport"),
        Index("log_undoes", "undoes", "lamport", sqlite_where=sql("undoes IS NOT NULL")),
    )


APPEND_ONLY = tuple(
    f"CREATE TRIGGER log_no_{verb.lower()} BEFORE {verb} ON log "
    "BEGIN SELECT RAISE(ABORT, 'the log of judgements only grows'); END"
    for verb in ("UPDATE", "DELETE")
)


@event.listens_for(LogEntry.__table__, "after_create")
def _protect(table: Table, connection: Connection, **options: object) -> None:
    for statement in APPEND_ONLY:
        connection.exec_driver_sql(statement)


class EntryDigest(LastingBase):
    """What entry `seq` of the log said when it was written (`digests`), to tell a flipped bit."""

    __tablename__ = "log_digest"
    seq: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes]


class EntryLink(LastingBase):
    """What entry `seq` carries of all that came before it (`links`), to tell a changed log."""

    __tablename__ = "log_link"
    seq: Mapped[int] = mapped_column(primary_key=True)
    link: Mapped[bytes]


class LogHead(LastingBase):
    """One row: which log this is, and where it ends (`links.Head`)."""

    __tablename__ = "log_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    log: Mapped[str]
    entries: Mapped[int]
    digest: Mapped[bytes]


class LostEntry(LastingBase):
    """An entry that others build on and that damage took: it counts as not understood."""

    __tablename__ = "log_lost"
    uuid: Mapped[str] = mapped_column(primary_key=True)
    __table_args__ = ({"sqlite_with_rowid": False},)


class Identity(LastingBase):
    """One row: which project this is.

    version: the `user_version` of the file, which lies where a flipped bit makes it another one; an
    older one as long as an update is not complete.
    """

    __tablename__ = "identity"
    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str]
    version: Mapped[int]


class ProjectedTarget(ProjectionBase):
    """What stands of one target: JSON {field: [value, [entries in force]]}."""

    __tablename__ = "projection_target"
    target: Mapped[str] = mapped_column(primary_key=True)
    fields: Mapped[str]
    __table_args__ = ({"sqlite_with_rowid": False},)


class ProjectedGroup(ProjectionBase):
    """One act of a person (on one target or many) and whether it stands; see `projection`."""

    __tablename__ = "projection_group"
    uuid: Mapped[str] = mapped_column(primary_key=True)
    person_uuid: Mapped[str]
    position: Mapped[int]
    text: Mapped[str]
    standing: Mapped[int]
    is_understood: Mapped[bool]
    __table_args__ = (
        Index("projection_group_stack", "person_uuid", "standing", "position", "uuid"),
        {"sqlite_with_rowid": False},
    )


class ProjectionInfo(ProjectionBase):
    """One row: which log the projection was made from, and its own hash.

    vocabulary: the kinds that were understood when it was made (`kinds.VOCABULARY`).  digest: of
    the row's other columns.
    """

    __tablename__ = "projection_info"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    vocabulary: Mapped[str]
    entries: Mapped[int]
    not_understood: Mapped[int]
    lamport: Mapped[int]
    hash: Mapped[str]
    digest: Mapped[bytes]


def has(connection: Connection, table: type[LastingBase]) -> bool:
    """Return whether a file has a table: those of older versions lack some."""
    return inspect(connection).has_table(table.__tablename__)


SCHEMA = Schema(
    role="judgements",
    application_id=0x494E534A,  # "INSJ"
    major=2,
    minor=0,
    readable_from=1000,
    metadata=LastingBase.metadata,
    migrations=Path(__file__).parents[1] / "storage" / "migrations" / "judgements",
    remedy=Remedy(
        do="Restore the judgements, from what is left of them and from their backups: with Restore "
        "in the window, or with insight-app restore PROJECT",
    ),
    never_rebuilt=("log",),
    triggers=APPEND_ONLY,
)
