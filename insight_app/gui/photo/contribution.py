"""What concepts give to a score at each cell of a photo, as one signed layer, and its words.

Knows an explained photo and how layers are drawn; nothing of widgets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from insight_app.figures import counted, figure, signed
from insight_app.gui.explain.score_rows import score_parts
from insight_app.gui.photo.overlay import Layer
from insight_app.gui.state.explained_photo import ExplainedPhoto
from insight_app.gui.state.project_state import ProjectState
from insight_app.plain_text import visible

FOR, AGAINST = QColor("#3d9bf5"), QColor("#e8720c")
"""Blue speaks for the class, orange against it: told apart by the colour-blind too."""
LEAST_SCALE = 0.01
"""Of the largest cell of all concepts: what gives less is not painted like what decides."""
TIP = (
    "What is shown gives this to the score at each cell: the mean's part by the strength there, "
    "the maximum's part at the strongest cell. Blue speaks for the class, orange against it; all "
    "cells sum to the number in the list. Colour grows with the square root, up to the largest "
    "cell, or a hundredth of the largest of all concepts together; cells above half are framed"
)


@dataclass(frozen=True, eq=False)
class ContributionMap:
    """cells (T,) float64: what concepts give at each cell.  all_cells: what all concepts give.

    concepts: those of the dictionary that are drawn; title: what they are, in words.
    """

    explained: ExplainedPhoto
    concepts: tuple[int, ...]
    title: str
    cells: NDArray[np.float64]
    all_cells: NDArray[np.float64]

    @property
    def total(self) -> float:
        """What they give to the score."""
        return float(self.cells.sum())

    def layer(self) -> Layer:
        """Return it as it is drawn."""
        g = self.explained.photo.record.geometry
        values = self.cells.astype(np.float32).reshape(g.rows, g.cols)
        count = int(np.count_nonzero(self.cells))
        least = LEAST_SCALE * float(np.abs(self.all_cells).max(initial=0))
        return Layer(
            None,
            FOR,
            values,
            max(float(np.abs(values).max(initial=0)), least),
            negative=AGAINST,
            title=self.title,
            note=f"{counted(count, 'cell')}: {signed(self.total)}",
        )

    def words(self, cell: int) -> list[tuple[str, str]]:
        """Return what a cell gives, as lines (what, number)."""
        here, found = self.cells[cell], self.explained
        lines = [(self.title, signed(float(here)))]
        if len(self.concepts) == 1 and here:
            concept = self.concepts[0]
            indices, values = found.codes.cell(cell)
            strength = float(values[indices == concept].sum())
            of_maximum, of_mean = found.weights_of(concept)
            by_mean = strength * of_mean / found.codes.cells
            lines.append(("strength", figure(strength)))
            lines.append((f"mean: strength × {figure(of_mean)} / {found.codes.cells}",
                          signed(by_mean)))  # fmt: skip
            if abs(here - by_mean) > 1e-12:
                lines.append((f"maximum: strongest cell × {figure(of_maximum)}",
                              signed(float(here) - by_mean)))  # fmt: skip
        lines.append(("all concepts here", signed(float(self.all_cells[cell]))))
        return lines


def chosen_map(
    state: ProjectState, explained: ExplainedPhoto, rows: Sequence[int], is_itself: bool = False
) -> ContributionMap:
    """Return what the selected concepts give at each cell, with all that counts in their rows.

    rows: of `state`.  is_itself: without what is below them.  What all concepts give, where none
    that is selected gives anything.
    """
    every = explained.values.concepts
    chosen, title = every, "all concepts"
    if state.catalogue is not None and rows:
        parts = score_parts(state.catalogue, every, explained.contributions, 0.0, every.size)
        places = [place for row in rows if (place := parts.places.get(row)) is not None]
        if is_itself:
            places = [one for place in places for one in place.by_itself()]
        speaks = every[explained.contributions != 0]
        counting = {one for place in places for one in place.concepts()} & set(speaks.tolist())
        name = state.name_told_apart(rows[0])
        if counting:
            chosen = np.array(sorted(counting), np.int64)
            title = name if len(rows) == 1 else f"{len(rows)} selected"
        elif len(rows) == 1:
            title = f"all concepts ({name} gives nothing)"
    classes = explained.classifier.classes
    title = f"{title} for {visible(classes[explained.wanted])}"
    if explained.against is not None:
        title += f" and not {visible(classes[explained.against])}"
    of_all = explained.map_of(every)
    cells = of_all if chosen is every else explained.map_of(chosen)
    return ContributionMap(explained, tuple(chosen.tolist()), title, cells, of_all)
