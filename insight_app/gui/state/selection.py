"""What is selected in the window, and the way back through what was looked at.

Concepts are named by their ids, which stay the same when results are replaced; `rows` are their
addresses in the present state. Knows no panel.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor

from insight_app.gui import theme
from insight_app.gui.state.project_state import ProjectState

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId, Relation


class Keep:
    """The type of KEEP."""

    def __repr__(self) -> str:
        return "KEEP"


KEEP: Final = Keep()
"""Where a part of the selection is asked for: leave it as it is."""

HISTORY_LIMIT = 500

SELECT_AFTER = 250
"""Milliseconds without another letter after which what was typed selects."""


@dataclass(frozen=True)
class Selection:
    """Concepts, the first one being the primary; a photo; its cell; relations (child, parent).

    Where there are relations, they are what a person looks at, and what keys act on.
    """

    concepts: "tuple[ConceptId, ...]" = ()
    image: int | None = None
    cell: int | None = None
    relations: "tuple[Relation, ...]" = ()

    def changed(
        self,
        concepts: "Iterable[ConceptId] | Keep" = KEEP,
        image: int | Keep | None = KEEP,
        cell: int | Keep | None = KEEP,
        relations: "Iterable[Relation] | Keep" = KEEP,
    ) -> "Selection":
        """Return this selection with parts replaced.

        Another photo forgets the cell, other concepts forget the relations, unless they are given.
        """
        new = self
        if not isinstance(concepts, Keep):
            new = replace(new, concepts=tuple(dict.fromkeys(concepts)))
            if new.concepts != self.concepts:
                new = replace(new, relations=())
        if not isinstance(image, Keep) and image != self.image:
            new = replace(new, image=image, cell=None)
        if not isinstance(cell, Keep):
            new = replace(new, cell=cell)
        if not isinstance(relations, Keep):
            new = replace(new, relations=tuple(dict.fromkeys(relations)))
        return new


@dataclass
class History:
    """Selections that were looked at, like the pages of a browser."""

    entries: list[Selection] = field(default_factory=lambda: [Selection()])
    position: int = 0

    @property
    def current(self) -> Selection:
        """The selection that is looked at."""
        return self.entries[self.position]

    @property
    def can_go_back(self) -> bool:
        """Whether something was looked at before."""
        return self.position > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether one went back before."""
        return self.position < len(self.entries) - 1

    def visit(self, selection: Selection) -> None:
        """Go to a new selection; what lay ahead is dropped.

        Stepping from cell to cell within one photo is one place, not many; and before a concept
        was selected in the first photo, one was nowhere yet.
        """
        here = self.current
        if selection == here:
            return
        same_place = (
            selection.concepts == here.concepts
            and selection.relations == here.relations
            and selection.image == here.image
            and here.cell is not None
            and selection.cell is not None
        )
        is_start = self.position == 0 and not here.concepts and here.cell is None
        nowhere = is_start and here.image in (None, selection.image)
        del self.entries[self.position + 1 :]
        first_photo = here.image is None and selection.concepts == here.concepts
        if same_place or nowhere or first_photo:
            self.entries[self.position] = selection
        else:
            self.entries.append(selection)
            del self.entries[: max(0, len(self.entries) - HISTORY_LIMIT)]
            self.position = len(self.entries) - 1

    def back(self) -> None:
        """Go to what was looked at before."""
        self.position = max(0, self.position - 1)

    def forward(self) -> None:
        """Go to where one was before going back."""
        self.position = min(len(self.entries) - 1, self.position + 1)

    def drop_photos(self, is_there: Callable[[int], bool], instead: int | None) -> None:
        """Forget photos that are gone; one that is looked at gives way to another."""
        here = self.current
        if here.image is not None and not is_there(here.image):
            here = here.changed(image=instead)

        def stays(entry: Selection) -> bool:
            return instead is None if entry.image is None else is_there(entry.image)

        kept = [
            here if place == self.position else entry
            for place, entry in enumerate(self.entries)
            if place == self.position or stays(entry)
        ]
        self.entries, self.position = kept, next(n for n, one in enumerate(kept) if one is here)

    def begin(self, selection: Selection) -> None:
        """Forget everything, and look at this first."""
        self.entries, self.position = [selection], 0


