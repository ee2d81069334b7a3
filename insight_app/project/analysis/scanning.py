"""Bringing the image table up to date with the folders: new, moved, changed and missing photos.

A file is taken for unchanged when size and time of change are the same, else its content decides.
Writes in transactions of a few hundred rows. Knows nothing of codes but that a row has some.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.errors import KnownError, WorldError
from insight_app.project.photos.finding import FoundFolder, content_hash, locate, read_bytes, scan
from insight_app.project.results.schema import Folder, Image, Skipped, Source, Status
from insight_app.project.storage.analysis_database import reading, writing

_BATCH = 400


@dataclass
class Found:
    """What a scan met, in images."""

    total: int = 0
    new: int = 0
    moved: int = 0
    changed: int = 0
    missing: int = 0


def update_images(
    engine: Engine,
    project: Path,
    folders: Iterable[Path],
    *,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Found:
    """Add `folders` to the project's sources and compare all sources with the image table."""
    sources = _update_sources(engine, project, folders)
    found = Found()
    with writing(engine) as connection:
        connection.execute(delete(Skipped))
        is_first = connection.execute(select(Image.id).limit(1)).first() is None
    present = [path for path in sources if path.is_dir()]
    for path in sources:
        if path not in present:
            _skip(
                engine, sources[path], "", "The folder is not there; its photos are kept as known."
            )
    if not is_first:
        _compare(engine, sources, present, found, cancel)
    _add(engine, sources, present, found, progress, cancel)
    return found


def must_be_folders(folders: Iterable[Path]) -> None:
    """KnownError for the first that is none."""
    for folder in folders:
        if not folder.is_dir():
            raise WorldError("There is no such folder.", where=str(folder))


def _update_sources(engine: Engine, project: Path, folders: Iterable[Path]) -> dict[Path, int]:
    given = [Path(folder).resolve() for folder in folders]
    must_be_folders(given)
    with writing(engine) as connection:
        known = {
            locate(project, row.path, row.relative): row.id
            for row in connection.execute(select(Source))
        }
        for folder in given:
            if any(folder == other or other in folder.parents for other in known):
                continue
            row = {"path": str(folder), "relative": _relative(project, folder)}
            known[folder] = connection.execute(insert(Source).values(row)).inserted_primary_key[0]  # type: ignore[index]
    return {path: known[path] for path in sorted(known, key=lambda p: known[p])}


def _relative(project: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(folder, project.resolve())).as_posix()
    except ValueError:  # another drive
        return ""


def _skip(engine: Engine, source: int, path: str, message: str) -> None:
    with writing(engine) as connection:
        connection.execute(insert(Skipped).values(source_id=source, path=path, message=message))


def _walk(sources: dict[Path, int], present: list[Path]) -> Iterator[tuple[int, FoundFolder]]:
    """Folders of all present sources; a source inside another one is walked with its parent."""
    tops = [p for p in present if not any(other in p.parents for other in present)]
    for folder in scan(tops):
        yield sources[folder.source], folder


def _compare(
    engine: Engine,
    sources: dict[Path, int],
    present: list[Path],
    found: Found,
    cancel: CancelToken | None,
) -> None:
    """First walk: what became of the images that are known already."""
    visited: set[int] = set()
    for source, folder in _walk(sources, present):
        if cancel:
            cancel.check()
        known = _folder_id(engine, source, folder.path)
        if known is None:
            continue
        visited.add(known)
        if folder.error:
            continue
        names = set(folder.names)
        last = ""
        while rows := _rows(engine, known, last):
            changes = [_judge(folder, row, names) for row in rows]
            with writing(engine) as connection:
                for row, values in zip(rows, changes, strict=True):
                    if values:
                        _apply(connection, row, values, found)
            last = rows[-1].name
    present_ids = {sources[path] for path in present}
    with reading(engine) as connection:
        gone = [
            row.id
            for row in connection.execute(select(Folder.id, Folder.source_id))
            if row.source_id in present_ids and row.id not in visited
        ]
    for known in gone:
        last = ""
        while rows := _rows(engine, known, last):
            with writing(engine) as connection:
                for row in rows:
                    if row.status != Status.MISSING:
                        _apply(connection, row, {"status": int(Status.MISSING)}, found)
            last = rows[-1].name


def _folder_id(engine: Engine, source: int, path: str) -> int | None:
    with reading(engine) as connection:
        query = select(Folder.id).where(Folder.source_id == source, Folder.path == path)
        return connection.execute(query).scalar()


def _rows(engine: Engine, folder: int, after: str) -> list[Any]:
    """The next images of a folder by name, tombstones of changed ones left out."""
    query = (
        select(
            Image.id, Image.name, Image.size, Image.mtime_ns, Image.content_hash, Image.status,
            Image.shard,
        )
        .where(Image.folder_id == folder, Image.name > after, Image.status != 4)
        .order_by(Image.name)
        .limit(_BATCH)
    )  # fmt: skip
    with reading(engine) as connection:
        return list(connection.execute(query))


