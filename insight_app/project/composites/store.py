"""Where counted composites are kept: one file each, named by what it is of and what it rests on.

A file never changes. One that rests on other photos or other codes has another name, so that none
can be taken for what it is not any more. Knows nothing of how they are counted.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from insight_app.concepts.composition import Composition
from insight_app.disk_errors import disk_errors
from insight_app.files import write_whole
from insight_app.plain_arrays import read_npz
from insight_app.project.composites.counted import CountedComposite
from insight_app.project.folder import COMPOSITES
from insight_app.project.storage.plain_files import must_be_plain

KEPT = 1000
"""Files that stay of composites that nobody asked for last: undo brings them back."""
IN_MEMORY = 128
_NAME = re.compile(r"(?P<basis>[0-9a-f]{32})-(?P<digest>[0-9a-f]{32})\.npz")


def path_of(project: Path, basis: str, composition: Composition) -> Path:
    """Return the file of a composition that rests on `basis`."""
    return project / COMPOSITES / f"{basis}-{composition.digest}.npz"


def read(project: Path, basis: str, composition: Composition) -> CountedComposite | None:
    """Return what was counted of a composition; None if nothing, or if its file is damaged."""
    try:
        return CountedComposite.from_arrays(read_npz(path_of(project, basis, composition)))
    except (OSError, ValueError):
        return None  # it is counted again


def write(project: Path, basis: str, composition: Composition, counted: CountedComposite) -> None:
    """Keep what was counted of a composition."""
    must_be_plain(project)
    path = path_of(project, basis, composition)
    with disk_errors("What was counted cannot be kept in the project", where=path):
        path.parent.mkdir(exist_ok=True)
        arrays = counted.to_arrays()
        write_whole(path, lambda file: np.savez_compressed(file, **arrays))  # type: ignore[arg-type]


def tidy(project: Path, basis: str, wanted: Collection[Composition]) -> None:
    """Remove files that rest on something else, and the oldest of those that nobody wants."""
    keep = {path_of(project, basis, one).name for one in wanted}
    unwanted: list[tuple[float, Path]] = []
    with suppress(OSError):
        for path in (project / COMPOSITES).iterdir():
            found = _NAME.fullmatch(path.name)
            if found is None or path.name in keep:
                continue
            if found["basis"] == basis:
                unwanted.append((path.lstat().st_mtime, path))
            else:
                path.unlink(missing_ok=True)
        for _when, path in sorted(unwanted)[: max(0, len(unwanted) - KEPT)]:
            path.unlink(missing_ok=True)


class CountedStore:
    """Read what is kept of a project's composites, those used last from memory.

    Safe from several threads.
    """

    def __init__(self, project: Path, basis: str) -> None:
        self.project, self.basis = project, basis
        self._lock = threading.Lock()
        self._known: OrderedDict[Composition, CountedComposite] = OrderedDict()
        self._unkept: dict[Composition, CountedComposite] = {}

    def get(self, composition: Composition) -> CountedComposite | None:
        """Return what was counted of a composition, None if nothing was."""
        with self._lock:
            if composition in self._unkept:
                return self._unkept[composition]
            if composition in self._known:
                self._known.move_to_end(composition)
                return self._known[composition]
        found = read(self.project, self.basis, composition)
        if found is not None:
            self._remember(composition, found)
        return found

    def put(self, unkept: Mapping[Composition, CountedComposite]) -> None:
        """Keep in memory what could not be kept in files, as long as this store is used."""
        with self._lock:
            self._unkept |= unkept

    def _remember(self, composition: Composition, counted: CountedComposite) -> None:
        with self._lock:
            self._known[composition] = counted
            while len(self._known) > IN_MEMORY:
                self._known.popitem(last=False)
