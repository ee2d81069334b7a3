"""How many relations there are: each of merged concepts once, by what has become of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insight_app.project.judgements.structure.edges import Edge, ReviewStatus

if TYPE_CHECKING:
    from insight_app.project.judgements.catalogue import Catalogue


@dataclass(frozen=True)
class RelationTally:
    """Count the relations that tables and exports list, each in one of four groups.

    left: those in force that nobody judged.
    """

    in_force: int
    implied: int
    related: int
    rejected: int
    left: int

    @property
    def all(self) -> int:
        """What a table of relations lists, and an export."""
        return self.in_force + self.implied + self.related + self.rejected

    @property
    def text(self) -> str:
        """The four in words, without those that are none."""
        parts = {
            "in force": self.in_force,
            "implied": self.implied,
            "related": self.related,
            "rejected": self.rejected,
        }
        some = [f"{count:,} {name}" for name, count in parts.items() if count]
        return ", ".join(some) or "no relations"


def is_left(edge: Edge) -> bool:
    """Return whether nobody judged a relation."""
    return edge.status == ReviewStatus.UNREVIEWED and not edge.by_person


def tally(catalogue: "Catalogue") -> RelationTally:
    """Count the relations of a catalogue."""
    edges = catalogue.edges()
    return RelationTally(
        in_force=len(edges),
        implied=len(catalogue.implied),
        related=len(catalogue.related_edges()),
        rejected=len(catalogue.withdrawn_edges()),
        left=sum(map(is_left, edges)),
    )
