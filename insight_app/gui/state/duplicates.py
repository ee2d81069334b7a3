"""The clusters of concepts that may be one and the same, one after the other.

Found in the whole project when somebody asks; each is laid out as a merge. What was judged
meanwhile drops out of those that come. Who went on to something else while they were looked for is
not disturbed. Knows no panel.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from insight_app.figures import counted
from insight_app.gui.state.likeness import Likeness
from insight_app.gui.state.messages import Messages
from insight_app.gui.state.project_state import ProjectState
from insight_app.gui.state.staging import Staged, StagePlan, Staging
from insight_app.gui.state.whereabouts import Whereabouts

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId
    from insight_app.project.similarity.basis import LikenessBasis
    from insight_app.project.similarity.duplicates import Cluster
    from insight_app.project.similarity.listing import ConceptListing

NONE_LEFT = "No more duplicates: every cluster was looked at"
NONE_FOUND = "No duplicates: no two concepts have the same name, or are nearly the same"


@dataclass(frozen=True)
class ClusterOffer:
    """Hold a cluster: what its concepts have in common, and which are proposed to be merged.

    concepts: the one that is proposed to stay first, then those most like it.
    """

    title: str
    concepts: "tuple[ConceptId, ...]"
    ticked: "frozenset[ConceptId]"

    @property
    def stage(self) -> Staged:
        """The merge that it proposes."""
        first, *others = self.concepts
        ticked = (first, *(one for one in others if one in self.ticked))
        return Staged(StagePlan.MERGE, ticked, self.concepts, self.title)


class Duplicates(QObject):
    """Goes through the clusters."""

    changed = Signal()
    """Looking for them began or ended, or another one is in front."""

    def __init__(
        self,
        present: Callable[[], ProjectState],
        likeness: Likeness,
        staging: Staging,
        messages: Messages,
        whereabouts: Whereabouts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._present, self._likeness = present, likeness
        self._staging, self._messages = staging, messages
        self._whereabouts, self._asked_at = whereabouts, whereabouts.here()
        self._offers: list[ClusterOffer] | None = None
        self._at = -1
        self.is_looking = False

    def forget(self) -> None:
        """Forget what was found in other results."""
        self._offers, self._at, self.is_looking = None, -1, False
        self.changed.emit()

    def go(self, by: int = 1) -> None:
        """Lay out the next cluster (1) or the one before (-1); look for them first if need be."""
        if self._offers is None:
            self._look()
            return
        found = self._beside(by)
        if found is None:
            self._end(by)
            return
        self._lay_out(*found)

    def go_on(self, leaving: "Collection[ConceptId]") -> None:
        """Lay out the next one as soon as something is done to the one in front.

        leaving: concepts that are about to be merged into another.
        """
        found = self._beside(1, leaving)
        if found is not None:
            self._lay_out(*found)
            return
        self._messages.say(NONE_LEFT)
        self._offers, self._at = None, -1
        self._staging.end()
        self.changed.emit()

    def _lay_out(self, at: int, offer: ClusterOffer) -> None:
        self._at = at
        self._staging.begin(offer.stage)
        self.changed.emit()

    @property
    def following(self) -> ClusterOffer | None:
        """The cluster after the one in front."""
        found = self._beside(1)
        return None if found is None else found[1]

    @property
    def left(self) -> int:
        """How many come after the one in front, as far as is known."""
        return len(self._offers or ()) - self._at - 1

    def _end(self, by: int) -> None:
        if by < 0:
            self._messages.say("This is the first one")
            return
        self._messages.say(NONE_LEFT if self._offers else NONE_FOUND)
        self._offers, self._at = None, -1  # asked again, they are looked for again
        self._staging.cancel()
        self.changed.emit()

    def _look(self) -> None:
        if self.is_looking or self._present().results is None:
            return
        self.is_looking, self._asked_at = True, self._whereabouts.here()
        self._messages.say("Looking for duplicates…")
        self._likeness.ask(_clusters, self._found, key="duplicates", failed=self._failed)
        self.changed.emit()

    def _found(self, clusters: "list[Cluster]") -> None:
        state = self._present()
        self.is_looking, self._at = False, -1
        self._offers = [
            ClusterOffer(
                one.title,
                state.ids_of([one.holder, *(other.row for other in one.members)]),
                frozenset(state.ids_of(one.ticked)),
            )
            for one in clusters
        ]
        is_still_here = self._whereabouts.is_still_at(self._asked_at)
        found = f"Found {counted(len(self._offers), 'cluster')} of possible duplicates"
        if self._offers and not (is_still_here and self._staging.stage is None):
            self._messages.say(f"{found}: D lays the first one out")
        else:
            if self._offers:
                self._messages.say(found)
            self.go()
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.is_looking = False
        self._messages.report(error)
        self.changed.emit()

    def _beside(
        self, by: int, leaving: "Collection[ConceptId]" = ()
    ) -> tuple[int, ClusterOffer] | None:
        """Return the next cluster of which two are left, with its place."""
        at = self._at + by
        while self._offers is not None and 0 <= at < len(self._offers):
            left = self._left_of(self._offers[at], leaving)
            if left is not None:
                return at, left
            at += by
        return None

    def _left_of(
        self, offer: ClusterOffer, leaving: "Collection[ConceptId]"
    ) -> ClusterOffer | None:
        """Return a cluster without what was merged, hidden or kept apart meanwhile."""
        state = self._present()
        there = [one for one in offer.concepts if one not in leaving and _is_there(state, one)]
        if state.catalogue is None or len(there) < 2:
            return None
        first = state.row_of(there[0])
        assert first is not None
        is_apart = state.catalogue.is_apart
        others = [
            one
            for one in there[1:]
            if (row := state.row_of(one)) is not None and not is_apart(first, row)
        ]
        return replace(offer, concepts=(there[0], *others)) if others else None


def _is_there(state: ProjectState, concept: "ConceptId") -> bool:
    row = state.row_of(concept)
    if state.catalogue is None or row is None or state.catalogue.hidden[row]:
        return False
    return int(state.catalogue.merged_into[row]) < 0


def _clusters(basis: "LikenessBasis", listing: "ConceptListing") -> "list[Cluster]":
    from insight_app.project.similarity.duplicates import duplicates

    return duplicates(basis, listing)
