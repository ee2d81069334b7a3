"""What a change to a project touched, so that a window refreshes that and never guesses.

Compared are the states before and after; a concept is there as long as lists show it: it is not
hidden, stands in no other one by a merge, and, if it is a person's own, has a name.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from insight_app.project.judgements.state import CurationState
from insight_app.project.judgements.targets import (
    PROJECT,
    About,
    ConceptId,
    Relation,
    Target,
    alias_target,
    edit_target,
    finding_target,
    is_own,
    label_target,
    mark_target,
    member_target,
    pair_target,
    parse,
    relation,
    signature_target,
    tag_target,
)

_STRUCTURE = frozenset({About.RELATION, About.MEMBER})
_OF_IMAGES = frozenset({About.TAG, About.LABEL})


@dataclass(frozen=True)
class Changes:
    """Tell what a change to the project touched.

    added, removed: concepts that are there now, or no more.  changed: others of which something is
    said now.  structure: whether hierarchy, merges or parts may be others.  came_from: what stands
    for others now -> these: a merged concept -> its new members, a part -> what it is a part of.
    images: hashes of the photos whose tags or labels changed.  label_sets: names of the sets of
    labels that changed.  findings, edits: uuids.  signatures: SHA-256 of the reports.  judgements:
    uuids of the entries.
    """

    added: frozenset[ConceptId] = frozenset()
    removed: frozenset[ConceptId] = frozenset()
    changed: frozenset[ConceptId] = frozenset()
    relations: frozenset[Relation] = frozenset()
    structure: bool = False
    came_from: Mapping[ConceptId, tuple[ConceptId, ...]] = field(default_factory=dict)
    images: frozenset[str] = frozenset()
    label_sets: frozenset[str] = frozenset()
    findings: frozenset[str] = frozenset()
    edits: frozenset[str] = frozenset()
    signatures: frozenset[str] = frozenset()
    text: str = ""
    judgements: tuple[str, ...] = ()
    is_of_project: bool = False

    @property
    def concepts(self) -> frozenset[ConceptId]:
        """All concepts of which something else is said now, at ends of relations not."""
        return self.added | self.removed | self.changed

    @property
    def is_empty(self) -> bool:
        is_of_audit = bool(self.findings or self.edits or self.signatures)
        is_of_set = bool(self.images or self.is_of_project)
        return not (self.concepts or self.relations or is_of_audit or is_of_set)


@dataclass(frozen=True)
class Before:
    """Keep what of a state is needed to tell later what a change to some targets did."""

    targets: tuple[Target, ...]
    there: frozenset[ConceptId]
    came_from: Mapping[ConceptId, frozenset[ConceptId]]


def before(state: CurationState, targets: Iterable[str]) -> Before:
    """Look at a state before targets are changed in it."""
    found = [one for one in map(parse, dict.fromkeys(targets)) if one is not None]
    spoken_of = _concepts(found)
    return Before(tuple(found), _there(state, spoken_of), _came_from(state, spoken_of))


def changes(was: Before, now: CurationState, text: str, judgements: Iterable[str] = ()) -> Changes:
    """Return what changing the targets that `before` was asked of did."""
    concepts = frozenset(_concepts(was.targets))
    there, came_from = _there(now, concepts), _came_from(now, concepts)
    added, removed = there - was.there, was.there - there
    new = {
        concept: tuple(sorted(others - was.came_from.get(concept, frozenset())))
        for concept, others in came_from.items()
    }
    return Changes(
        added=added,
        removed=removed,
        changed=concepts - added - removed,
        relations=frozenset(
            (one.concepts[0], one.concepts[1]) for one in was.targets if one.about is About.RELATION
        ),
        structure=bool(added or removed) or any(one.about in _STRUCTURE for one in was.targets),
        came_from={concept: others for concept, others in new.items() if others},
        images=frozenset(one.image for one in was.targets if one.about in _OF_IMAGES),
        label_sets=frozenset(one.label_set for one in was.targets if one.about is About.LABEL),
        findings=_keys(was, About.FINDING),
        edits=_keys(was, About.EDIT),
        signatures=_keys(was, About.SIGNATURE),
        text=text,
        judgements=tuple(judgements),
        is_of_project=any(one.about is About.PROJECT for one in was.targets),
    )


def spoken_of(state: CurationState) -> Iterator[str]:
    """Yield every target that a state says something of."""
    yield PROJECT
    yield from state.concepts
    yield from (relation(*pair) for pair in state.relations)
    for concept, aliases in state.aliases.items():
        yield from (alias_target(concept, alias) for alias in aliases)
    for holder, members in state.members.items():
        yield from (member_target(holder, member) for member in members)
    for whole, parts in state.parts.items():
        yield from (member_target(part, whole) for part in parts)
    for concept, marks in state.marks.items():
        yield from (mark_target(concept, mark) for mark in marks)
    yield from (pair_target(a, b) for a, b in state.apart)
    for image, tags in state.tags.items():
        yield from (tag_target(image, tag) for tag in tags)
    for label_set, labels in state.labels.items():
        yield from (label_target(label_set, image) for image in labels)
    yield from map(finding_target, state.findings)
    yield from map(edit_target, state.edits)
    yield from (signature_target(*key) for key in state.signatures)


def _keys(was: Before, about: About) -> frozenset[str]:
    return frozenset(one.key for one in was.targets if one.about is about)


def _concepts(targets: Iterable[Target]) -> set[ConceptId]:
    """Return the concepts that targets speak of; ends of relations are in `relations`."""
    return {
        concept for one in targets if one.about is not About.RELATION for concept in one.concepts
    }


def _there(state: CurationState, concepts: Collection[ConceptId]) -> frozenset[ConceptId]:
    found = set()
    for concept in concepts:
        said = state.concepts.get(concept)
        is_named = not is_own(concept) or (said is not None and said.name is not None)
        is_hidden = said is not None and said.hidden
        if is_named and not is_hidden and concept not in state.holders:
            found.add(concept)
    return frozenset(found)


def _came_from(
    state: CurationState, concepts: Collection[ConceptId]
) -> dict[ConceptId, frozenset[ConceptId]]:
    nothing: frozenset[ConceptId] = frozenset()
    both = (
        (one, state.members.get(one, nothing) | state.wholes.get(one, nothing)) for one in concepts
    )
    return {concept: others for concept, others in both if others}
