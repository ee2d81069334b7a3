"""What can be said of where a concept stands: acts about its relation to a parent."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from insight_app.cli.judging.said import Said
from insight_app.cli.judging.words import KINDS
from insight_app.errors import Refusal
from insight_app.project import judgements as j
from insight_app.project.judgements import Act, ConceptId
from insight_app.project.judgements.acts import ADDED, RELATED, REMOVED

if TYPE_CHECKING:
    from insight_app.cli.judging.drafting import Draft

NOWHERE = "-"
"""Typed for a parent: none."""


def _add_parent(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    parent = draft.row(values[0])
    _may_be_below(draft, row, parent)
    text = f"{draft.called(row)} is now also under {draft.called(parent)}"
    return Said(text, (j.add_parent(draft.id(row), draft.id(parent)),))


def _remove_parent(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    parent = draft.row(values[0])
    _must_be_below(draft, row, parent)
    text = f"{draft.called(row)} is no longer under {draft.called(parent)}"
    return Said(text, (j.remove_parent(draft.id(row), draft.id(parent)),))


def _move(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    new = None if values[0].strip() == NOWHERE else draft.row(values[0])
    old = draft.row(values[1]) if len(values) > 1 else _only_parent(draft, row)
    if old is not None:
        _must_be_below(draft, row, old)
    if new is not None:
        _may_be_below(draft, row, new)
    elif old is None:
        raise Refusal(f"{draft.called(row)} is below nothing already.")
    acts = j.move(
        draft.id(row),
        None if old is None else draft.id(old),
        None if new is None else draft.id(new),
    )
    where = "is under nothing now" if new is None else f"is now under {draft.called(new)}"
    instead = "" if old is None else f", no longer under {draft.called(old)}"
    return Said(f"{draft.called(row)} {where}{instead}", tuple(acts))


def _of_a_relation(make: Callable[[ConceptId, ConceptId], Act], word: str) -> "Say":
    def say(draft: "Draft", row: int, values: Sequence[str]) -> Said:
        parent = draft.row(values[0])
        pair = _known_pair(draft, row, parent)
        return Said(f"{word} {draft.called(row)} under {draft.called(parent)}", (make(*pair),))

    return say


def _kind(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    parent = draft.row(values[0])
    word = values[1].strip().casefold()
    if word not in KINDS:
        raise Refusal(f"There is no kind of relation {values[1]!r}.", do=f"Kinds are: {_KINDS}.")
    names = draft.called(row), draft.called(parent)
    text = f"{names[0]} {KINDS[word]} {names[1]}"
    if word == RELATED and not _is_known(draft, row, parent):
        # It stands in no tree, so it may be said of any two.
        pair = draft.id(row), draft.id(parent)
        return Said(text, (j.add_parent(*pair), j.relation_kind(*pair, RELATED)))
    pair = _known_pair(draft, row, parent)
    return Said(text, (j.relation_kind(*pair, None if word == "none" else word),))


def _reverse(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    parent = draft.row(values[0])
    names = draft.called(row), draft.called(parent)
    edge = draft.catalogue.edge(row, parent)
    if edge is None:
        raise Refusal(f"{names[0]} is not below {names[1]}.")
    if why := draft.catalogue.reverse_refusal(row, parent, draft.called):
        raise Refusal(why)
    acts = j.reverse(draft.id(row), draft.id(parent), edge.kind or None)
    return Said(f"{names[1]} is now under {names[0]}, not the other way round", tuple(acts))


def _known_pair(draft: "Draft", row: int, parent: int) -> tuple[ConceptId, ConceptId]:
    """Return (child, parent), which the machine or a person has said something of."""
    if not _is_known(draft, row, parent):
        raise Refusal(
            f"Nothing says that {draft.called(row)} is below {draft.called(parent)}.",
            do="add-parent puts it there.",
        )
    return draft.id(row), draft.id(parent)


def _is_known(draft: "Draft", row: int, parent: int) -> bool:
    """Return whether the machine or a person has said something of a relation."""
    catalogue = draft.catalogue
    if row == parent:
        raise Refusal(f"{draft.called(row)} cannot be below itself, or related to itself.")
    if (draft.id(row), draft.id(parent)) in draft.state.relations:
        return True
    known = [*catalogue.parents(row), *catalogue.withdrawn(row), *catalogue.related(row)]
    known += [edge for edge in (*catalogue.implied, *catalogue.dropped) if edge.child == row]
    return any(edge.parent == parent for edge in known)


def _may_be_below(draft: "Draft", row: int, parent: int) -> None:
    """Raise Refusal where a concept cannot be put below another one."""
    said = draft.state.relations.get((draft.id(row), draft.id(parent)))
    is_there = draft.catalogue.edge(row, parent) is not None
    if is_there and said is not None and said.status == ADDED:
        return  # somebody said just this
    if why := draft.catalogue.refusal(row, parent, draft.called):
        raise Refusal(why, do="accept-relation says that it is right." if is_there else "")


def _must_be_below(draft: "Draft", row: int, parent: int) -> None:
    """Raise Refusal where a concept is not below another one, unless a person took it out."""
    said = draft.state.relations.get((draft.id(row), draft.id(parent)))
    is_out = said is not None and said.status == REMOVED
    if not is_out and draft.catalogue.edge(row, parent) is None:
        raise Refusal(f"{draft.called(row)} is not below {draft.called(parent)}.")


def _only_parent(draft: "Draft", row: int) -> int | None:
    """Return the parent of a concept, None if it has none; Refusal if it has several."""
    parents = [edge.parent for edge in draft.catalogue.parents(row)]
    if len(parents) > 1:
        names = ", ".join(map(draft.called, parents))
        raise Refusal(
            f"{draft.called(row)} is below several: {names}.", do="Say which: move NEW OLD"
        )
    return parents[0] if parents else None


_KINDS = ", ".join(KINDS)
Say = Callable[["Draft", int, Sequence[str]], Said]
SAID: Mapping[str, Say] = {
    "add-parent": _add_parent,
    "remove-parent": _remove_parent,
    "move": _move,
    "accept-relation": _of_a_relation(j.accept_relation, "Accepted"),
    "unsure-relation": _of_a_relation(j.unsure_relation, "Unsure about"),
    "reject-relation": _of_a_relation(j.reject_relation, "Rejected"),
    "clear-relation": _of_a_relation(j.clear_relation, "Took back what was said of"),
    "kind": _kind,
    "reverse": _reverse,
}
