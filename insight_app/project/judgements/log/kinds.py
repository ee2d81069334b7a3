"""The kinds of judgements: what each is about, what it sets, and which version its payload has.

The one table that tells what this version of Insight understands. A log may also hold kinds and
payload versions that are not in it: a newer version wrote them. They stay in the log and are not
applied (`reading`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from insight_app.project.judgements import payloads
from insight_app.project.judgements.acts import (
    ACCEPTED,
    ADDED,
    IS_A,
    PART_OF,
    REJECTED,
    RELATED,
    REMOVED,
    UNSURE,
    Value,
)
from insight_app.project.judgements.auditing import CLOSED, OPEN
from insight_app.project.judgements.auditing import REMOVED as TAKEN_OFF
from insight_app.project.judgements.targets import (
    About,
    Target,
    is_language,
    is_own,
    is_reserved,
    parse,
)

UNDO, REDO = "undo", "redo"
_LONGEST_SHOWN = 200


class Text(Enum):
    """Texts that a field takes, beside the values listed."""

    ANY = auto()
    FILLED = auto()
    LANGUAGE = auto()
    VIEW = auto()
    INTERVENTION = auto()
    REPORT = auto()


Allowed = tuple[Value | Text, ...]
"""The values that a field may be given."""


@dataclass(frozen=True)
class Kind:
    """Describe a kind: what it is about, the fields that it sets (all), its payload version.

    of_own: the target's first concept is a person's own.
    """

    about: About
    sets: Mapping[str, Allowed]
    version: int = 1
    of_own: bool = False


_READERS: Mapping[Text, Callable[[str], object]] = {
    Text.VIEW: payloads.read_view,
    Text.INTERVENTION: payloads.read_intervention,
    Text.REPORT: payloads.read_signed,
}
"""What reads the texts that state several things at once."""

_NAME: Mapping[str, Allowed] = {
    "name": (Text.FILLED,),
    "status": (ACCEPTED,),
    "status_name": (Text.FILLED,),
}
_NAME_OR_NONE = {field: (*allowed, None) for field, allowed in _NAME.items()}


def _of_name(status: str | None) -> Kind:
    return Kind(
        About.CONCEPT, {"status": (status,), "status_name": (Text.ANY if status else None,)}
    )


def _of_relation(status: str | None) -> Kind:
    return Kind(About.RELATION, {"status": (status,)})


KINDS: Mapping[str, Kind] = {
    "create": Kind(About.CONCEPT, _NAME, of_own=True),
    "rename": Kind(About.CONCEPT, _NAME_OR_NONE),
    "accept": Kind(About.CONCEPT, _NAME_OR_NONE),
    "unsure": _of_name(UNSURE),
    "reject": _of_name(REJECTED),
    "clear": _of_name(None),
    "hide": Kind(About.CONCEPT, {"hidden": (True,)}),
    "unhide": Kind(About.CONCEPT, {"hidden": (None,)}),
    "note": Kind(About.CONCEPT, {"note": (Text.FILLED, None)}),
    "add-parent": _of_relation(ADDED),
    "remove-parent": _of_relation(REMOVED),
    "accept-relation": _of_relation(ACCEPTED),
    "unsure-relation": _of_relation(UNSURE),
    "reject-relation": _of_relation(REJECTED),
    "clear-relation": _of_relation(None),
    "relation-kind": Kind(About.RELATION, {"kind": (IS_A, PART_OF, RELATED, None)}),
    "define": Kind(About.CONCEPT, {"definition": (Text.FILLED, None)}),
    "alias": Kind(About.ALIAS, {"listed": (True,)}),
    "remove-alias": Kind(About.ALIAS, {"listed": (False,)}),
    "merge": Kind(About.MEMBER, {"merged": (True,)}),
    "unmerge": Kind(About.MEMBER, {"merged": (False,)}),
    "split": Kind(About.MEMBER, {"split": (True,)}, of_own=True),
    "unsplit": Kind(About.MEMBER, {"split": (False,)}, of_own=True),
    "mark": Kind(About.MARK, {"is_example": (True, False, None)}),
    "keep-apart": Kind(About.PAIR, {"apart": (True,)}),
    "allow-together": Kind(About.PAIR, {"apart": (False,)}),
    "tag": Kind(About.TAG, {"listed": (True,)}),
    "untag": Kind(About.TAG, {"listed": (False,)}),
    "label": Kind(About.LABEL, {"class": (Text.FILLED,)}),
    "unlabel": Kind(About.LABEL, {"class": (None,)}),
    "pin": Kind(
        About.FINDING,
        {
            "view": (Text.VIEW,),
            "comment": (Text.FILLED, None),
            "critical": (True, None),
            "status": (OPEN,),
        },
    ),
    "comment-finding": Kind(About.FINDING, {"comment": (Text.FILLED, None)}),
    "critical-finding": Kind(About.FINDING, {"critical": (True, None)}),
    "close-finding": Kind(About.FINDING, {"status": (CLOSED,), "resolution": (Text.FILLED, None)}),
    "reopen-finding": Kind(About.FINDING, {"status": (OPEN,), "resolution": (None,)}),
    "remove-finding": Kind(About.FINDING, {"status": (TAKEN_OFF,)}),
    "keep-edit": Kind(
        About.EDIT,
        {
            "name": (Text.FILLED,),
            "intervention": (Text.INTERVENTION,),
            "note": (Text.FILLED, None),
            "kept": (True,),
        },
    ),
    "rename-edit": Kind(About.EDIT, {"name": (Text.FILLED,)}),
    "note-edit": Kind(About.EDIT, {"note": (Text.FILLED, None)}),
    "discard-edit": Kind(About.EDIT, {"kept": (False,)}),
    "sign": Kind(
        About.SIGNATURE,
        {"signed": (True,), "report": (Text.REPORT,), "statement": (Text.FILLED, None)},
    ),
    "withdraw-signature": Kind(About.SIGNATURE, {"signed": (False,)}),
    "language": Kind(About.PROJECT, {"language": (Text.LANGUAGE, None)}),
}
VERSIONS: Mapping[str, int] = {
    **{name: kind.version for name, kind in KINDS.items()},
    UNDO: 1,
    REDO: 1,
}
"""The newest payload version of every kind, undo and redo among them: these set the fields of the
judgement that they take back.
"""
VOCABULARY = " ".join(f"{name}:{version}" for name, version in sorted(VERSIONS.items()))
"""All that is understood, in one line; a projection made with another one is made anew."""


def is_known(kind: str, version: int) -> bool:
    """Return whether this version of Insight understands such a payload."""
    return version <= VERSIONS.get(kind, 0)


def is_understood(kind: str, version: int, target: str) -> bool:
    """Return whether this version of Insight understands such a payload on such a target.

    What begins with a reserved word may be spelled as a newer version spells it, and said of it
    may be what only that one says of it.
    """
    if not is_known(kind, version):
        return False
    if not is_reserved(target):
        return True
    about = _about(target)
    return about is not About.RESERVED and (kind in (UNDO, REDO) or KINDS[kind].about is about)


def _about(target: str) -> About | None:
    found = parse(target)
    return None if found is None else found.about


def fault(kind: str, target: str, after: Mapping[str, object]) -> str:
    """Return what is wrong with an act of a known kind that is no undo or redo, "" if nothing."""
    known = KINDS[kind]
    if not _fits_target(known, parse(target)):
        return f"the kind {kind!r} does not fit the target {target!r}"
    if set(after) != set(known.sets):
        wanted = ", ".join(sorted(known.sets))
        return f"the kind {kind!r} sets {wanted}, not {', '.join(sorted(after)) or 'nothing'}"
    for field, value in after.items():
        if not _fits(value, known.sets[field]):
            return f"the kind {kind!r} cannot set {field} to {_short(value)}"
    return ""


def value_fault(target: str, values: Mapping[str, object]) -> str:
    """Return what is wrong with values that some kinds may have left on a target, "" if nothing."""
    said = {field: value for field, value in values.items() if value is not None}
    found = parse(target) if said else None
    for field, value in said.items():
        kinds = _SETTING.get(field, ())
        if not any(_fits_target(one, found) and _fits(value, one.sets[field]) for one in kinds):
            return f"{field} of {target!r} cannot be {_short(value)}"
    return ""


_SETTING = {
    field: tuple(kind for kind in KINDS.values() if field in kind.sets)
    for field in {field for kind in KINDS.values() for field in kind.sets}
}


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _fits_target(kind: Kind, target: Target | None) -> bool:
    if target is None or target.about is not kind.about:
        return False
    return not kind.of_own or is_own(target.concepts[0])


def _fits(value: object, allowed: Allowed) -> bool:
    if isinstance(value, str):
        if Text.LANGUAGE in allowed:
            return is_language(value)
        if reader := next((read for one, read in _READERS.items() if one in allowed), None):
            return _can_read(reader, value)
        return value in allowed or Text.ANY in allowed or (Text.FILLED in allowed and value != "")
    # by type too: 1 is equal to True, but is not what was said
    return any(type(value) is type(one) and value == one for one in allowed)


def _can_read(reader: Callable[[str], object], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True
