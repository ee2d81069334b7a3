"""Judgements: what persons said of concepts and relations, in a log that only grows.

`Judgements` is the door; the functions of `acts` build what is said. Knows nothing of the
machine's results.
"""

from insight_app.project.judgements.acts import (
    Act,
    ConceptId,
    Relation,
    accept,
    accept_relation,
    add_parent,
    clear_relation,
    clear_status,
    create,
    hide,
    is_own,
    machine_concept,
    move,
    note,
    own_concept,
    reject,
    reject_relation,
    relation,
    remove_parent,
    rename,
    split_relation,
    unhide,
    unsure,
    unsure_relation,
)
from insight_app.project.judgements.merge import Conflict
from insight_app.project.judgements.state import (
    Changes,
    ConceptState,
    CurationState,
    Judgement,
    Person,
    RelationState,
)
from insight_app.project.judgements.store import Judgements

__all__ = [
    "Act",
    "Changes",
    "ConceptId",
    "ConceptState",
    "Conflict",
    "CurationState",
    "Judgement",
    "Judgements",
    "Person",
    "Relation",
    "RelationState",
    "accept",
    "accept_relation",
    "add_parent",
    "clear_relation",
    "clear_status",
    "create",
    "hide",
    "is_own",
    "machine_concept",
    "move",
    "note",
    "own_concept",
    "reject",
    "reject_relation",
    "relation",
    "remove_parent",
    "rename",
    "split_relation",
    "unhide",
    "unsure",
    "unsure_relation",
]
