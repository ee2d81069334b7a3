"""What a region is made of: the concepts whose parts, with a bias, sum to its score.

The score is the mean cosine of the region's places with the words of a class (METHOD.md 5). What is
merged counts under the concept that it is merged into.
"""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QWidget

from insight_app.figures import counted, figure, signed
from insight_app.gui.explain.weight_tree import WeightRow, WeightTree
from insight_app.gui.panel import Panel
from insight_app.gui.state.regions import BACKGROUND, Region
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState, dim_label, thin_line
from insight_app.plain_text import visible

if TYPE_CHECKING:
    from insight_app.gui.state.project_state import ProjectState
    from insight_app.project.explaining.segmentation import PhotoSegmentation

WAITING = "Click a region of the photo: which concepts made it so stands here."
MOST = 60
FORMULA = (
    "The mean over the region's places of the cosine between what the concepts stand for and the "
    "words. A concept gives its strength times its own cosine with the words; the bias is what is "
    "there without any concept; both over the length of the reconstruction. They sum to the score."
)
COLUMNS = {
    "gives": "What the concept gives to the region's score; all of them and the bias sum to it",
    "": "",
    "cells": "In how many of the region's cells it is active, in any window",
}


class RegionPartsPanel(Panel):
    """A line on the score, and a row a concept."""

    title = "What the region is made of"
    object_name = "region_parts"
    follows = frozenset({"project", "results", "curation", "selection"})

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.said = dim_label("", self)
        self.said.setWordWrap(True)
        self.said.setContentsMargins(12, 4, 12, 6)
        self.tree = WeightTree(session, self)
        self.tree.setAccessibleName("Concepts of the region")
        self.tree.name_columns(COLUMNS)
        self.tree.gone_to.connect(self._go)
        self.empty = EmptyState(WAITING, self)
        self.line = thin_line(self)
        self.body.addWidget(self.said)
        self.body.addWidget(self.line)
        self.body.addWidget(self.tree, 1)
        self.body.addWidget(self.empty, 1)
        self.setFocusProxy(self.tree)
        session.regions.region_changed.connect(self.invalidate)

    def refresh(self) -> None:
        regions, state = self.session.regions, self.session.state
        region, found = regions.region, regions.found
        is_known = region is not None and found is not None and regions.is_of_photo
        for widget in (self.said, self.line, self.tree):
            widget.setVisible(is_known)
        self.empty.setVisible(not is_known)
        if region is None or found is None or not is_known:
            self.set_info("")
            return
        name = visible(found.photo.names[region.wanted])
        told = "background" if region.label == BACKGROUND else name
        self.set_info(f"{told}, {counted(int(region.cells.sum()), 'cell')}", FORMULA)
        self.said.setText(score_line(region, found))
        self.said.setToolTip(FORMULA)
        self.tree.show_rows(f"for {name}", part_rows(state, region, found))
        self.tree.mark(self.session.selection.primary)

    def _go(self, row: WeightRow) -> None:
        if row.concept is not None:
            self.session.selection.select(concepts=(row.concept,))


def score_line(region: Region, found: "PhotoSegmentation") -> str:
    """Return the score in words: its parts, the next class, and what raw tokens have."""
    scores, wanted = region.parts.scores, region.wanted
    names, bias = found.photo.names, float(region.parts.bias[wanted])
    order = [n for n in np.argsort(-scores).tolist() if n != wanted]
    raw = found.photo.raw.cosines[region.cells].mean(0)
    concepts = float(region.parts.contributions[:, wanted].sum())
    return (
        f"Mean cosine {figure(float(scores[wanted]))} = concepts {signed(concepts)}, "
        f"bias {signed(bias)}. Raw tokens have {figure(float(raw[wanted]))}. "
        f"Next: {visible(names[order[0]])} {figure(float(scores[order[0]]))}."
    )


def part_rows(state: "ProjectState", region: Region, found: "PhotoSegmentation") -> list[WeightRow]:
    """Return a row a concept, the largest part first; all others and the bias in rows of theirs."""
    catalogue, parts = state.catalogue, region.parts
    codes, cell = found.photo.made_of.codes, found.photo.made_of.cell
    if catalogue is None or codes.concepts > catalogue.size:
        return []
    given: dict[int, float] = {}
    active: dict[int, set[int]] = {}
    of_concept: dict[int, set[int]] = {}
    inside = region.cells[cell][codes.rows]
    for concept, where in zip(
        codes.indices[inside].tolist(), cell[codes.rows][inside].tolist(), strict=True
    ):
        of_concept.setdefault(concept, set()).add(where)
    for place, concept in enumerate(parts.concepts.tolist()):
        row = catalogue.holder(concept)
        given[row] = given.get(row, 0.0) + float(parts.contributions[place, region.wanted])
        active.setdefault(row, set()).update(of_concept.get(concept, ()))
    order = sorted(given, key=lambda row: -abs(given[row]))
    rows = []
    for row in order[:MOST]:
        cells = f"{len(active[row]):,}"
        tip = f"Gives {signed(given[row])}\nActive in {counted(len(active[row]), 'cell')}"
        rows.append(WeightRow(given[row], None, cells, tip, concept=state.id_of(row)))
    rest = order[MOST:]
    if rest:
        total = sum(given[row] for row in rest)
        rows.append(WeightRow(total, None, "", "", name=f"{counted(len(rest), 'concept')} more"))
    bias = float(parts.bias[region.wanted])
    rows.append(WeightRow(bias, None, "", "What is there without any concept", name="bias"))
    return rows
