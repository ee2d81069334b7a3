"""Which folders belong to a project: added, taken out, put back; all of a call or nothing.

Taken out, a folder keeps the rows and codes of its images, so that nothing need be looked up or
coded when it comes back; what counts is told by a flag of the folder alone. Knows nothing of how
counts are made.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Engine, func, select, update

from insight_app.project.analysis.folders import folder_rows
from insight_app.project.analysis.folders.sources import (
    Area,
    Removed,
    Sources,
    insert_source,
    must_be_folders,
)
from insight_app.project.photos.walking import is_passed_over
from insight_app.project.results.analysis_database import reading, writing
from insight_app.project.results.schema import Folder, Image, LeftOut, Status

Flags = dict[int, bool]
"""is_removed by id of the folder."""


def add(project: Path, engine: Engine, folders: Iterable[Path]) -> list[Path]:
    """Make folders part of the project; return those that were not before.

    One that was taken out is put back: who names it wants it.
    """
    given = [Path(folder).resolve() for folder in folders]
    must_be_folders(given)
    added = []
    for folder in given:
        area = Sources(project, engine).around(folder)
        if area is None or any(is_passed_over(name) for name in area.path.split("/")):
            with writing(engine) as connection:
                insert_source(connection, project, folder)
        elif Removed(engine).holds(area.source.id, area.path):
            put_back(engine, [area])
        else:
            continue
        added.append(folder)
    return added


def remove(engine: Engine, areas: Sequence[Area]) -> Flags:
    """Take folders out with all below them; return how they stood before."""
    return _set(engine, areas, is_removed=True)


def put_back(engine: Engine, areas: Sequence[Area]) -> Flags:
    """Put folders back with all below them; return how they stood before."""
    return _set(engine, areas, is_removed=False)


def restore(engine: Engine, before: Flags) -> None:
    """Take back what `remove` or `put_back` did."""
    with writing(engine) as connection:
        for is_removed in (False, True):
            ids = [id for id, was in before.items() if was is is_removed]
            for start in range(0, len(ids), 1000):
                some = Folder.id.in_(ids[start : start + 1000])
                connection.execute(update(Folder).where(some).values(is_removed=is_removed))


def count(engine: Engine, areas: Sequence[Area], status: Status | None = None) -> int:
    """Return the number of photos in folders, taken out or not; of one status where given.

    Photos that are left out by their names are not among them.
    """
    is_counted = Image.status != 4 if status is None else Image.status == int(status)
    is_counted &= Image.left_out == int(LeftOut.NO)
    query = select(func.count()).select_from(Image).join(Folder)
    with reading(engine) as connection:
        return sum(
            int(connection.execute(query.where(area.rows(), is_counted)).scalar_one())
            for area in areas
        )


def retire_emptied(engine: Engine, sources: Sources) -> None:
    """Take out the sources that are gone and whose photos all were found elsewhere: should such a
    folder come back, its files are copies that nobody asked for.
    """
    for source in sources.all:
        area = Area(source)
        if not source.is_here and not _holds_any(engine, area):
            remove(engine, [area])


def _holds_any(engine: Engine, area: Area) -> bool:
    """Return whether there are images in a folder, left out or not."""
    query = select(Image.id).join(Folder).where(area.rows(), Image.status != 4).limit(1)
    with reading(engine) as connection:
        return connection.execute(query).first() is not None


def _set(engine: Engine, areas: Sequence[Area], is_removed: bool) -> Flags:
    before: Flags = {}
    with writing(engine) as connection:
        for area in areas:
            folder_rows.id_of(connection, area.source.id, area.path)
            query = select(Folder.id, Folder.is_removed).where(area.rows())
            before |= {row.id: row.is_removed for row in connection.execute(query)}
            connection.execute(update(Folder).where(area.rows()).values(is_removed=is_removed))
    return before
