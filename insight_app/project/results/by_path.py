"""Which photos of a project a person means who types a path, or the last parts of one.

Asks for photos by folder and name, as they are indexed; never walks through all of them.
"""

from pathlib import Path, PurePath

from sqlalchemy import select

from insight_app.project.results.analysis_database import reading
from insight_app.project.results.records import ImageRecord
from insight_app.project.results.schema import Image, Status
from insight_app.project.results.snapshot import Results
from insight_app.project.results.sources import read_places

_AT_ONCE = 500
"""Folders asked for in one query."""


def images_at(results: Results, path: str) -> list[ImageRecord]:
    """Return the photos at a whole path; else those whose path ends in it.

    Photos that were taken out, or are there in another version, are left out.
    """
    wanted = PurePath(path)
    if not wanted.name:
        return []
    with results.reading() as files, reading(files.engine) as connection:
        places = read_places(connection, results.project)
        whole = Path(path).absolute()
        at = [one.id for one in places.folders.values() if one.path == whole.parent]
        above = wanted.parent.parts
        ending = [
            one.id
            for one in places.folders.values()
            if not wanted.is_absolute() and (not above or one.path.parts[-len(above) :] == above)
        ]
        for folders in (at, ending):
            found: list[int] = []
            for start in range(0, len(folders), _AT_ONCE):
                query = select(Image.id).where(
                    Image.folder_id.in_(folders[start : start + _AT_ONCE]),
                    Image.name == wanted.name,
                    Image.status != int(Status.CHANGED),
                )
                found += connection.execute(query).scalars()
            if listed := [image for image in found if results.is_listed(image)]:
                return [results.image(image) for image in sorted(listed)]
    return []
