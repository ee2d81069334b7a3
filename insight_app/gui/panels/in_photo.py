"""The concepts of the selected photo by strength; those of the selected cell first.

Choosing rows moves the selection: several rows are several overlays.
"""

import numpy as np
from PySide6.QtWidgets import QToolButton, QWidget

from insight_app.gui import icons
from insight_app.gui.curation.concept_list import ConceptList, Entry
from insight_app.gui.panel import Panel
from insight_app.gui.state.image_codes import PhotoCodes
from insight_app.gui.state.lists import Follow
from insight_app.gui.state.session import Session
from insight_app.gui.widgets import EmptyState


class InPhotoPanel(Panel):
    """What the model found in this photo."""

    title = "In this photo"
    object_name = "in_photo"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.list = ConceptList(session, self)
        self.list.setAccessibleName("Concepts of this photo")
        self.empty = EmptyState("The concepts of the chosen photo are listed here.", self)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.empty, 1)
        self.whole = QToolButton(self)
        self.whole.setIcon(icons.icon("x", "dim"))
        self.whole.setToolTip("Let go of the cell")
        self.whole.setAccessibleName("Let go of the cell")
        self.whole.clicked.connect(lambda: session.selection.select(cell=None))
        self.header.add(self.whole)
        session.image_codes.ready.connect(lambda _image: self.invalidate())

    def refresh(self) -> None:
        session = self.session
        image_id = session.selection.image
        codes = session.image_codes.get(image_id) if image_id is not None else None
        ready = codes is not None and session.state.catalogue is not None
        self.whole.setVisible(ready and session.selection.cell is not None)
        if not ready:
            if image_id is None or session.state.catalogue is None:
                text = "The concepts of the chosen photo are listed here."
                if session.state.awaits_photos:
                    text = "No photos yet: the concepts of a photo are listed here."
                self._show_empty(text)
            return
        assert codes is not None
        entries = self._entries(codes)
        if not entries:
            self._show_empty(codes.record.message or "Not analyzed yet: no concepts so far.")
            return
        self.empty.hide()
        self.list.show()
        self.list.set_entries(entries)
        self._show_info(codes)
        if session.lists.follows is Follow.IMAGES:
            session.lists.set_rows(dict.fromkeys(e.row for e in entries if e.row >= 0))

    def _entries(self, codes: PhotoCodes) -> list[Entry]:
        hidden = self.session.state.catalogue.hidden
        whole = [
            Entry(int(row), float(value))
            for row, value in zip(codes.concepts, codes.maxima, strict=True)
            if not hidden[int(row)]
        ]
        cell = self.session.selection.cell
        if cell is None or codes.codes is None:
            return whole
        here = [Entry(row, value) for row, value in codes.cell(cell) if not hidden[row]]
        cols = codes.record.geometry.cols
        heading = f"In cell {cell // cols + 1}, {cell % cols + 1}"
        if not here:
            heading += ": nothing fires"
        return [Entry(-1, 0, heading), *here, Entry(-1, 0, "In the whole photo"), *whole]

    def _show_info(self, codes: PhotoCodes) -> None:
        count = int(codes.concepts.size)
        text = f"{count:,} concept{'s' * (count != 1)}"
        if codes.unexplained.size:
            explained = 100 * (1 - float(np.mean(codes.unexplained)))
            text += f", {explained:.0f} % explained"
            self.header.info.setToolTip(
                "Share of a token's energy that its concepts explain, mean over all cells"
            )
        self.set_info(text)

    def _show_empty(self, text: str) -> None:
        self.list.hide()
        self.list.set_entries([])
        self.set_info("")
        self.empty.set_text(text)
        self.empty.show()
