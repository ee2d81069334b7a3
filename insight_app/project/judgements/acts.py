"""What a person can say of a concept or a relation, as values.

An Act names its target and the fields it sets; what was there before is read when it is judged.
Which fields a kind of act may set, and to what, is `kinds.KINDS`. Knows nothing of files. A concept
is "<dictionary fingerprint>:<index>" or "own:<uuid>", a relation "<child> > <parent>".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NewType
from uuid import uuid4

from insight_app.errors import Refusal

ConceptId = NewType("ConceptId", str)
"""What a concept is called for good; made by machine_concept, own_concept and parse_concept."""
Relation = tuple[ConceptId, ConceptId]
"""(child, parent)."""
Value = str | bool | None
"""What a field holds; None if nobody said anything."""

ACCEPTED, UNSURE, REJECTED = "accepted", "unsure", "rejected"
ADDED, REMOVED = "added", "removed"
PROJECT = "project"
"""The target of what is said of the project as a whole."""
_OWN = "own:"
_BELOW = " > "
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_CONCEPT = re.compile(r"own:.+|.+:(0|[1-9][0-9]{0,8})", re.DOTALL)


@dataclass(frozen=True)
class Act:
    """Hold one thing to be said: kind (a word for the log), target, and the fields it sets."""

    kind: str
    target: str
    after: Mapping[str, Value]


def machine_concept(fingerprint: str, index: int) -> ConceptId:
    """Return the id of a dictionary's concept."""
    return ConceptId(f"{fingerprint}:{index}")


def own_concept() -> ConceptId:
    """Return a new id for a concept that a person makes."""
    return ConceptId(f"{_OWN}{uuid4()}")


def parse_concept(text: str) -> ConceptId | None:
    """Return the id that `text` spells, None if it spells none."""
    return ConceptId(text) if _CONCEPT.fullmatch(text) and _BELOW not in text else None


def is_own(concept: ConceptId) -> bool:
    """Return whether a person made the concept."""
    return concept.startswith(_OWN)


def relation(child: ConceptId, parent: ConceptId) -> str:
    """Return the target of a judgement about child -> parent."""
    return f"{child}{_BELOW}{parent}"


def split_relation(target: str) -> Relation | None:
    """Return (child, parent) of a relation's target, None for a concept's."""
    child, arrow, parent = target.partition(_BELOW)
    return (ConceptId(child), ConceptId(parent)) if arrow else None


def create(concept: ConceptId, name: str) -> Act:
    """Make a concept of one's own (an id from own_concept); it needs a name."""
    return Act("create", concept, _named(_needed(name)))


def rename(concept: ConceptId, name: str) -> Act:
    """Give a name; it counts as accepted. An empty one goes back to the machine's."""
    return Act("rename", concept, _named(_needed(name) if is_own(concept) else _clean(name)))


def accept(concept: ConceptId, name: str) -> Act:
    """Say that `name` is right; a machine's name becomes the person's."""
    return Act("accept", concept, _named(_clean(name)))


def unsure(concept: ConceptId, name: str) -> Act:
    """Say that one cannot tell whether `name` is right."""
    return Act("unsure", concept, {"status": UNSURE, "status_name": _clean(name)})


def reject(concept: ConceptId, name: str) -> Act:
    """Say that `name` is wrong."""
    return Act("reject", concept, {"status": REJECTED, "status_name": _clean(name)})


def clear_status(concept: ConceptId) -> Act:
    """Take a status back; a name given stays."""
    return Act("clear", concept, {"status": None, "status_name": None})


def hide(concept: ConceptId) -> Act:
    """Say that the concept is junk."""
    return Act("hide", concept, {"hidden": True})


def unhide(concept: ConceptId) -> Act:
    """Take hiding back."""
    return Act("unhide", concept, {"hidden": None})


def note(concept: ConceptId, text: str) -> Act:
    """Write a note; an empty one takes it away."""
    return Act("note", concept, {"note": unicode(text).strip() or None})


def add_parent(child: ConceptId, parent: ConceptId) -> Act:
    """Put `child` below `parent`, whatever the machine found."""
    return Act("add-parent", relation(child, parent), {"status": ADDED})


def remove_parent(child: ConceptId, parent: ConceptId) -> Act:
    """Take `child` away from below `parent`."""
    return Act("remove-parent", relation(child, parent), {"status": REMOVED})


def accept_relation(child: ConceptId, parent: ConceptId) -> Act:
    """Say that the machine's relation is right; it stays even if the machine drops it."""
    return Act("accept-relation", relation(child, parent), {"status": ACCEPTED})


def unsure_relation(child: ConceptId, parent: ConceptId) -> Act:
    """Say that one cannot tell whether the relation is right."""
    return Act("unsure-relation", relation(child, parent), {"status": UNSURE})


def reject_relation(child: ConceptId, parent: ConceptId) -> Act:
    """Say that the machine's relation is wrong."""
    return Act("reject-relation", relation(child, parent), {"status": REJECTED})


def clear_relation(child: ConceptId, parent: ConceptId) -> Act:
    """Take back what was said of a relation."""
    return Act("clear-relation", relation(child, parent), {"status": None})


def language(code: str) -> Act:
    """Say in which language persons name and note: "de", "pt-BR"; "" goes back to none said."""
    return Act("language", PROJECT, {"language": _language(code)})


def move(child: ConceptId, old_parent: ConceptId | None, new_parent: ConceptId | None) -> list[Act]:
    """Return the acts that remove exactly the old parent and add the new one; None = no parent."""
    acts = []
    if old_parent is not None:
        acts.append(remove_parent(child, old_parent))
    if new_parent is not None:
        acts.append(add_parent(child, new_parent))
    return acts


def is_language(code: str) -> bool:
    """Return whether a text has the form of a language tag (BCP 47)."""
    return _LANGUAGE.fullmatch(code) is not None


def _language(code: str) -> str | None:
    code = code.strip()
    if code and not is_language(code):
        raise Refusal(
            f"{code!r} is no code of a language.", do="Use one such as en, de, fr or pt-BR."
        )
    return code or None


def unicode(text: str) -> str:
    """Return the text with "?" for half characters, which a keyboard may send and no file takes."""
    return text.encode("utf-8", "replace").decode()


def _clean(name: str) -> str:
    return " ".join(unicode(name).split())


def _needed(name: str) -> str:
    cleaned = _clean(name)
    if not cleaned:
        raise Refusal("A concept of your own needs a name.")
    return cleaned


def _named(name: str) -> dict[str, Value]:
    if not name:
        return {"name": None, "status": None, "status_name": None}
    return {"name": name, "status": ACCEPTED, "status_name": name}
