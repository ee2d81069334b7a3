"""Which photos of a project a person means who types a path, or the last parts of one.

Asks for photos by folder and name, as they are indexed; walks through names only where no photo is
called so, to say which ones nearly are.
"""

from difflib import get_close_matches
from pathlib import Path, PurePath

from sqlalchemy import func, select

from insight_app.errors import Refusal
from insight_app.plain_text import shortened, visible
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.records import ImageRecord
from insight_app.project.results.schema import Image, Status
from insight_app.project.results.snapshot import Results
from insight_app.project.results.sources import read_places

_AT_ONCE = 500
"""Folders asked for in one query."""
NEAREST = 5
"""Photos that are named where none is called as somebody typed."""
_COMPARED = 10_000
"""Names that are compared letter by letter: of more photos the first ones."""
_SAYING = 3
"""Letters of a name without its ending by which others are looked for: fewer are in most."""
_LETTERS = 80


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


def no_photo(results: Results, path: str) -> Refusal:
    """Return the refusal of a path that no photo has, with the photos that are called nearly so."""
    near = ", ".join(visible(str(image.path)) for image in nearest(results, path))
    return Refusal(
        f"This project has no photo {shortened(visible(path.strip()), _LETTERS)}.",
        do=f"Type the whole name. There is {near}." if near else "",
    )


def nearest(results: Results, path: str) -> list[ImageRecord]:
    """Return up to NEAREST photos whose names have that of a path in them, else are spelled alike.

    Capitals make no difference, nor does an ending that the name of a file has.
    """
    wanted = PurePath(path.strip())
    if not wanted.name:
        return []
    with results.reading() as files, reading(files.engine) as connection:
        listed = select(Image.id, Image.name).where(Image.status != int(Status.CHANGED))
        parts = [wanted.name, *([wanted.stem] if len(wanted.stem) >= _SAYING else [])]
        for part in dict.fromkeys(parts):
            having = listed.where(func.instr(func.lower(Image.name), part.lower()) > 0)
            found: list[int] = []
            for image, _name in connection.execute(having.order_by(Image.name, Image.id)):
                if results.is_listed(image):
                    found.append(image)
                if len(found) == NEAREST:
                    break
            if found:
                return [results.image(image) for image in found]
        alike: dict[str, int] = {}
        for image, name in connection.execute(listed.limit(_COMPARED)):
            if results.is_listed(image):
                alike.setdefault(name.casefold(), image)
        names = get_close_matches(wanted.name.casefold(), alike, NEAREST, 0.6)
        return [results.image(alike[name]) for name in names]
