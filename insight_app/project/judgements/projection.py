"""What the log adds up to: one rule for one entry, folded over all of them.

Pure; knows no database. The fast, incremental way (`store`) uses the same rule on one target.

For every field of a target the projection holds the entries *in force*: usually one; several where
two copies were merged and neither person had seen the other's. The first one counts. An act takes
the place of those that its person had seen; undoing it puts them back; redoing it again takes it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from insight_app.project.judgements.acts import Value
from insight_app.project.judgements.state import Judgement, dumps

UNDO, REDO = "undo", "redo"


class Standing(IntEnum):
    """Whether an act stands; the values are stored."""

    DONE = 0
    UNDONE = 1
    DROPPED = 2
    """Undone, and its person has since done something else: it cannot be redone."""


class Field(NamedTuple):
    """A field's value and the entries in force, the one that counts first."""

    value: Value
    entries: tuple[str, ...]


Fields = dict[str, Field]


@dataclass
class Group:
    """One act of a person, on one target or many: what one undo takes back."""

    person: str
    position: int
    text: str
    standing: Standing = Standing.DONE


@dataclass
class Projection:
    """Fields of every target that somebody spoke of, and every act."""

    targets: dict[str, Fields] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    entries: int = 0
    lamport: int = 0


def applied(entries: tuple[str, ...], act: Judgement, name: str) -> tuple[str, ...]:
    """The entries in force of field `name` once `act` is done or redone."""
    seen = {act.uuid, *act.follows[name]}
    return (act.uuid, *(other for other in entries if other not in seen))


def without(entries: tuple[str, ...], act: Judgement, name: str) -> tuple[str, ...]:
    """The entries in force of field `name` once `act` is undone."""
    rest = tuple(other for other in entries if other != act.uuid)
    return rest if rest or act.uuid not in entries else act.follows[name]


def put(fields: Fields, name: str, value: Value, entries: tuple[str, ...]) -> None:
    """Set a field; one that nobody's entry is in force of is gone."""
    if entries:
        fields[name] = Field(value, entries)
    else:
        fields.pop(name, None)


def fold(log: Iterable[Judgement]) -> Projection:
    """The projection of a whole log given in its order."""
    result = Projection()
    acts: dict[str, Judgement] = {}
    undone: dict[str, list[Group]] = {}
    for entry in log:
        act = entry if entry.undoes is None else acts[entry.undoes]
        acts[entry.uuid] = act
        fields = result.targets.setdefault(act.target, {})
        for name in act.after:
            before = fields[name].entries if name in fields else ()
            after = (without if entry.kind == UNDO else applied)(before, act, name)
            put(fields, name, acts[after[0]].after[name] if after else None, after)
        if not fields:
            del result.targets[act.target]
        _fold_group(result.groups, undone, entry, act)
        result.entries += 1
        result.lamport = entry.lamport
    return result


def _fold_group(
    groups: dict[str, Group], undone: dict[str, list[Group]], entry: Judgement, act: Judgement
) -> None:
    if entry.kind == UNDO:
        group = groups[act.group]
        if group.standing == Standing.DONE:
            group.standing = Standing.UNDONE
            undone.setdefault(group.person, []).append(group)
    elif entry.kind == REDO:
        groups[act.group].standing = Standing.DONE
    elif entry.group not in groups:
        person = entry.person.uuid
        groups[entry.group] = Group(person, entry.lamport, entry.text)
        for group in undone.pop(person, []):
            if group.standing == Standing.UNDONE:
                group.standing = Standing.DROPPED


def fields_text(fields: Fields) -> str:
    """The stored spelling of a target's fields."""
    return dumps({name: [found.value, list(found.entries)] for name, found in fields.items()})


def parse_fields(stored: Mapping[str, tuple[Value, list[str]]]) -> Fields:
    return {name: Field(value, tuple(entries)) for name, (value, entries) in stored.items()}


def row_hash(target: str, text: str) -> int:
    """One target's part of the projection's hash, which is their sum: cheap to keep current."""
    digest = hashlib.blake2b(f"{target}\0{text}".encode(), digest_size=16).digest()
    return int.from_bytes(digest, "big")


def add_hashes(total: int, *, plus: int = 0, minus: int = 0) -> int:
    return (total + plus - minus) % (1 << 128)
