"""What comes of one act in words, and how texts of others are repeated there."""

from dataclasses import dataclass

from insight_app.plain_text import shortened, visible
from insight_app.project.judgements import Act, ConceptId

LETTERS = 60
"""Letters of a text that are repeated."""


@dataclass(frozen=True)
class Said:
    """One act in words, and the acts of the log that it is.

    made: the new concepts, by name.  notes: what else is to be known, a line each.
    """

    text: str
    acts: tuple[Act, ...]
    made: tuple[tuple[str, ConceptId], ...] = ()
    notes: tuple[str, ...] = ()


def quoted(text: str) -> str:
    """Return a text as it is repeated: one line, not too long."""
    return shortened(visible(text), LETTERS)


def listed(names: "list[str]", most: int = 4) -> str:
    """Return names as the part of a sentence: a, b and c; a, b, c and 12 more."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1:,} more"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
