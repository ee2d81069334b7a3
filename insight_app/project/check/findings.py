"""What a check finds: in which part, in which file, what it means for a person, what to do.

Owns the words; knows nothing of how anything is found.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

REPAIR = "Run `insight-app check PROJECT --repair`, or Check project in the window."
KEPT = "Your judgements are not touched."


class Concern(Enum):
    """A part of a project, as far as it is mended in one way."""

    JUDGEMENTS = auto()
    BACKUPS = auto()
    DATABASE = auto()
    """The database of results as a whole."""
    ROWS = auto()
    """Single rows of it."""
    DICTIONARY = auto()
    CODES = auto()
    RESULTS = auto()
    """What was counted and published: made again from the codes."""


_OF_RESULTS = (
    Concern.DATABASE,
    Concern.ROWS,
    Concern.DICTIONARY,
    Concern.CODES,
    Concern.RESULTS,
)
"""The parts that are mended; judgements and backups are for a person to decide."""


@dataclass(frozen=True)
class Finding:
    """State something to know: what, with which file ("" = the whole project), and what to do.

    means: what it means for whoever uses the project.
    is_damage: False where nothing is wrong, and a person should know of it all the same.
    """

    what: str
    where: str = ""
    do: str = ""
    is_damage: bool = True
    part: Concern = Concern.RESULTS
    means: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it is damage of results, which a repair makes again."""
        return self.is_damage and self.part in _OF_RESULTS

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return " ".join(part for part in (head, self.means, self.do) if part)


def of_file(name: str, where: str, what: str) -> Finding:
    """Return the finding that a published file, as a manifest names it, is not as it was."""
    usual = Concern.RESULTS, "What is shown may be wrong."
    told = ((part, means) for pattern, part, means in _MEANINGS if re.search(pattern, name))
    part, means = next(told, usual)
    return Finding(what, where, f"{KEPT} {REPAIR}", part=part, means=means)


_MEANINGS = (
    (r"/names\.json$", Concern.RESULTS, "Names that the machine gave may be wrong."),
    (r"/candidates\.jsonl$", Concern.RESULTS, "Names that the machine proposes may be wrong."),
    (r"/concepts\.npz$", Concern.RESULTS, "Counts and strengths of concepts may be wrong."),
    (r"/edges\.npz$", Concern.RESULTS, "The hierarchy that the machine found may be wrong."),
    (r"/shares_\w+\.npy$", Concern.RESULTS, "Which concepts occur together may be wrong."),
    (
        r"/places_\w+\.npy$",
        Concern.RESULTS,
        "Photos may be missing or show the codes of others.",
    ),
    (r"/folders_\w+\.npy$", Concern.RESULTS, "Counts by folder may be wrong."),
    (r"\.postings$", Concern.RESULTS, "Example photos of concepts may be wrong or missing."),
    (
        r"^dictionary/machine\.npz$",
        Concern.DICTIONARY,
        "Names and relations that come with the dictionary may be wrong.",
    ),
    (r"^dictionary/probe-", Concern.DICTIONARY, "What its probes say may be wrong."),
    (
        r"^dictionary/",
        Concern.DICTIONARY,
        "Photos that are analyzed from now on could get wrong concepts.",
    ),
)