class SelectionModel(QObject):
    """The one selection of a window; choosing anything anywhere moves it."""

    changed = Signal()
    """Something else is selected."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        write_editors: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._present = present
        self._write_editors = write_editors
        self._history = History()
        self._colours: dict[ConceptId, QColor] = {}
        self._given: tuple[ConceptId, ...] = ()
        self._rows: tuple[int, ...] = ()
        self._rows_of: tuple[int, tuple[ConceptId, ...], int] = (-1, (), 0)
        """The state's epoch, the selection and the catalogue's size that `_rows` are of."""
        self.is_photo_older = False
        """Whether the concepts were chosen after the photo: it may be one without them."""
        self._choose: Callable[[], None] | None = None
        """Selects what is seen already; waits for the next letter."""
        self._soon = QTimer(self, singleShot=True, interval=SELECT_AFTER)
        self._soon.timeout.connect(self.settle)

    # ---- what is selected

    @property
    def current(self) -> Selection:
        """The selection as one value."""
        return self._history.current

    @property
    def concepts(self) -> "tuple[ConceptId, ...]":
        """The selected concepts."""
        return self.current.concepts

    @property
    def primary(self) -> "ConceptId | None":
        """The concept that single-concept panels and keys act on."""
        return self.concepts[0] if self.concepts else None

    @property
    def is_given(self) -> bool:
        """Whether nobody chose these concepts: they are shown so that a photo is not bare."""
        return bool(self._given) and self.concepts == self._given

    @property
    def image(self) -> int | None:
        """The selected photo."""
        return self.current.image

    @property
    def cell(self) -> int | None:
        """The selected cell of that photo."""
        return self.current.cell

    @property
    def relations(self) -> "tuple[Relation, ...]":
        """The selected relations (child, parent)."""
        return self.current.relations

    @property
    def relation(self) -> "Relation | None":
        """The relation that is shown alone, the first of several."""
        return self.relations[0] if self.relations else None

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of the selected concepts in the present state."""
        state, concepts = self._present(), self.concepts
        size = 0 if state.catalogue is None else state.catalogue.size
        known_of = self._rows_of
        if known_of[0] != state.epoch or known_of[1] is not concepts or known_of[2] != size:
            # Everybody asks for them, and they may be thousands.
            self._rows, self._rows_of = state.rows_of(concepts), (state.epoch, concepts, size)
        return self._rows

    @property
    def row(self) -> int | None:
        """The row of the primary concept in the present state."""
        return None if self.primary is None else self._present().row_of(self.primary)

    def colour(self, row: int) -> QColor | None:
        """Return the colour of a selected concept by its row; None where it has none.

        Of many selected as many have one as there are colours.
        """
        state = self._present()
        return None if state.catalogue is None else self._colours.get(state.id_of(row))

    @property
    def coloured(self) -> "tuple[ConceptId, ...]":
        """The selected concepts that have a colour of their own, the primary always."""
        return tuple(concept for concept in self.concepts if concept in self._colours)

    # ---- moving it

    def select(
        self,
        concepts: "Iterable[ConceptId] | Keep" = KEEP,
        image: int | Keep | None = KEEP,
        cell: int | Keep | None = KEEP,
        relations: "Iterable[Relation] | Keep" = KEEP,
    ) -> None:
        """Move the selection; what is not given stays."""
        is_other_shown = False
        if isinstance(concepts, Keep):
            self.settle()
        else:
            is_other_shown = self._choose is not None
            self.forget_soon()
        new = self.current.changed(concepts, image, cell, relations)
        if new != self.current:
            self._leave(new)
            is_same_photo = new.image == self.image and new.cell == self.cell
            self.is_photo_older = is_same_photo and bool(new.concepts)
            self._history.visit(new)
            self._moved()
        elif is_other_shown:
            self.changed.emit()  # who shows already what is not selected now follows

    def select_soon(self, choose: Callable[[], None]) -> None:
        """Call what selects when nothing was typed for a moment, or as soon as anybody acts.

        Whatever else is selected meanwhile stands.
        """
        self._choose = choose
        self._soon.start()

    def settle(self) -> None:
        """Select now what waits to be selected: keys act on what is seen."""
        choose = self._choose
        self.forget_soon()
        if choose is not None:
            choose()

    def forget_soon(self) -> None:
        """Select nothing of what waits to be selected."""
        self._soon.stop()
        self._choose = None

    def bring_photo(self, image: int) -> None:
        """Show another photo of what is selected, as the place where one is already."""
        if image != self.image:
            self.is_photo_older = False
            self._history.entries[self._history.position] = self.current.changed(image=image)
            self._moved()

    def give(self, concepts: "Iterable[ConceptId]") -> None:
        """Select concepts on nobody's behalf; no list of photos narrows down to them."""
        self.settle()
        new = self.current.changed(concepts)
        if new != self.current:
            self._leave(new)
            self._given = new.concepts
            self._history.visit(new)
            self._moved()

    def select_rows(
        self,
        rows: Iterable[int],
        *,
        image: int | Keep | None = KEEP,
        cell: int | Keep | None = KEEP,
    ) -> None:
        """Select concepts by their rows in the present state."""
        self.select(self._present().ids_of(rows), image, cell)

    def select_relations(self, relations: "Iterable[Relation]") -> None:
        """Select relations, and their children as the concepts."""
        wanted = tuple(relations)
        self.select(concepts=[child for child, _parent in wanted], relations=wanted)

    @property
    def can_go_back(self) -> bool:
        """Whether something else was selected before."""
        return self._history.can_go_back

    @property
    def can_go_forward(self) -> bool:
        """Whether one went back before."""
        return self._history.can_go_forward

    def back(self) -> None:
        """Select what was selected before."""
        self.settle()
        if self._history.can_go_back:
            self._write_editors()
            self._history.back()
            self.is_photo_older = False
            self._moved()

    def forward(self) -> None:
        """Select what was selected before going back."""
        self.settle()
        if self._history.can_go_forward:
            self._write_editors()
            self._history.forward()
            self.is_photo_older = False
            self._moved()

    def drop_photos(self, is_there: Callable[[int], bool], instead: int | None) -> None:
        """Forget photos that are not in the project any more, also on the way back.

        Before anybody hears of the results: nothing is announced.
        """
        self._history.drop_photos(is_there, instead)

    def begin(self, selection: Selection) -> None:
        """Forget the way back and the colours of a project that is left, and begin here.

        Before anybody hears of the project that is entered: nothing is announced.
        """
        self.forget_soon()
        self._history.begin(selection)
        self._colours, self._given = {}, ()
        self.is_photo_older = False
        self._give_colours()

    def _leave(self, new: Selection) -> None:
        if new.concepts != self.current.concepts:
            self._write_editors()
            self._given = ()

    def _moved(self) -> None:
        self._give_colours()
        self.changed.emit()

    def _give_colours(self) -> None:
        """Keep the colours of what is still selected, and give the free ones to what has none."""
        wanted = set(self.concepts)
        given = {concept: colour for concept, colour in self._colours.items() if concept in wanted}
        used = {colour.name().upper() for colour in given.values()}
        free = [QColor(name) for name in reversed(theme.OKABE_ITO) if name.upper() not in used]
        for concept in self.concepts:
            if not free:
                break
            if concept not in given:
                given[concept] = free.pop()
        primary = self.primary
        if primary is not None and primary not in given:
            given[primary] = given.pop(next(reversed(given)))
        self._colours = given
