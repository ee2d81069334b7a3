"""The lists that Left, Right and going on after a judgement walk through.

The panel in front gives its concepts or its photos in the order in which they are seen. Knows no
panel.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from insight_app.gui.image_order import NO_IMAGES, ImageOrder
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import SelectionModel

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId

T = TypeVar("T")


class Follow(Enum):
    """What Left and Right go through."""

    IMAGES = "images"
    CONCEPTS = "concepts"


class Lists(QObject):
    """The list of concepts and the list of photos that one walks through."""

    changed = Signal()

    def __init__(
        self,
        present: Callable[[], ProjectState],
        selection: SelectionModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._present, self._selection = present, selection
        self.follows = Follow.IMAGES
        self.concepts: tuple[ConceptId, ...] = ()
        self.images: ImageOrder = NO_IMAGES

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of the listed concepts in the present state."""
        return self._present().rows_of(self.concepts)

    def set_rows(self, rows: Iterable[int]) -> None:
        """Take the concepts that judging goes on through, by their rows in the present state."""
        concepts = self._present().ids_of(rows)
        if concepts != self.concepts:
            self.concepts = concepts
            self.changed.emit()

    def set_images(self, order: ImageOrder) -> None:
        """Take the photos that Left and Right go through."""
        self.images = order
        self.changed.emit()

    def clear(self) -> None:
        """Forget both lists: they belong to a project that is left."""
        self.concepts, self.images = (), NO_IMAGES

    def step(self, by: int) -> None:
        """Select the next (1) or previous (-1) photo or concept; at the ends the last stays."""
        if self.follows is Follow.IMAGES:
            image = self.images.neighbour(self._selection.image, by)
            if image is not None:
                self._selection.select(image=image)
        else:
            concept = neighbour(self.concepts, self._selection.primary, by)
            if concept is not None:
                self._selection.select(concepts=(concept,))

    def following(self, concept: "ConceptId") -> "ConceptId | None":
        """Return the concept after this one in the list, None at its end."""
        return neighbour(self.concepts, concept, 1)


def neighbour(items: Sequence[T], current: T | None, by: int) -> T | None:
    """Return the item `by` places from the current one; None at an end or in an empty list."""
    if not items:
        return None
    if current is None or current not in items:
        return items[0]
    place = items.index(current) + by
    return items[place] if 0 <= place < len(items) else None
