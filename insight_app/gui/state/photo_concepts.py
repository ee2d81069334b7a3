"""Which concepts are active in a photo, as persons arranged them: what is merged is one concept.

Composites are told from a photo's codes by what decodes them all at once; for parts of split
concepts the examples are read first, on a thread. One per session. Knows no panel.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from insight_app.concepts.codes import Codes
from insight_app.gui.state.image_codes import PhotoCodes
from insight_app.gui.state.jobs import Jobs
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.projects import Projects

if TYPE_CHECKING:
    from insight_app.concepts.composition import Composition
    from insight_app.concepts.statistics.composite_codes import CompositeCodes
    from insight_app.project.judgements import ConceptId
    from insight_app.project.results.snapshot import Results


@dataclass(frozen=True, eq=False)
class _Composites:
    """Some composites, and what turns codes into theirs."""

    ids: "tuple[ConceptId, ...]"
    compositions: "tuple[Composition, ...]"
    coder: "CompositeCodes"


class PhotoConcepts(QObject):
    """`changed`: more composites than before are told, or others."""

    changed = Signal()

    def __init__(self, projects: Projects, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._projects, self._jobs = projects, jobs
        self._known: _Composites | None = None
        self._of: tuple[Codes, _Composites, Codes] | None = None
        """The codes asked about last, and those of the composites in them."""
        self._looked_at: tuple[int, list[tuple[int, Composition]]] = (-1, [])
        """The epoch and the composites that were taken over last."""
        projects.opened.connect(self.look)
        projects.results_changed.connect(self.look)

    def look(self) -> None:
        """Take over what composites there are now."""
        from insight_app.concepts.statistics.composite_codes import CompositeCodes

        state = self._projects.state
        catalogue, results = state.catalogue, state.results
        if catalogue is None or results is None:
            self._known = self._of = None
            return
        rows = [(row, catalogue.composition(row)) for row in catalogue.composites()]
        composed = [(row, one) for row, one in rows if one is not None]
        now = (state.epoch, composed)
        if now == self._looked_at:
            return
        self._looked_at, self._of = now, None
        # What is not split needs nothing to be read: it is there at once.
        plain = [(row, one) for row, one in composed if not one.is_divided]
        compositions = tuple(one for _row, one in plain)
        coder = CompositeCodes(results.F, compositions)
        ids = state.ids_of(row for row, _one in plain)
        self._known = _Composites(ids, compositions, coder)
        if len(plain) < len(composed):
            every = tuple(one for _row, one in composed)
            self._jobs.run(
                partial(_prepared, results, state.ids_of(row for row, _one in composed), every),
                done=self._take,
                key="composites of photos",
            )
        self.changed.emit()

    def _take(self, known: _Composites) -> None:
        self._known, self._of = known, None
        self.changed.emit()

    # ---- questions

    def active(self, state: ProjectState, found: PhotoCodes) -> list[tuple[int, float]]:
        """Return (row of `state`, strongest cell) of a photo's concepts, strongest first."""
        composed = self._codes(found.codes)
        own = None if composed is None else composed.maxima()
        return self._told(state, found.concepts, found.maxima, own)

    def in_cell(self, state: ProjectState, found: PhotoCodes, cell: int) -> list[tuple[int, float]]:
        """Return (row of `state`, strength) of what is active in a cell, strongest first."""
        if found.codes is None or cell >= found.codes.cells:
            return []
        composed = self._codes(found.codes)
        own = None if composed is None else composed.cell(cell)
        return self._told(state, *found.codes.cell(cell), own)

    def map_of(self, state: ProjectState, row: int, codes: Codes) -> NDArray[np.float32] | None:
        """Return (T,) the strength of a concept in each cell; None while examples are read."""
        reader = state.reader(row)
        if reader.composition is None or not reader.composition.is_divided:
            return reader.map_of(codes)
        known, composed = self._known, self._codes(codes)
        if known is None or composed is None or reader.composition not in known.compositions:
            return None
        return composed.map_of(known.compositions.index(reader.composition))

    def _codes(self, codes: Codes | None) -> Codes | None:
        """Return the codes of the composites in some codes; None without any."""
        known = self._known
        if codes is None or known is None or not known.ids:
            return None
        if codes.concepts != known.coder.concepts:  # of results that are not shown any more
            return None
        if self._of is None or self._of[0] is not codes or self._of[1] is not known:
            self._of = codes, known, known.coder.of(codes)
        return self._of[2]

    def _told(
        self,
        state: ProjectState,
        concepts: NDArray[np.integer],
        values: NDArray[np.floating],
        composed: tuple[NDArray[np.integer], NDArray[np.floating]] | None,
    ) -> list[tuple[int, float]]:
        """Return rows with their strengths: composites, and concepts that are in no merge."""
        catalogue, known = state.catalogue, self._known
        if catalogue is None:
            return []
        found: list[tuple[int, float]] = []
        rows = [] if known is None else [state.row_of(concept) for concept in known.ids]
        stands_alone = catalogue.merged_into < 0
        stands_alone[[row for row in rows if row is not None]] = False
        for row, value in zip(concepts.tolist(), values.tolist(), strict=True):
            if stands_alone[row]:
                found.append((row, value))
        if composed is not None:
            for place, value in zip(*(column.tolist() for column in composed), strict=True):
                own = rows[place]
                if own is not None and catalogue.merged_into[own] < 0:
                    found.append((own, value))
        return sorted(found, key=lambda one: -one[1])


def _prepared(
    results: "Results", ids: "tuple[ConceptId, ...]", compositions: "tuple[Composition, ...]"
) -> _Composites:
    """Read the examples of parts; runs on the pool."""
    from insight_app.project.composites import divisions

    return _Composites(ids, compositions, divisions.coder(results, compositions))
