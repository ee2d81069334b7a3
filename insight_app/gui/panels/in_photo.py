"""The concepts of the selected photo by strength; those of the selected cell first.

Choosing rows moves the selection: several rows are several overlays. What shows nothing in common
stands at the end, once a person has opened the line that stands for it or where it is selected.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QToolButton, QWidget

from insight_app.figures import column, figure, percent
from insight_app.gui.curation.fold_line import FoldLine
from insight_app.gui.curation.lists.concept_list import ConceptList
from insight_app.gui.curation.lists.concept_row import ConceptRow
from insight_app.gui.panel import Panel
from insight_app.gui.state.image_codes import PhotoCodes
from insight_app.gui.state.lists import OfferedConcepts
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.judgements.catalogue import Catalogue

Strengths = Sequence[tuple[int, float]]
PHOTO_FOLD = "photo_fold_open"
"""What the place in a project calls whether what is folded away is listed."""


class InPhotoPanel(Panel):
    """What the model found in this photo."""

    title = "In this photo"
    object_name = "in_photo"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.list = ConceptList(session, self)
        self.list.setAccessibleName("Concepts of this photo")
        self._in_view: tuple[int, int | None, ConceptId | None] | None = None
        """The photo, cell and concept that the list was last scrolled to."""
        self.empty = EmptyState("The concepts of the chosen photo are listed here.", self)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.empty, 1)
        self.fold = FoldLine(session, PHOTO_FOLD, self.invalidate, self)
        self.body.addWidget(self.fold)
        self.whole = QToolButton(self)
        self.whole.setText("All places")  # a cross would stand beside the one that closes the panel
        self.whole.setToolTip("Show the whole photo's concepts only")
        self.whole.setAccessibleName("Show the whole photo's concepts only")
        self.whole.clicked.connect(lambda: session.selection.select(cell=None))
        self.header.add(self.whole)
        session.image_codes.ready.connect(lambda _image: self.invalidate())
        session.photo_concepts.changed.connect(self.invalidate)
        session.lists.offer(
            OfferedConcepts(
                self.object_name,
                self.isVisible,
                self.has_keyboard,
                self.list.distinct_concepts,
                self.list.neighbour,
                chooses_first=False,  # without a concept all photos are listed
            )
        )

    def refresh(self) -> None:
        state, selection = self.session.state, self.session.selection
        codes = None if selection.image is None else self.session.image_codes.get(selection.image)
        is_ready = codes is not None and state.catalogue is not None
        self.whole.setVisible(is_ready and selection.cell is not None)
        if codes is None or state.catalogue is None:
            if state.awaits_photos:
                self._show_empty("No photos yet: the concepts of a photo are listed here.")
            elif selection.image is None or state.catalogue is None:
                self._show_empty("The concepts of the chosen photo are listed here.")
            return  # else what is listed stays until the codes are there
        active, cell = self.session.photo_concepts, selection.cell
        found = active.active(state, codes)
        here = None if cell is None else active.in_cell(state, codes, cell)
        folded = _folded(state.catalogue, found)
        shown = selection.rows if not self.fold.is_open else folded
        items = listed(state, codes, found, cell, here, but=folded.difference(shown))
        self.fold.set_count(len(folded))
        if not items:
            self._show_empty(codes.record.message or "Not analyzed yet: no concepts so far.")
            return
        self.empty.hide()
        self.list.show()
        self.list.set_items(items)
        asked = (codes.image_id, selection.cell, selection.primary)
        if asked != self._in_view:  # else the list stays where the person scrolled it
            self._in_view = asked
            self.list.scroll_to_selected()
        self._show_info(codes, len(found))
        self.session.lists.listed(self.object_name)

    def _show_info(self, codes: PhotoCodes, count: int) -> None:
        text = f"{count:,}"
        if codes.unexplained.size:
            explained = 1 - float(np.mean(codes.unexplained))
            text += f", {percent(explained)} explained"
        self.set_info(
            text,
            f"{text}\n\nThe concepts that fire in this photo, by their strongest cell's strength; "
            "what is merged is one of them.\n"
            "Explained: share of a token's energy that its concepts explain, mean over all cells",
        )

    def _show_empty(self, text: str) -> None:
        self.list.hide()
        self.fold.set_count(0)
        self.list.set_items([])
        self.set_info("")
        self.empty.set_text(text)
        self.empty.show()


def _folded(catalogue: "Catalogue", found: "Strengths") -> set[int]:
    """Return the rows of a photo's concepts that show nothing in common."""
    return {row for row, _value in found if catalogue.folded[row] and not catalogue.hidden[row]}


def listed(
    state: ProjectState,
    codes: PhotoCodes,
    found: "Strengths",
    cell: int | None = None,
    in_cell: "Strengths | None" = None,
    but: Collection[int] = (),
) -> list[ConceptRow | str]:
    """Return the rows of a photo by strength, those folded away last; a cell's first, with heads.

    found, in_cell: rows of the photo and of its cell with their strengths, the strongest first.
    but: rows that are left out, though not of the cell.
    """
    if state.catalogue is None:
        return []
    hidden, folded = state.catalogue.hidden, state.catalogue.folded
    whole = [(row, value) for row, value in found if not hidden[row] and row not in but]
    whole.sort(key=lambda one: bool(folded[one[0]]))
    largest = max((value for _row, value in whole), default=1.0)
    everywhere = _rows(state, whole, largest)
    if cell is None or in_cell is None or codes.codes is None:
        return everywhere
    here = [(row, value) for row, value in in_cell if not hidden[row]]
    cols = codes.record.geometry.cols
    heading = f"In cell {cell // cols + 1}, {cell % cols + 1}"
    if not here:
        heading += ": nothing fires"
    return [heading, *_rows(state, here, largest), "In the whole photo", *everywhere]


def _rows(
    state: ProjectState, found: Sequence[tuple[int, float]], largest: float
) -> list[ConceptRow | str]:
    assert state.catalogue is not None
    folded = state.catalogue.folded
    concepts = state.ids_of(row for row, _value in found)
    numbers = column([figure(value) for _row, value in found])
    return [
        ConceptRow(
            concept,
            number,
            measure="strength",
            tip=f"Strongest cell here {number.strip()}",
            share=value / largest,
            is_apart=bool(folded[row]),
        )
        for concept, number, (row, value) in zip(concepts, numbers, found, strict=True)
    ]
