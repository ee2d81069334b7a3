"""What a concept is made of, in its card: merged here, split into, kept apart; each can be undone.

Shows one concept; what undoes it is the session's matter.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from insight_app.gui.curation.facts.section import Section
from insight_app.gui.curation.lists.concept_picker import ConceptPicker
from insight_app.gui.curation.lists.concept_row import ConceptRow
from insight_app.gui.curation.present_concept import PresentConcept
from insight_app.gui.curation.structure.keys import structure_keys
from insight_app.gui.state.session import Session

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

ROWS = 8
MERGED, INTO, PARTS, WHOLE, APART = (
    "Merged here",
    "Merged into",
    "Split into",
    "Split from",
    "Kept apart from",
)
LINKS = {
    MERGED: ("Take all out", "Take it out"),
    INTO: ("Take it out", "Take it out"),
    PARTS: ("Undo the split", "Undo the split"),
    WHOLE: ("Undo the split", "Undo the split"),
    APART: ("Do not keep them apart", "Do not keep them apart"),
}
"""What undoes it: for all that are listed, and for one."""
ADJUST = "Adjust…"
ADJUST_TIP = "Lay out the parts as they are: move their examples, name them, add one"
Undo = Callable[["Sequence[ConceptId]"], object]


class MadeOf(QWidget):
    """Nothing is to be seen of a concept that is just one of the dictionary's."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.parts = {title: _Part(session, title, self) for title in LINKS}
        for part in self.parts.values():
            column.addWidget(part)

    def show_concept(self, concept: PresentConcept) -> None:
        """List what a concept is made of, and what it is kept apart from."""
        catalogue, row, state = concept.catalogue, concept.row, concept.state
        structure, id = self.session.structure, concept.id
        holder, whole = int(catalogue.merged_into[row]), catalogue.whole(row)
        into = () if holder < 0 else (holder,)
        wholes = () if whole is None else (whole,)
        siblings = () if whole is None else state.ids_of(catalogue.parts(whole))
        show = self._show
        show(MERGED, concept, catalogue.members(row), partial(structure.unmerge, id))
        show(INTO, concept, into, lambda above: structure.unmerge(above[0], (id,)))
        show(PARTS, concept, catalogue.parts(row), lambda _parts: structure.unsplit(
            id, state.ids_of(catalogue.parts(row))))  # fmt: skip
        show(WHOLE, concept, wholes, lambda above: structure.unsplit(above[0], siblings))
        keys = structure_keys(self.session)
        for title, split in ((PARTS, (id,)), (WHOLE, state.ids_of(wholes))):
            self.parts[title].offer_to_adjust([partial(keys.adjust, one) for one in split])
        show(APART, concept, catalogue.kept_apart(row), partial(structure.allow_together, id))

    def _show(self, title: str, concept: PresentConcept, rows: Sequence[int], undo: Undo) -> None:
        images = concept.catalogue.images
        ids = concept.state.ids_of(rows)
        listed = [
            ConceptRow(id, f"{int(images[row]):,}", measure="images")
            for id, row in zip(ids, rows, strict=True)
        ]
        self.parts[title].show_rows(listed, None if concept.state.read_only else undo)


class _Part(QWidget):
    """Some concepts under a heading, and the link that undoes it for all of them.

    The context menu undoes it for one.
    """

    def __init__(self, session: Session, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = title
        self._undo: Undo | None = None
        self._ways: Sequence[Callable[[], object]] = ()
        inside = QWidget(self)
        self.list = ConceptPicker(session, inside, grows=ROWS)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.link = QPushButton(inside)
        self.link.setProperty("link", True)
        self.link.setCursor(Qt.CursorShape.PointingHandCursor)
        self.link.clicked.connect(lambda: self._do(self.concepts))
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        rows.addWidget(self.list)
        line = QHBoxLayout()
        line.setContentsMargins(9, 0, 12, 0)
        line.addWidget(self.link)
        line.addSpacing(12)
        self.adjust = QPushButton(ADJUST, inside)
        self.adjust.setProperty("link", True)
        self.adjust.setCursor(Qt.CursorShape.PointingHandCursor)
        self.adjust.setToolTip(ADJUST_TIP)
        self.adjust.clicked.connect(lambda: self._adjust())
        self.adjust.hide()
        line.addWidget(self.adjust)
        line.addStretch(1)
        rows.addLayout(line)
        self.section = Section(title, inside, self)
        self.list.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.section)
        self.hide()

    @property
    def concepts(self) -> "list[ConceptId]":
        """The concepts that are listed."""
        return [row.concept for row in self.list.items if isinstance(row, ConceptRow)]

    def show_rows(self, rows: Sequence[ConceptRow], undo: Undo | None) -> None:
        """List concepts, or nothing at all; without `undo` nothing can be undone now."""
        self._undo = undo
        self.setVisible(bool(rows))
        self.list.set_rows(rows)
        self.section.heading.setText(
            f"{self._title} ({len(rows):,})" if len(rows) > 1 else self._title
        )
        self.section.note.setText("images")
        self.link.setText(LINKS[self._title][len(rows) == 1])
        self.link.setVisible(undo is not None)

    def offer_to_adjust(self, ways: "Sequence[Callable[[], object]]") -> None:
        """Offer what lays it out again, if anything does."""
        self._ways = ways
        self.adjust.setVisible(bool(ways) and self._undo is not None)

    def _adjust(self) -> None:
        for way in self._ways[:1]:
            way()

    def _do(self, concepts: "Sequence[ConceptId]") -> None:
        if self._undo is not None and concepts:
            self._undo(concepts)

    def _menu(self, point: QPoint) -> None:
        place = self.list.indexAt(point).row()
        if self._undo is None or not 0 <= place < len(self.concepts):
            return
        concept = self.concepts[place]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(LINKS[self._title][1], lambda: self._do([concept]))
        if self._ways:
            menu.addAction(ADJUST, self._adjust)
        menu.exec(self.list.viewport().mapToGlobal(point))
