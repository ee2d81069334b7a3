"""Relations as places of the tree: each is a concept under its parent.

Says which relation stands where the person is, and which before and after it. Judging is not its
matter.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex

from insight_app.gui.curation.tree.tree_model import NAME

if TYPE_CHECKING:
    from insight_app.gui.curation.tree.hierarchy_view import HierarchyView
    from insight_app.project.judgements import Relation


class RelationPlaces:
    """The relations that a view of the tree shows; a flat list shows none."""

    def __init__(self, view: "HierarchyView") -> None:
        self._view, self._tree = view, view.tree

    @property
    def _here(self) -> QModelIndex:
        return self._view.currentIndex().siblingAtColumn(NAME)

    def here(self) -> "Relation | None":
        """Return the relation that the current place is; None at the top, and unseen."""
        is_tree = self._view.isVisible() and not self._tree.order.flat
        return self._tree.relation_at(self._here) if is_tree else None

    def has(self, relation: "Relation") -> bool:
        """Return whether a relation stands at an open place."""
        return bool(self._open(relation))

    def beside(
        self, relation: "Relation | None", by: int, leaving: "Collection[Relation]"
    ) -> "Relation | None":
        """Return the relation before (-1) or after (1) one, as they are seen; of None the first."""
        index = self._tree.index(0, NAME)
        if relation is not None:
            places = self._open(relation) or [self._here]
            index = self._view.beside(self._here if self._here in places else places[0], by)
        while index.isValid():
            found = self._tree.relation_at(index)
            if found is not None and found != relation and found not in leaving:
                self._view.aim(index)
                return found
            index = self._view.beside(index, by)
        return None

    def show(self, relation: "Relation") -> None:
        """Make a place of a relation the current one; one that is closed is opened."""
        if self._tree.order.flat or relation[0] != self._view.session.selection.primary:
            return
        places = self._open(relation)
        if not places:
            revealed = self._tree.reveal(relation[0])
            places = [one for one in revealed if self._tree.parent_at(one) == relation[1]][:1]
        if places and self._here not in places:
            aimed = [index for index in places if self._view.is_aim(index)]
            self._view.go_to((aimed or places)[0])

    def _open(self, relation: "Relation") -> list[QModelIndex]:
        if self._tree.order.flat:
            return []
        places = self._view.open_places(relation[0])
        return [index for index in places if self._tree.parent_at(index) == relation[1]]
