"""What an export says, as plain values, whatever the format.

Owns the words of an export and the two rules that every format shares: how an unnamed concept is
called, and what a finished hierarchy leaves out. Knows neither the project nor a format. The id of
a concept is "<dictionary fingerprint>:<index>" or "own:<uuid>".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from insight_app.concepts.relations import PUBLISHED_THRESHOLD
from insight_app.plain_text import shortened, visible
from insight_app.project.judgements import ConceptId

DEFAULT_LANGUAGE = "en"
"""Of what persons wrote, until one says another."""
_NOT_HELD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_HALF = re.compile("[\ud800-\udfff]")
Who = Literal["person", "machine", "nobody"]


@dataclass(frozen=True)
class ExportedName:
    """Hold a name that the machine proposed.

    score: in the unit of the rule that found it (`Provenance.names_unit`); probability: that it is
    right; None if not known.  reading, definition: of the term, "" if not known.
    """

    name: str
    reading: str
    score: float | None
    definition: str = ""
    probability: float | None = None


@dataclass(frozen=True)
class ExportedPlace:
    """Tell where a concept fires: the strongest cell of an image.

    image: its file.  cell: row * columns + column of the image's grid.  box: x, y, width, height in
    pixels of the upright image.
    """

    image: str
    cell: int
    box: tuple[float, float, float, float]
    strength: float


@dataclass(frozen=True)
class Concept:
    """Describe a concept as shown; `name` is the current one ("" = unnamed), `number` its row.

    name_probability: that `machine_name` is right; None if not known.  is_doubtful: the current
    name is the machine's, and probably wrong.  name_from: what `machine_name` rests on, in words.
    name_before: what it was before the last naming, "" if that changed nothing.  clarity: how much
    its strongest images have in common, has_nothing_in_common: no more than chance.  places: the
    strongest ones, one an image, as far as they were asked for.
    """

    id: ConceptId
    number: int
    name: str
    named_by: Who
    machine_name: str
    candidates: tuple[ExportedName, ...]
    status: str
    status_name: str
    hidden: bool
    note: str
    level: int | None
    images: int
    cells: int
    total: float
    maximum: float
    mean: float
    name_probability: float | None = None
    is_doubtful: bool = False
    name_from: str = ""
    name_before: str = ""
    clarity: float | None = None
    has_nothing_in_common: bool = False
    places: tuple[ExportedPlace, ...] = ()

    @property
    def label(self) -> str:
        """What to call it: its name, or "concept 412"."""
        return self.name or f"concept {self.number}"

    @property
    def definition(self) -> str:
        """The definition of the current name where the vocabulary has one, else ""."""
        found = (one.definition for one in self.candidates if one.name == self.name)
        return next(found, "")

    @property
    def other_names(self) -> tuple[str, ...]:
        """Candidates kept beside the current name; a name that a person rejected is not."""
        left_out = {self.label}
        if self.status == "rejected":
            left_out.add(self.status_name)
        kept = dict.fromkeys((self.machine_name, *(one.name for one in self.candidates)))
        return tuple(name for name in kept if name and name not in left_out)


@dataclass(frozen=True)
class Relation:
    """Describe a relation child -> parent.

    strength: share R of the child's activation that falls where the parent is active; back: the
    reverse; asymmetry: strength - back; None where only a person says so.  low, high: interval of
    the strength, 95 %, over images; silent: share of the child's cells where the parent is not
    active; absorption: share of them where it is silent by less than 10 % of its threshold, with an
    interval; above: the share that the strength had to exceed; None where not known.  implied:
    other relations lead to the same parent.  source: "data", "dictionary" or "person".  status:
    "unreviewed", "accepted", "unsure", "rejected", "added" or "removed".
    """

    child: ConceptId
    parent: ConceptId
    strength: float | None
    back: float | None
    cells: int
    images: int
    source: str
    status: str
    decided_by: Who
    above: float | None = None
    implied: bool = False
    asymmetry: float | None = None
    silent: float | None = None
    low: float | None = None
    high: float | None = None
    absorption: float | None = None
    absorption_low: float | None = None
    absorption_high: float | None = None

    @property
    def is_rejected(self) -> bool:
        return self.status in ("rejected", "removed")


@dataclass(frozen=True)
class Provenance:
    """Tell which program, encoder, dictionary and run the machine's part comes from."""

    project: str
    insight_version: str
    encoder: str
    encoder_fingerprint: str
    dictionary: str
    dictionary_fingerprint: str
    run_state: str
    images: int
    coded_images: int
    cells: int
    language: str = DEFAULT_LANGUAGE
    """In which persons name and note."""
    relations_above: float | None = None
    """The share R above which relations counted in these images are; None if there are none, or it
    is not known."""
    dictionary_relations_above: float | None = None
    """The same of those that the dictionary brought along."""
    relations_above_published: float = PUBLISHED_THRESHOLD
    """What the published method takes for it."""
    names_rule: str = ""
    """By which rule the machine named concepts; "" if not known."""
    names_unit: str = ""
    """What the scores of candidate names are."""
    names_photos: int = 0
    """How many of the project's photos the machine's names rest on."""
    clarity_bound: float | None = None
    """Under which a concept's images have no more in common than chance; None if not known."""


