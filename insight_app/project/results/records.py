"""The values that results are read as: folders, images, examples, problems, sums.

Plain data; knows nothing of where it comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from insight_app.concepts.geometry import Geometry
from insight_app.project.photos.finding import is_there
from insight_app.project.photos.patterns import Patterns


@dataclass(frozen=True)
class FolderRecord:
    """A folder of images as shown; path: below the analyzed folder, '' = that folder itself.

    images: listed in it; coded: analyzed, what shares are taken over.
    """

    id: int
    path: str
    images: int
    coded: int


@dataclass(frozen=True)
class ImageRecord:
    """One image: its file, and where the model looked (a grid of 0 x 0 pixels until coded).

    status: new | coded | unreadable | missing | changed | removed; message: why it could not be
    read. size, mtime_ns, content_hash: of its file as it was when it was seen last.
    """

    id: int
    path: Path
    folder: int
    width: int
    height: int
    geometry: Geometry
    status: str
    message: str
    size: int = -1
    mtime_ns: int = 0
    content_hash: bytes | None = None

    @property
    def is_here(self) -> bool:
        """Whether its file is there at this moment; asks the disk, which can take its time."""
        return is_there(self.path)


@dataclass(frozen=True)
class Example:
    """A place where a concept fires: the strongest cell of one image."""

    image_id: int
    cell: int
    value: float


ProblemKind = Literal[
    "unreadable",
    "missing",
    "folder missing",
    "left out",
    "not taken",
    "removed",
    "pattern",
    "note",
    "passed over",
]
"""A photo that cannot be read, or is not where it was; a source that is not there; a file or folder
that a scan cannot take in; pictures of a kind that is not read. Less grave: a folder that a person
took out; photos that patterns leave out; what was ignored in a photo that was read; what nobody
takes for photos.
"""


LESSER: frozenset[ProblemKind] = frozenset(("removed", "pattern", "note", "passed over"))
"""Kinds of problems that are told and are no trouble."""


@dataclass(frozen=True)
class Problem:
    """An image or folder that is not in the results, or not where it was, and what can be done.

    path: the photo or folder; for one that is missing, its folder is what to point from. Of several
    that are told together (count) the first.
    """

    path: Path
    what: str
    kept: str
    do: str
    kind: ProblemKind
    count: int = 1


@dataclass(frozen=True)
class PhotoChoice:
    """Which photos a project takes by name, and what is not taken.

    left_out: photos that the patterns leave out. not_taken, passed_over: how many files and folders
    of each kind are not taken, of which the second are no photos; refused: how many more could not
    be, each for a reason of its own. notes: in how many photos each
    thing was ignored although they were read. As of the last look at the folders.
    """

    patterns: Patterns
    left_out: int
    not_taken: Mapping[str, int]
    passed_over: Mapping[str, int]
    refused: int
    notes: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Sums:
    """Counts of all concepts over some images; arrays (F,), as in `Results`."""

    images: NDArray[np.int64]
    cells: NDArray[np.int64]
    total: NDArray[np.float64]
    maximum: NDArray[np.float16]

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean strength where active."""
        return np.divide(
            self.total, self.cells, out=np.zeros(self.total.size), where=self.cells > 0
        )
