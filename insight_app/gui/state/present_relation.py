"""A relation in the present state of the window: what everything that shows one asks of it.

Found by its two ends when it is shown, and then forgotten: what is kept are their ids. Knows no
widget.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insight_app.gui.icons import STATUS_WORDS
from insight_app.gui.state.project_state import ProjectState

if TYPE_CHECKING:
    from insight_app.project.judgements import Relation
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.judgements.hierarchy import Edge
    from insight_app.project.results.edge_table import Measured
    from insight_app.project.results.snapshot import Results

VERBS = {
    "": "is under",
    "is-a": "is a kind of",
    "part-of": "is part of",
    "related": "is related to",
}
"""Kind of a relation -> what stands between child and parent."""
KINDS = {"is-a": "is a", "part-of": "part of", "related": "related"}
"""Kind of a relation -> how it stands beside a name."""

RelationVersion = tuple[int, "Relation", str]
"""Epoch, relation, and what its ends are made of."""


@dataclass(frozen=True, eq=False)
class PresentRelation:
    """child, parent: rows of `state`.  edge: None where neither machine nor person has it."""

    state: ProjectState
    results: "Results"
    catalogue: "Catalogue"
    child: int
    parent: int
    edge: "Edge | None"

    @property
    def id(self) -> "Relation":
        """Its two ends, by their ids."""
        return self.state.id_of(self.child), self.state.id_of(self.parent)

    @property
    def version(self) -> "RelationVersion":
        """What is equal as long as ends and results are the same: for what is read of it."""
        made_of = map(self.catalogue.composition, (self.child, self.parent))
        digests = ("" if one is None else one.digest for one in made_of)
        return self.state.epoch, self.id, " ".join(digests)

    @property
    def kind(self) -> str:
        """Of which kind a person said that it is, '' if nobody did."""
        return "" if self.edge is None else self.edge.kind

    @property
    def status(self) -> int:
        """What was judged of it: a place in icons.STATUS_WORDS."""
        return 0 if self.edge is None else int(self.edge.status)

    @property
    def status_word(self) -> str:
        """What was judged of it, in words."""
        return STATUS_WORDS[self.status]

    @property
    def measured(self) -> "Measured | None":
        """What the machine measured of it; None where it has no such relation."""
        table = self.results.edges
        if self.edge is not None and self.edge.index is not None:
            return table.measured(self.edge.index)
        at = table.index_of(self.child, self.parent)
        return None if at is None else table.measured(at)

    def sentence(self, kind: str | None = None) -> str:
        """Return child, verb and parent; kind: another one than it is of now."""
        verb = VERBS[self.kind if kind is None else kind]
        names = map(self.state.name_told_apart, (self.child, self.parent))
        return f" {verb} ".join(names)


def find_relation(state: ProjectState, relation: "Relation | None") -> PresentRelation | None:
    """Return a relation where the state has both its ends; of what is merged, that of the merge."""
    rows = () if relation is None else state.rows_of(relation)
    if state.results is None or state.catalogue is None or len(rows) != 2:
        return None
    child, parent = map(state.catalogue.holder, rows)
    if child == parent:
        return None
    edge = _edge(state.catalogue, child, parent)
    return PresentRelation(state, state.results, state.catalogue, child, parent, edge)


def find_edge(state: ProjectState, relation: "Relation") -> "Edge | None":
    """Return what machine and persons have between two concepts, None if there is nothing."""
    found = find_relation(state, relation)
    return None if found is None else found.edge


def _edge(catalogue: "Catalogue", child: int, parent: int) -> "Edge | None":
    """Return a relation in force, else one that a person rejected."""
    found = catalogue.edge(child, parent)
    if found is not None:
        return found
    others = (*catalogue.related(child), *catalogue.withdrawn(child))
    return next((one for one in others if (one.child, one.parent) == (child, parent)), None)
