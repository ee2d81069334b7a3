"""Which concept a person means who types a number, an id or a name.

Knows the catalogue, and nothing of what is to be said of the concept.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from difflib import get_close_matches

from insight_app.errors import Refusal
from insight_app.figures import counted
from insight_app.plain_text import shortened, visible
from insight_app.project.judgements import ConceptId, is_own, parse_concept
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.judgements.finding.search import folded

_NUMBER = re.compile(r"(?:#|concept )?(?P<number>[0-9]{1,9})")
_NAMED = re.compile(r"(?P<name>.+) #(?P<number>[0-9]{1,9})")
_SHORT_ID = re.compile(r"(^| )own:[0-9a-f]{8}$")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHOWN = 8
"""Concepts of a name that are listed."""
LETTERS = 80
_FORM = "A concept is a number (412), a name or an id."


def called(catalogue: Catalogue, row: int) -> str:
    """Return what to call a concept so that it is told from all others: its name, its number."""
    name = catalogue.names[row]
    if not name:
        return f"concept {row}"
    shown = shortened(visible(name), LETTERS)
    return f"{shown} {catalogue.reference(row)}" if catalogue.shares_name(row) else shown


def concept(catalogue: Catalogue, text: str) -> int:
    """Return the row that a person means; Refusal where that is none, or not clear.

    text: 412, #412, the id of the log, the uuid of an own concept, a name that only one concept has
    (capitals and accents do not matter where no other differs by them), or name and number
    ("bird #412", "bird own:1a2b3c4d").
    """
    wanted = " ".join(text.split())
    if not wanted:
        raise Refusal("No concept is named.")
    row = catalogue.row_of(ConceptId(f"own:{wanted}" if _UUID.fullmatch(wanted) else wanted))
    if row is not None:
        return row
    if _SHORT_ID.search(wanted):
        short = wanted.rpartition(" ")[-1]
        found = [one for one in range(catalogue.size) if catalogue.reference(one) == short]
        if len(found) == 1:
            return found[0]
    if number := _NUMBER.fullmatch(wanted):
        return _numbered(catalogue, int(number["number"]))
    rows = _called(catalogue, wanted)
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise _several(catalogue, wanted, rows)
    if (both := _NAMED.fullmatch(wanted)) is not None:
        rows = _called(catalogue, both["name"])
        row = int(both["number"])
        if row in rows:
            return row
        if rows:
            raise Refusal(f"No concept “{visible(both['name'])}” has the number {row}.",
                          do=_choices(catalogue, rows))  # fmt: skip
    raise _none(catalogue, wanted)


def _numbered(catalogue: Catalogue, row: int) -> int:
    if row >= catalogue.size:
        raise Refusal(f"There is no concept {row}.", do=_FORM)
    if not _has_lasting_number(catalogue, row):
        raise Refusal(
            f"Concept {row} is none of the dictionary, so its number may change.",
            do=f"Call it by its name or its id: {catalogue.id_of(row)}",
        )
    return row


def _has_lasting_number(catalogue: Catalogue, row: int) -> bool:
    """Return whether it is the dictionary's: all others are renumbered with every new one."""
    return not (catalogue.is_gone[row] or is_own(catalogue.id_of(row)))


def _exactly(names: Sequence[str], name: str) -> Iterator[int]:
    """Yield where a name stands."""
    row = -1
    with suppress(ValueError):
        while True:
            row = names.index(name, row + 1)
            yield row


def _called(catalogue: Catalogue, name: str) -> list[int]:
    """Return the rows that are called so: as it is spelled, else whatever its capitals and accents.

    Names come before aliases, and both before the names of what no list has.
    """
    is_listed = catalogue.is_listed
    exact = [row for row in _exactly(catalogue.names, name) if is_listed[row]]
    if exact:
        return exact  # of most lines of a table; all else takes a hundred times as long
    named = [(row, given) for row, given in enumerate(catalogue.names) if given]
    aliases = ((row, one.text) for row in range(catalogue.size) for one in catalogue.aliases(row))
    for given in (
        [(row, text) for row, text in named if is_listed[row]],
        [(row, text) for row, text in aliases if is_listed[row]],
        [(row, text) for row, text in named if not is_listed[row]],
    ):
        for same in (str, folded):
            wanted = same(name)
            if found := [row for row, text in given if same(text) == wanted]:
                return list(dict.fromkeys(found))
    return []


def _several(catalogue: Catalogue, name: str, rows: Sequence[int]) -> Refusal:
    return Refusal(
        f"{counted(len(rows), 'concept')} are called “{visible(name)}”.",
        do=_choices(catalogue, rows),
    )


def _choices(catalogue: Catalogue, rows: Sequence[int]) -> str:
    """Say which concepts there are of a name, and how each is typed."""
    most = sorted(rows, key=lambda row: (-int(catalogue.images[row]), row))
    shown = ", ".join(
        f"{_typed(catalogue, row)} ({counted(int(catalogue.images[row]), 'photo')})"
        for row in most[:SHOWN]
    )
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return f"Say which: {shown}{more}."


def _typed(catalogue: Catalogue, row: int) -> str:
    return f"#{row}" if _has_lasting_number(catalogue, row) else catalogue.id_of(row)


def _none(catalogue: Catalogue, text: str) -> Refusal:
    if text.startswith("own:") or (":" in text and parse_concept(text) is not None):
        return Refusal(f"This project has no concept {visible(text)}.")
    names = {folded(name): name for name in catalogue.names if name}
    near = get_close_matches(folded(text), names, n=3, cutoff=0.75)
    found = ", ".join(visible(names[one]) for one in near)
    return Refusal(
        f"No concept is called “{shortened(visible(text), LETTERS)}”.",
        do=f"There is {found}." if found else _FORM,
    )
