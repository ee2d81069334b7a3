"""In which order relations are best looked at: where most is at stake and least is sure.

Only relations that nobody has judged. Knows no queue in a window.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from insight_app.concepts.progress import CancelToken
from insight_app.project.judgements.structure.edges import Edge
from insight_app.project.judgements.structure.tallies import is_left
from insight_app.project.similarity import kinds
from insight_app.project.similarity.basis import LikenessBasis
from insight_app.project.similarity.listing import ConceptListing

FORMULA = (
    "worth = doubt x share\n"
    "doubt = 1 - (lower end of the strength's interval - reverse strength), "
    "halved where WordNet says the same, doubled (to 1 at most) where it says the reverse\n"
    "share: of all activation, what lies on this relation: the child's share x strength"
)
_CELLS = 20
"""Cells that count as none where no interval is known: the least support of a relation."""


@dataclass(frozen=True)
class QueuedRelation:
    """Name a relation to be judged; doubt, share: 0 to 1, see FORMULA."""

    child: int
    parent: int
    doubt: float
    share: float

    @property
    def worth(self) -> float:
        """What the queue is sorted by."""
        return self.doubt * self.share


def relation_queue(
    basis: LikenessBasis,
    listing: ConceptListing,
    edges: Sequence[Edge],
    cancel: CancelToken | None = None,
) -> list[QueuedRelation]:
    """Return those of the relations in force that nobody judged, the worthiest first."""
    token = cancel or CancelToken()
    whole = float(listing.activation.sum())
    found = []
    for number, edge in enumerate(edges):
        if number % 1000 == 0:
            token.check()
        if is_left(edge):
            share = edge.strength * float(listing.activation[edge.child]) / whole if whole else 0.0
            doubt = _doubt(basis, listing, edge)
            found.append(QueuedRelation(edge.child, edge.parent, doubt, share))
    return sorted(found, key=lambda one: (-one.worth, -one.doubt, one.child, one.parent))


def _doubt(basis: LikenessBasis, listing: ConceptListing, edge: Edge) -> float:
    cells = edge.cells or 0
    low = edge.strength * cells / (cells + _CELLS)
    if edge.index is not None and not edge.is_counted:
        interval = basis.results.edges.measured(edge.index).interval
        low = low if interval is None else interval[0]
    doubt = min(1 - (low - edge.reverse_strength), 1.0)
    proposal = kinds.propose(basis, listing, edge.child, edge.parent)
    if proposal.source == kinds.WORDNET and proposal.kind in kinds.DIRECTED:
        doubt = min(2 * doubt, 1.0) if proposal.is_reversed else doubt / 2
    return doubt
