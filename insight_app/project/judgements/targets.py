"""What a judgement can be about, and how each is spelled in the log.

    a concept               FINGERPRINT:INDEX of a dictionary, or own:UUID of a person's own
    a relation              CHILD > PARENT
    an alias                CONCEPT ~ TEXT @LANGUAGE     (the language may be missing)
    a member                HOLDER < MEMBER
    a mark on an example    CONCEPT # IMAGE:CELL         (IMAGE: hash of the photo's content)
    a pair to keep apart    A | B                        (in the order of their ids)
    a tag on an image       image:IMAGE + TEXT
    a label of an image     label:SET # IMAGE            (SET: name of the set of labels)
    a finding               finding:UUID
    an edit of the model    edit:UUID
    a signature             signature:SHA256 + PERSON    (of a report; uuid of who signs)
    the project             project

What is a set has an entry of its own here for each of its elements, so that two people who add to
it at the same time lose nothing. No concept can be called `label:`, `finding:`, `edit:` or
`signature:`; what begins so and is spelled in no way that is listed here is a later version's.
Knows nothing of files and of what is said.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, NewType
from uuid import uuid4

from insight_app.concepts.composition import Mark

ConceptId = NewType("ConceptId", str)
"""What a concept is called for good; made by machine_concept, own_concept and parse_concept."""
Relation = tuple[ConceptId, ConceptId]
"""(child, parent)."""
Pair = tuple[ConceptId, ConceptId]
"""Two concepts in the order of their ids."""

PROJECT = "project"
"""The target of what is said of the project as a whole."""
RESERVED = ("label", "finding", "edit", "signature")
"""Beginnings of targets that are about no concept; a later version may spell more of them."""
_SHORT = 8
_OWN, _IMAGE, _LABEL = "own:", "image:", "label:"
_FINDING, _EDIT, _SIGNATURE = "finding:", "edit:", "signature:"
_RESERVED = tuple(f"{word}:" for word in RESERVED)
_TAKEN = (_IMAGE, *_RESERVED)
_BELOW, _HOLDS, _ALSO, _AT, _APART, _TAG = " > ", " < ", " ~ ", " # ", " | ", " + "
_SEPARATOR = re.compile(r" [><~#|+] ")
_CONCEPT = re.compile(r"own:.+|.+:(0|[1-9][0-9]{0,8})", re.DOTALL)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HASH = re.compile(r"[0-9a-f]{8,128}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLACE = re.compile(r"([0-9a-f]{8,128}):(0|[1-9][0-9]{0,8})")


class Alias(NamedTuple):
    """Another name of a concept; language: a tag such as "de", "" if nobody said."""

    text: str
    language: str = ""


class About(Enum):
    """What the target of a judgement is."""

    CONCEPT = auto()
    RELATION = auto()
    ALIAS = auto()
    MEMBER = auto()
    MARK = auto()
    PAIR = auto()
    TAG = auto()
    LABEL = auto()
    FINDING = auto()
    EDIT = auto()
    SIGNATURE = auto()
    PROJECT = auto()
    RESERVED = auto()


@dataclass(frozen=True)
class Target:
    """State what a target is about.

    concepts: its one concept, or (child, parent), (holder, member), (a, b).  alias, mark: of that
    one concept.  image: hash of a photo's content.  tag: its text.  label_set: name of the set.
    key: uuid of a finding or an edit, SHA-256 of a signed report.  person: uuid of who signed it.
    """

    about: About
    concepts: tuple[ConceptId, ...] = ()
    alias: Alias | None = None
    mark: Mark | None = None
    image: str = ""
    tag: str = ""
    label_set: str = ""
    key: str = ""
    person: str = ""


def machine_concept(fingerprint: str, index: int) -> ConceptId:
    """Return the id of a dictionary's concept."""
    return ConceptId(f"{fingerprint}:{index}")


def own_concept() -> ConceptId:
    """Return a new id for a concept that a person makes."""
    return ConceptId(f"{_OWN}{uuid4()}")


def parse_concept(text: str) -> ConceptId | None:
    """Return the id that `text` spells, None if it spells none."""
    return None if _SEPARATOR.search(text) else _concept(text)


def is_own(concept: ConceptId) -> bool:
    """Return whether a person made the concept."""
    return concept.startswith(_OWN)


def reference(concept: ConceptId) -> str:
    """Return how a concept is told from others of its name, the same in every session.

    The number of a dictionary's concept; of a person's own, which has none, how its id begins.
    """
    dictionary, _colon, index = concept.rpartition(":")
    return f"#{index}" if dictionary != _OWN[:-1] else f"{_OWN}{index[:_SHORT]}"


def relation(child: ConceptId, parent: ConceptId) -> str:
    """Return the target of a judgement about child -> parent."""
    return f"{child}{_BELOW}{parent}"


def split_relation(target: str) -> Relation | None:
    """Return (child, parent) of a relation's target, None for another one."""
    found = parse(target)
    if found is None or found.about is not About.RELATION:
        return None
    child, parent = found.concepts
    return child, parent


def alias_target(concept: ConceptId, alias: Alias) -> str:
    """Return the target of a judgement about another name of a concept."""
    return f"{concept}{_ALSO}{alias.text} @{alias.language}"


def member_target(holder: ConceptId, member: ConceptId) -> str:
    """Return the target of a judgement about a concept that another one is made of."""
    return f"{holder}{_HOLDS}{member}"


