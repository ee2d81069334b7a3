"""What of a project is not in the results, and why: in path order, and as few at a time as wanted.

Reads rows page by page, so that a million missing photos cost no more than those that are shown.
Knows no files but whether a source is there.
"""

from collections.abc import Iterator, Sequence
from heapq import merge
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, func, select

from insight_app.figures import counted
from insight_app.project.results.records import Problem
from insight_app.project.results.schema import Folder, Image, Skipped, Status
from insight_app.project.results.sources import FolderPlace, Places, SourceState

_BAD = (int(Status.UNREADABLE), int(Status.MISSING))

_Keyed = tuple[tuple[str, str], Problem]
"""A problem with its place in the order: folder, name."""


def listed(
    connection: Connection, places: Places, sources: Sequence[SourceState]
) -> Iterator[Problem]:
    """Yield all problems, folder by folder; sources: as they are now."""
    few = sorted(
        (*_gone(sources), *_removed(places, sources), *_skipped(connection, places)),
        key=lambda keyed: keyed[0],
    )
    images = _images(connection, places, _gone_ids(sources))
    for _, problem in merge(few, images, key=lambda keyed: keyed[0]):
        yield problem


def count(connection: Connection, places: Places, sources: Sequence[SourceState]) -> int:
    """Return how many problems there are; what a person took out is listed, but no trouble."""
    few = (*_gone(sources), *_skipped(connection, places))
    images = _bad_images(_gone_ids(sources)).with_only_columns(func.count())
    return len(few) + int(connection.execute(images).scalar_one())


def _gone_ids(sources: Sequence[SourceState]) -> list[int]:
    return [source.id for source in sources if source.state == "not there"]


def _bad_images(gone: Sequence[int]) -> Select[Any]:
    """Select photos that cannot be read or are missing, one by one.

    Those of a source that is gone have one problem together.
    """
    return (
        select(Image.folder_id)
        .join(Folder, Image.folder_id == Folder.id)
        .where(Image.status.in_(_BAD), Folder.is_removed.is_(False), Folder.source_id.not_in(gone))
    )


def _gone(sources: Sequence[SourceState]) -> Iterator[_Keyed]:
    for source in sources:
        if source.state == "not there" and source.counts.photos:
            yield (
                (str(source.path), ""),
                Problem(
                    source.path,
                    "The folder is not there.",
                    "What was counted and judged of "
                    f"{counted(source.counts.photos, 'photo')} is kept.",
                    "Point to where it is now, connect its drive, or take it out of the project.",
                    "folder missing",
                ),
            )


def _removed(places: Places, sources: Sequence[SourceState]) -> Iterator[_Keyed]:
    for root in places.removed():
        inside = (
            folder.counts.removed
            for source in sources
            if source.id == root.source
            for folder in source.folders
            if folder.path.is_relative_to(root.path)
        )
        if photos := sum(inside):
            yield (
                (str(root.path), ""),
                Problem(
                    root.path,
                    f"This folder was taken out of the project with {counted(photos, 'photo')}.",
                    "Their codes and what was judged are kept.",
                    "Put it back to count it again.",
                    "removed",
                ),
            )


def _skipped(connection: Connection, places: Places) -> Iterator[_Keyed]:
    roots = {source.id: source.path for source in places.sources}
    for row in connection.execute(select(Skipped)):
        path = roots[row.source_id] / row.path
        problem = Problem(path, row.message, "It was left out.", "", "left out")
        yield (str(path.parent), path.name), problem


def _images(connection: Connection, places: Places, gone: Sequence[int]) -> Iterator[_Keyed]:
    ids = set(connection.execute(_bad_images(gone).distinct()).scalars())
    folders = [places.folders[id] for id in ids if id in places.folders]
    for folder in sorted(folders, key=lambda folder: str(folder.path)):
        rows = (
            select(Image.name, Image.status, Image.message)
            .where(Image.folder_id == folder.id, Image.status.in_(_BAD))
            .order_by(Image.name)
        )
        for row in connection.execute(rows.execution_options(yield_per=200)):
            yield (str(folder.path), row.name), _of_image(folder, *row)


def _of_image(folder: FolderPlace, name: str, status: int, message: str) -> Problem:
    path = Path(folder.path, name)
    if status == Status.MISSING:
        return Problem(
            path,
            "The photo is not where it was.",
            "It is left out of the counts; its codes are kept.",
            "Point to the folder that it is in now, or bring it back and analyze again.",
            "missing",
        )
    return Problem(
        path, message, "It was left out.", "Mend or remove the file, then analyze again.",
        "unreadable",
    )  # fmt: skip
