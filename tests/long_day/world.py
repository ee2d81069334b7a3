"""The disk on which a day happens: two projects that have nothing in common, and their photos.

Every photo of the first is reddish, of the second bluish; so are their names. What is read here is
read from the files themselves, not through the product.
"""

import os
import resource
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from insight_app.concepts.naming.vocabulary import Vocabulary
from insight_app.project.analysis.run import analyze
from insight_app.project.results.snapshot import Results
from tests import tiny
from tests.long_day.gate import Gate

STRONG, WEAK = 0, 2
NEW, CODED, CHANGED, REMOVED = 0, 1, 4, 5
HOMES = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
"""Where a person's files are: nothing of who runs this is touched."""


@dataclass(frozen=True)
class Kind:
    """What all of a project's photos and names have in common; channel: the strongest of RGB."""

    word: str
    channel: int
    photos: int
    concepts: int
    seed: int


KINDS = (Kind("amber", STRONG, 18, 64, 3), Kind("cobalt", WEAK, 14, 48, 9))


@dataclass
class Place:
    """A project, the folder with its photos, and folders with more that it does not have yet."""

    kind: Kind
    project: Path
    photos: Path
    more: list[Path] = field(default_factory=list)
    away: dict[Path, Path] = field(default_factory=dict)
    """Folders that were renamed: where they belong, where they are."""

    def rename_away(self, folder: Path) -> None:
        self.away[folder] = folder.rename(folder.with_name(f"{folder.name} elsewhere"))

    def put_back(self, folder: Path) -> None:
        self.away.pop(folder).rename(folder)


class World:
    """Two projects under `root`, a person's settings beside them, and a gate for their analyses."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = root / "home" / "window.ini"
        self._environment = {name: os.environ.get(name) for name in HOMES}
        os.environ.update({name: str(root / "home" / name.lower()) for name in HOMES})
        self.exports = root / "exports"
        self.exports.mkdir(parents=True)
        self.gate = Gate(str(root / "gate"))
        self.places = [_make(root / kind.word, kind) for kind in KINDS]
        self.is_full = False
        self._limit = resource.getrlimit(resource.RLIMIT_FSIZE)

    def place_of(self, project: Path | None) -> Place | None:
        return next((one for one in self.places if one.project == project), None)

    def other(self, place: Place) -> Place:
        return self.places[1 - self.places.index(place)]

    def fill(self, worker: int) -> None:
        """Let no file of this process and of the worker grow any more."""
        self.is_full = True
        self._set_limit(0, worker)

    def make_room(self, worker: int) -> None:
        self.is_full = False
        self._set_limit(self._limit[0], worker)

    def _set_limit(self, limit: int, worker: int) -> None:
        pair = (limit, self._limit[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, pair)
        if worker:
            resource.prlimit(worker, resource.RLIMIT_FSIZE, pair)

    @contextmanager
    def room(self) -> Iterator[None]:
        """What the driver itself writes, it writes whether the disk is full or not."""
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, self._limit)
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    def close(self) -> None:
        self.make_room(0)
        self.gate.close()
        for name, before in self._environment.items():
            os.environ.pop(name)
            if before is not None:
                os.environ[name] = before


def _make(root: Path, kind: Kind) -> Place:
    photos = root / f"{kind.word} photos"
    draw(photos, kind, kind.photos, kind.seed)
    more = [draw(root / f"{kind.word} more {n}", kind, 5 + n, 100 * kind.seed + n) for n in (1, 2)]
    project = root / f"{kind.word}.insight"
    dictionary = tiny.write_dictionary(root / "dictionary", kind.concepts, kind.seed)
    analyze(
        project,
        [photos],
        encoder=tiny.TinyEncoder(),
        dictionary=dictionary,
        vocabulary=_words(kind),
    )
    shutil.rmtree(dictionary)
    return Place(kind, project, photos, more)


def draw(folder: Path, kind: Kind, number: int, seed: int) -> Path:
    """Photos in two folders, no two alike, all of one kind of colour."""
    rng = np.random.default_rng(seed)
    for at in range(number):
        path = folder / f"{kind.word} {'ab'[at % 2]}" / f"{kind.word} {seed} {at:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = rng.integers(0, 90, (6, 8, 3), np.uint8)
        coarse[..., kind.channel] += 140
        coarse[..., 2 - kind.channel] //= 3
        Image.fromarray(coarse).resize((200, 150), Image.Resampling.BICUBIC).save(path)
    return folder


def _words(kind: Kind) -> Vocabulary:
    """Names that only this project has."""
    count = kind.concepts
    terms = [f"{kind.word} {number:02d}" for number in range(count)]
    vectors = np.random.default_rng(kind.seed).normal(size=(count, tiny.D)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Vocabulary(terms, np.zeros(count, np.uint8), [""] * count, [""] * count, vectors)


# ---- what is on the disk


def read(database: Path, sql: str) -> list[sqlite3.Row]:
    """Ask a database that others are writing."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(sql).fetchall()


def generation(project: Path) -> int:
    (row,) = read(project / "analysis.sqlite", "SELECT max(id) AS id FROM generation")
    return int(row["id"] or 0)


@lru_cache(maxsize=8)
def firing(project: Path, _generation: int) -> int:
    """How many concepts are active somewhere, by the newest results."""
    with Results.open(project) as results:  # type: ignore[union-attr]
        return int((results.cells > 0).sum())


def photos_listed(project: Path) -> Counter[int]:
    """How many photos of each status are in the project: neither replaced nor taken out."""
    images = read(
        project / "analysis.sqlite",
        "SELECT image.status, folder.source_id AS source, folder.path FROM image "
        "JOIN folder ON folder.id = image.folder_id",
    )
    out = read(project / "analysis.sqlite", "SELECT source_id, path FROM folder WHERE is_removed")
    removed = {(row["source_id"], row["path"]) for row in out}
    return Counter(
        int(row["status"])
        for row in images
        if row["status"] not in (CHANGED, REMOVED) and (row["source"], row["path"]) not in removed
    )
