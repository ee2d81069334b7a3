"""Which photos are still to be coded, in path order, a few at a time.

Knows nothing of what is done with them.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, Select, func, select

from insight_app.project.analysis.coding.pipeline import Photo
from insight_app.project.photos.finding import locate
from insight_app.project.results.schema import Folder, Image, Source, Status
from insight_app.project.storage.analysis_database import reading

_PAGE = 200


class Locations:
    """Where the folders of a project are now."""

    def __init__(self, project: Path, engine: Engine) -> None:
        query = select(Folder.id, Folder.path, Source.path, Source.relative).join(Source)
        with reading(engine) as connection:
            rows = list(connection.execute(query.order_by(Folder.source_id, Folder.path)))
        self._at = {
            int(folder): locate(project, source, relative) / path
            for folder, path, source, relative in rows
        }

    def of(self, folder: int) -> Path:
        return self._at[folder]

    def folders(self) -> list[int]:
        """All folders in path order."""
        return list(self._at)


def count_new(engine: Engine) -> int:
    """How many photos are still to be coded."""
    query = select(func.count()).select_from(Image).where(Image.status == int(Status.NEW))
    with reading(engine) as connection:
        return int(connection.execute(query).scalar_one())


def new_in_folder(folder: int, after: str) -> Select[int, str, int]:
    """The next photos of a folder that are still to be coded, by name."""
    return (
        select(Image.id, Image.name, Image.crashes)
        .where(Image.status == int(Status.NEW), Image.folder_id == folder, Image.name > after)
        .order_by(Image.name)
        .limit(_PAGE)
    )


def new_photos(engine: Engine, locations: Locations, *, crashed: bool) -> Iterator[Photo]:
    """Photos still to be coded; those that were in flight at a crash, or all others."""
    for folder in locations.folders():
        after = ""
        while True:
            with reading(engine) as connection:
                rows = list(connection.execute(new_in_folder(folder, after)))
            if not rows:
                break
            for row in rows:
                if (row.crashes > 0) == crashed:
                    yield Photo(row.id, folder, locations.of(folder) / row.name)
            after = rows[-1].name
