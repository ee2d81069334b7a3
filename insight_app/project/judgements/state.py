"""The current state of a project's curation, as plain values: what stands after all judgements.

Knows nothing of files. The values are frozen; a state's dicts and sets are changed entry by entry
by the writer, so a reader on another thread copies one (`dict(state.concepts)`) before walking it.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TypeVar

from insight_app.concepts.composition import Mark
from insight_app.figures import agreeing, counted
from insight_app.project.judgements import payloads
from insight_app.project.judgements.acts import Value
from insight_app.project.judgements.auditing import CLOSED, OPEN
from insight_app.project.judgements.payloads import Intervention, SignedReport, View
from insight_app.project.judgements.targets import (
    About,
    Alias,
    ConceptId,
    Pair,
    Relation,
    parse,
)

K = TypeVar("K")
T = TypeVar("T")


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
    definition: str = ""


@dataclass(frozen=True)
class RelationState:
    """State what people said of a relation.

    status: accepted | unsure | rejected | added | removed | None.  kind: is-a | part-of | related |
    None.
    """

    status: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class PinnedFinding:
    """State what people said of a finding. status: open | closed | removed, None if only a part
    of it was taken over.  resolution: what settled it.
    """

    view: View
    comment: str = ""
    is_critical: bool = False
    status: str | None = None
    resolution: str = ""

    @property
    def is_there(self) -> bool:
        return self.status in (OPEN, CLOSED)

    @property
    def bars_signing(self) -> bool:
        """Whether no report can be signed while it stands so."""
        return self.is_critical and self.status == OPEN


@dataclass(frozen=True)
class ModelEdit:
    """State what people said of an edit of the model; intervention: None if that is not there."""

    name: str
    intervention: Intervention | None
    note: str = ""
    is_kept: bool = False


@dataclass(frozen=True)
class Signature:
    """State what a person said of a report; report: None if that is not there."""

    is_signed: bool
    report: SignedReport | None
    statement: str = ""


@dataclass
class CurationState:
    """Hold everything that people said, by target; a target nobody spoke of is missing.

    aliases: those that stand.  members: holder -> concepts merged into it; holders: the same the
    other way round.  parts: whole -> concepts it was split into; wholes: the other way round.
    marks: concept -> mark -> whether it is an example.  apart: pairs to be kept apart.  tags: hash
    of a photo's content -> words.  labels: name of a set -> hash of a photo's content -> class; the
    inner dicts are changed in place.  findings, edits: by uuid, with those that were taken off
    their list.  signatures: (SHA-256 of a report's file, uuid of a person) -> what this one said of
    it.  language: in which persons name and note, "" if nobody said.
    """

    concepts: dict[ConceptId, ConceptState] = field(default_factory=dict)
    relations: dict[Relation, RelationState] = field(default_factory=dict)
    aliases: dict[ConceptId, frozenset[Alias]] = field(default_factory=dict)
    members: dict[ConceptId, frozenset[ConceptId]] = field(default_factory=dict)
    holders: dict[ConceptId, frozenset[ConceptId]] = field(default_factory=dict)
    parts: dict[ConceptId, frozenset[ConceptId]] = field(default_factory=dict)
    wholes: dict[ConceptId, frozenset[ConceptId]] = field(default_factory=dict)
    marks: dict[ConceptId, Mapping[Mark, bool]] = field(default_factory=dict)
    apart: set[Pair] = field(default_factory=set)
    tags: dict[str, frozenset[str]] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    findings: dict[str, PinnedFinding] = field(default_factory=dict)
    edits: dict[str, ModelEdit] = field(default_factory=dict)
    signatures: dict[tuple[str, str], Signature] = field(default_factory=dict)
    language: str = ""

    def copy(self) -> "CurationState":
        """Return a state of its own that says the same."""
        held = {one.name: copy(getattr(self, one.name)) for one in fields(self)}
        held["labels"] = {name: dict(labels) for name, labels in self.labels.items()}
        return CurationState(**held)

    def set(self, target: str, values: Mapping[str, Value]) -> None:
        """Take over the fields of one target; without any, nobody spoke of it."""
        found = parse(target)
        if found is None:
            return
        filled = {name: value for name, value in values.items() if value is not None}
        if found.about is About.PROJECT:
            self.language = _text(filled.get("language")) or ""
        elif found.about is About.CONCEPT:
            self._set_concept(found.concepts[0], filled)
        elif found.about is About.RELATION:
            child, parent = found.concepts
            status, kind = _text(filled.get("status")), _text(filled.get("kind"))
            if filled:
                self.relations[child, parent] = RelationState(status, kind)
            else:
                self.relations.pop((child, parent), None)
        elif found.about is About.MEMBER:
            holder, member = found.concepts
            is_merged, is_part = filled.get("merged") is True, filled.get("split") is True
            _include(self.members, holder, member, is_merged)
            _include(self.holders, member, holder, is_merged)
            _include(self.parts, member, holder, is_part)
            _include(self.wholes, holder, member, is_part)
        elif found.about is About.ALIAS and found.alias is not None:
            _include(self.aliases, found.concepts[0], found.alias, filled.get("listed") is True)
        elif found.about is About.MARK and found.mark is not None:
            self._set_mark(found.concepts[0], found.mark, filled.get("is_example"))
        elif found.about is About.PAIR:
            a, b = found.concepts
            (self.apart.add if filled.get("apart") is True else self.apart.discard)((a, b))
        elif found.about is About.TAG:
            _include(self.tags, found.image, found.tag, filled.get("listed") is True)
        elif found.about is About.LABEL:
            self._set_label(found.label_set, found.image, _text(filled.get("class")))
        elif found.about is About.FINDING:
            _put(self.findings, found.key, _finding(filled) if filled else None)
        elif found.about is About.EDIT:
            _put(self.edits, found.key, _edit(filled) if filled else None)
        elif found.about is About.SIGNATURE:
            signature = _signature(filled) if filled else None
            _put(self.signatures, (found.key, found.person), signature)

    def _set_concept(self, concept: ConceptId, filled: Mapping[str, Value]) -> None:
        if not filled:
            self.concepts.pop(concept, None)
            return
        self.concepts[concept] = ConceptState(
            name=_text(filled.get("name")),
            status=_text(filled.get("status")),
            status_name=_text(filled.get("status_name")),
            hidden=bool(filled.get("hidden")),
            note=_text(filled.get("note")) or "",
            definition=_text(filled.get("definition")) or "",
        )

    def _set_mark(self, concept: ConceptId, mark: Mark, is_example: Value) -> None:
        marks = dict(self.marks.get(concept, {}))
        if isinstance(is_example, bool):
            marks[mark] = is_example
        else:
            marks.pop(mark, None)
        if marks:
            self.marks[concept] = marks
        else:
            self.marks.pop(concept, None)

    def _set_label(self, label_set: str, image: str, class_name: str | None) -> None:
        # Not a copy for each photo: a set may hold a label for each of a hundred thousand.
        labels = self.labels.setdefault(label_set, {})
        if class_name is not None:
            labels[image] = class_name
        else:
            labels.pop(image, None)
        if not labels:
            del self.labels[label_set]


def _finding(filled: Mapping[str, Value]) -> PinnedFinding:
    view = _text(filled.get("view"))
    return PinnedFinding(
        View() if view is None else payloads.read_view(view),
        _text(filled.get("comment")) or "",
        filled.get("critical") is True,
        _text(filled.get("status")),
        _text(filled.get("resolution")) or "",
    )


def _edit(filled: Mapping[str, Value]) -> ModelEdit:
    intervention = _text(filled.get("intervention"))
    return ModelEdit(
        _text(filled.get("name")) or "",
        None if intervention is None else payloads.read_intervention(intervention),
        _text(filled.get("note")) or "",
        filled.get("kept") is True,
    )


def _signature(filled: Mapping[str, Value]) -> Signature:
    report = _text(filled.get("report"))
    return Signature(
        filled.get("signed") is True,
        None if report is None else payloads.read_signed(report),
        _text(filled.get("statement")) or "",
    )


def _put(found: dict[K, T], key: K, value: T | None) -> None:
    if value is None:
        found.pop(key, None)
    else:
        found[key] = value


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _include(sets: dict[K, frozenset[T]], key: K, element: T, is_in: bool) -> None:
    """Put an element into a set, or take it out; there are no empty sets."""
    now = sets.get(key, frozenset())
    now = now | {element} if is_in else now - {element}
    if now:
        sets[key] = now
    else:
        sets.pop(key, None)


def not_understood(count: int) -> str:
    """Return in words that so many entries were written by a newer Insight, "" for none."""
    if not count:
        return ""
    which = f"{counted(count, 'judgement')} {agreeing(count, 'was', 'were')}"
    return (
        f"{which} made with a newer version of Insight: kept in the log and exported with it, "
        "but not applied here. Update Insight to see what they say."
    )
