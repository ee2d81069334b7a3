"""What the history says, line by line: when, who, what, and whether it can be taken back.

Turns entries of the log into lines under headings. Knows no widget.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from insight_app.figures import counted
from insight_app.plain_text import shortened, visible, visible_lines

if TYPE_CHECKING:
    from insight_app.project.judgements import ConceptId, Judgement
    from insight_app.project.judgements.acts import Value
    from insight_app.project.judgements.projection import Standing

WORDS_LETTERS, PERSON_LETTERS = 1000, 100
"""What is shown of what was said, and of who said it."""
NEWER = "(made with a newer Insight, not applied here)"
TAKEN_BACK = "taken back"
OF_CONCEPT = {
    "rename": "renamed to {name}",
    "accept": "accepted {name}",
    "unsure": "unsure about {status_name}",
    "reject": "rejected {status_name}",
    "clear": "status taken back",
    "hide": "hidden",
    "unhide": "shown again",
    "note": "note: {note}",
    "define": "defined: {definition}",
    "create": "made as {name}",
}
"""What is said of a concept itself; in braces a field of it."""
EMPTIED = {
    "rename": "called as the machine calls it",
    "note": "note taken away",
    "define": "definition taken away",
}
OF_RELATION = {
    "add-parent": ("put under {other}", "{other} put under it"),
    "remove-parent": ("taken from under {other}", "{other} taken from under it"),
    "accept-relation": ("accepted under {other}", "{other} accepted under it"),
    "unsure-relation": ("unsure whether it is under {other}", "unsure whether {other} is under it"),
    "reject-relation": ("not under {other}", "{other} not under it"),
    "clear-relation": (
        "open again whether it is under {other}",
        "open again whether {other} is under it",
    ),
    "merge": ("{other} merged into it", "merged into {other}"),
    "unmerge": ("{other} stands for itself again", "stands for itself again, not in {other}"),
    "split": ("made as a part of {other}", "{other} made as a part of it"),
    "unsplit": ("no part of {other} any more", "{other} is no part of it any more"),
    "keep-apart": ("kept apart from {other}", "kept apart from {other}"),
    "allow-together": ("no longer kept apart from {other}", "no longer kept apart from {other}"),
}
"""What is said of two concepts: seen from the first one of the target, and from the second."""
KIND_OF_RELATION = {
    "is-a": ("is a {other}", "{other} is one"),
    "part-of": ("part of {other}", "{other} is a part of it"),
    "related": ("related to {other}", "related to {other}"),
}
MARKED: "Mapping[Value, str]" = {
    True: "an example of it marked",
    False: "marked as not this",
    None: "mark on an example taken away",
}
NameOf = Callable[["ConceptId"], str]


@dataclass(frozen=True)
class HistoryLine:
    """One act as the history shows it.

    others: how many more entries it has than the one told.  can_take_back: it is one's own, and
    stands.  which: what it concerns, by name, where its words do not say.
    """

    when: datetime
    person: str
    words: str
    group: str
    others: int = 0
    can_take_back: bool = False
    is_taken_back: bool = False
    which: str = ""

    @property
    def day(self) -> str:
        """The day it was said on: 26 Nov 2026."""
        return self.when.strftime("%d %b %Y").lstrip("0")

    @property
    def in_one_line(self) -> str:
        """What was said, and how many more entries the act has."""
        more = f" (+{self.others:,})" if self.others else ""
        which = f": {self.which}" if self.which else ""
        return " ".join(self.words.split()) + which + more

    @property
    def spoken(self) -> str:
        """The whole line, as a screen reader and a tooltip say it."""
        end = f" ({TAKEN_BACK})" if self.is_taken_back else ""
        more = f" (and {counted(self.others, 'more judgement')} in one act)" if self.others else ""
        time = self.when.strftime("%H:%M")
        which = f": {self.which}" if self.which else ""
        return f"{self.day}, {time}, {self.person}: {self.words}{which}{more}{end}"


def lines_of(
    entries: "Iterable[Judgement]",
    standing: "Mapping[str, Standing]",
    me: str,
    words: "Callable[[Judgement], str]",
    others: Mapping[str, int] | None = None,
    which: Mapping[str, str] | None = None,
) -> list[HistoryLine]:
    """Return a line for each entry, in their order; me: uuid of the person who looks.

    others: group -> how many more entries it has.  which: group -> what it concerns, by name.
    """
    return [
        HistoryLine(
            when=one.utc.astimezone(),
            person=shortened(visible(one.person.name), PERSON_LETTERS),
            words=shortened(visible_lines(words(one)), WORDS_LETTERS),
            group=one.group,
            others=(others or {}).get(one.group, 0),
            which=(which or {}).get(one.group, ""),
            can_take_back=one.person.uuid == me
            and not one.undoes
            and one.is_understood
            and standing.get(one.group) == 0,
            is_taken_back=not one.undoes and standing.get(one.group, 0) != 0,
        )
        for one in entries
    ]


def concerned(words: str, targets: Iterable[str], entries: int, name_of: NameOf) -> str:
    """Return the names of the concepts that an act concerns and its words do not name.

    targets: of its first entries, of which it has `entries`.
    """
    from insight_app.project.judgements.targets import parse

    found = [about for about in map(parse, targets) if about is not None]
    names = dict.fromkeys(name_of(concept) for about in found for concept in about.concepts)
    new = [name for name in names if name not in words]
    more = f" and {entries - len(found):,} more" if entries > len(found) and new else ""
    return ", ".join(new) + more


def without_repeats(entries: "Iterable[Judgement]") -> "list[Judgement]":
    """Return entries less the marks of an act after its first.

    A part of a concept is made with a mark for each of its examples.
    """
    kept: dict[object, Judgement] = {}
    for one in entries:
        is_mark = one.kind == "mark"
        kept.setdefault((one.group, one.after["is_example"]) if is_mark else one.uuid, one)
    return list(kept.values())


def arranged(lines: Sequence[HistoryLine], *, by_person: bool) -> list[HistoryLine | str]:
    """Return the lines, the newest first, under their days or, by_person, under who said them."""
    newest = sorted(lines, key=lambda line: line.when, reverse=True)
    heads: dict[str, list[HistoryLine]] = {}
    for line in newest:
        heads.setdefault(line.person if by_person else line.day, []).append(line)
    items: list[HistoryLine | str] = []
    for head, under in heads.items():
        items += [head, *under]
    return items


def words_of(entry: "Judgement", concept: "ConceptId", name_of: NameOf) -> str:
    """Return in words what an entry says of a concept."""
    if not entry.is_understood:
        return f"{entry.text} {NEWER}"
    if entry.undoes:
        return entry.text
    from insight_app.project.judgements.targets import parse

    about = parse(entry.target)
    if about is None or concept not in about.concepts:
        return entry.text
    if about.alias is not None:
        verb = "also called" if entry.kind == "alias" else "no longer called"
        return f"{verb} {_alias(about.alias.text, about.alias.language)}"
    if about.mark is not None:
        return MARKED[entry.after.get("is_example")]
    if len(about.concepts) == 2:
        return _of_two(entry, concept, about.concepts, name_of)
    fields = {name: value for name, value in entry.after.items() if value}
    if not fields and entry.kind in EMPTIED:
        return EMPTIED[entry.kind]
    pattern = OF_CONCEPT.get(entry.kind, entry.text)
    try:
        return pattern.format_map(fields)
    except (KeyError, ValueError, IndexError):
        return pattern.partition(" {")[0] if entry.kind in OF_CONCEPT else entry.text


def _of_two(
    entry: "Judgement", concept: "ConceptId", both: "tuple[ConceptId, ...]", name_of: NameOf
) -> str:
    is_second = concept != both[0]
    other = name_of(both[0] if is_second else both[1])
    if entry.kind == "relation-kind":
        kind = str(entry.after.get("kind") or "")
        if kind not in KIND_OF_RELATION:
            return f"kind of the relation to {other} taken back"
        return KIND_OF_RELATION[kind][is_second].replace("{other}", other)
    if entry.kind in OF_RELATION:
        return OF_RELATION[entry.kind][is_second].replace("{other}", other)
    return entry.text


def _alias(text: str, language: str) -> str:
    return f"{text} ({language})" if language else text
