"""Bringing two copies of a log together, and the conflicts that this can show.

Merging is the union by uuid; order and rule of the projection do the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from insight_app.errors import KnownError
from insight_app.project.judgements import log
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


def missing_here(
    connection: Connection, theirs: Sequence[Judgement], source: Path
) -> list[Judgement]:
    """Entries of `theirs` that this log lacks; KnownError where both together have a gap."""
    ours = log.uuids(connection)
    known = ours | {entry.uuid for entry in theirs}
    for entry in theirs:
        needed = {uuid for seen in entry.follows.values() for uuid in seen}
        if entry.undoes is not None:
            needed.add(entry.undoes)
        if not needed <= known:
            raise KnownError(
                f"The judgement “{entry.text}” builds on another one that is missing.",
                where=str(source),
                kept="Nothing was taken over.",
                do="Use a file with the whole log.",
            )
    unique = {entry.uuid: entry for entry in theirs if entry.uuid not in ours}
    return sorted(unique.values(), key=lambda one: (one.lamport, one.person.uuid, one.uuid))


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
