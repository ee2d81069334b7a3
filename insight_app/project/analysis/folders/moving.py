"""Pointing a project to where a folder of photos is now.

Owns which photos move along. Where the old folder is gone, or the new one has all of its photos,
everything known of the old one is said of the new one: rows of folders and sources change, none of
an image. Where the old one is still there, the photos that are gone from it are recognized by their
content in the new one; the others stay. Knows nothing of counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update

from insight_app.concepts.progress import CancelToken, Progress
from insight_app.errors import Refusal
from insight_app.figures import agreeing
from insight_app.project.analysis.folders import folder_rows, membership, scanning, sources
from insight_app.project.analysis.folders.folder_rows import NewPlace
from insight_app.project.analysis.folders.recognition import File, Lost, hash_of
from insight_app.project.analysis.folders.sources import Area, Sources
from insight_app.project.photos.finding import is_folder
from insight_app.project.photos.walking import scan_below
from insight_app.project.results.analysis_database import reading, writing
from insight_app.project.results.schema import Folder, Image, LeftOut, Skipped, Status
from insight_app.project.results.schema import Source as SourceRow

_PAGE = 400


@dataclass(frozen=True)
class Relocation:
    """A folder of the project, and where it is said to be now.

    photos: how many the project knows of. is_whole: all that is known of it moves; else only the
    photos that are gone from it.
    """

    area: Area
    target: Path
    photos: int
    is_whole: bool = False


@dataclass(frozen=True)
class Moved:
    """What came of it: photos that were to be moved, and those that the new place does not have.

    has_news: whether a look at the files changed anything.
    """

    photos: int
    missing: int
    has_news: bool


def plan(
    project: Path, engine: Engine, old: Path, new: Path, progress: Progress, cancel: CancelToken
) -> list[Relocation]:
    """Return what moves from `old` to `new`; refuses where nothing does, with the reason."""
    sources.must_be_folders([new])
    new = new.resolve()
    search = _Search(Sources(project, engine), engine, progress, cancel)
    parts = []
    for one in sources.named(project, engine, old):
        target = new / one.below
        if target == one.area.place:
            raise Refusal("Both are the same folder.", where=str(new), kept="Nothing was changed.")
        parts.append(Relocation(one.area, target, membership.count(engine, [one.area])))
    moving = [moves for part in parts if (moves := search.look(part)) is not None]
    if not moving:
        raise _refusal(parts, old, new)
    return moving


def _refusal(parts: Sequence[Relocation], old: Path, new: Path) -> Refusal:
    if any(part.photos and is_folder(part.area.place) for part in parts):
        what = f"{old} is still there, and nothing that is gone from it is in this folder."
    else:
        photos = sum(part.photos for part in parts)
        what = f"No photo of {old} is in this folder: 0 of {photos:,} "
        what += f"{agreeing(photos, 'was', 'were')} found by name, size or content."
    do = "Choose the folder that the photos are in now."
    return Refusal(what, where=str(new), kept="Nothing was changed.", do=do)


class _Search:
    """Looking for known photos in a folder."""

    def __init__(
        self, known: Sources, engine: Engine, progress: Progress, cancel: CancelToken
    ) -> None:
        self._known = known
        self._engine = engine
        self._progress = progress
        self._cancel = cancel
        self._looked = 0

    def look(self, part: Relocation) -> Relocation | None:
        """Return the part as it moves, None where its target has nothing of it."""
        if not part.photos or not is_folder(part.target):
            return None
        if not is_folder(part.area.place):
            is_found = any(self._at_places(part)) or self._is_any_recognized(part)
            return replace(part, is_whole=True) if is_found else None
        if all(self._at_places(part)):
            return replace(part, is_whole=True)
        return part if self._is_any_recognized(part) else None

    def _at_places(self, part: Relocation) -> Iterator[bool]:
        """Yield of every photo whether it is at the same place below the target."""
        for path, row in self._rows(part.area):
            self._step()
            below = Path(path).relative_to(part.area.path)
            yield _is_same(part.target / below / row.name, row)

    def _is_any_recognized(self, part: Relocation) -> bool:
        lost = Lost(self._engine, self._known, [part.area])
        for folder in scan_below(part.target):
            for name in folder.names:
                self._step()
                place = folder.source / folder.path / name
                try:
                    stat = place.stat()
                except OSError:
                    continue
                file = File(place, folder.path, name, stat.st_size, stat.st_mtime_ns)
                if lost.owners([file]):
                    return True
        return False

    def _step(self) -> None:
        self._cancel.check()
        self._looked += 1
        self._progress(self._looked, 0, "Looking for the photos")

    def _rows(self, area: Area) -> Iterator[tuple[str, Any]]:
        folders = select(Folder.id, Folder.path).where(area.rows()).order_by(Folder.path)
        with reading(self._engine) as connection:
            found = list(connection.execute(folders))
        for folder in found:
            last = ""
            while rows := self._page(folder.id, last):
                for row in rows:
                    yield folder.path, row
                last = rows[-1].name

    def _page(self, folder: int, after: str) -> list[Any]:
        query = (
            select(Image.name, Image.size, Image.mtime_ns, Image.content_hash)
            .where(Image.folder_id == folder, Image.name > after, Image.status != 4)
            .where(Image.left_out == int(LeftOut.NO))
            .order_by(Image.name)
            .limit(_PAGE)
        )
        with reading(self._engine) as connection:
            return list(connection.execute(query))


def _is_same(file: Path, row: Any) -> bool:
    """Return whether a file is the photo of a row: by size and time, else by content."""
    try:
        stat = file.stat()
    except OSError:
        return False
    if stat.st_size != row.size:
        return False
    if stat.st_mtime_ns == row.mtime_ns:
        return True
    return row.content_hash is not None and hash_of(file) == row.content_hash


def carry_out(project: Path, engine: Engine, parts: Sequence[Relocation]) -> None:
    """Say of the new places what is known of the old ones, at once and without a look at a file."""
    for part in parts:
        known = Sources(project, engine)
        with writing(engine) as connection:
            if part.is_whole and not part.area.path and known.at(part.target) is None:
                place = sources.source_values(project, part.target)
                of_part = SourceRow.id == part.area.source.id
                connection.execute(update(SourceRow).where(of_part).values(place))
                continue
            around = known.around(part.target)
            source = around.source.id if around else None
            if source is None:
                source = sources.insert_source(connection, project, part.target)
            if part.is_whole:
                _move_rows(connection, part.area, source, around.path if around else "")
    folder_rows.settle(project, engine)


def _move_rows(connection: Connection, area: Area, source: int, base: str) -> None:
    """Give the rows of an area to a folder of a source; a source that is left empty goes."""
    rows = list(connection.execute(select(Folder.id, Folder.path).where(area.rows())))
    steps = []
    for id, path in rows:
        below = Path(path).relative_to(area.path).as_posix()
        steps.append(NewPlace(id, source, "/".join(p for p in (base, below) if p not in ("", "."))))
    folder_rows.move(connection, steps)
    if not area.path and area.source.id != source:
        connection.execute(delete(Skipped).where(Skipped.source_id == area.source.id))
        connection.execute(delete(SourceRow).where(SourceRow.id == area.source.id))


def look(
    project: Path,
    engine: Engine,
    parts: Sequence[Relocation],
    progress: Progress,
    cancel: CancelToken,
) -> Moved:
    """Look at every photo that was moved; those that have other names now are recognized."""
    photos = missing = news = 0
    for part in parts:
        known = Sources(project, engine)
        target = [one.area for one in known.areas(part.target)]
        lost = Lost(engine, known, target if part.is_whole else [part.area])
        seen = scanning.look_again(engine, known, target, lost, progress=progress, cancel=cancel)
        news += seen.moved + seen.changed + seen.missing
        photos += part.photos if part.is_whole else seen.moved
        if part.is_whole:
            missing += membership.count(engine, target, Status.MISSING)
    return Moved(photos, missing, news > 0)
