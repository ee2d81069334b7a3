"""How each entry of a log carries a digest of all that came before it, so that a change shows.

    link of the first entry   digest of which project and which log it is
    link of every other one   digest of the link before and of the entry before
    head                      what the link of the next entry will be

Entries are linked in the order in which they came into one file; copies of a log have orders of
their own, and so links of their own. Opens no database.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from insight_app.plain_json import dumps

SIZE = 32


ENTRIES = (
    "SELECT log.seq, log_digest.digest, log_link.link FROM log LEFT JOIN log_digest USING (seq) "
    "LEFT JOIN log_link USING (seq) ORDER BY log.seq"
)
"""Asks a database for all entries as they are linked (`linked`)."""
HEAD = "SELECT log, entries, digest FROM log_head"


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
        """How the head is written down, to be compared later."""
        return f"{self.log}/{self.entries}/{self.digest.hex()}"


def parse_head(text: str) -> Head | None:
    """Return the head that was written down as `text`, None if it is none."""
    log, *rest = text.split("/")
    try:
        entries, digest = rest
        return Head(log, int(entries), bytes.fromhex(digest))
    except ValueError:
        return None


@dataclass(frozen=True)
class Unlinked:
    """Name an entry, one of `first` to `last`, that is not the one that was linked.

    is_link: the entry is, and its link is damaged.
    """

    first: int
    last: int
    is_link: bool = False


def linked(rows: Iterable[Sequence[object]]) -> list[Linked]:
    """Return entries as they are linked, out of rows as a database has them, damaged or not."""
    return [
        Linked(number, *(one if isinstance(one, bytes) else None for one in (digest, link)))
        for number, digest, link in rows
        if isinstance(number, int)
    ]


def head_of(row: Sequence[object] | None) -> Head | None:
    """Return the head that a row of a database is, None if it cannot be one."""
    if row is None:
        return None
    log, entries, digest = row
    if isinstance(log, str) and isinstance(entries, int) and isinstance(digest, bytes):
        return Head(log, entries, digest)
    return None


def first(project: str, log: str) -> bytes:
    """Return the link of the first entry."""
    return blake2b(dumps([project, log]).encode(), digest_size=SIZE).digest()


def following(link: bytes, digest: bytes) -> bytes:
    """Return the link of the entry that follows one with this link and digest."""
    return blake2b(link + digest, digest_size=SIZE).digest()


def changed(rows: Sequence[Linked], start: bytes, head: Head) -> Iterator[Unlinked]:
    """Yield what is not as it was linked, given all entries in order; entries may be missing.

    Each fault is told once: after it, the links that are there count.
    """
    expected: bytes | None = start
    before = 0
    for place, row in enumerate(rows):
        nearest = rows[place + 1].link if place + 1 < len(rows) else head.digest
        link = row.link
        if link is None:
            yield Unlinked(row.number, row.number, is_link=True)
            link = expected
        elif expected is not None and link != expected and before == row.number - 1:
            if leads(expected, row.digest, nearest):
                yield Unlinked(row.number, row.number, is_link=True)
                link = expected
            else:
                is_before = leads(link, row.digest, nearest)
                yield Unlinked(max(before, 1), max(before, 1) if is_before else row.number)
        expected = following(link, row.digest) if link and row.digest else None
        before = row.number
    if before > head.entries:
        yield Unlinked(head.entries + 1, before)
    elif before == head.entries and expected is not None and expected != head.digest:
        yield Unlinked(max(before, 1), max(before, 1))


def leads(link: bytes | None, digest: bytes | None, to: bytes | None) -> bool:
    """Return whether an entry with this link and digest is followed by the link `to`."""
    return link is not None and digest is not None and following(link, digest) == to


def first_other(ours: Sequence[Linked], theirs: Sequence[Linked]) -> int | None:
    """Return the number of the first entry that two copies of one log have and that differs."""
    for one, other in zip(ours, theirs, strict=False):
        if (one.number, one.digest) != (other.number, other.digest):
            return min(one.number, other.number)
    return None
