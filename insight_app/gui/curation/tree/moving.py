"""Which places of the tree move when some are marked: a place is a path, and carries its branch.

A concept that is marked at several places moves from one of them; what stands below a place that
moves goes along with it. Knows the model; nothing of mouse and keys.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex

if TYPE_CHECKING:
    from insight_app.gui.curation.tree.tree_model import ConceptTreeModel
    from insight_app.gui.state.relation_curation import Place
    from insight_app.project.judgements import ConceptId


def places_to_move(tree: "ConceptTreeModel", marked: Sequence[QModelIndex]) -> "list[Place]":
    """Return (concept, the parent it moves from) of marked places, the one that is held first.

    Of a concept's places the one held, else one beside that, else the first.
    """
    held = marked[0] if marked else QModelIndex()
    beside = tree.parent_at(held)
    chosen: dict[ConceptId, QModelIndex] = {}
    for index in sorted(marked, key=lambda one: (one != held, tree.parent_at(one) != beside)):
        concept = tree.concept_at(index)
        if concept is not None:
            chosen.setdefault(concept, index)
    return [
        (concept, tree.parent_at(index))
        for concept, index in chosen.items()
        if chosen.keys().isdisjoint(tree.path_of(index)[:-1])
    ]
