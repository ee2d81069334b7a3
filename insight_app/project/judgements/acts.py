"""What a person can say, as values.

An Act names its target and the fields it sets; what was there before is read when it is judged.
Which fields a kind of act may set, and to what, is `kinds.KINDS`; how targets are spelled,
`targets`. A function that returns several acts returns what is one judgement, to be said and taken
back as a whole. Knows nothing of files.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import category

from insight_app.concepts.composition import Mark
from insight_app.errors import Refusal
from insight_app.project.judgements.targets import (
    PROJECT,
    Alias,
    ConceptId,
    alias_target,
    is_language,
    is_own,
    label_target,
    mark_target,
    member_target,
    pair_target,
    relation,
    tag_target,
)

Value = str | bool | None
"""What a field holds; None if nobody said anything."""

ACCEPTED, UNSURE, REJECTED = "accepted", "unsure", "rejected"
ADDED, REMOVED = "added", "removed"
IS_A, PART_OF, RELATED = "is-a", "part-of", "related"
"""The kinds of relations."""
LONGEST_NAME, LONGEST_PROSE = 32_767, 2_000_000
"""Characters of a name (as many as a line of the window takes), and of a note or definition: a line
of an exported log holds them all.
"""


@dataclass(frozen=True)
class Act:
    """Hold one thing to be said: kind (a word for the log), target, and the fields it sets."""

    kind: str
    target: str
    after: Mapping[str, Value]


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
    return Act("note", concept, {"note": prose(text, "A note")})


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


def define(concept: ConceptId, text: str) -> Act:
    """Say what a concept means; an empty text takes the definition away."""
    return Act("define", concept, {"definition": prose(text, "A definition")})


def alias(concept: ConceptId, text: str, language: str = "") -> Act:
    """Give another name beside the preferred one."""
    return Act("alias", alias_target(concept, _alias(text, language)), {"listed": True})


def remove_alias(concept: ConceptId, text: str, language: str = "") -> Act:
    """Say that a concept is not called so."""
    return Act("remove-alias", alias_target(concept, _alias(text, language)), {"listed": False})


def mark(concept: ConceptId, place: Mark, is_example: bool | None) -> Act:
    """Say that a cell of a photo is an example of the concept, or is none; None: nothing."""
    return Act("mark", mark_target(concept, place), {"is_example": is_example})


def tag(image: str, text: str) -> Act:
    """Put a word on a photo; image: the hash of its content."""
    return Act("tag", tag_target(image, title(text, "A tag")), {"listed": True})


def untag(image: str, text: str) -> Act:
    """Take a word off a photo."""
    return Act("untag", tag_target(image, title(text, "A tag")), {"listed": False})


def label(label_set: str, image: str, class_name: str) -> Act:
    """Say what a photo shows, in one set of labels; image: the hash of its content."""
    name = {"class": title(class_name, "A label")}
    return Act("label", label_target(title(label_set, "A set of labels"), image), name)


def unlabel(label_set: str, image: str) -> Act:
    """Take back what a photo was said to show, in one set of labels."""
    target = label_target(title(label_set, "A set of labels"), image)
    return Act("unlabel", target, {"class": None})


def keep_apart(a: ConceptId, b: ConceptId) -> Act:
    """Say that two concepts only look alike: they are not offered to be merged."""
    return Act("keep-apart", pair_target(a, _other(a, b)), {"apart": True})


def allow_together(a: ConceptId, b: ConceptId) -> Act:
    """Take back that two concepts only look alike."""
    return Act("allow-together", pair_target(a, _other(a, b)), {"apart": False})


def merge(
    holder: ConceptId, members: Iterable[ConceptId], aliases: Iterable[Alias] = ()
) -> list[Act]:
    """Let one concept stand for others too, which keep all that was said of them.

    aliases: what the members were called, to be names of the holder as well.
    """
    said = {"merged": True}
    acts = [Act("merge", member_target(holder, _other(holder, one)), said) for one in members]
    return acts + [alias(holder, text, language) for text, language in aliases]


def unmerge(holder: ConceptId, members: Iterable[ConceptId]) -> list[Act]:
    """Let members of a merged concept stand for themselves again."""
    return [Act("unmerge", member_target(holder, one), {"merged": False}) for one in members]


def group(concept: ConceptId, name: str, children: Sequence[ConceptId]) -> list[Act]:
    """Make a concept of one's own above others; it is where any of them is."""
    return [create(concept, name), *(add_parent(_other(concept, one), concept) for one in children)]


