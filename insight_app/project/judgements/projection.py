"""What the log adds up to: one rule for one entry, folded over all of them.

Pure; knows no database. The fast, incremental way (`store`) uses the same rule on one target.

For every field of a target the projection holds the entries *in force*: usually one; several where
two copies were merged and neither person had seen the other's. The first one counts. An act takes
the place of those that its person had seen; undoing it puts them back; redoing it again takes it.

What is not understood (`Judgement.is_understood`) touches no field: all others add up as if it were
not there. It counts as an act of its person, which cannot be undone here. What takes back an entry
that was lost is no act at all.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from insight_app.plain_json import dumps
from insight_app.project.judgements.acts import Value
from insight_app.project.judgements.log import kinds
from insight_app.project.judgements.log.kinds import REDO, UNDO
from insight_app.project.judgements.state import Judgement


class Standing(IntEnum):
    """Tell whether an act stands; the values are stored."""

    DONE = 0
    UNDONE = 1
    DROPPED = 2
    """Undone, and its person has since done something else: it cannot be redone."""


class Field(NamedTuple):
    """Hold a field's value and the entries in force, the one that counts first."""

    value: Value
    entries: tuple[str, ...]


Fields = dict[str, Field]


@dataclass
class Group:
    """Describe one act of a person, on one target or many: what one undo takes back.

    position: the Lamport time at which it was done, or undone or redone last.
    """

    person: str
    position: int
    text: str
    standing: Standing = Standing.DONE
    is_understood: bool = True


@dataclass
class Projection:
    """Hold the fields of every target that somebody spoke of, and every act.

    entries: of the log.  not_understood: of these.  lamport: the highest time.
    """

    targets: dict[str, Fields] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    entries: int = 0
    not_understood: int = 0
    lamport: int = 0


Seen = tuple[str, ...]
"""Entries that are understood, the one that counts first."""


def applied(in_force: Seen, act: str, follows: Seen) -> Seen:
    """Return the entries in force of a field once `act`, after others, is done or redone."""
    seen = {act, *follows}
    return (act, *(other for other in in_force if other not in seen))


def without(in_force: Seen, act: str, follows: Seen) -> Seen:
    """Return the entries in force of a field once `act`, after others, is undone."""
    rest = tuple(other for other in in_force if other != act)
    return rest if rest or act not in in_force else follows


def put(fields: Fields, name: str, value: Value, entries: tuple[str, ...]) -> None:
    """Set a field, or take it out if no entry is in force."""
    if entries:
        fields[name] = Field(value, entries)
    else:
        fields.pop(name, None)


def fold(log: Iterable[Judgement]) -> Projection:
    """Return the projection of a whole log, given in its order (`chain.checked`)."""
    result = Projection()
    acts: dict[str, Judgement] = {}
    undone: dict[str, list[Group]] = {}
    for entry in log:
        act = entry
        if entry.undoes is not None and kinds.is_known(entry.kind, entry.version):
            if entry.undoes not in acts:  # lost (`chain`)
                result.not_understood += 1
                result.entries, result.lamport = result.entries + 1, entry.lamport
                continue
            act = acts[entry.undoes]
        acts[entry.uuid] = act
        if entry.is_understood:
            _fold_fields(result.targets, acts, entry, act)
        _fold_group(result.groups, undone, entry, act)
        result.entries += 1
        result.not_understood += not entry.is_understood
        result.lamport = entry.lamport
    return result


def _fold_fields(
    targets: dict[str, Fields], acts: Mapping[str, Judgement], entry: Judgement, act: Judgement
) -> None:
    fields = targets.setdefault(act.target, {})
    change = without if entry.kind == UNDO else applied
    for name in act.after:
        before = fields[name].entries if name in fields else ()
        follows = tuple(
            uuid for uuid in act.follows[name] if uuid in acts and acts[uuid].is_understood
        )
        after = change(before, act.uuid, follows)
        put(fields, name, acts[after[0]].after[name] if after else None, after)
    if not fields:
        del targets[act.target]


def _fold_group(
    groups: dict[str, Group], undone: dict[str, list[Group]], entry: Judgement, act: Judgement
) -> None:
    if act is not entry and entry.kind == UNDO:
        group = groups[act.group]
        group.position = entry.lamport
        if group.standing == Standing.DONE:
            group.standing = Standing.UNDONE
            undone.setdefault(group.person, []).append(group)
    elif act is not entry and entry.kind == REDO:
        group = groups[act.group]
        group.position, group.standing = entry.lamport, Standing.DONE
    elif entry.group in groups:
        groups[entry.group].is_understood &= entry.is_understood
    else:
        person = entry.person.uuid
        group = Group(person, entry.lamport, entry.text, is_understood=entry.is_understood)
        groups[entry.group] = group
        for other in undone.pop(person, []):
            if other.standing == Standing.UNDONE:
                other.standing = Standing.DROPPED


def fields_text(fields: Fields) -> str:
    """Return the stored spelling of a target's fields."""
    return dumps({name: [found.value, list(found.entries)] for name, found in fields.items()})


def parse_fields(stored: Mapping[str, tuple[Value, list[str]]]) -> Fields:
    """Return the fields of a stored spelling, already read as JSON."""
    return {name: Field(value, tuple(entries)) for name, (value, entries) in stored.items()}


def parse_values(stored: Mapping[str, tuple[Value, list[str]]]) -> dict[str, Value]:
    """Return the values of the fields of a stored spelling, already read as JSON."""
    return {name: value for name, (value, _) in stored.items()}


def values(fields: Fields) -> dict[str, Value]:
    """Return the values of a target's fields."""
    return {name: found.value for name, found in fields.items()}


def row_hash(target: str, text: str) -> int:
    """Return one target's part of the projection's hash.

    The whole hash is the sum over targets, which is cheap to keep current.
    """
    digest = hashlib.blake2b(f"{target}\0{text}".encode(), digest_size=16).digest()
    return int.from_bytes(digest, "big")


def add_hashes(total: int, *, plus: int = 0, minus: int = 0) -> int:
    """Return the hash with one target's part put in or taken out."""
    return (total + plus - minus) % (1 << 128)
