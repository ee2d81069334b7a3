"""What is known of the relation that is looked at: read on the pool, kept for the last few.

The next relation is read ahead. Knows no widget.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from insight_app.gui.state.present_relation import PresentRelation, RelationVersion
from insight_app.gui.state.session import Session

if TYPE_CHECKING:
    from insight_app.project.similarity.basis import LikenessBasis
    from insight_app.project.similarity.evidence import EdgeEvidence
    from insight_app.project.similarity.kinds import KindProposal
    from insight_app.project.similarity.listing import ConceptListing

EXAMPLES = 12
KEPT = 64


@dataclass(frozen=True, eq=False)
class KnownOfEdge:
    """The cells of the two ends, and of which kind the machine takes the relation to be."""

    evidence: "EdgeEvidence"
    proposal: "KindProposal"


class EdgeEvidenceReader(QObject):
    """Reads what an edge card shows; ready(version) says that it is there."""

    ready = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._known: OrderedDict[RelationVersion, KnownOfEdge] = OrderedDict()
        session.projects.opened.connect(self._known.clear)

    def get(self, relation: PresentRelation) -> KnownOfEdge | None:
        """Return what is known of a relation by now."""
        return self._known.get(relation.version)

    def ask(self, relation: PresentRelation, key: str) -> None:
        """Read what is not known of a relation yet; of the questions of a key the last counts."""
        version = relation.version
        if version in self._known:
            self.ready.emit(version)
            return
        question = _question(relation.child, relation.parent)
        self.session.likeness.ask(question, lambda found: self._keep(version, found), key=key)

    def _keep(self, version: RelationVersion, found: KnownOfEdge) -> None:
        self._known[version] = found
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        self.ready.emit(version)


def _question(child: int, parent: int) -> "Callable[[LikenessBasis, ConceptListing], KnownOfEdge]":
    def answer(basis: "LikenessBasis", listing: "ConceptListing") -> KnownOfEdge:
        from insight_app.project.similarity.evidence import evidence
        from insight_app.project.similarity.kinds import propose

        found = evidence(basis, listing, child, parent, EXAMPLES)
        back = found.reverse_strength
        strengths = None if back is None else (found.strength, back)
        return KnownOfEdge(found, propose(basis, listing, child, parent, strengths))

    return answer
