"""What a person says of an example: that it is not the concept. Knows no panel."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from insight_app.gui.state.curation import Curation
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.photo_contents import PhotoContents
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.seen_panels import SeenPanels
from insight_app.gui.state.selection import SelectionModel

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

NOTHING = "Choose an example first, or a cell of the photo: Delete then says “not this”"
PHOTO = "photo"
"""The panel that outlines the selected cell, whatever the concept."""
NOT_READ = "This photo was never read to its end: nothing can be said of its cells yet"


class Marking(QObject):
    """Marks on examples of concepts."""

    changed = Signal()
    """Where marks lie is known better than before."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        curation: Curation,
        selection: SelectionModel,
        contents: PhotoContents,
        seen_panels: SeenPanels,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._present, self._curation, self._selection = present, curation, selection
        self._contents, self._messages, self._seen_panels = contents, messages, seen_panels
        self._chosen: tuple[ConceptId | None, int, int] | None = None
        """The concept, photo and cell of the example that was chosen last."""
        contents.found.connect(self.changed)

    @property
    def can_mark(self) -> bool:
        """Whether one concept and a cell are selected; not_this() says whether they are seen."""
        selection = self._selection
        return len(selection.rows) == 1 and None not in (selection.image, selection.cell)

    def choose(self, image: int, cell: int) -> None:
        """Hear that an example of the selected concept is chosen."""
        self._chosen = (self._selection.primary, image, cell)

    def places(self, concept: "ConceptId | None") -> Mapping[tuple[int, int], bool]:
        """Return (photo, cell) -> whether it is an example, of a concept's marks."""
        state = self._present()
        row = None if concept is None else state.row_of(concept)
        if row is None or state.catalogue is None or not (marks := state.catalogue.marks(row)):
            return {}
        photos = self._contents.photos_of({mark.image for mark in marks})
        return {
            (photo, mark.cell): is_example
            for mark, is_example in marks.items()
            for photo in photos.get(mark.image, ())
        }

    def not_this(self) -> None:
        """Say that the selected cell is no example of the selected concept; again: say nothing."""
        concept, image, cell = self._selection.primary, self._selection.image, self._selection.cell
        # A cell stays selected when another concept is: it is no example of this one.
        is_seen = (concept, image, cell) == self._chosen or PHOTO in self._seen_panels.names
        if not self.can_mark or not is_seen or concept is None or image is None or cell is None:
            self._messages.say(NOTHING)
        elif not self._curation.refuses():
            self._contents.ask((image,), partial(self._mark, concept, image, cell))

    def _mark(self, concept: "ConceptId", image: int, cell: int, found: dict[int, str]) -> None:
        from insight_app.project.judgements import Mark, mark

        state = self._present()
        row = state.row_of(concept)
        if state.catalogue is None or row is None:
            return
        if image not in found:
            self._messages.say(NOT_READ)
            return
        place = Mark(found[image], cell)
        what = f"{state.name_told_apart(row)} in {self._contents.called((image,))}"
        if state.catalogue.marks(row).get(place) is False:
            self._curation.judge([mark(concept, place, None)], f"Nothing said any more of {what}")
        else:
            self._curation.judge([mark(concept, place, False)], f"Not this: {what}")
