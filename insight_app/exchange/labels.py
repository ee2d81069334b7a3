"""What concepts are called where labels must be unique and have a language (SKOS).

A machine's word is English, a person's is in the project's language. Where several concepts have
one name in a language, each gets what the window tells them apart by; so does a concept
without a name, or with one that a person rejected. Knows no format.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from insight_app.exchange.content import Concept
from insight_app.project.judgements import ConceptId, reference

MACHINE_LANGUAGE = "en"
"""Of the vocabulary that machine names are chosen from."""


class Label(NamedTuple):
    """A name in a language."""

    text: str
    language: str


@dataclass(frozen=True)
class Labels:
    """preferred: unique among all.  others: what else it is called, none of it the preferred one.

    is_numbered: other concepts have the name too.
    """

    preferred: Label
    others: tuple[Label, ...]
    is_numbered: bool


def labels_of(concepts: Iterable[Concept], language: str) -> Mapping[ConceptId, Labels]:
    """Return the labels of concepts; language: that of the names that persons gave."""
    listed = list(concepts)
    plain = {concept.id: _plain(concept, language) for concept in listed}
    unique = _told_apart(plain)
    return {one.id: _labels(one, plain[one.id], unique[one.id], language) for one in listed}


def one_line(text: str) -> str:
    """Return a name without line ends and stray blanks."""
    return " ".join(text.split())


def has_rejected_name(concept: Concept) -> bool:
    """Return whether a person said that the name in force is wrong."""
    return bool(concept.name) and (concept.status, concept.status_name) == (
        "rejected",
        concept.name,
    )


def _plain(concept: Concept, language: str) -> Label:
    """Return the name of a concept that others may have as well."""
    name = one_line(concept.name)
    if not name or has_rejected_name(concept):
        return Label(f"concept {concept.number}", MACHINE_LANGUAGE)
    words = {concept.machine_name, *(one.name for one in concept.candidates)}
    return Label(name, MACHINE_LANGUAGE if concept.name in words else language)


def _told_apart(names: Mapping[ConceptId, Label]) -> dict[ConceptId, Label]:
    """Return labels of which no two are equal in a language, in small letters either.

    Two that got their numbers differ by these, so that every round numbers one more: it ends.
    """
    found = dict(names)
    while True:
        counts = Counter((one.text.casefold(), one.language) for one in found.values())
        same = [id for id, one in found.items() if counts[one.text.casefold(), one.language] > 1]
        if not same:
            return found
        for id in same:
            found[id] = found[id]._replace(text=f"{found[id].text} {reference(id)}")


def _labels(concept: Concept, plain: Label, preferred: Label, language: str) -> Labels:
    aliases = (Label(one_line(one.text), one.language or language) for one in concept.aliases)
    words = (Label(one_line(name), MACHINE_LANGUAGE) for name in concept.other_names)
    rejected = concept.status_name if concept.status == "rejected" else ""
    others = dict.fromkeys(
        one
        for one in (plain, *aliases, *words)
        if one.text and one != preferred and one.text != one_line(rejected)
    )
    return Labels(preferred, tuple(others), preferred != plain)
