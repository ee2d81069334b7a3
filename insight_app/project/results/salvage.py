"""Whole records of damaged shards: each is proven by its checksum and by the photo that owns it.

Writes nothing but a new shard. Knows nothing of SQL.
"""

from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from insight_app.errors import KnownError
from insight_app.project.results import code_store
from insight_app.project.results.code_store import Place, ShardWriter


class Owned(NamedTuple):
    """A photo, and where its record lies."""

    image: int
    place: Place


class NewShard(NamedTuple):
    """A shard of records that were saved, and where they lie in it."""

    owned: list[Owned]
    size: int
    checksum: int


def whole(folder: Path, owned: Collection[Owned]) -> Iterator[tuple[int, bytes]]:
    """Yield each photo whose record is as it was written, and the record, in order.

    Shards that were set aside are read too.
    """
    for image, place in sorted(owned, key=lambda one: one.place.offset):
        with suppress(KnownError):
            yield image, code_store.read_packed(folder, place, image)


def save(folder: Path, owned: Collection[Owned], into: int, concepts: int) -> NewShard | None:
    """Copy all whole records into the new shard `into`; None if there are none."""
    found: list[Owned] = []
    records = whole(folder, owned)
    first = next(records, None)
    if first is None:
        return None
    with closing(ShardWriter(folder, into, concepts, 0, 0)) as writer:
        for image, record in chain([first], records):
            found.append(Owned(image, writer.append_packed(record)))
        writer.commit()
        return NewShard(found, writer.size, writer.checksum)
