"""The concepts of the selected photo by strength; those of the selected cell first.

Choosing rows moves the selection: several rows are several overlays.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QToolButton, QWidget

from insight_app.figures import column, figure, percent
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
        self.whole = QToolButton(self)
        self.whole.setText("All places")  # a cross would stand beside the one that closes the panel
        self.whole.setToolTip("Show the whole photo's concepts only")
        self.whole.setAccessibleName("Show the whole photo's concepts only")
        self.whole.clicked.connect(lambda: session.selection.select(cell=None))
        self.header.add(self.whole)
        session.image_codes.ready.connect(lambda _image: self.invalidate())
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
        items = listed(state, codes, selection.cell)
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
        self._show_info(codes)
        self.session.lists.listed(self.object_name)

    def _show_info(self, codes: PhotoCodes) -> None:
        count = int(codes.concepts.size)
        text = f"{count:,}"
        if codes.unexplained.size:
            explained = 1 - float(np.mean(codes.unexplained))
            text += f", {percent(explained)} explained"
        self.set_info(
            text,
            f"{text}\n\nThe concepts that fire in this photo, by their strongest cell's strength.\n"
            "Explained: share of a token's energy that its concepts explain, mean over all cells",
        )

    def _show_empty(self, text: str) -> None:
        self.list.hide()
        self.list.set_items([])
        self.set_info("")
        self.empty.set_text(text)
        self.empty.show()


def listed(state: ProjectState, codes: PhotoCodes, cell: int | None) -> list[ConceptRow | str]:
    """Return the rows of a photo by strength; those of a cell first, under headings."""
    if state.catalogue is None:
        return []
    found = zip(codes.concepts.tolist(), codes.maxima.tolist(), strict=True)
    hidden = state.catalogue.hidden
    whole = [(row, value) for row, value in found if not hidden[row]]
    largest = max((value for _row, value in whole), default=1.0)
    everywhere = _rows(state, whole, largest)
    if cell is None or codes.codes is None:
        return everywhere
    here = [(row, value) for row, value in codes.cell(cell) if not hidden[row]]
    cols = codes.record.geometry.cols
    heading = f"In cell {cell // cols + 1}, {cell % cols + 1}"
    if not here:
        heading += ": nothing fires"
    return [heading, *_rows(state, here, largest), "In the whole photo", *everywhere]


def _rows(
    state: ProjectState, found: Sequence[tuple[int, float]], largest: float
) -> list[ConceptRow | str]:
    concepts = state.ids_of(row for row, _value in found)
    numbers = column([figure(value) for _row, value in found])
    return [
        ConceptRow(
            concept,
            number,
            measure="strength",
            tip=f"Strongest cell here {number.strip()}",
            share=value / largest,
        )
        for concept, number, (_row, value) in zip(concepts, numbers, found, strict=True)
    ]
