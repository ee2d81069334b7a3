"""The folders of a project as a person looks at them: what is there, missing, or taken out.

Counts are those of published results; whether a source is there is asked of the disk each time.
Knows nothing of single images.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from insight_app.project.photos.finding import is_folder, locate
from insight_app.project.results.analysis_database import rows_as_written
from insight_app.project.results.records import FolderRecord
from insight_app.project.results.schema import Folder, Source, Status

State = Literal["here", "not there", "removed"]
"""removed: all of it was taken out of the project."""


@dataclass(frozen=True)
class FolderPlace:
    """A folder of a project: where it is (path), in which source, and its path below that."""

    id: int
    path: Path
    source: int
    below: str
    is_removed: bool


@dataclass(frozen=True)
class SourcePlace:
    """A folder that a person gave, where it is now or was last."""

    id: int
    path: Path


@dataclass(frozen=True)
class Places:
    """All sources and folders of a project, folders by id."""

    sources: Sequence[SourcePlace]
    folders: Mapping[int, FolderPlace]

    def removed(self) -> Iterator[FolderPlace]:
        """Yield the folders that were taken out, not those inside of them."""
        flags = {(f.source, f.below): f.is_removed for f in self.folders.values()}
        for folder in self.folders.values():
            above, is_inside = folder.below, False
            while above and not is_inside:
                above = above.rpartition("/")[0]
                is_inside = flags.get((folder.source, above), False)
            if folder.is_removed and not is_inside:
                yield folder


@dataclass(frozen=True)
class PhotoCounts:
    """How many photos of a folder are in the project, and of these: coded, unreadable, missing.

    removed: those that were taken out, not among the others.
    """

    photos: int = 0
    coded: int = 0
    unreadable: int = 0
    missing: int = 0
    removed: int = 0

    @property
    def uncoded(self) -> int:
        """How many nobody has tried to code yet."""
        return self.photos - self.coded - self.unreadable - self.missing

    def __add__(self, other: "PhotoCounts") -> "PhotoCounts":
        return PhotoCounts(*(a + b for a, b in zip(_values(self), _values(other), strict=True)))


@dataclass(frozen=True)
class FolderState:
    """A folder with photos; name: its path below the source, '' = the source itself."""

    id: int
    name: str
    path: Path
    counts: PhotoCounts
    state: State


@dataclass(frozen=True)
class SourceState:
    """A folder that a person gave, with the folders with photos in it, in path order."""

    id: int
    path: Path
    counts: PhotoCounts
    state: State
    folders: Sequence[FolderState]


def read_places(connection: Connection, project: Path) -> Places:
    """Read where all folders are, or were last."""
    with rows_as_written(project):
        rows = connection.execute(select(Source).order_by(Source.path)).all()
        sources = {row.id: locate(project, row.path, row.relative) for row in rows}
        folders = {}
        for row in connection.execute(select(Folder)):
            if row.path.startswith("/") or ".." in row.path.split("/") or "\0" in row.path:
                raise ValueError("a folder lies outside what it is in")
            path = sources[row.source_id] / row.path
            folders[row.id] = FolderPlace(row.id, path, row.source_id, row.path, row.is_removed)
    return Places([SourcePlace(id, path) for id, path in sources.items()], folders)


def counts(places: Mapping[str, NDArray[np.generic]]) -> dict[int, PhotoCounts]:
    """Count the photos of every folder by id, from a generation's places (see `generations`)."""
    pair = places["folder"][1:].astype(np.int64) * 8 + places["status"][1:].astype(np.int64)
    key, number = np.unique(pair, return_counts=True)
    found: dict[int, PhotoCounts] = {}
    for folder, status, n in zip(
        (key // 8).tolist(), (key % 8).tolist(), number.tolist(), strict=True
    ):
        if status == Status.CHANGED:
            continue
        is_in = status != Status.REMOVED
        add = PhotoCounts(
            photos=n * is_in,
            coded=n * (status == Status.CODED),
            unreadable=n * (status == Status.UNREADABLE),
            missing=n * (status == Status.MISSING),
            removed=n * (not is_in),
        )
        found[folder] = found.get(folder, PhotoCounts()) + add
    return found


def states(places: Places, counted: Mapping[int, PhotoCounts]) -> list[SourceState]:
    """Return every source as it is at this moment; one look at the disk for each.

    A source that was taken out and has no photos left is left out.
    """
    inside: dict[int, list[FolderPlace]] = {}
    for folder in sorted(places.folders.values(), key=lambda folder: folder.path):
        if folder.id in counted:
            inside.setdefault(folder.source, []).append(folder)
    gone = {folder.source for folder in places.removed() if not folder.below}
    found = []
    for source in places.sources:
        listed = inside.get(source.id, [])
        if not listed and source.id in gone:
            continue
        is_here = is_folder(source.path)
        folders = [
            FolderState(f.id, f.below, f.path, counted[f.id], _state(counted[f.id], is_here))
            for f in listed
        ]
        total = sum((counted[f.id] for f in listed), PhotoCounts())
        found.append(SourceState(source.id, source.path, total, _state(total, is_here), folders))
    return found


def listed_folders(
    places: Places, listed: NDArray[np.int64], coded: NDArray[np.int64]
) -> list[FolderRecord]:
    """Return all folders with images, in path order; listed, coded: images by folder id (n,).

    Where there are several sources, the name of its source stands before that of a folder.
    """
    shown = [place for id, place in places.folders.items() if id < listed.size and listed[id]]
    root = {source.id: source.path for source in places.sources}
    are_several = len({place.source for place in shown}) > 1
    found = []
    for place in sorted(shown, key=lambda place: (root[place.source], place.path)):
        name = f"{root[place.source].name}/{place.below}".rstrip("/")
        photos, done = int(listed[place.id]), int(coded[place.id])
        found.append(FolderRecord(place.id, name if are_several else place.below, photos, done))
    return found


def _state(counted: PhotoCounts, is_here: bool) -> State:
    if counted.removed and not counted.photos:
        return "removed"
    return "here" if is_here else "not there"


def _values(counted: PhotoCounts) -> tuple[int, ...]:
    return (
        counted.photos, counted.coded, counted.unreadable, counted.missing, counted.removed
    )  # fmt: skip
