"""Photos of a project by what a list calls them, a hundred thousand at a time.

A list calls a photo by its whole path or by the last parts of it, with slashes of either kind; what
is called so from the folder on that was given goes before others. Walks through all photos once;
for a few, `results.by_path` is quicker. Knows no file of any kind.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from insight_app.project.results.analysis_database import reading
from insight_app.project.results.schema import Image
from insight_app.project.results.snapshot import Results
from insight_app.project.results.sources import read_places

_PAGE = 10_000
_ABSOLUTE = re.compile(r"/|[A-Za-z]:/")


class WhyNoPhoto(Enum):
    """Why a name stands for no photo: there is none, there are several, it was not analyzed."""

    UNKNOWN = auto()
    SEVERAL = auto()
    NOT_ANALYZED = auto()


PhotoOfName = str | WhyNoPhoto
"""The hash of a photo's content, or why there is none."""
_Met = dict[str, PhotoOfName]


def find(results: Results, names: Sequence[str], contents: Sequence[str]) -> list[PhotoOfName]:
    """Return for each photo (n,) the hash of its content, or why there is none.

    names, contents (n,): what it is called, and the hash that it is known by, "" for unknown; one
    that the project has goes before the name.
    """
    keys = [_keys(name) for name in names]
    wanted = {key for each in keys for key in each}
    hashes, known = set(contents) - {""}, set[str]()
    ending: _Met = {}
    whole: _Met = {}
    spelled = _spelled(results, wanted)
    for _id, folder, name, content in _rows(results):
        photo: PhotoOfName = WhyNoPhoto.NOT_ANALYZED if content is None else content.hex()
        if isinstance(photo, str) and photo in hashes:
            known.add(photo)
        for before, is_whole in spelled[folder]:
            if (key := before + _composed(name)) in wanted:
                for met in (ending, whole) if is_whole else (ending,):
                    if met.setdefault(key, photo) != photo:
                        met[key] = WhyNoPhoto.SEVERAL
    return [
        content if content in known else _chosen(each, whole, ending)
        for each, content in zip(keys, contents, strict=True)
    ]


def names_of(results: Results, images: NDArray[np.int64]) -> list[tuple[str, str]]:
    """Return what a list calls each photo (n,) of these ids, and the hash of its content."""
    folders = {folder.id: folder.path for folder in results.folders}
    wanted = set(images.tolist())
    found = {
        id: (f"{folders[folder]}/{name}".lstrip("/"), "" if content is None else content.hex())
        for id, folder, name, content in _rows(results)
        if id in wanted
    }
    return [found[image] for image in images.tolist()]


def _rows(results: Results) -> Iterator[tuple[int, int, str, bytes | None]]:
    """Yield every listed photo: its id, its folder, its name and the hash of its content."""
    query = select(Image.id, Image.folder_id, Image.name, Image.content_hash)
    with results.reading() as files, reading(files.engine) as connection:
        is_listed = np.zeros(files.is_coded.size, bool)
        is_listed[files.places["order"]] = True
        for row in connection.execute(query.execution_options(yield_per=_PAGE)):
            if row.id < is_listed.size and is_listed[row.id]:
                yield row.id, row.folder_id, row.name, row.content_hash


def _spelled(results: Results, wanted: set[str]) -> dict[int, list[tuple[str, bool]]]:
    """Return by folder what may stand before its photos' names, and whether from the source on.

    Only as long as some of the wanted names are.
    """
    depths = {key.count("/") for key in wanted if not _ABSOLUTE.match(key)}
    own = {folder.id: folder.path for folder in results.folders}
    with results.reading() as files, reading(files.engine) as connection:
        places = read_places(connection, results.project)
    found = {}
    for id, place in places.folders.items():
        path = _composed(place.path.as_posix())
        parts = path.strip("/").split("/")
        begin = _composed(f"{own[id]}/".lstrip("/")) if id in own else None
        before = ["/".join((*parts[-depth:], "")) for depth in depths if 0 < depth <= len(parts)]
        before += [""] if 0 in depths else []
        found[id] = [(one, one == begin) for one in before] + [(f"{path.rstrip('/')}/", True)]
    return found


def _keys(name: str) -> tuple[str, ...]:
    """Return how a photo of this name may be spelled, as it is written first."""
    plain, turned = _key(name), _key(name.replace("\\", "/"))
    return (plain,) if plain == turned else (plain, turned)


def _key(name: str) -> str:
    parts = [part for part in _composed(name).split("/") if part not in ("", ".")]
    return ("/" if name.startswith("/") else "") + "/".join(parts)


def _composed(name: str) -> str:
    """Return a name in one spelling: some systems write accents as signs of their own."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _chosen(keys: Sequence[str], whole: _Met, ending: _Met) -> PhotoOfName:
    found = (met[key] for key in keys for met in (whole, ending) if key in met)
    return next(found, WhyNoPhoto.UNKNOWN)
