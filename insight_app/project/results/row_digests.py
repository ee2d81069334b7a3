"""Digests of the rows of analysis.sqlite: a changed byte in a value is still a valid database.

Rows are covered in blocks of BLOCK. Triggers, which need nothing but SQLite and so hold for every
program that writes, mark the block of each row that is written; the writer gives marked blocks a
digest before its transaction ends, a few at a time, and all of them when it closes. Knows nothing
of what the tables mean.
"""

import json
from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from insight_app.project.results.schema import BLOCK_BITS, COVERED, RowDigest

AT_ONCE = 24
"""Blocks that are covered in one transaction: a few milliseconds."""
BLOCK = 1 << BLOCK_BITS


class Block(NamedTuple):
    """BLOCK rows of a table, from row id number * BLOCK on."""

    table: str
    number: int

    @property
    def rows(self) -> range:
        return range(self.number * BLOCK, (self.number + 1) * BLOCK)


def cover(connection: Connection) -> bool:
    """Give marked blocks their digests, a few; return whether there may be more of them."""
    marked = select(RowDigest.of, RowDigest.block).where(RowDigest.digest.is_(None)).limit(AT_ONCE)
    found = [Block(*row) for row in connection.execute(marked)]
    for block in found:
        this = RowDigest.of == block.table, RowDigest.block == block.number
        digest = _digest(connection, block) if _is_ours(block) else None
        connection.execute(
            delete(RowDigest).where(*this)
            if digest is None
            else update(RowDigest).where(*this).values(digest=digest)
        )
    return len(found) == AT_ONCE


def wrong(connection: Connection) -> Iterator[Block]:
    """Yield the blocks whose rows are not those that were written."""
    known = select(RowDigest.of, RowDigest.block, RowDigest.digest)
    for of, number, digest in connection.execute(known.where(RowDigest.digest.is_not(None))).all():
        block = Block(of, number)
        if not _is_ours(block) or _digest(connection, block) != digest:
            yield block


def accept(connection: Connection, block: Block) -> None:
    """Take the rows of a block as they are now."""
    this = RowDigest.of == block.table, RowDigest.block == block.number
    if _is_ours(block):
        connection.execute(update(RowDigest).where(*this).values(digest=None))
    else:
        connection.execute(delete(RowDigest).where(*this))


def _is_ours(block: Block) -> bool:
    """Return whether a block can be one: what stands there may be damaged, or anybody's."""
    return block.table in COVERED and isinstance(block.number, int)


def _digest(connection: Connection, block: Block) -> bytes | None:
    """Return the digest of the rows of a block; None if it has none."""
    first, end = block.rows.start, block.rows.stop
    query = f'SELECT rowid, * FROM "{block.table}" WHERE rowid >= ? AND rowid < ? ORDER BY rowid'
    rows = connection.exec_driver_sql(query, (first, end)).all()
    if not rows:
        return None
    text = json.dumps([list(row) for row in rows], default=bytes.hex)
    return blake2b(text.encode(), digest_size=16).digest()