def _judge(folder: FoundFolder, row: Any, names: set[str]) -> dict[str, Any]:
    """The new values of a known image's row, empty where nothing changed."""
    path = folder.source / folder.path / row.name
    if row.name not in names:
        return {} if row.status == Status.MISSING else {"status": int(Status.MISSING)}
    try:
        stat = path.stat()
    except OSError:
        return {} if row.status == Status.MISSING else {"status": int(Status.MISSING)}
    is_same = (stat.st_size, stat.st_mtime_ns) == (row.size, row.mtime_ns)
    back = {"status": int(Status.NEW if row.shard is None else Status.CODED)}
    if is_same:
        return back if row.status == Status.MISSING else {}
    times = {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    if row.content_hash and stat.st_size == row.size and _hash(path) == row.content_hash:
        return times | (back if row.status == Status.MISSING else {})
    if row.shard is None:
        return times | {"status": int(Status.NEW), "message": "", "crashes": 0}
    return {"status": int(Status.CHANGED)}


def _hash(path: Path) -> bytes:
    try:
        return content_hash(read_bytes(path))
    except KnownError:
        return b""


def _apply(connection: Connection, row: Any, values: dict[str, Any], found: Found) -> None:
    connection.execute(update(Image).where(Image.id == row.id).values(values))
    found.missing += values.get("status") == Status.MISSING
    found.changed += values.get("status") == Status.CHANGED


def _add(
    engine: Engine,
    sources: dict[Path, int],
    present: list[Path],
    found: Found,
    progress: Progress,
    cancel: CancelToken | None,
) -> None:
    """Second walk: images without a row get one, or take over that of a missing one."""
    with reading(engine) as connection:
        query = select(Image.size).where(
            Image.status == int(Status.MISSING), Image.content_hash.is_not(None)
        )
        lost_sizes = set(connection.execute(query).scalars())
    for source, folder in _walk(sources, present):
        for name in folder.undecodable:
            shown = os.fsencode(name).decode("utf-8", "replace")
            _skip(engine, source, f"{folder.path}/{shown}", "The file's name is not valid text.")
        if folder.error:
            _skip(engine, source, folder.path, folder.error)
            continue
        with writing(engine) as connection:
            known = connection.execute(
                select(Folder.id).where(Folder.source_id == source, Folder.path == folder.path)
            ).scalar()
            if known is None:
                values = {"source_id": source, "path": folder.path}
                known = connection.execute(insert(Folder).values(values)).inserted_primary_key[0]  # type: ignore[index]
        names = iter(folder.names)
        while batch := list(islice(names, _BATCH)):
            if cancel:
                cancel.check()
            found.total += len(batch)
            _add_batch(engine, folder, int(known), batch, lost_sizes, found)
            progress(found.total, 0, "Looking for photos")


def _add_batch(
    engine: Engine,
    folder: FoundFolder,
    folder_id: int,
    names: list[str],
    lost_sizes: set[int],
    found: Found,
) -> None:
    with reading(engine) as connection:
        query = select(Image.name).where(
            Image.folder_id == folder_id,
            Image.name >= names[0],
            Image.name <= names[-1],
            Image.status != 4,
        )
        known = set(connection.execute(query).scalars())
    new, hashes = [], {}
    for name in names:
        if name in known:
            continue
        path = folder.source / folder.path / name
        try:
            stat = path.stat()
        except OSError:
            continue
        new.append(
            {
                "folder_id": folder_id,
                "name": name,
                "size": stat.st_size,
                "mtime_ns": stat.st_mtime_ns,
            }
        )
        if stat.st_size in lost_sizes:
            hashes[name] = _hash(path)
    with writing(engine) as connection:
        fresh = [
            row
            for row in new
            if not (row["name"] in hashes and _is_moved(connection, row, hashes[row["name"]]))
        ]
        found.moved += len(new) - len(fresh)
        found.new += len(fresh)
        if fresh:
            connection.execute(insert(Image), fresh)


def _is_moved(connection: Connection, row: dict[str, Any], content: bytes) -> bool:
    """Give a missing image with the same content its new place; False where there is none."""
    lost = connection.execute(
        select(Image.id, Image.shard)
        .where(
            Image.status == int(Status.MISSING),
            Image.size == row["size"],
            Image.content_hash == content,
        )
        .order_by(Image.id)
    ).first()
    if lost is None:
        return False
    status = Status.NEW if lost.shard is None else Status.CODED
    connection.execute(update(Image).where(Image.id == lost.id).values(status=int(status), **row))
    return True
