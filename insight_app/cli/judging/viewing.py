"""What can be said of photos: examples of a concept, and words on photos."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from insight_app.cli.judging.photos import NamedPhoto
from insight_app.cli.judging.said import Said, quoted
from insight_app.errors import Refusal
from insight_app.project import judgements as j

if TYPE_CHECKING:
    from insight_app.cli.judging.drafting import Draft

OWN_LABELS = "labels"
"""The set of a label that is said without one."""
_IS_EXAMPLE = {"yes": True, "no": False, "none": None}
_IN_WORDS = {
    True: "is an example of",
    False: "is no example of",
    None: "is not marked any more for",
}


def _mark(draft: "Draft", row: int, values: Sequence[str]) -> Said:
    place, photo = draft.photos.mark(values[0])
    word = values[1].strip().casefold() if len(values) > 1 else "yes"
    if word not in _IS_EXAMPLE:
        raise Refusal(
            f"A cell is an example or not, and {quoted(word)!r} says neither.",
            do=f"Type one of: {', '.join(_IS_EXAMPLE)}.",
        )
    said = _IS_EXAMPLE[word]
    text = f"Cell {place.cell} of {photo.name} {_IN_WORDS[said]} {draft.called(row)}"
    return Said(text, (j.mark(draft.id(row), place, said),))


def _tag(photo: NamedPhoto, values: Sequence[str]) -> Said:
    act = j.tag(photo.content, values[0])
    return Said(f"Tagged {photo.name}: {quoted(values[0].strip())}", (act,))


def _untag(photo: NamedPhoto, values: Sequence[str]) -> Said:
    act = j.untag(photo.content, values[0])
    return Said(f"Took the tag {quoted(values[0].strip())} off {photo.name}", (act,))


def _label(photo: NamedPhoto, values: Sequence[str]) -> Said:
    label_set = _set_of(values[1:])
    act = j.label(label_set, photo.content, values[0])
    said = f"Labelled {photo.name}: {quoted(values[0].strip())}"
    return Said(f"{said}, in the set “{quoted(label_set)}”", (act,))


def _unlabel(photo: NamedPhoto, values: Sequence[str]) -> Said:
    label_set = _set_of(values)
    act = j.unlabel(label_set, photo.content)
    return Said(f"Took the label of {photo.name} in the set “{quoted(label_set)}” back", (act,))


def _set_of(values: Sequence[str]) -> str:
    return (values[0].strip() if values else "") or OWN_LABELS


SAID: Mapping[str, Callable[["Draft", int, Sequence[str]], Said]] = {"mark": _mark}
OF_PHOTOS: Mapping[str, Callable[[NamedPhoto, Sequence[str]], Said]] = {
    "tag": _tag,
    "untag": _untag,
    "label": _label,
    "unlabel": _unlabel,
}
