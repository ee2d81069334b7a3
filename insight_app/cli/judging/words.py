"""The acts that `insight-app judge` knows: what each is called, what it takes, what it does.

Only words, so that the help shows them without loading anything; the modules beside say them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Subject(Enum):
    """What stands before an act."""

    CONCEPT = "CONCEPT"
    NEW = "NAME"
    PHOTO = "PHOTO"
    PROJECT = "project"


@dataclass(frozen=True)
class Word:
    """Describe an act: what follows it, how many values at least and most (None: any number)."""

    takes: str
    least: int
    most: int | None
    does: str
    about: Subject = Subject.CONCEPT

    @property
    def has_parent(self) -> bool:
        """Whether its first value is the parent of a relation."""
        return self.takes.startswith("PARENT")


KINDS: Mapping[str, str] = {
    "is-a": "is a kind of",
    "part-of": "is a part of",
    "related": "is related to",
    "none": "is of no special kind under",
}
"""The kinds of relations, and how they are said."""
WORDS: Mapping[str, Word] = {
    "accept": Word("[NAME]", 0, 1, "The name in force is right, or NAME is."),
    "unsure": Word("", 0, 0, "You cannot tell whether the name is right."),
    "reject": Word("", 0, 0, "The name is wrong."),
    "clear": Word("", 0, 0, "Take the status back; a name that you gave stays."),
    "rename": Word("NAME", 1, 1, "Give a name, which counts as accepted; '' brings the machine's."),
    "alias": Word("TEXT [LANGUAGE]", 1, 2, "It is also called TEXT; LANGUAGE such as de."),
    "remove-alias": Word("TEXT [LANGUAGE]", 1, 2, "It is not called TEXT."),
    "define": Word("TEXT", 1, 1, "Write a definition; '' takes it away."),
    "note": Word("TEXT", 1, 1, "Write a note; '' takes it away."),
    "hide": Word("", 0, 0, "The concept is junk: no list shows it any more."),
    "unhide": Word("", 0, 0, "Show it again."),
    "add-parent": Word("PARENT", 1, 1, "Put it below PARENT, beside those it has."),
    "remove-parent": Word("PARENT", 1, 1, "Take it out from below PARENT."),
    "move": Word("NEW [OLD]", 1, 2, "Put it below NEW instead of OLD, or of its only parent; '-' "
                 "as NEW leaves it below nothing."),
    "accept-relation": Word("PARENT", 1, 1, "That it is below PARENT is right."),
    "unsure-relation": Word("PARENT", 1, 1, "You cannot tell whether it is."),
    "reject-relation": Word("PARENT", 1, 1, "That it is below PARENT is wrong."),
    "clear-relation": Word("PARENT", 1, 1, "Take back what you said of it being below PARENT."),
    "kind": Word("PARENT KIND", 2, 2, "What that means: is-a, part-of, related or none. Any two "
                 "can be related; what is only related stands in no tree."),
    "reverse": Word("PARENT", 1, 1, "PARENT is below it, not the other way round."),
    "merge": Word("MEMBER...", 1, None, "It stands for the MEMBERs too, which leave the lists; "
                  "names that persons gave them become aliases."),
    "unmerge": Word("[MEMBER...]", 0, None, "Take these, or all, out of it again, as they were; or "
                    "take it out of what it is merged into."),
    "split": Word("NAME [PHOTO#CELL...] NAME [PHOTO#CELL...]", 1, None, "Split it into parts of "
                  "these names: each has the cells that are most like its examples. Without "
                  "examples the two or three kinds that its photos fall into. Of one that is split "
                  "already: one part more, or several."),
    "unsplit": Word("[PART...]", 0, None, "Unmake these parts of it, or all."),
    "group": Word("CHILD...", 1, None, "Make a concept of your own called NAME above the CHILDs.",
                  Subject.NEW),
    "ungroup": Word("", 0, 0, "Unmake a concept of your own; what is below it stays."),
    "create": Word("", 0, 0, "Make a concept of your own called NAME.", Subject.NEW),
    "keep-apart": Word("OTHER...", 1, None, "It and OTHER only look alike: no one offers to merge "
                       "them."),
    "allow-together": Word("OTHER...", 1, None, "Take that back."),
    "mark": Word("PHOTO#CELL [yes|no|none]", 1, 2, "This cell is an example of it, or is none; "
                 "'none' takes the mark away."),
    "tag": Word("TEXT", 1, 1, "Put a word on a photo.", Subject.PHOTO),
    "untag": Word("TEXT", 1, 1, "Take a word off a photo.", Subject.PHOTO),
    "label": Word("CLASS [SET]", 1, 2, "A photo shows CLASS, in a set of labels: folders, or a set "
                  "of your own, by default labels.", Subject.PHOTO),
    "unlabel": Word("[SET]", 0, 1, "Take that back; in the set folders its folder's name then "
                    "holds.", Subject.PHOTO),
    "language": Word("CODE", 1, 1, "Names and notes are written in this language: en, de, pt-BR; "
                     "'' for none.", Subject.PROJECT),
}  # fmt: skip
OF_RELATION: Mapping[str, str] = {
    "accept": "accept-relation",
    "unsure": "unsure-relation",
    "reject": "reject-relation",
    "clear": "clear-relation",
    "kind": "kind",
    "reverse": "reverse",
    "add": "add-parent",
    "remove": "remove-parent",
}
"""What an act may be called where a relation, "CHILD > PARENT", stands before it."""


def usage(name: str) -> str:
    """Return how an act is typed: CONCEPT rename NAME."""
    word = WORDS[name]
    return " ".join(part for part in (word.about.value, name, word.takes) if part)


def epilog() -> str:
    """Return all acts as they stand below the help of the command."""
    lines = (f"{usage(name)}\n    {word.does}" for name, word in WORDS.items())
    return "\b\nActs:\n" + "\n".join(lines)
