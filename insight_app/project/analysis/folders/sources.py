"""The sources of a project: folders that a person gave, where they are now, and how they nest.

Owns two rules. A folder on the disk belongs to the innermost source around it, so that a source
that lies in another one is never counted twice. A folder that has no row yet is taken out of the
project where the nearest one above it that has a row is. Knows nothing of images.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Engine, and_, insert, or_, select, true

from insight_app.errors import Refusal, WorldError
from insight_app.project.photos.finding import is_folder, locate, seen_from
from insight_app.project.photos.links import Links
from insight_app.project.photos.patterns import ALL, Patterns
from insight_app.project.photos.telling import escaped, is_text
from insight_app.project.photos.walking import FoundFolder, is_plainly_met, scan_below
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.schema import Folder
from insight_app.project.results.schema import Source as SourceRow


@dataclass(frozen=True)
class SourceFolder:
    """A source where it is now, or where it was when it is nowhere."""

    id: int
    path: Path
    is_here: bool


@dataclass(frozen=True)
class Area:
    """A folder of the project with all below it; path: relative to its source, '' = that itself."""

    source: SourceFolder
    path: str = ""

    @property
    def place(self) -> Path:
        """Where it is on the disk."""
        return self.source.path / self.path

    def rows(self) -> ColumnElement[bool]:
        """Return what the rows of its folders have in common, for queries on `Folder`."""
        return is_at_or_below(self.source.id, self.path)


class Sources:
    """All sources of a project, as they stand at this moment.

    beside: take those that are nowhere to have been moved along with the project.
    """

    def __init__(self, project: Path, engine: Engine, *, beside: bool = False) -> None:
        with reading(engine) as connection:
            rows = list(connection.execute(select(SourceRow).order_by(SourceRow.id)))
        noted = {row.path: row.id for row in rows}
        self.all: list[SourceFolder] = []
        for row in rows:
            path = locate(project, row.path, row.relative)
            if noted.get(str(path), row.id) != row.id:
                path = Path(row.path)  # where it would be beside the project is another one
            is_here = is_folder(path)
            if beside and row.relative and not is_here:
                path = seen_from(project, row.relative)
            self.all.append(SourceFolder(row.id, path, is_here))

    @property
    def here(self) -> list[SourceFolder]:
        """Those whose folder is there."""
        return [source for source in self.all if source.is_here]

    @property
    def gone(self) -> list[int]:
        """Ids of those whose folder is not there."""
        return [source.id for source in self.all if not source.is_here]

    def at(self, place: Path) -> SourceFolder | None:
        """Return the source whose folder `place` is, or None."""
        return next((source for source in self.all if source.path == place), None)

    def around(self, place: Path) -> Area | None:
        """Return `place` as a folder of the innermost source that it lies in, or None."""
        holding = [source for source in self.all if place.is_relative_to(source.path)]
        if not holding:
            return None
        source = max(holding, key=lambda source: len(source.path.parts))
        path = place.relative_to(source.path).as_posix()
        return Area(source, "" if path == "." else path)

    def below(self, place: Path) -> list[SourceFolder]:
        """Return the sources that lie inside `place`."""
        return [s for s in self.all if s.path != place and s.path.is_relative_to(place)]

    def areas(self, place: Path) -> list["Named"]:
        """Return everything of the project at or below `place`, whether that is there or not."""
        around = self.around(place)
        inside = [
            Named(Area(source), source.path.relative_to(place)) for source in self.below(place)
        ]
        return [*([Named(around)] if around else []), *inside]


@dataclass(frozen=True)
class Named:
    """What a person named, or what lies in it: below, a path."""

    area: Area
    below: Path = Path()


class Removed:
    """Which folders were taken out of the project."""

    def __init__(self, engine: Engine) -> None:
        with reading(engine) as connection:
            rows = list(
                connection.execute(select(Folder.source_id, Folder.path, Folder.is_removed))
            )
        self._known: dict[int, dict[str, bool]] = {}
        for source, path, is_removed in rows:
            self._known.setdefault(source, {})[path] = is_removed

    def holds(self, source: int, path: str) -> bool:
        """Return whether a folder is taken out, known already or not."""
        known = self._known.get(source, {})
        if path in known:
            return known[path]
        return next((known[above] for above in _above(path) if above in known), False)

    def kept_inside(self, area: Area) -> list[str]:
        """Return the folders that were put back inside of folders that are still taken out."""
        known = self._known.get(area.source.id, {})
        return [
            path
            for path, is_removed in sorted(known.items())
            if not is_removed
            and path != area.path
            and is_below(path, area.path)
            and self._holds_above(area.source.id, path)
        ]

    def _holds_above(self, source: int, path: str) -> bool:
        return self.holds(source, next(_above(path)))


def walk(
    sources: Sources, removed: Removed, areas: Iterable[Area], patterns: Patterns = ALL
) -> Iterator[tuple[int, FoundFolder]]:
    """Yield (source, folder) for the folders with pictures in `areas`, each once."""
    id_of = {source.path: source.id for source in sources.here}

    def comes_to(source: Path, path: str) -> bool:
        return is_plainly_met(source, path) and not removed.holds(id_of[source], path)

    links = Links(list(id_of), comes_to)
    for area in areas:
        source = area.source
        inner = {s.path.relative_to(source.path).as_posix() for s in sources.below(source.path)}

        def leaves_out(path: str, source: int = source.id, inner: set[str] = inner) -> bool:
            return path in inner or removed.holds(source, path)

        starts = [] if removed.holds(source.id, area.path) else [area.path]
        for start in [*starts, *removed.kept_inside(area)]:
            if is_folder(source.path / start):
                found = scan_below(source.path, start, leaves_out, patterns=patterns, links=links)
                for folder in found:
                    yield source.id, folder


def must_be_folders(folders: Iterable[Path]) -> None:
    """Raise for the first that is no folder."""
    for folder in folders:
        if not folder.is_dir():
            raise WorldError("There is no such folder.", where=str(folder))
        if not is_text(str(folder.absolute())):
            raise Refusal(
                "The folder's name is no text that can be kept.",
                where=escaped(str(folder)),
                kept="Nothing was changed.",
                do="Rename the folder, then add it.",
            )


def insert_source(connection: Connection, project: Path, folder: Path) -> int:
    """Add the row of a new source and return its id."""
    result = connection.execute(insert(SourceRow).values(source_values(project, folder)))
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def source_values(project: Path, folder: Path) -> dict[str, str]:
    """Return what the row of a source says of its place."""
    try:
        relative = Path(os.path.relpath(folder, project.resolve())).as_posix()
    except ValueError:  # another drive
        relative = ""
    return {"path": str(folder), "relative": relative}


def named(project: Path, engine: Engine, place: Path) -> list[Named]:
    """Return what a person means by `place`; refuses what is not of the project.

    It is a folder on the disk, there or not, or one as the project lists it, relative to a source.
    """
    sources = Sources(project, engine)
    meant = sources.areas(place.resolve())
    meant += Sources(project, engine, beside=True).areas(place.resolve())
    if not place.is_absolute():
        meant += [Named(Area(source, place.as_posix())) for source in sources.all]
    found: dict[tuple[int, str], Named] = {}
    with reading(engine) as connection:
        for one in meant:
            area = one.area
            known = select(Folder.id).where(area.rows()).limit(1)
            if not area.path or connection.execute(known).first():
                found.setdefault((area.source.id, area.path), one)
    if not found:
        raise Refusal(
            "This project has no photos in this folder.",
            where=str(place),
            kept="Nothing was changed.",
            do="Its folders are: " + ", ".join(str(s.path) for s in sources.all[:5]) + ".",
        )
    return list(found.values())


def is_at_or_below(source: int, path: str) -> ColumnElement[bool]:
    """Return the condition on `Folder` for a folder and all below it; it uses the index."""
    below = and_(Folder.path > f"{path}/", Folder.path < f"{path}0") if path else true()
    return and_(Folder.source_id == source, or_(Folder.path == path, below))


def is_below(path: str, above: str) -> bool:
    """Return whether a relative path lies inside another; '' holds all."""
    return path != above and (not above or path.startswith(f"{above}/"))


def _above(path: str) -> Iterator[str]:
    """Yield the folders around a relative path, the nearest first, '' last."""
    while path:
        path = path.rpartition("/")[0]
        yield path
