"""How each entry of a log carries a digest of all that came before it, so that a change shows.

    link of the first entry   digest of which project and which log it is
    link of every other one   digest of the link before and of the entry before
    head                      what the link of the next entry will be

Entries are linked in the order in which they came into one file; copies of a log have orders of
their own, and so links of their own. Pure: knows no database.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from insight_app.project.judgements.state import dumps

SIZE = 32


class Linked(NamedTuple):
    """An entry as it is linked: its number, its digest, the link before it; None: not there."""

    number: int
    digest: bytes | None
    link: bytes | None


@dataclass(frozen=True)
class Head:
    """Tell which log this is and where it ends. log: a uuid that no other file has but copies."""

    log: str
    entries: int
    digest: bytes

    @property
    def text(self) -> str:
        """How the head is written down, to be compared later: 412 entries, e3b0c44298fc1c14."""
        return f"{self.log}/{self.entries}/{self.digest.hex()}"


@dataclass(frozen=True)
class Unlinked:
    """Name an entry that is not the one that was linked, or (is_link) whose link is damaged.

    is_sure: what follows vouches for the link, so that it was this entry or one before it.
    """

    number: int
    is_link: bool = False
    is_sure: bool = True


def first(project: str, log: str) -> bytes:
    """Return the link of the first entry."""
    return blake2b(dumps([project, log]).encode(), digest_size=SIZE).digest()


def following(link: bytes, digest: bytes) -> bytes:
    """Return the link of the entry that follows one with this link and digest."""
    return blake2b(link + digest, digest_size=SIZE).digest()


def changed(rows: Sequence[Linked], start: bytes, head: bytes) -> Iterator[Unlinked]:
    """Yield what is not as it was linked, given all entries in order; entries may be missing.

    Each fault is told once: after it, the links that are there count.
    """
    expected: bytes | None = start
    for place, row in enumerate(rows):
        nearest = rows[place + 1].link if place + 1 < len(rows) else head
        is_gap = place > 0 and rows[place - 1].number != row.number - 1
        link = row.link
        if link is None:
            yield Unlinked(row.number, is_link=True)
            link = expected
        elif expected is not None and link != expected and not is_gap:
            if _leads(expected, row.digest, nearest):
                yield Unlinked(row.number, is_link=True)
                link = expected
            elif _leads(link, row.digest, nearest) and place:
                yield Unlinked(row.number - 1)
            else:
                yield Unlinked(row.number, is_sure=False)
        expected = following(link, row.digest) if link and row.digest else None
    if expected is not None and expected != head:
        yield Unlinked(rows[-1].number if rows else 1, is_sure=False)


def _leads(link: bytes, digest: bytes | None, to: bytes | None) -> bool:
    return digest is not None and following(link, digest) == to
