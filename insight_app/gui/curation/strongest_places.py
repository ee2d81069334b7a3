"""Loading a concept's strongest places into a grid of cut-outs, once as long as they are the same.

Which concept, how many, and where the grid stands is its owner's matter.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from insight_app.gui.curation.cutouts import CutoutGrid
from insight_app.gui.curation.present_concept import PresentConcept, Version

if TYPE_CHECKING:
    from insight_app.project.results.records import Example


class StrongestPlaces:
    """Shows them in `grid`; most: so many."""

    def __init__(self, grid: CutoutGrid, most: int) -> None:
        self._grid, self._most = grid, most
        self._of: Version | None = None

    def show_concept(self, concept: PresentConcept) -> None:
        """Show the places of a concept when they are read; those that are shown already stay."""
        if concept.version == self._of:
            return
        self._of = concept.version
        if not concept.is_counted:
            self._grid.show_examples([])
            return
        self._grid.session.jobs.run(
            partial(concept.reader.examples, "strongest", self._most),
            done=partial(self._take, concept.version),
            key=("strongest places", id(self)),
        )

    def _take(self, version: Version, found: "Sequence[Example]") -> None:
        if version == self._of:
            self._grid.show_examples(found)
