"""The current state of a project's curation, as plain values: what stands after all judgements.

Knows nothing of files. The values are frozen; a state's two dicts are replaced entry by entry by
the writer, so a reader on another thread copies a dict (`dict(state.concepts)`) before walking it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from insight_app.figures import agreeing, counted
from insight_app.project.judgements.acts import (
    PROJECT,
    ConceptId,
    Relation,
    Value,
    split_relation,
)


@dataclass(frozen=True)
class Person:
    """Name somebody who judges; the uuid stays when the name changes."""

    uuid: str
    name: str


@dataclass(frozen=True)
class Judgement:
    """State one entry of the log. `before`, `after` and `follows` hold the same fields.

    undoes: the entry taken back, for kinds "undo" and "redo".  follows: for each field, the entries
    that were in force when this one was made, the one that counted first; two entries on a
    field of which neither had seen the other are a conflict.  is_understood: False for what a newer
    Insight wrote; its fields are then any JSON, to be kept and handed on, never applied.
    """

    uuid: str
    person: Person
    lamport: int
    utc: datetime
    kind: str
    version: int
    target: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    follows: Mapping[str, tuple[str, ...]]
    undoes: str | None
    group: str
    text: str
    is_understood: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class ConceptState:
    """State what people said of a concept; status_name is the name that the status is about."""

    name: str | None = None
    status: str | None = None
    status_name: str | None = None
    hidden: bool = False
    note: str = ""


@dataclass(frozen=True)
class RelationState:
    """State what people said of a relation.

    status: accepted | unsure | rejected | added | removed | None.
    """

    status: str | None = None


@dataclass
class CurationState:
    """Hold everything that people said, by target; a target nobody spoke of is missing.

    language: in which persons name and note, "" if nobody said.
    """

    concepts: dict[ConceptId, ConceptState] = field(default_factory=dict)
    relations: dict[Relation, RelationState] = field(default_factory=dict)
    language: str = ""

    def set(self, target: str, values: Mapping[str, Value]) -> None:
        """Take over the fields of one target; without any, nobody spoke of it."""
        filled = {name: value for name, value in values.items() if value is not None}
        pair = split_relation(target)
        if target == PROJECT:
            self.language = _text(filled.get("language")) or ""
        elif pair is not None:
            if filled:
                self.relations[pair] = RelationState(_text(filled.get("status")))
            else:
                self.relations.pop(pair, None)
        elif filled:
            self.concepts[ConceptId(target)] = ConceptState(
                name=_text(filled.get("name")),
                status=_text(filled.get("status")),
                status_name=_text(filled.get("status_name")),
                hidden=bool(filled.get("hidden")),
                note=_text(filled.get("note")) or "",
            )
        else:
            self.concepts.pop(ConceptId(target), None)


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


@dataclass(frozen=True)
class Changes:
    """Tell what a change to the project touched; windows refresh only that."""

    concepts: frozenset[ConceptId]
    relations: frozenset[Relation]
    text: str
    judgements: tuple[str, ...] = ()
    is_of_project: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.concepts and not self.relations and not self.is_of_project


def changes(targets: Iterable[str], text: str, judgements: Iterable[str] = ()) -> Changes:
    """Return the Changes that touch `targets`."""
    pairs: set[Relation] = set()
    concepts: set[ConceptId] = set()
    is_of_project = False
    for target in targets:
        pair = split_relation(target)
        if target == PROJECT:
            is_of_project = True
        elif pair is None:
            concepts.add(ConceptId(target))
        else:
            pairs.add(pair)
    return Changes(frozenset(concepts), frozenset(pairs), text, tuple(judgements), is_of_project)


def not_understood(count: int) -> str:
    """Return in words that so many entries were written by a newer Insight, "" for none."""
    if not count:
        return ""
    which = f"{counted(count, 'judgement')} {agreeing(count, 'was', 'were')}"
    return (
        f"{which} made with a newer version of Insight: kept in the log and exported with it, "
        "but not applied here. Update Insight to see what they say."
    )


def dumps(value: Any) -> str:
    """Return JSON in one spelling only, so that equal values have equal text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
