"""The tables of analysis.sqlite: images, where their codes lie, runs, published generations.

Written by one process (worker or command line) in short transactions; read by everybody else.
Knows nothing of judgements, which live in another file.

An image row is the content of one file: when the file changes, the row becomes a tombstone
("changed") and a new row is made, so that codes never change under an image_id.
"""

from enum import IntEnum

from sqlalchemy import Connection, ForeignKey, Index, LargeBinary, MetaData, and_, event, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

APPLICATION_ID = 0x494E5341
"""'INSA', stored in the header of the file."""
MAJOR, MINOR = 1, 5


class Status(IntEnum):
    """What became of an image; the values are stored, REMOVED only in what is published: whether
    an image is taken out is told by its folder.
    """

    NEW = 0
    CODED = 1
    UNREADABLE = 2
    MISSING = 3
    CHANGED = 4
    REMOVED = 5


class LeftOut(IntEnum):
    """Why an image counts nothing although its file and its folder are in; the values are stored.

    PATTERN: the project's patterns leave its name out. TWIN: its file is counted by another name.
    """

    NO = 0
    PATTERN = 1
    TWIN = 2


class Base(DeclarativeBase):
    pass


class Source(Base):
    """A folder (or file) that a person gave to be analyzed."""

    __tablename__ = "source"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    relative: Mapped[str]
    """The same place seen from the project folder, '' where there is no such way."""


class Folder(Base):
    """A folder with images, at or under a source; `path` is relative to it, '/' between names."""

    __tablename__ = "folder"
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    path: Mapped[str]
    is_removed: Mapped[bool] = mapped_column(default=False, server_default=text("0"))
    """Taken out of the project by a person: its images keep their rows and codes and count nothing.
    A folder that has no row yet is as the nearest one above it that has.
    """
    __table_args__ = (Index("folder_path", "source_id", "path", unique=True),)


class Image(Base):
    """One image file as it was when it was seen; see the module's opening lines."""

    __tablename__ = "image"
    id: Mapped[int] = mapped_column(primary_key=True)
    folder_id: Mapped[int] = mapped_column(ForeignKey("folder.id"))
    name: Mapped[str]
    size: Mapped[int]
    mtime_ns: Mapped[int]
    content_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(default=int(Status.NEW))
    message: Mapped[str] = mapped_column(default="")
    do: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """What would help where the message says why it cannot be read."""
    note: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """What of the file was ignored, or is only partly shown, although it was read."""
    left_out: Mapped[int] = mapped_column(default=int(LeftOut.NO), server_default=text("0"))
    crashes: Mapped[int] = mapped_column(default=0)
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    crop_x: Mapped[int] = mapped_column(default=0)
    crop_y: Mapped[int] = mapped_column(default=0)
    crop_w: Mapped[int] = mapped_column(default=0)
    crop_h: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    cols: Mapped[int] = mapped_column(default=0)
    window_low: Mapped[float] = mapped_column(default=0.0)
    window_high: Mapped[float] = mapped_column(default=255.0)
    """Brightness shown as black and as white; other than 0 and 255 for more than 8 bits."""
    shard: Mapped[int | None]
    offset: Mapped[int | None]
    bytes: Mapped[int | None]
    __table_args__ = (
        Index(
            "image_path",
            "folder_id",
            "name",
            unique=True,
            sqlite_where=text("status != 4"),
        ),
        Index("image_status", "status", "folder_id", "name"),
        Index("image_shard", "shard", "offset", sqlite_where=text("shard IS NOT NULL")),
        Index("image_content", "size", "content_hash"),
        Index("image_note", "note", "folder_id", "name", sqlite_where=text("note > ''")),
        Index("image_left_out", "left_out", sqlite_where=text("left_out > 0")),
    )


IS_IN = and_(Folder.is_removed.is_(False), Image.left_out == int(LeftOut.NO))
"""Whether an image is part of the project: neither it nor its folder is left out."""


class Shard(Base):
    """The manifest of the code store: what of each shard is committed."""

    __tablename__ = "shard"
    id: Mapped[int] = mapped_column(primary_key=True)
    bytes: Mapped[int]
    images: Mapped[int]
    checksum: Mapped[int]
    is_sealed: Mapped[bool]


class Run(Base):
    """One piece of work on the results: analyzing, or taking folders out, back or elsewhere."""

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(primary_key=True)
    started: Mapped[str]
    finished: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    """running | finished | cancelled | failed; running with nobody at work = interrupted."""
    message: Mapped[str] = mapped_column(default="")
    images: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    reading_rule: Mapped[int] = mapped_column(server_default=text("1"))
    """By which rule files became pixels; runs of before there were several had the first."""
    work: Mapped[str] = mapped_column(default="analyze", server_default=text("'analyze'"))
    """analyze | remove | put back | move."""


class Setting(Base):
    """What the project was set up with: encoder and dictionary, as JSON."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Generation(Base):
    """A published state of the results; its numbers lie in a folder of `statistics/`."""

    __tablename__ = "generation"
    id: Mapped[int] = mapped_column(primary_key=True)
    published: Mapped[str]
    coded: Mapped[int]
    manifest: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """The digest of its manifest; '' where an older Insight published it without one."""


class Skipped(Base):
    """A file or folder met while scanning that is not taken, and why.

    kind: what one of them is called where they are counted together; '' = it is listed by itself.
    grade: a `reasons.Grade`.
    """

    __tablename__ = "skipped"
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    path: Mapped[str]
    message: Mapped[str]
    do: Mapped[str] = mapped_column(default="", server_default=text("''"))
    kind: Mapped[str] = mapped_column(default="", server_default=text("''"))
    grade: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    __table_args__ = (Index("skipped_kind", "grade", "kind"),)


class RowDigest(Base):
    """What proves some rows of a table (see `row_digests`); None: they were written since."""

    __tablename__ = "row_digest"
    of: Mapped[str] = mapped_column(primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    __table_args__ = (
        Index("row_digest_marked", "of", sqlite_where=text("digest IS NULL")),
        {"sqlite_with_rowid": False},
    )


BLOCK_BITS = 8
"""Rows of a table are covered 2 ** BLOCK_BITS at a time."""
COVERED = ("folder", "generation", "image", "run", "setting", "shard", "skipped", "source")
_TRIGGER = (
    "CREATE TRIGGER {table}_{name}_marked AFTER {verb} ON {table} {unless}BEGIN "
    "INSERT INTO row_digest VALUES ('{table}', {row}.rowid >> {bits}, NULL) "
    "ON CONFLICT DO UPDATE SET digest = NULL; END"
)
_IS_MARKED = (
    "WHEN NOT EXISTS (SELECT 1 FROM row_digest WHERE of = '{table}' "
    "AND block = {row}.rowid >> {bits} AND digest IS NULL) "
)
"""Most rows are written beside others of their block: looking is cheaper than marking again."""


def _marking(unless: str) -> tuple[str, ...]:
    return tuple(
        _TRIGGER.replace("{unless}", unless).format(
            table=table, name=verb.lower(), verb=verb, row=row, bits=BLOCK_BITS
        )
        for table in COVERED
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    )


MARKING = _marking(_IS_MARKED)
"""Mark the rows that are written. The id of a row never changes."""
MARKING_OF_1_4 = _marking("")
"""What a file of version 1.4 has instead."""


@event.listens_for(Base.metadata, "after_create")
def _mark(target: MetaData, connection: Connection, **options: object) -> None:
    for statement in MARKING:
        connection.exec_driver_sql(statement)
