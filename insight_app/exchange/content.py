"""What an export says, as plain values, whatever the format.

Owns the words of an export, and how an unnamed concept is called. Knows neither the project nor a
format. The id of a concept is "<dictionary fingerprint>:<index>" or "own:<uuid>".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from insight_app.concepts.relations import PUBLISHED_THRESHOLD
from insight_app.project.judgements import ConceptId, is_own
from insight_app.project.judgements.acts import RELATED

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
class SaidBy:
    """Name who said something, and when (ISO 8601)."""

    person: str
    utc: str


Said = Mapping[str, SaidBy]
"""Who said what stands, by the name of the field."""


@dataclass(frozen=True)
class ExportedAlias:
    """Hold another name that a person gave; language: a tag such as "de", "" if nobody said."""

    text: str
    language: str
    said_by: SaidBy | None = None


@dataclass(frozen=True)
class ExportedMark:
    """Tell that a cell is an example of a concept, or is none.

    content: hash of the photo's content.  image: its file, "" where the project does not have it
    now; box is then None, else as in `ExportedPlace`.
    """

    content: str
    image: str
    cell: int
    box: tuple[float, float, float, float] | None
    is_example: bool
    said_by: SaidBy | None = None


@dataclass(frozen=True)
class ExportedTag:
    """Hold a word that a person put on a photo; content, image: as of `ExportedMark`."""

    content: str
    image: str
    text: str
    said_by: SaidBy | None = None


@dataclass(frozen=True)
class ExportedLabel:
    """Hold what a person said that a photo shows, in a set of labels; content, image: as above."""

    label_set: str
    content: str
    image: str
    class_name: str
    said_by: SaidBy | None = None


@dataclass(frozen=True)
class Concept:
    """Describe a concept as shown; `name` is the current one ("" = unnamed), `number` its row.

    name_probability: that `machine_name` is right; None if not known.  is_doubtful: the current
    name is the machine's, and probably wrong.  name_from: what `machine_name` rests on, in words.
    name_before: what it was before the last naming, "" if that changed nothing.  clarity: how much
    its strongest images have in common, has_nothing_in_common: no more than chance.  places: the
    strongest ones, one an image, as far as they were asked for.
    aliases, definition, marks: what persons said.  merged_into: what stands for it, "" if itself.
    members: what it stands for.  parts, wholes: what it is split into, and is a part of.  made_of:
    the dictionary's concepts in it, where it is not simply one of these; the numbers are then
    counted, or is_counted is False and only images and maximum may be known.  kept_apart: what only
    looks alike.  said: who said so.
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
    aliases: tuple[ExportedAlias, ...] = ()
    definition: str = ""
    merged_into: str = ""
    members: tuple[ConceptId, ...] = ()
    parts: tuple[ConceptId, ...] = ()
    wholes: tuple[ConceptId, ...] = ()
    made_of: tuple[ConceptId, ...] = ()
    is_counted: bool = True
    kept_apart: tuple[ConceptId, ...] = ()
    marks: tuple[ExportedMark, ...] = ()
    said: Said = field(default_factory=dict)

    @property
    def is_own(self) -> bool:
        """Whether a person made it: it has no number then, as that would not last."""
        return is_own(self.id)

    @property
    def label(self) -> str:
        """What to call it: its name, or "concept 412"."""
        return self.name or f"concept {self.number}"

    @property
    def meaning(self) -> str:
        """A person's definition, else that of the current name where the vocabulary has one."""
        found = (one.definition for one in self.candidates if one.name == self.name)
        return self.definition or next(found, "")

    @property
    def is_listed(self) -> bool:
        """Whether lists have it: it is not hidden, and stands for itself."""
        return not (self.hidden or self.merged_into)

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
    "unreviewed", "accepted", "unsure", "rejected", "added" or "removed".  kind: "is-a", "part-of",
    "related" (in no hierarchy), "" if nobody said.  measured_child, measured_parent: whose cells
    the numbers are of, where it is not all that child and parent stand for but one concept of each.
    Of what was merged and counted there is no interval, no silent share and no absorption, and of
    two merges no cells and images: None.
    said: who said so.
    """

    child: ConceptId
    parent: ConceptId
    strength: float | None
    back: float | None
    cells: int | None
    images: int | None
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
    kind: str = ""
    measured_child: str = ""
    measured_parent: str = ""
    said: Said = field(default_factory=dict)

    @property
    def is_rejected(self) -> bool:
        return self.status in ("rejected", "removed")

    @property
    def is_related(self) -> bool:
        """Whether it only says that two have to do with each other."""
        return self.kind == RELATED


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
class Content:
    """Hold all that an export can say; concepts by number, relations by (child, parent).

    circular: relations that are in no hierarchy, as stronger ones lead back.  tags: by image.
    """

    provenance: Provenance
    concepts: tuple[Concept, ...]
    relations: tuple[Relation, ...]
    judgements: tuple[Mapping[str, Any], ...]
    circular: tuple[Relation, ...] = field(default=(), compare=False)
    tags: tuple[ExportedTag, ...] = ()
    labels: tuple[ExportedLabel, ...] = ()

    @property
    def judgements_not_understood(self) -> int:
        """How many judgements a newer Insight wrote: exported, but applied to nothing here."""
        return sum(not entry.get("is_understood", True) for entry in self.judgements)


def spelled(alias: ExportedAlias) -> str:
    """Return an alias as one text: Hund@de."""
    return f"{alias.text}@{alias.language}" if alias.language else alias.text


def person_of(said: Said, field: str) -> str:
    """Return the name of the person who said what stands of a field, "" for nobody."""
    return said[field].person if field in said else ""


def clean(text: str) -> str:
    """Return text that every format can hold: of control characters tab and newline, no others.

    What is none of Unicode's characters becomes a blank too; half a character, a sign for it.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return _HALF.sub("\ufffd", _NOT_HELD.sub(" ", plain))


def short(value: float) -> float:
    """Round to seven significant digits: what float32 knows, the same text on every machine."""
    return float(f"{value:.7g}")
