"""Rows of folders given another place in the project; where two meet, their images become one's.

Reads a folder's images page by page. Knows nothing of files: two rows at the same place with the
same name are the same photo.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update
from sqlalchemy.orm import aliased

from insight_app.concepts.progress import CancelToken
from insight_app.project.analysis.folders.sources import Sources, source_values
from insight_app.project.results.analysis_database import reading, writing
from insight_app.project.results.schema import Folder, Image, Source, Status

PAGE = 400
"""Rows of images that are read, and written, at once."""


@dataclass(frozen=True)
class NewPlace:
    """A folder's row and the place that it is given."""

    folder: int
    source: int
    path: str


def id_of(connection: Connection, source: int, path: str, *, is_removed: bool = False) -> int:
    """Return the id of a folder's row, which is made if there is none."""
    query = select(Folder.id).where(Folder.source_id == source, Folder.path == path)
    known = connection.execute(query).scalar()
    if known is None:
        values = {"source_id": source, "path": path, "is_removed": is_removed}
        known = connection.execute(insert(Folder).values(values)).inserted_primary_key[0]  # type: ignore[index]
    return int(known)


def images(engine: Engine, folder: int, cancel: CancelToken) -> Iterator[Sequence[Any]]:
    """Yield the images of a folder by name, page by page, tombstones left out."""
    columns = (
        Image.id, Image.name, Image.size, Image.mtime_ns, Image.content_hash, Image.status,
        Image.shard, Image.left_out,
    )  # fmt: skip
    last = ""
    while True:
        cancel.check()
        query = (
            select(*columns)
            .where(Image.folder_id == folder, Image.name > last, Image.status != 4)
            .order_by(Image.name)
            .limit(PAGE)
        )
        with reading(engine) as connection:
            rows = list(connection.execute(query))
        if not rows:
            return
        yield rows
        last = rows[-1].name


def move(connection: Connection, steps: Sequence[NewPlace]) -> None:
    """Give folders other places, all at once: one may take the place that another leaves."""
    for number, step in enumerate(steps):  # out of each other's way first
        away = {"source_id": step.source, "path": f"/{number}"}  # no real path begins so
        connection.execute(update(Folder).where(Folder.id == step.folder).values(away))
    for step in steps:
        there = select(Folder.id).where(Folder.source_id == step.source, Folder.path == step.path)
        known = connection.execute(there).scalar()
        if known is None:
            connection.execute(
                update(Folder).where(Folder.id == step.folder).values(path=step.path)
            )
        else:
            _merge(connection, step.folder, int(known))


def retire_replaced(connection: Connection, moved: Iterable[tuple[int, int]]) -> None:
    """Make tombstones of the images that stayed behind when the photos of a folder were found in
    another one, which has a photo of the same name: that one was changed meanwhile.
    """
    for old, new in moved:
        names = select(Image.name).where(Image.folder_id == new, Image.status != 4)
        left = Image.folder_id == old, Image.status != 4, Image.name.in_(names)
        connection.execute(update(Image).where(*left).values(status=int(Status.CHANGED)))


def settle(project: Path, engine: Engine) -> None:
    """Give every folder to the innermost source around it, and note where sources are now."""
    sources = Sources(project, engine)
    with writing(engine) as connection:
        for source in sources.here:
            values = source_values(project, source.path)
            changed = or_(Source.path != values["path"], Source.relative != values["relative"])
            of_source = Source.id == source.id
            connection.execute(update(Source).where(of_source, changed).values(values))
    steps = []
    for source in sources.all:
        if not sources.below(source.path):
            continue
        with reading(engine) as connection:
            rows = list(connection.execute(select(Folder).where(Folder.source_id == source.id)))
        for row in rows:
            area = sources.around(source.path / row.path)
            if area is not None and area.source.id != source.id:
                steps.append(NewPlace(row.id, area.source.id, area.path))
    if steps:
        with writing(engine) as connection:
            move(connection, steps)


def _merge(connection: Connection, folder: int, into: int) -> None:
    """Give all images of a folder to another one; of two with the same name, the one with codes
    stays, the newer place's if both have some.
    """
    ours, theirs = aliased(Image), aliased(Image)
    pairs = connection.execute(
        select(ours.id, ours.shard, theirs.id, theirs.shard).where(
            ours.folder_id == folder,
            theirs.folder_id == into,
            ours.name == theirs.name,
            ours.status != 4,
            theirs.status != 4,
        )
    ).all()
    left = [
        theirs_id if theirs_shard is None and ours_shard is not None else ours_id
        for ours_id, ours_shard, theirs_id, theirs_shard in pairs
    ]
    for id in left:
        tombstone = {"status": int(Status.CHANGED)}
        connection.execute(update(Image).where(Image.id == id).values(tombstone))
    connection.execute(update(Image).where(Image.folder_id == folder).values(folder_id=into))
    kept = select(Folder.is_removed).where(Folder.id.in_((folder, into)))
    if not all(connection.execute(kept).scalars()):
        connection.execute(update(Folder).where(Folder.id == into).values(is_removed=False))
    connection.execute(delete(Folder).where(Folder.id == folder))
