"""The list in front of the person: what the arrows, A, U, X and H go through.

Panels offer the lists that they show. In front is the one that has the keyboard, else the first one
seen in the order of the workspace's panels. What comes next is asked for at the key press, before
a judgement takes anything out of the list. Knows no panel.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil, floor
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from insight_app.gui.image_order import NO_IMAGES, ImageOrder
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.selection import SelectionModel

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId, Relation

T = TypeVar("T")


class Follow(Enum):
    """What a list is of."""

    IMAGES = "images"
    CONCEPTS = "concepts"


@dataclass(frozen=True, eq=False)
class OfferedPhotos:
    """A view of `Lists.images` that a panel shows."""

    panel: str
    is_seen: Callable[[], bool]
    has_keyboard: Callable[[], bool]
    follow = Follow.IMAGES


@dataclass(frozen=True, eq=False)
class OfferedConcepts:
    """A list of concepts that a panel shows.

    concepts: from top to bottom.  neighbour(concept, by, leaving): the one before (-1) or after (1)
    it that is not leaving, from where it stood if it is not in the list any more; of None the
    first; None at an end.
    chooses_first: its first is selected where a workspace opens with nothing selected.
    gives_way: also in the place of a concept that nobody chose.
    is_all_that_shows: nothing else shows what is selected, so that keys act on nothing but it.
    """

    panel: str
    is_seen: Callable[[], bool]
    has_keyboard: Callable[[], bool]
    concepts: "Callable[[], Sequence[ConceptId]]"
    neighbour: "Callable[[ConceptId | None, int, Collection[ConceptId]], ConceptId | None]"
    chooses_first: bool = True
    gives_way: bool = False
    is_all_that_shows: bool = False
    follow = Follow.CONCEPTS


@dataclass(frozen=True, eq=False)
class OfferedRelations:
    """A list of relations that a panel shows.

    has(relation): whether it is listed.  neighbour(relation, by, leaving): the one before (-1) or
    after (1) it that is not leaving; of None the first; None at an end.
    """

    panel: str
    is_seen: Callable[[], bool]
    has_keyboard: Callable[[], bool]
    has: "Callable[[Relation], bool]"
    neighbour: "Callable[[Relation | None, int, Collection[Relation]], Relation | None]"


class Lists(QObject):
    """Which list is in front, and the photos in the order in which they are shown."""

    changed = Signal()
    """The photos are in another order."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        selection: SelectionModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._present, self._selection = present, selection
        self._offered: list[OfferedPhotos | OfferedConcepts] = []
        self._of_relations: list[OfferedRelations] = []
        self._panels: tuple[str, ...] = ()
        self._wants_first = False
        self.images: ImageOrder = NO_IMAGES
        self.images_are = ""
        """Which photos these are, in words that follow their number; '' where the list says it."""
        selection.changed.connect(self._selected)

    # ---- what is offered

    def offer(self, offered: OfferedPhotos | OfferedConcepts) -> None:
        """Let a panel's list be gone through, whenever it is in front."""
        self._offered.append(offered)

    def offer_relations(self, offered: OfferedRelations) -> None:
        """Let a panel's relations be gone through while one of them is selected."""
        self._of_relations.append(offered)

    def set_panels(self, panels: Sequence[str]) -> None:
        """Take the order of a workspace's panels: its main one first."""
        self._panels = tuple(panels)

    def set_images(self, order: ImageOrder, what: str = "") -> None:
        """Take the order in which the photos are shown; what: which they are, in words."""
        self.images, self.images_are = order, what
        self.changed.emit()

    def clear(self) -> None:
        """Forget the photos: they belong to a project that is left."""
        self.images, self.images_are = NO_IMAGES, ""

    # ---- which one is in front

    @property
    def follows(self) -> Follow:
        """What Left and Right go through now."""
        front = self._front(self._offered)
        return Follow.IMAGES if front is None else front.follow

    @property
    def concepts(self) -> "tuple[ConceptId, ...]":
        """The concepts of the list in front, from top to bottom."""
        front = self._front_of_concepts()
        return () if front is None else tuple(front.concepts())

    @property
    def rows(self) -> tuple[int, ...]:
        """Their rows in the present state."""
        return self._present().rows_of(self.concepts)

    def is_in_front(self, panel: str) -> bool:
        """Return whether judging goes on through this panel's list."""
        front = self._front_of_concepts()
        return front is not None and front.panel == panel

    def _front_of_concepts(self) -> OfferedConcepts | None:
        return self._front([one for one in self._offered if isinstance(one, OfferedConcepts)])

    def _front(self, offered: "Sequence[_Offered]") -> "_Offered | None":
        seen = [one for one in offered if one.is_seen()]
        held = [one for one in seen if one.has_keyboard()]
        order = {panel: place for place, panel in enumerate(self._panels)}
        seen.sort(key=lambda one: order.get(one.panel, len(order)))
        return next(iter(held or seen), None)

    # ---- going through it

    def step(self, by: int) -> None:
        """Select the next (1) or previous (-1) photo or concept; at the ends the last stays."""
        relation = self._selection.relation
        if relation is not None and self._is_relations_in_front():
            if (other := self._beside(relation, by)) is not None:
                self._selection.select_relations((other,))
            return
        if self.follows is Follow.IMAGES:
            image = self.images.neighbour(self._selection.image, by)
            if image is not None:
                self._selection.select(image=image)
            return
        concept = self._neighbour(self._selection.primary, by)
        if concept is not None:
            self._selection.select(concepts=(concept,))

    def following(self, concept: "ConceptId") -> "ConceptId | None":
        """Return the concept after this one in the list in front, None at its end."""
        return self._neighbour(concept, 1)

    def following_relation(self, relation: "Relation") -> "Relation | None":
        """Return the relation after this one in the list in front that has it, None at its end."""
        return self._beside(relation, 1)

    def _is_relations_in_front(self) -> bool:
        """Return whether the list in front, or one in the same panel, is of relations."""
        # Of equals the first wins.
        front = self._front([*self._of_relations, *self._offered])
        return isinstance(front, OfferedRelations)

    def _beside(self, relation: "Relation", by: int) -> "Relation | None":
        having = [one for one in self._of_relations if one.is_seen() and one.has(relation)]
        front = self._front(having)
        return None if front is None else front.neighbour(relation, by, ())

    def remaining(self, leaving: "Collection[ConceptId]") -> "ConceptId | None":
        """Return what takes the place of concepts that leave: the next, at the end the previous."""
        concept = self._selection.primary
        if concept not in leaving:
            concept = next(iter(leaving), concept)
        return self._neighbour(concept, 1, leaving) or self._neighbour(concept, -1, leaving)

    def _neighbour(
        self, concept: "ConceptId | None", by: int, leaving: "Collection[ConceptId]" = ()
    ) -> "ConceptId | None":
        front = self._front_of_concepts()
        return None if front is None else front.neighbour(concept, by, leaving)

    def choose_shown(self) -> bool:
        """Select only what is seen, where the list in front leaves out what is selected.

        What took its place, if none of it is listed. Return whether the selection is another one.
        """
        selected, front = self._selection.concepts, self._front_of_concepts()
        if front is None or not front.is_all_that_shows or not self._selection.rows:
            return False
        listed = set(front.concepts())
        shown = tuple(concept for concept in selected if concept in listed)
        if not shown and (instead := self.remaining(selected)) is not None:
            shown = (instead,)
        if shown == selected or not shown:
            return False
        self._selection.select(concepts=shown)
        return True

    # ---- something is always selected

    def want_first(self) -> None:
        """Select the first of the list in front if nothing is selected, once it lists something."""
        self._wants_first = True
        self._choose_first()

    def listed(self, panel: str) -> None:
        """Hear from a panel that its list is another one."""
        if self._wants_first and self.is_in_front(panel):
            self._choose_first()

    def _choose_first(self) -> None:
        front = self._front_of_concepts()
        if front is None or not front.chooses_first:
            return
        is_free = front.gives_way and self._selection.is_given
        first = front.neighbour(None, 1, ())
        if self._selection.rows and not is_free:
            self._wants_first = False
        elif first is not None and self._present().row_of(first) is not None:
            self._wants_first = False
            self._selection.give((first,))

    def _selected(self) -> None:
        if self._selection.rows and not self._selection.is_given:
            self._wants_first = False


_Offered = TypeVar("_Offered", bound=OfferedPhotos | OfferedConcepts | OfferedRelations)


def neighbour(
    items: Sequence[T], place: float | None, by: int, leaving: Collection[T] = ()
) -> T | None:
    """Return the nearest item before (-1) or after (1) a place that is not leaving; None at an end.

    place: None = outside the list, so the first; n - 0.5 = between the items n - 1 and n.
    """
    if place is None:
        at, by = 0, 1
    else:
        place = min(place, len(items) - 0.5)
        at = floor(place) + 1 if by > 0 else ceil(place) - 1
    while 0 <= at < len(items):
        if items[at] not in leaving:
            return items[at]
        at += by
    return None
