"""The acts that `insight-app judge` knows: what each is called, what it takes, what it does.

Only words, so that the help shows them without loading anything; `drafting` says them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Subject(Enum):
    """What stands before an act."""

    CONCEPT = "CONCEPT"
    NEW = "NAME"
    PROJECT = "project"


@dataclass(frozen=True)
class Word:
    """Describe an act: what follows it, how many values at least and at most (None: any number)."""

    takes: str
    least: int
    most: int | None
    does: str
    about: Subject = Subject.CONCEPT

    @property
    def has_parent(self) -> bool:
        """Whether its first value is the parent of a relation."""
        return self.takes.startswith("PARENT")


WORDS: Mapping[str, Word] = {
    "accept": Word("[NAME]", 0, 1, "The name in force is right, or NAME is."),
    "unsure": Word("", 0, 0, "You cannot tell whether the name is right."),
    "reject": Word("", 0, 0, "The name is wrong."),
    "clear": Word("", 0, 0, "Take the status back; a name that you gave stays."),
    "rename": Word("NAME", 1, 1, "Give a name, which counts as accepted; '' brings the machine's."),
    "hide": Word("", 0, 0, "The concept is junk: no list shows it any more."),
    "unhide": Word("", 0, 0, "Show it again."),
    "note": Word("TEXT", 1, 1, "Write a note; '' takes it away."),
    "create": Word("", 0, 0, "Make a concept of your own called NAME.", Subject.NEW),
    "add-parent": Word("PARENT", 1, 1, "Put it below PARENT, beside those it has."),
    "remove-parent": Word("PARENT", 1, 1, "Take it out from below PARENT."),
    "move": Word("NEW [OLD]", 1, 2, "Put it below NEW instead of OLD, or of its only parent; "
                 "'-' as NEW leaves it below nothing."),
    "accept-relation": Word("PARENT", 1, 1, "That it is below PARENT is right."),
    "unsure-relation": Word("PARENT", 1, 1, "You cannot tell whether it is."),
    "reject-relation": Word("PARENT", 1, 1, "That it is below PARENT is wrong."),
    "clear-relation": Word("PARENT", 1, 1, "Take back what you said of it being below PARENT."),
    "language": Word("CODE", 1, 1, "Names and notes are written in this language: en, de, pt-BR; "
                     "'' for none.", Subject.PROJECT),
}  # fmt: skip
OF_RELATION: Mapping[str, str] = {
    "accept": "accept-relation",
    "unsure": "unsure-relation",
    "reject": "reject-relation",
    "clear": "clear-relation",
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
