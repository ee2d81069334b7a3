"""What each person last said by oneself, whatever others said since, and how much each said.

The state keeps the newest word on everything; to tell how far people agree each one's own is
needed. Pure; reads entries of the log in their order.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from insight_app.project.judgements.log.kinds import REDO, UNDO
from insight_app.project.judgements.state import Judgement
from insight_app.project.judgements.targets import About, parse

NAMES, RELATIONS, EXAMPLES, LABELS = "names", "relations", "examples", "labels"
"""What people can agree on: a concept's name, a relation, an example, a photo's label."""
_NO, _YES = "no", "yes"
_OF_RELATION = {
    "accepted": _YES,
    "added": _YES,
    "rejected": _NO,
    "removed": _NO,
    "unsure": "unsure",
}


@dataclass
class Told:
    """State how much a person said: acts that stand by kind, when first and last, under which name.

    said: of acts that were not taken back; a label or tag counts once for each photo.
    """

    name: str
    said: Counter[str]
    first: datetime
    last: datetime


@dataclass
class Opinions:
    """Hold what people said: people by uuid; words: subject -> thing -> person -> category."""

    people: dict[str, Told] = field(default_factory=dict)
    words: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)


def opinions(entries: Iterable[Judgement]) -> Opinions:
    """Return what each person last said and did not take back."""
    found = Opinions()
    acts: dict[str, Judgement] = {}
    standing: dict[tuple[str, str], dict[str, Judgement]] = {}
    for entry in entries:
        person = entry.person.uuid
        told = found.people.setdefault(
            person, Told(entry.person.name, Counter(), entry.utc, entry.utc)
        )
        told.name, told.first = entry.person.name, min(told.first, entry.utc)
        told.last = max(told.last, entry.utc)
        if not entry.is_understood:
            told.said["not understood"] += 1
            continue
        act = _act_of(entry, acts)
        if act is None:
            continue
        acts[entry.uuid] = act
        own = standing.setdefault((person, act.target), {})
        own.pop(act.uuid, None)
        told.said[act.kind] += -1 if entry.kind == UNDO else 1
        if entry.kind != UNDO:
            own[act.uuid] = act
    for (person, _target), own in standing.items():
        _speak(found.words, person, list(own.values()))
    return found


def _act_of(entry: Judgement, acts: Mapping[str, Judgement]) -> Judgement | None:
    """Return the act that an entry states, takes back or does again, None if that was lost."""
    return acts.get(entry.undoes or "") if entry.kind in (UNDO, REDO) else entry


def _speak(words: dict[str, dict[str, dict[str, str]]], person: str, acts: list[Judgement]) -> None:
    """Add what a person's standing acts on one target come to."""
    for act in acts:
        if (said := _word(act)) is None:
            continue
        subject, thing, word = said
        of_thing = words.setdefault(subject, {}).setdefault(thing, {})
        if word:
            of_thing[person] = word
        else:
            of_thing.pop(person, None)


def _word(act: Judgement) -> tuple[str, str, str] | None:
    """Return the subject, the thing and the category, '' where the act takes it back."""
    about = parse(act.target)
    if about is None:
        return None
    if about.about is About.CONCEPT and act.after.get("status"):
        return NAMES, f"{act.target} {act.after.get('status_name')}", str(act.after["status"])
    if about.about is About.RELATION and "status" in act.after:
        return RELATIONS, act.target, _OF_RELATION.get(str(act.after["status"]), "")
    if about.about is About.MARK:
        is_example = act.after.get("is_example")
        return EXAMPLES, act.target, "" if is_example is None else (_YES if is_example else _NO)
    if about.about is About.LABEL:
        return LABELS, act.target, str(act.after.get("class") or "")
    return None
