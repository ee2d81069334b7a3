"""Which photos are still to be coded, in path order, a few at a time.

Those of folders that were taken out, or that are not there now, wait. Knows nothing of what is done
with photos.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import ColumnElement, Engine, Select, and_, func, select

from insight_app.project.analysis.coding.pipeline import Photo
from insight_app.project.analysis.folders.sources import Sources
from insight_app.project.results import photo_choice
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.schema import IS_IN, Folder, Image, LeftOut, Status

_PAGE = 200


class Locations:
    """Where the folders are that photos can be read from now."""

    def __init__(self, project: Path, engine: Engine) -> None:
        source_at = {source.id: source.path for source in Sources(project, engine).here}
        self.are_readable: ColumnElement[bool] = and_(
            Folder.is_removed.is_(False), Folder.source_id.in_(source_at)
        )
        """The condition on `Folder` for these folders."""
        query = select(Folder).where(self.are_readable).order_by(Folder.source_id, Folder.path)
        with reading(engine) as connection:
            self.part = photo_choice.part_of(connection)
            """What is read of a file with several pictures or channels."""
            self._at: dict[int, Path] = {
                int(row.id): source_at[row.source_id] / row.path
                for row in connection.execute(query)
            }

    def of(self, folder: int) -> Path:
        """Return where a folder is."""
        return self._at[folder]

    def folders(self) -> list[int]:
        """Return all folders in path order."""
        return list(self._at)


def count_new(engine: Engine, locations: Locations) -> int:
    """Return how many photos are still to be coded and can be."""
    query = select(func.count()).select_from(Image).join(Folder)
    are_new = Image.status == int(Status.NEW)
    with reading(engine) as connection:
        wanted = are_new, IS_IN, locations.are_readable
        return int(connection.execute(query.where(*wanted)).scalar_one())


def new_in_folder(folder: int, after: str) -> Select[int, str, int]:
    """Return the query for the next photos of a folder that are still to be coded, by name."""
    return (
        select(Image.id, Image.name, Image.crashes)
        .where(Image.status == int(Status.NEW), Image.folder_id == folder, Image.name > after)
        .where(Image.left_out == int(LeftOut.NO))
        .order_by(Image.name)
        .limit(_PAGE)
    )


def new_photos(engine: Engine, locations: Locations, *, crashed: bool) -> Iterator[Photo]:
    """Yield photos still to be coded: those that were in flight at a crash, or all others."""
    for folder in locations.folders():
        after = ""
        while True:
            with reading(engine) as connection:
                rows = list(connection.execute(new_in_folder(folder, after)))
            if not rows:
                break
            for row in rows:
                if (row.crashes > 0) == crashed:
                    place = locations.of(folder) / row.name
                    yield Photo(row.id, folder, place, locations.part)
            after = rows[-1].name
