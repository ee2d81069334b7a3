"""What of a project is not in the results, and why: in path order, and as few at a time as wanted.

Pictures of a kind that is not read, and what matters less, are told together by kind. Reads rows
page by page, so that a million missing photos cost no more than those that are shown. Knows no
files but whether a source is there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, func, select, text

from insight_app.figures import counted
from insight_app.project.photos.reasons import Grade
from insight_app.project.results import photo_choice
from insight_app.project.results.records import Problem, ProblemKind
from insight_app.project.results.schema import IS_IN, Folder, Image, Skipped, Status
from insight_app.project.results.sources import FolderPlace, Places, SourceState

_BAD = (int(Status.UNREADABLE), int(Status.MISSING))

NOTES_BETWEEN = "\n"
"""What stands between the notes of one photo."""
MOST_NOTES = 40
"""So many different notes are listed, the commonest."""
_PAGE = 500
_OF_GRADE: Mapping[Grade, ProblemKind] = {
    Grade.TROUBLE: "left out",
    Grade.NOT_TAKEN: "not taken",
    Grade.PASSED_OVER: "passed over",
}

_Keyed = tuple[tuple[str, str], Problem]
"""A problem with its place in the order: folder, name."""


def listed(
    connection: Connection, places: Places, sources: Sequence[SourceState], limit: int | None = None
) -> Iterator[Problem]:
    """Yield the problems: kinds of pictures that are not read, then all others folder by folder
    (the first `limit` of these), then what matters less; sources: as they are now.
    """
    yield from _by_kind(connection, places, Grade.NOT_TAKEN)
    few = sorted((*_gone(sources), *_removed(places, sources)), key=_place)
    images = _images(connection, places, _gone_ids(sources))
    by_folder = merge(few, _skipped(connection, places), images, key=_place)
    for _, problem in islice(by_folder, limit):
        yield problem
    yield from _by_pattern(connection, places)
    yield from _notes(connection, places)
    yield from _by_kind(connection, places, Grade.PASSED_OVER)


def each(
    connection: Connection, places: Places, sources: Sequence[SourceState]
) -> Iterator[Problem]:
    """Yield every problem, those that are told together one by one too."""
    few = sorted((*_gone(sources), *_removed(places, sources)), key=_place)
    for _, problem in (*few, *_images(connection, places, _gone_ids(sources))):
        yield problem
    for grade in Grade:
        for _, problem in _skipped(connection, places, grade):
            yield problem
    rows = _with_notes(Image.folder_id, Image.name, Image.note).execution_options(yield_per=_PAGE)
    for row in connection.execute(rows):
        if (folder := places.folders.get(row.folder_id)) is not None:
            for note in row.note.split(NOTES_BETWEEN):
                yield Problem(Path(folder.path, row.name), note, "", "", "note")


def count(connection: Connection, places: Places, sources: Sequence[SourceState]) -> int:
    """Return how many problems there are; what is told together is one, and what matters less is
    listed, but no trouble.
    """
    trouble = select(func.count()).where(Skipped.grade == int(Grade.TROUBLE))
    kinds = select(func.count(Skipped.kind.distinct())).where(Skipped.grade == int(Grade.NOT_TAKEN))
    images = _bad_images(_gone_ids(sources)).with_only_columns(func.count())
    counts = (int(connection.execute(query).scalar_one()) for query in (trouble, kinds, images))
    return len(list(_gone(sources))) + sum(counts)


def kinds(connection: Connection, grade: Grade) -> dict[str, int]:
    """Return how many files and folders of each kind are not taken, the most first."""
    number = func.count().label("number")
    query = select(Skipped.kind, number).where(Skipped.grade == int(grade))
    rows = connection.execute(query.group_by(Skipped.kind).order_by(number.desc(), Skipped.kind))
    return {row.kind: int(row.number) for row in rows}


def notes(connection: Connection) -> dict[str, int]:
    """Return in how many photos each thing was ignored although they were read, the most first."""
    found: Counter[str] = Counter()
    number = func.count().label("number")
    for row in connection.execute(_with_notes(Image.note, number).group_by(Image.note)):
        for note in row.note.split(NOTES_BETWEEN):
            found[note] += int(row.number)
    return dict(found.most_common())


def _gone_ids(sources: Sequence[SourceState]) -> list[int]:
    return [source.id for source in sources if source.state == "not there"]


def _bad_images(gone: Sequence[int]) -> Select[Any]:
    """Select photos that cannot be read or are missing, one by one.

    Those of a source that is gone have one problem together.
    """
    return (
        select(Image.folder_id)
        .join(Folder, Image.folder_id == Folder.id)
        .where(Image.status.in_(_BAD), IS_IN, Folder.source_id.not_in(gone))
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


def _skipped(
    connection: Connection, places: Places, grade: Grade = Grade.TROUBLE
) -> Iterator[_Keyed]:
    """Yield what a scan did not take, in the order in which it was met."""
    roots = {source.id: source.path for source in places.sources}
    rows = select(Skipped).where(Skipped.grade == int(grade)).order_by(Skipped.kind, Skipped.id)
    for row in connection.execute(rows.execution_options(yield_per=_PAGE)):
        path = roots[row.source_id] / row.path.removeprefix("/")
        what = f"{row.kind}: {row.message}" if row.kind else row.message
        problem = Problem(path, what, "It was left out.", row.do, _OF_GRADE[grade])
        yield (str(path.parent), path.name), problem


def _by_kind(connection: Connection, places: Places, grade: Grade) -> Iterator[Problem]:
    """Yield one problem for each kind of files that a scan did not take."""
    roots = {source.id: source.path for source in places.sources}
    does = "passed over" if grade == Grade.PASSED_OVER else "not taken"
    for kind, number in kinds(connection, grade).items():
        of_kind = Skipped.grade == int(grade), Skipped.kind == kind
        row = connection.execute(select(Skipped).where(*of_kind).limit(1)).one()
        path = roots[row.source_id] / row.path.removeprefix("/")
        what = f"{counted(number, kind)} {does}."
        yield Problem(path, what, row.message, row.do, _OF_GRADE[grade], number)


def _by_pattern(connection: Connection, places: Places) -> Iterator[Problem]:
    """Yield how many photos are left out by their names, if any are."""
    number, patterns = photo_choice.left_out(connection), photo_choice.patterns_of(connection)
    if number and places.sources:
        what = f"{counted(number, 'photo')} left out by name."
        do = "Change that in Photo folders, or with analyze --include and --exclude."
        yield Problem(places.sources[0].path, what, patterns.said, do, "pattern", number)


def _notes(connection: Connection, places: Places) -> Iterator[Problem]:
    """Yield what was ignored in photos, one problem for each such thing."""
    for note, number in islice(notes(connection).items(), MOST_NOTES):
        has_note = func.instr(Image.note, note) > 0  # LIKE refuses long ones
        query = _with_notes(Image.folder_id, Image.name).where(has_note).limit(1)
        row = connection.execute(query).first()
        if row is not None and row.folder_id in places.folders:
            path = Path(places.folders[row.folder_id].path, row.name)
            what = f"{row.name}: {note}" if number == 1 else f"{counted(number, 'photo')}: {note}"
            yield Problem(path, what, "", "", "note", number)


def _with_notes(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .join(Folder, Image.folder_id == Folder.id)
        .where(text("image.note > ''"), Image.status == int(Status.CODED), IS_IN)
    )


def _place(keyed: _Keyed) -> tuple[str, str]:
    return keyed[0]


def _images(connection: Connection, places: Places, gone: Sequence[int]) -> Iterator[_Keyed]:
    ids = set(connection.execute(_bad_images(gone).distinct()).scalars())
    folders = [places.folders[id] for id in ids if id in places.folders]
    for folder in sorted(folders, key=lambda folder: str(folder.path)):
        rows = (
            select(Image.name, Image.status, Image.message, Image.do)
            .where(Image.folder_id == folder.id, Image.status.in_(_BAD), Image.left_out == 0)
            .order_by(Image.name)
        )
        for row in connection.execute(rows.execution_options(yield_per=200)):
            yield (str(folder.path), row.name), _of_image(folder, *row)


def _of_image(folder: FolderPlace, name: str, status: int, message: str, do: str) -> Problem:
    path = Path(folder.path, name)
    if status == Status.MISSING:
        return Problem(
            path,
            "The photo is not where it was.",
            "It is left out of the counts; its codes are kept.",
            "Point to the folder that it is in now, or bring it back and analyze again.",
            "missing",
        )
    usual = "Mend it, or take it out of the folder; then analyze again."
    return Problem(path, message, "It was left out.", do or usual, "unreadable")