@dataclass(frozen=True)
class Omission:
    """Tell what a format leaves out or changes, in words, and the names it concerns."""

    what: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        shown = ", ".join(shortened(visible(name), LETTERS) for name in self.names[:SHOWN])
        more = f" and {len(self.names) - SHOWN:,} more" if len(self.names) > SHOWN else ""
        return f"{self.what} ({len(self.names):,}): {shown}{more}"


SHOWN, LETTERS = 10, 60
"""Names that are told of what is left out, and letters of each."""


@dataclass(frozen=True)
class Content:
    """Hold all that an export can say; concepts by number, relations by (child, parent).

    circular: relations that are in no hierarchy, as stronger ones lead back.
    """

    provenance: Provenance
    concepts: tuple[Concept, ...]
    relations: tuple[Relation, ...]
    judgements: tuple[Mapping[str, Any], ...]
    circular: tuple[Relation, ...] = field(default=(), compare=False)

    @property
    def judgements_not_understood(self) -> int:
        """How many judgements a newer Insight wrote: exported, but applied to nothing here."""
        return sum(not entry.get("is_understood", True) for entry in self.judgements)


def clean(text: str) -> str:
    """Return text that every format can hold: of control characters tab and newline, no others.

    What is none of Unicode's characters becomes a blank too; half a character, a sign for it.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _HALF.sub("\ufffd", _NOT_HELD.sub(" ", plain))


def short(value: float) -> float:
    """Round to seven significant digits: what float32 knows, the same text on every machine."""
    return float(f"{value:.7g}")


def hierarchy(content: Content) -> tuple[list[Concept], list[Relation]]:
    """Return what a finished hierarchy holds: no hidden concepts, no rejected or implied relations.

    The relations in force have no cycles: a content has those of `judgements.hierarchy`, which the
    window shows too.
    """
    concepts, relations = _shown(content)
    return concepts, [relation for relation in relations if not relation.implied]


def implied(content: Content) -> list[Relation]:
    """Return the relations between shown concepts that those of the hierarchy lead to as well."""
    return [relation for relation in _shown(content)[1] if relation.implied]


def _shown(content: Content) -> tuple[list[Concept], list[Relation]]:
    concepts = [concept for concept in content.concepts if not concept.hidden]
    shown = {concept.id for concept in concepts}
    relations = [
        relation
        for relation in content.relations
        if not relation.is_rejected and relation.child in shown and relation.parent in shown
    ]
    return concepts, relations


def left_out_of_hierarchy(content: Content) -> tuple[Omission, ...]:
    """Return what `hierarchy` leaves out, as far as there is some."""
    labels = {concept.id: concept.label for concept in content.concepts}
    hidden = {concept.id for concept in content.concepts if concept.hidden}

    def names(relations: Iterable[Relation]) -> tuple[str, ...]:
        ends = ((labels.get(one.child, one.child), labels.get(one.parent, one.parent))
                for one in relations)  # fmt: skip
        return tuple(f"{child} under {parent}" for child, parent in ends)

    rejected = [one for one in content.relations if one.is_rejected]
    loose = [
        one
        for one in content.relations
        if not one.is_rejected and not hidden.isdisjoint((one.child, one.parent))
    ]
    found = (
        Omission(
            "Hidden concepts are left out", tuple(labels[id] for id in labels if id in hidden)
        ),
        Omission("Relations that a person rejected are left out", names(rejected)),
        Omission("Relations of hidden concepts are left out", names(loose)),
        Omission("Relations that would go in a circle are left out", names(content.circular)),
    )
    return tuple(one for one in found if one.names)