def mark_target(concept: ConceptId, mark: Mark) -> str:
    """Return the target of a judgement about an example of a concept."""
    return f"{concept}{_AT}{mark.image}:{mark.cell}"


def pair(a: ConceptId, b: ConceptId) -> Pair:
    """Return two concepts in the order of their ids."""
    return (a, b) if a <= b else (b, a)


def pair_target(a: ConceptId, b: ConceptId) -> str:
    """Return the target of a judgement about two concepts that only look alike."""
    return _APART.join(pair(a, b))


def tag_target(image: str, tag: str) -> str:
    """Return the target of a judgement about a word on a photo (the hash of its content)."""
    return f"{_IMAGE}{image}{_TAG}{tag}"


def label_target(label_set: str, image: str) -> str:
    """Return the target of a judgement about what a photo shows, in one set of labels."""
    return f"{_LABEL}{label_set}{_AT}{image}"


def finding_target(finding: str) -> str:
    """Return the target of a judgement about a finding (its uuid)."""
    return f"{_FINDING}{finding}"


def edit_target(edit: str) -> str:
    """Return the target of a judgement about a kept edit of the model (its uuid)."""
    return f"{_EDIT}{edit}"


def signature_target(report: str, person: str) -> str:
    """Return the target of what a person (uuid) says of a report (SHA-256 of its file)."""
    return f"{_SIGNATURE}{report}{_TAG}{person}"


def signer_of(target: str) -> str:
    """Return the uuid of the person who alone can say this of a report, "" for other targets."""
    found = parse(target) if target.startswith(_SIGNATURE) else None
    return "" if found is None else found.person


def is_language(code: str) -> bool:
    """Return whether a text has the form of a language tag (BCP 47)."""
    return _LANGUAGE.fullmatch(code) is not None


def is_reserved(target: str) -> bool:
    """Return whether a target begins with a word that no concept can be called."""
    return target.startswith(_RESERVED)


def parse(target: str) -> Target | None:
    """Return what a target is about, None if it is spelled like none that is known."""
    if target == PROJECT:
        return Target(About.PROJECT)
    if is_reserved(target):
        return _of_label(target) or _of_audit(target)
    found = _SEPARATOR.search(target)
    if found is None:
        concept = _concept(target)
        return None if concept is None else Target(About.CONCEPT, (concept,))
    first, sign, rest = target[: found.start()], found.group(), target[found.end() :]
    if first.startswith(_IMAGE):
        image = first.removeprefix(_IMAGE)
        is_tag = sign == _TAG and _HASH.fullmatch(image) and _is_clean(rest)
        return Target(About.TAG, image=image, tag=rest) if is_tag else None
    concept = _concept(first)
    return None if concept is None else _of_concept(concept, sign, rest)


def concepts_of(targets: Iterable[str]) -> set[ConceptId]:
    """Return all concepts that targets are about, at whichever end."""
    found = (parse(target) for target in targets)
    return {concept for one in found if one is not None for concept in one.concepts}


def _of_audit(target: str) -> Target:
    if target.startswith(_FINDING) and _UUID.fullmatch(key := target.removeprefix(_FINDING)):
        return Target(About.FINDING, key=key)
    if target.startswith(_EDIT) and _UUID.fullmatch(key := target.removeprefix(_EDIT)):
        return Target(About.EDIT, key=key)
    report, _plus, person = target.removeprefix(_SIGNATURE).partition(_TAG)
    is_one = _SHA256.fullmatch(report) and _is_clean(person)
    if target.startswith(_SIGNATURE) and is_one:
        return Target(About.SIGNATURE, key=report, person=person)
    return Target(About.RESERVED)


def _of_concept(concept: ConceptId, sign: str, rest: str) -> Target | None:
    if sign == _ALSO:
        text, at, language = rest.rpartition(" @")
        if not at or not _is_clean(text) or not (language == "" or is_language(language)):
            return None
        return Target(About.ALIAS, (concept,), alias=Alias(text, language))
    if sign == _AT:
        place = _PLACE.fullmatch(rest)
        if place is None:
            return None
        return Target(About.MARK, (concept,), mark=Mark(place[1], int(place[2])))
    other = parse_concept(rest)
    if other is None:
        return None
    if sign == _BELOW:
        return Target(About.RELATION, (concept, other))
    if sign == _HOLDS:
        return Target(About.MEMBER, (concept, other)) if concept != other else None
    if sign == _APART:
        return Target(About.PAIR, (concept, other)) if concept < other else None
    return None


def _of_label(target: str) -> Target | None:
    """Return the label that a target is about; a set's name may hold any sign, a hash none."""
    if not target.startswith(_LABEL):
        return None
    label_set, _at, image = target.removeprefix(_LABEL).rpartition(_AT)
    is_one = _HASH.fullmatch(image) and _is_clean(label_set)
    return Target(About.LABEL, image=image, label_set=label_set) if is_one else None


def _concept(text: str) -> ConceptId | None:
    """Return the id that a text without a separator spells."""
    is_one = _CONCEPT.fullmatch(text) is not None and not text.startswith(_TAKEN)
    return ConceptId(text) if is_one else None


def _is_clean(text: str) -> bool:
    return bool(text) and text == " ".join(text.split()) and _CONTROL.search(text) is None
