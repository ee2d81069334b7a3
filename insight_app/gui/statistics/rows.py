"""Which concepts the Statistics workspace shows, counted over which images.

One filter for the table and every plot. Owns the filter and the numbers under it; the selection
belongs to the session.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from insight_app.gui.statistics.columns import Numbers, values


@dataclass(frozen=True)
class Filter:
    """folders: ids, empty = all; min_images: below it a concept is left out; text: as in search."""

    folders: tuple[int, ...] = ()
    min_images: int = 1
    text: str = ""
    with_hidden: bool = False


def rows_of(session: Any) -> "StatisticsRows":
    """The one set of rows of a session's window, made at the first question."""
    found = session.findChild(StatisticsRows)
    return found if found is not None else StatisticsRows(session)


class StatisticsRows(QObject):
    """The rows (concepts) of the workspace and their numbers.

    Counting starts when a panel that is seen asks for it with `update()`.
    """

    outdated = Signal()
    """The numbers are of another project or generation; who is seen asks for new ones."""
    changed = Signal()
    """Rows or numbers are new."""
    judged = Signal(object)
    """Rows whose name or status changed, while numbers and filter stay."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        self._session = session
        self._numbers: Numbers | None = None
        self.filter = Filter()
        self.shares: NDArray[np.float64] = np.zeros((0, 0))
        self.folder_images: NDArray[np.int64] = np.zeros(0, np.int64)
        self.folder_sizes: NDArray[np.int64] = np.zeros(0, np.int64)
        self.folder_names: list[str] = []
        self.values: dict[str, Any] = {}
        self.rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self._is_outdated = True
        session.projects.opened.connect(self._opened)
        session.projects.results_changed.connect(self._outdate)
        session.curation.changed.connect(self._curated)

    @property
    def is_empty(self) -> bool:
        return self._numbers is None

    @property
    def of_images(self) -> int:
        """Images analyzed in the chosen folders."""
        return self._numbers.of_images if self._numbers else 0

    def set_filter(self, **changes: Any) -> None:
        """Replace parts of the filter; what is shown follows."""
        new = replace(self.filter, **changes)
        if new == self.filter:
            return
        recount = new.folders != self.filter.folders
        self.filter = new
        if recount:
            self._count()
        else:
            self._choose()

    # ---- counting

    def update(self) -> None:
        """Count again if the project or its results are others than those counted."""
        if self._is_outdated:
            self._is_outdated = False
            self._count()

    def _opened(self) -> None:
        self.filter = Filter()
        self._numbers, self.values = None, {}
        self.rows = np.zeros(0, np.int64)
        self.changed.emit()
        self._outdate()

    def _outdate(self) -> None:
        self._is_outdated = True
        self.outdated.emit()

    def _count(self) -> None:
        results = self._session.state.results
        if results is not None and self._session.state.catalogue is not None:
            self._session.jobs.run(
                partial(count, results, self.filter.folders), done=self._counted, key="statistics"
            )

    def _counted(self, counted: "Counted") -> None:
        self._numbers = counted.numbers
        self.folder_names, self.folder_sizes = counted.names, counted.sizes
        self.folder_images = counted.by_folder
        self._choose()

    def _curated(self, rows: object, structure: bool) -> None:
        if self._numbers is None:
            return
        if structure or self.filter.text or not self.filter.with_hidden:
            self._choose()
        else:
            self.values["status"] = np.asarray(self._session.state.catalogue.status, np.int64)
            self.values["name"] = self._session.state.catalogue.names
        self.judged.emit(rows)

    def _choose(self) -> None:
        """Find the rows that pass the filter, keep what each column needs, and say so."""
        catalogue, counted = self._session.state.catalogue, self._numbers
        if counted is None or catalogue is None:
            return
        numbers = _padded(counted, catalogue.size)
        by_folder = _pad(self.folder_images, catalogue.size)
        self.shares = by_folder / np.maximum(self.folder_sizes, 1)[:, None]
        self.values = values(catalogue, numbers, self.shares)
        passes = numbers.images >= self.filter.min_images
        if (
            self._session.state.awaits_photos
        ):  # nothing is counted: names, levels and relations are there
            passes = catalogue.is_active
        if not self.filter.with_hidden:
            passes = passes & ~np.asarray(catalogue.hidden, bool)
        if self.filter.text.strip():
            found = np.zeros(catalogue.size, bool)
            found[np.asarray(list(catalogue.search(self.filter.text)), np.int64)] = True
            passes = passes & found
        self.rows = np.flatnonzero(passes)
        self.changed.emit()


@dataclass(frozen=True)
class Counted:
    """Numbers over the chosen folders, and images by folder (all folders, n)."""

    numbers: Numbers
    names: list[str]
    sizes: NDArray[np.int64]
    by_folder: NDArray[np.int64]


def count(results: Any, folders: tuple[int, ...]) -> Counted:
    """The numbers of every concept over the images of `folders` (empty = all)."""
    images_by_folder, _ = results.by_folder()
    chosen = results.subset(folders) if folders else results
    all_folders = results.folders
    sizes = np.asarray([folder.coded for folder in all_folders], np.int64)
    wanted = [f.id in folders or not folders for f in all_folders]
    of_images = int(sizes[np.asarray(wanted, bool)].sum()) if len(all_folders) else 0
    numbers = Numbers(
        np.asarray(chosen.images, np.int64),
        np.asarray(chosen.cells, np.int64),
        np.asarray(chosen.total, np.float64),
        np.asarray(chosen.maximum, np.float64),
        of_images,
    )
    names = [folder.path or "(top)" for folder in all_folders]
    return Counted(numbers, names, sizes, np.asarray(images_by_folder, np.int64))


def _pad(array: NDArray[Any], n: int) -> NDArray[Any]:
    """Along the last axis: zeros for the concepts that a person made, which have no counts."""
    missing = n - array.shape[-1]
    if missing <= 0:
        return array[..., :n]
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, missing)])


def _padded(numbers: Numbers, n: int) -> Numbers:
    return Numbers(
        _pad(numbers.images, n),
        _pad(numbers.cells, n),
        _pad(numbers.total, n),
        _pad(numbers.maximum, n),
        numbers.of_images,
    )