def ungroup(concept: ConceptId, children: Iterable[ConceptId]) -> list[Act]:
    """Take apart a concept of one's own, and take what is below it out."""
    return [*(remove_parent(child, concept) for child in children), hide(concept)]


def split(whole: ConceptId, parts: Sequence[tuple[ConceptId, str, Collection[Mark]]]) -> list[Act]:
    """Make parts (id, name, examples) of a concept; a part has the cells that are most like its
    examples. They are below it. Refusal without two parts, or for a part without an example.
    """
    if len(parts) < 2:
        raise Refusal("A concept is split into two parts or more.")
    return [act for part in parts for act in add_part(whole, *part)]


def add_part(whole: ConceptId, part: ConceptId, name: str, examples: Collection[Mark]) -> list[Act]:
    """Make one more part of a concept that is split. Refusal without an example."""
    if not examples:
        raise Refusal(f"The part “{name}” has no example, so nothing can be most like it.")
    acts = [
        create(part, name),
        Act("split", member_target(part, _other(part, whole)), {"split": True}),
    ]
    acts += [mark(part, place, True) for place in sorted(examples)]
    return [*acts, add_parent(part, whole)]


def unsplit(whole: ConceptId, parts: Iterable[ConceptId]) -> list[Act]:
    """Take back parts of a concept; what was said of them stays in the log."""
    acts = []
    for part in parts:
        target = member_target(part, _other(part, whole))
        acts += [Act("unsplit", target, {"split": False})]
        acts += [remove_parent(part, whole), hide(part)]
    return acts


def relation_kind(child: ConceptId, parent: ConceptId, kind: str | None) -> Act:
    """Say what a relation means: IS_A, PART_OF, RELATED; None: nothing special."""
    return Act("relation-kind", relation(child, parent), {"kind": kind})


def reverse(child: ConceptId, parent: ConceptId, kind: str | None = None) -> list[Act]:
    """Say that a relation holds the other way round; kind: what it means there."""
    acts = [remove_parent(child, parent), add_parent(parent, child)]
    return [*acts, relation_kind(parent, child, kind)] if kind is not None else acts


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


def _language(code: str) -> str | None:
    code = code.strip()
    if code and not is_language(code):
        raise Refusal(
            f"{code!r} is no code of a language.", do="Use one such as en, de, fr or pt-BR."
        )
    return code or None


def unicode(text: str) -> str:
    """Return the text with "?" for half characters, which a keyboard may send and no file takes.

    Without control characters but tabs and ends of lines: SQLite ends a text at the first zero.
    """
    whole = text.encode("utf-8", "replace").decode()
    return "".join(one for one in whole if one in "\t\n\r" or category(one) != "Cc")


def _clean(name: str) -> str:
    cleaned = " ".join(unicode(name).split())
    _check_length(cleaned, LONGEST_NAME, "A name, an alias, a tag or a label")
    return cleaned


def prose(text: str, what: str) -> str | None:
    """Return a text of several lines as it is kept, None for an empty one; `what` it is."""
    cleaned = unicode(text).strip()
    _check_length(cleaned, LONGEST_PROSE, what)
    return cleaned or None


def _check_length(text: str, most: int, what: str) -> None:
    if len(text) > most:
        raise Refusal(
            f"{what} has {most:,} characters at most, and this has {len(text):,}.",
            kept="Nothing was changed.",
            do="Shorten it.",
        )


def _needed(name: str) -> str:
    cleaned = _clean(name)
    if not cleaned:
        raise Refusal("A concept of your own needs a name.")
    return cleaned


def title(text: str, what: str) -> str:
    """Return a text of one line as it is kept. Refusal for an empty one; `what` it is."""
    cleaned = _clean(text)
    if not cleaned:
        raise Refusal(f"{what} needs a text.")
    return cleaned


def _alias(text: str, code: str) -> Alias:
    return Alias(title(text, "An alias"), _language(code) or "")


def _other(concept: ConceptId, other: ConceptId) -> ConceptId:
    if concept == other:
        raise Refusal("A concept cannot be joined with itself, or kept apart from itself.")
    return other


def _named(name: str) -> dict[str, Value]:
    if not name:
        return {"name": None, "status": None, "status_name": None}
    return {"name": name, "status": ACCEPTED, "status_name": name}
