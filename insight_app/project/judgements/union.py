"""Bringing two copies of a log together, and the conflicts that this can show.

Merging is the union by uuid; order and rule of the projection do the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from insight_app.project.judgements.log import lines
from insight_app.project.judgements.log.chain import Chain, order
from insight_app.project.judgements.log.entries import Incoming, Malformed
from insight_app.project.judgements.projection import fold
from insight_app.project.judgements.state import Judgement

MOST_LOST = 1_000_000
"""Entries that a log may lack where it was rescued from a damaged file."""


@dataclass(frozen=True)
class Conflict:
    """Hold different things said of one field by people who had not seen each other's.

    in_force: the entries concerned; the first one counts until somebody judges anew.
    """

    target: str
    field: str
    in_force: tuple[Judgement, ...]


def complete(theirs: Sequence[Incoming], ours: Sequence[Judgement], source: Path) -> list[Incoming]:
    """Return those of `theirs` that are new; Refusal with the first line that does not fit."""
    new, faults = _union(theirs, ours)
    # A time counts the entries that came before it. One far ahead of all that are known would use
    # up the numbers that this project's own next entries need.
    latest = max((entry.lamport for entry in ours), default=0)
    limit = max(latest, len(ours) + len(theirs)) + MOST_LOST
    ahead = Malformed("its lamport is far ahead of the log")
    faults += [(one.number, ahead) for one in new if one.judgement.lamport > limit]
    if faults:
        number, what = min(faults, key=lambda fault: fault[0])
        raise lines.refusal(source, number, what)
    return new


def rescued(entries: Sequence[Incoming]) -> tuple[list[Incoming], set[str]]:
    """Return those of the entries of one log that fit each other, in its order, and what is lost.

    An entry stays though others that it builds on are gone: the uuids of these are returned.
    """
    there = {one.judgement.uuid for one in entries}
    lost: set[str] = set()
    for one in entries:
        lost |= _built_on(one.judgement) - there
    chain, fitting = Chain(lost=lost), []
    limit = len(entries) + len(lost) + MOST_LOST
    for one in sorted(entries, key=lambda one: order(one.judgement)):
        try:
            if one.judgement.lamport > limit:
                raise Malformed("its lamport is far ahead of the log")
            chain.add(one.judgement)
        except Malformed:
            lost.add(one.judgement.uuid)
        else:
            fitting.append(one)
    return fitting, lost & {uuid for one in fitting for uuid in _built_on(one.judgement)}


def _built_on(entry: Judgement) -> set[str]:
    found = {entry.undoes} if entry.undoes is not None else set()
    if entry.is_understood:
        found.update(*entry.follows.values())
    return found


def _union(
    theirs: Sequence[Incoming], ours: Sequence[Judgement]
) -> tuple[list[Incoming], list[tuple[int, Malformed]]]:
    """Return the new entries that fit, in the log's order, and where others do not and why."""
    incoming = {entry.judgement.uuid: entry for entry in theirs}
    faults: list[tuple[int, Malformed]] = []
    for entry in ours:
        same = incoming.pop(entry.uuid, None)
        if same is not None and same.judgement != entry:
            what = "this project has an entry of the same uuid that says something else"
            faults.append((same.number, Malformed(what)))
    chain, new = Chain(ours), []
    for entry in sorted([*ours, *(one.judgement for one in incoming.values())], key=order):
        try:
            chain.add(entry)
        except Malformed as error:
            faults.append((incoming[entry.uuid].number, error))
        else:
            if entry.uuid in incoming:
                new.append(incoming[entry.uuid])
    return new, faults


def conflicts(entries: Iterable[Judgement]) -> list[Conflict]:
    """Return every field with several entries in force that do not say the same."""
    by_uuid = {entry.uuid: entry for entry in entries}
    found = []
    for target, fields in fold(by_uuid.values()).targets.items():
        for name, field in fields.items():
            concerned = tuple(by_uuid[uuid] for uuid in field.entries)
            if len({entry.after[name] for entry in concerned}) > 1:
                found.append(Conflict(target, name, concerned))
    return found
