"""What a finished hierarchy holds of a content, and what formats leave out, in words.

The rule that all formats share which write one: SKOS, GraphML. Knows no format.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from insight_app.exchange.content import Concept, Content, Relation
from insight_app.plain_text import shortened, visible


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


def hierarchy(content: Content) -> tuple[list[Concept], list[Relation]]:
    """Return what a finished hierarchy holds: no hidden and no merged concepts, no rejected or
    implied relations, none that only says "related".

    The relations in force have no cycles: a content has those of `judgements.hierarchy`, which the
    window shows too.
    """
    concepts, relations = _shown(content)
    return concepts, [one for one in relations if not (one.implied or one.is_related)]


def implied(content: Content) -> list[Relation]:
    """Return the relations between shown concepts that those of the hierarchy lead to as well."""
    return [one for one in _shown(content)[1] if one.implied and not one.is_related]


def related(content: Content) -> list[Relation]:
    """Return the relations between shown concepts that only say that they have to do."""
    return [one for one in _shown(content)[1] if one.is_related]


def above_each_other(content: Content) -> list[Relation]:
    """Return those of `related` whose ends are above each other in the hierarchy."""
    loose = related(content)
    if not loose:
        return []
    parents: dict[str, list[str]] = {}
    for one in hierarchy(content)[1]:
        parents.setdefault(one.child, []).append(one.parent)

    def is_above(low: str, high: str) -> bool:
        seen, todo = {low}, [low]
        while todo:
            above = set(parents.get(todo.pop(), ())) - seen
            seen |= above
            todo += above
        return high in seen

    return [
        one for one in loose if is_above(one.child, one.parent) or is_above(one.parent, one.child)
    ]


def _shown(content: Content) -> tuple[list[Concept], list[Relation]]:
    concepts = [concept for concept in content.concepts if concept.is_listed]
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
    merged = tuple(one.label for one in content.concepts if one.merged_into and not one.hidden)

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
        Omission("Merged concepts stand under the one that stays", merged),
        Omission("Relations that a person rejected are left out", names(rejected)),
        Omission("Relations of hidden concepts are left out", names(loose)),
        Omission("Relations that would go in a circle are left out", names(content.circular)),
    )
    return tuple(one for one in found if one.names)


def left_out_of_photos(content: Content) -> tuple[Omission, ...]:
    """Return what is said of photos, for formats that hold concepts alone."""
    marked = tuple(one.label for one in content.concepts if one.marks)
    tags = tuple(dict.fromkeys(tag.text for tag in content.tags))
    sets = tuple(dict.fromkeys(label.label_set for label in content.labels))
    found = (
        Omission("Marks on examples are left out", marked),
        Omission("Tags on photos are left out", tags),
        Omission("Labels of photos are left out, of all sets", sets),
    )
    return tuple(one for one in found if one.names)
