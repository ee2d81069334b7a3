"""Bringing two copies of a log together, and the conflicts that this can show.

Merging is the union by uuid; order and rule of the projection do the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from insight_app.errors import Refusal
from insight_app.project.judgements.projection import fold
from insight_app.project.judgements.state import Judgement


@dataclass(frozen=True)
class Conflict:
    """Different things said of one field by people who had not seen each other's.

    in_force: the entries concerned; the first one counts until somebody judges anew.
    """

    target: str
    field: str
    in_force: tuple[Judgement, ...]


def complete(
    theirs: Sequence[Judgement], ours: Sequence[Judgement], source: Path
) -> list[Judgement]:
    """`theirs` in order; KnownError where one builds on an entry that neither log has."""
    fit = without_gaps(theirs, ours)
    if len(fit) < len({entry.uuid for entry in theirs}):
        raise Refusal(
            "Some judgements in the file build on others that are missing from it.",
            where=str(source),
            kept="Nothing was taken over.",
            do="Use a file with the whole log.",
        )
    return fit


def without_gaps(theirs: Sequence[Judgement], ours: Sequence[Judgement]) -> list[Judgement]:
    """Those of `theirs`, in order, of which everything that they build on is known."""
    known = {entry.uuid for entry in ours}
    unique = {entry.uuid: entry for entry in theirs}
    fit = []
    for entry in sorted(unique.values(), key=order):
        needed = {uuid for seen in entry.follows.values() for uuid in seen}
        if entry.undoes is not None:
            needed.add(entry.undoes)
        if needed <= known:
            known.add(entry.uuid)
            fit.append(entry)
    return fit


def order(entry: Judgement) -> tuple[int, str, str]:
    """The order that all copies of a log agree on."""
    return entry.lamport, entry.person.uuid, entry.uuid


def conflicts(entries: Iterable[Judgement]) -> list[Conflict]:
    """Every field with several entries in force that do not say the same."""
    by_uuid = {entry.uuid: entry for entry in entries}
    found = []
    for target, fields in fold(by_uuid.values()).targets.items():
        for name, field in fields.items():
            concerned = tuple(by_uuid[uuid] for uuid in field.entries)
            if len({entry.after[name] for entry in concerned}) > 1:
                found.append(Conflict(target, name, concerned))
    return found
