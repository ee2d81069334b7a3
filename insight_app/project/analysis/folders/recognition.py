"""Recognizing photos that lie at another place now: who is lost, and which file is whose.

A photo is recognized by its content; one that was never read by its path below the source, its size
and its time of change. A photo whose file is still where it was is not lost: a second file with the
same content is another image. The codes of a photo that was overwritten are lost too, until a file
with their content is met. Knows nothing of how files are found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Engine, Executable, case, or_, select

from insight_app.errors import KnownError
from insight_app.project.analysis.folders.sources import Area, Sources
from insight_app.project.photos.finding import is_there
from insight_app.project.photos.photo_file import hash_content
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.schema import Folder, Image, Status

MOST_ALIKE = 64
"""So many images of the same content are looked at to find one that is lost."""


@dataclass(frozen=True)
class File:
    """A file of a folder (path: relative to its source) that has no row yet."""

    place: Path
    path: str
    name: str
    size: int
    mtime_ns: int


class Lost:
    """The images of a project that are not where they were; areas: only those in there."""

    def __init__(
        self, engine: Engine, sources: Sources, areas: Sequence[Area] | None = None
    ) -> None:
        self._engine = engine
        self._root = {source.id: source.path for source in sources.all}
        self._gone = sources.gone
        self._areas = areas
        self._taken: set[int] = set()

    def may_exist(self) -> bool:
        """Return whether any image may be lost; looks at no file."""
        if self._areas is not None:
            return True
        is_nowhere = select(Image.id).where(_is_nowhere()).limit(1)
        is_apart = or_(Folder.source_id.in_(self._gone), Folder.is_removed)
        folders = select(Folder.id).where(is_apart).limit(1)
        with reading(self._engine) as connection:
            return any(connection.execute(query).first() for query in (is_nowhere, folders))

    def owners(
        self, files: Sequence[File], step: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """Return, by name of the file, the row of the lost image that a file is now.

        Each row is given away once. step(): called before each file, which may have to be read.
        """
        found = {}
        for file in files:
            step()
            row = self._owner(file)
            if row is not None:
                self._taken.add(row.id)
                found[file.name] = row
        return found

    def is_of_gone_source(self, row: Any) -> bool:
        """Return whether the whole source that an image was in is not there."""
        return row.source_id in self._gone

    def _owner(self, file: File) -> Any:
        row = None
        if self._areas is None:
            row = self._first(_never_read(file, list(self._root)), file)
        if row is None and self._is_size_known(file.size) and (content := hash_of(file.place)):
            row = self._first(_with_content(file, content, self._among()), file)
        return row

    def _first(self, query: Executable, file: File) -> Any:
        """Return the first row that was not given away and whose file is not there, or None."""
        with reading(self._engine) as connection:
            rows = list(connection.execute(query))
        for row in rows:
            if row.id not in self._taken and self._is_lost(row, file):
                return row
        return None

    def _is_lost(self, row: Any, file: File) -> bool:
        place = self._root[row.source_id] / row.path / row.name
        if row.status == Status.CHANGED or not is_there(place):
            return True
        # what was met through another link before
        return bool(row.status == Status.MISSING) and place.samefile(file.place)

    def _is_size_known(self, size: int) -> bool:
        """Return whether it is worth reading the file."""
        with reading(self._engine) as connection:
            query = select(Image.id).where(Image.size == size).limit(1)
            return connection.execute(query).first() is not None

    def _among(self) -> ColumnElement[bool]:
        if self._areas is not None:
            return or_(*(area.rows() for area in self._areas))
        return or_(_is_nowhere(), Folder.source_id.in_(self._gone), Folder.is_removed)


def _is_nowhere() -> ColumnElement[bool]:
    return Image.status.in_([int(Status.MISSING), int(Status.CHANGED)])


def hash_of(path: Path) -> bytes:
    """Return the hash of a file's content, empty where it cannot be read."""
    try:
        return hash_content(path)
    except KnownError:
        return b""


_COLUMNS = (
    Image.id,
    Image.status,
    Image.shard,
    Image.name,
    Image.folder_id,
    Folder.source_id,
    Folder.path,
    Folder.is_removed,
)


def _with_content(file: File, content: bytes, among: ColumnElement[bool]) -> Executable:
    """Find images with the content of a file: most alike by name first, tombstones last."""
    same_name = Image.name == file.name
    is_worth_it = or_(Image.status != int(Status.CHANGED), Image.shard.is_not(None))
    by_name = case((same_name & (Folder.path == file.path), 0), (same_name, 1), else_=2)
    return (
        select(*_COLUMNS)
        .join(Folder, Image.folder_id == Folder.id)
        .where(Image.size == file.size, Image.content_hash == content, is_worth_it, among)
        .order_by(Image.status == int(Status.CHANGED), by_name, Image.id)
        .limit(MOST_ALIKE)
    )


def _never_read(file: File, sources: Sequence[int]) -> Executable:
    """Find images that were never read: at the same path below any source, of the same size and
    time.
    """
    return (
        select(*_COLUMNS)
        .join(Folder, Image.folder_id == Folder.id)
        .where(
            Folder.source_id.in_(sources),
            Folder.path == file.path,
            Image.name == file.name,
            Image.status != 4,
            Image.content_hash.is_(None),
            Image.size == file.size,
            Image.mtime_ns == file.mtime_ns,
        )
        .limit(MOST_ALIKE)
    )
