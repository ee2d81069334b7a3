"""Which concepts the Statistics workspace shows, counted over which images.

One filter for the table and every plot. Owns the filter and the numbers under it, with the state
that they were counted in: their rows are rows of that one, also when there are newer results. The
selection belongs to the session.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from insight_app.gui.panel import Panel
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.statistics.columns import Values, values
from insight_app.gui.statistics.counting import Counted, FolderCounts, count
from insight_app.gui.statistics.selecting import How, combined

if TYPE_CHECKING:
    from insight_app.project.composites.reader import ConceptReader
    from insight_app.project.judgements.catalogue import Catalogue

NO_ROWS = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Filter:
    """folders: ids, empty = all; min_images: below it a concept is left out; text: as in search.

    with_folded: what shows nothing in common too; a text finds it in any case.  doubtful: only
    concepts with a doubtful name, or only others; None = all.
    """

    folders: tuple[int, ...] = ()
    min_images: int = 1
    text: str = ""
    with_hidden: bool = False
    with_folded: bool = False
    doubtful: bool | None = None


def rows_of(session: Session) -> "StatisticsRows":
    """Return the one set of rows of a session's window, made at the first question."""
    found = session.findChild(StatisticsRows)
    return found if found is not None else StatisticsRows(session)


class StatisticsRows(QObject):
    """rows (m,): what passes the filter, rows of `state`; names, values, folders: of all its rows.

    folded: how many of those that pass show nothing in common, listed or not.
    Counting starts, and judgements are followed, when a panel that is seen asks for it with
    `update()`: see `ask_when_seen`.
    """

    outdated = Signal()
    """Project, results or judgements are others; who is seen asks for what that changes."""
    changed = Signal()
    """Rows or numbers are new."""
    judged = Signal(object)
    """Rows whose name or status changed, while numbers and filter stay."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.filter = Filter()
        self._is_outdated = True
        self._forget()
        session.projects.opened.connect(self._opened)
        session.projects.results_changed.connect(self._outdate)
        session.curation.changed.connect(self._curated)
        session.composites.counted.connect(lambda _rows: self._outdate())

    def _forget(self) -> None:
        self.state = ProjectState()
        self._counted: Counted | None = None
        self._composed: dict[int, ConceptReader] = {}
        """What answers for rows that persons composed, as they were counted last."""
        self._judged: set[int] = set()
        """Rows of `state` that were judged since the last update."""
        self.names: list[str] = []
        self.values: Mapping[str, Values] = {}
        self.folders = FolderCounts()
        self.shares: NDArray[np.float64] = np.zeros((0, 0))
        self.rows: NDArray[np.int64] = NO_ROWS
        self.folded = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted yet."""
        return self._counted is None

    @property
    def of_images(self) -> int:
        """Images analyzed in the chosen folders."""
        return 0 if self._counted is None else self._counted.of_images

    def set_filter(self, new: Filter) -> None:
        """Show what passes another filter."""
        old, self.filter = self.filter, new
        if new.folders != old.folders:
            self._count()
        elif new != old:
            self._choose()

    # ---- the session's selection, by rows of `state`

    @property
    def selected(self) -> tuple[int, ...]:
        """The rows of the selected concepts."""
        return self.state.rows_of(self._session.selection.concepts)

    @property
    def coloured(self) -> tuple[int, ...]:
        """The rows of the selected concepts that have a colour of their own."""
        return self.state.rows_of(self._session.selection.coloured)

    def select(self, rows: Iterable[int], way: How = How.REPLACE) -> None:
        """Replace the selection by rows, or add them, or take them away."""
        selection = self._session.selection
        selection.select(concepts=combined(selection.concepts, self.state.ids_of(rows), way))

    def colour(self, row: int) -> QColor | None:
        """Return the colour of a selected concept, None where it is not selected."""
        present = self._session.state.row_of(self.state.id_of(row))
        return None if present is None else self._session.selection.colour(present)

    # ---- counting

    def update(self) -> bool:
        """Count again if project or results are others than those counted, and follow judgements.

        Return whether `changed` was said: whoever is seen has shown the new rows by then.
        """
        if self._is_outdated:
            self._is_outdated = False
            self._count()
            return False
        return self._follow()

    def _opened(self) -> None:
        self.filter = Filter()
        self._forget()
        self.changed.emit()
        self._outdate()

    def _outdate(self) -> None:
        self._is_outdated = True
        self.outdated.emit()

    def _count(self) -> None:
        state = self._session.state
        if state.results is not None and state.catalogue is not None:
            composites = state.catalogue.composites()
            self._composed = {row: state.reader(row) for row in composites}
            self._session.jobs.run(
                partial(count, state.results, self.filter.folders, self._composed),
                done=partial(self._take, state),
                key="statistics",
            )

    def _take(self, state: ProjectState, counted: Counted) -> None:
        self.state, self._counted = state, counted
        self._choose()

    def _curated(self, rows: set[int], structure: bool) -> None:
        if self._counted is None or self.state is not self._session.state:
            return  # rows of newer results, which are counted when somebody looks
        self._judged |= rows
        if structure and self.state.catalogue is not None:
            composites = self.state.catalogue.composites()
            composed = {row: self.state.reader(row) for row in composites}
            self._is_outdated |= composed != self._composed
        self.outdated.emit()

    def _follow(self) -> bool:
        """Take over what judgements changed since, of their rows only; return as `update` does."""
        judged, self._judged = self._judged, set()
        catalogue = self.state.catalogue
        if not judged or catalogue is None:
            return False
        if catalogue.size != self.values["status"].size:  # a person made one
            self._choose()
            return True
        for row in judged:
            self.values["status"][row] = catalogue.status[row]
            self.values["probability"][row] = catalogue.probability[row]
            self.values["parents"][row] = len(catalogue.parents(row))
            self.values["children"][row] = len(catalogue.children(row))
        self.judged.emit(judged)
        among = np.array(sorted(judged), np.int64)
        passing = among[self._listed(catalogue)[among]]
        rows = np.union1d(np.setdiff1d(self.rows, among), passing)
        if np.array_equal(rows, self.rows):
            return False
        self.rows = rows
        self.changed.emit()
        return True

    def _choose(self) -> None:
        """Find the rows that pass the filter, keep what each column needs, and announce it."""
        catalogue = self.state.catalogue
        if self._counted is None or catalogue is None:
            return
        counted = self._counted.padded(catalogue.size)
        self.folders, self.shares = counted.by_folder, counted.by_folder.shares
        self.names = catalogue.names
        self.values = values(catalogue, counted.sums, counted.of_images, self.shares)
        self.rows = np.flatnonzero(self._listed(catalogue))
        self.changed.emit()

    def _listed(self, catalogue: "Catalogue") -> NDArray[np.bool_]:
        """Return (n,) which concepts are listed, and count those that are folded away."""
        passes = self._passes(catalogue)
        self.folded = int((passes & catalogue.folded).sum())
        is_open = self.filter.with_folded or bool(self.filter.text.strip())
        return passes if is_open else passes & ~catalogue.folded

    def _passes(self, catalogue: "Catalogue") -> NDArray[np.bool_]:
        """Return (n,) which concepts pass the filter, those folded away included."""
        # Of what was composed since the last count as much is known as the catalogue knows.
        known = np.array(catalogue.knows_images)
        counted = () if self._counted is None else self._counted.composites
        known[[row for row in catalogue.composites() if row not in counted]] = False
        images = np.where(known, self.values["images"], catalogue.images_at_least)
        passes = images >= self.filter.min_images
        if self.state.awaits_photos:  # nothing is counted: names, levels, relations are there
            passes = catalogue.is_active
        passes = passes & ~catalogue.is_merged
        if not self.filter.with_hidden:
            passes = passes & ~catalogue.hidden
        if self.filter.doubtful is not None:
            passes = passes & (catalogue.doubtful == self.filter.doubtful)
        if self.filter.text.strip():
            found = np.zeros(catalogue.size, bool)
            found[catalogue.search(self.filter.text, meanings=False)] = True
            passes = passes & found
        return passes


def ask_when_seen(panel: Panel, rows: StatisticsRows) -> None:
    """Let a panel ask for the rows as soon as they are outdated, or when it is seen again."""

    def ask() -> None:
        if panel.isVisible():
            rows.update()
        else:
            panel.reasons.add("view")

    rows.outdated.connect(ask)
