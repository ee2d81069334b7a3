"""Digests of the rows of analysis.sqlite: a changed byte in a value is still a valid database.

Rows are covered in blocks of BLOCK. Triggers, which need nothing but SQLite and so hold for every
program that writes, mark the block of each row that is written; the writer gives marked blocks a
digest before its transaction ends, a few at a time, and all of them when it closes. After the
digest of a block stands a checksum for each photo with codes, since these are costly to make again.
Knows nothing else of what the tables mean.
"""

import json
import struct
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, NamedTuple
from zlib import crc32

from sqlalchemy import Connection, delete, func, select, update

from insight_app.project.results.schema import BLOCK_BITS, COVERED, Image, RowDigest

AT_ONCE = 24
"""Blocks that are covered in one transaction: a few milliseconds."""
BLOCK = 1 << BLOCK_BITS
_DIGEST_BYTES = 16
_ONE = struct.Struct("<BI")
"""Which row of its block, and its checksum."""


class Block(NamedTuple):
    """BLOCK rows of a table, from row id number * BLOCK on."""

    table: str
    number: int

    @property
    def rows(self) -> range:
        return range(self.number * BLOCK, (self.number + 1) * BLOCK)


def cover(connection: Connection, *, covers_open: bool = False) -> bool:
    """Give marked blocks their digests, a few; return whether there may be more of them.

    covers_open: also the block that the next new photos come into, which would be covered again and
    again while they do.
    """
    marked = select(RowDigest.of, RowDigest.block).where(RowDigest.digest.is_(None)).limit(AT_ONCE)
    found = [Block(*row) for row in connection.execute(marked)]
    left = None if covers_open or not found else _open_block(connection)
    for block in found:
        if block == left:
            continue
        this = RowDigest.of == block.table, RowDigest.block == block.number
        proof = _proof(connection, block) if _is_ours(block) else None
        connection.execute(
            delete(RowDigest).where(*this)
            if proof is None
            else update(RowDigest).where(*this).values(digest=proof)
        )
    return len(found) == AT_ONCE


def wrong(connection: Connection) -> Iterator[Block]:
    """Yield the blocks whose rows are not those that were written."""
    known = select(RowDigest.of, RowDigest.block, RowDigest.digest)
    for of, number, proof in connection.execute(known.where(RowDigest.digest.is_not(None))).all():
        block = Block(of, number)
        if not _is_ours(block) or _proof(connection, block) != proof:
            yield block


def whole_photos(connection: Connection, number: int) -> set[int]:
    """Return the photos with codes in a block of photos whose rows are as they were written."""
    block = Block(Image.__tablename__, number)
    this = RowDigest.of == block.table, RowDigest.block == number
    proof = connection.execute(select(RowDigest.digest).where(*this)).scalar()
    sums = proof[_DIGEST_BYTES:] if isinstance(proof, bytes) else b""
    sums = sums[: len(sums) - len(sums) % _ONE.size]
    known = {block.rows.start + at: check for at, check in _ONE.iter_unpack(sums)}
    return {row[0] for row in _rows(connection, block) if known.get(row[0]) == _checksum(row)}


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


def _open_block(connection: Connection) -> Block:
    last = connection.execute(select(func.max(Image.id))).scalar() or 0
    return Block(Image.__tablename__, last >> BLOCK_BITS)


def _proof(connection: Connection, block: Block) -> bytes | None:
    """Return the digest of the rows of a block and the checksums that follow; None if no rows."""
    rows = _rows(connection, block)
    if not rows:
        return None
    digest = blake2b(_text(rows).encode(), digest_size=_DIGEST_BYTES).digest()
    if block.table != Image.__tablename__:
        return digest
    coded = (row for row in rows if row[-1] is not None)
    return digest + b"".join(_ONE.pack(row[0] % BLOCK, _checksum(row)) for row in coded)


def _rows(connection: Connection, block: Block) -> list[tuple[Any, ...]]:
    """Return the rows of a block: id, columns as the database has them, a photo's shard again."""
    columns = "rowid, *, shard" if block.table == Image.__tablename__ else "rowid, *"
    table = f'"{block.table}" WHERE rowid >= ? AND rowid < ? ORDER BY rowid'
    query = f"SELECT {columns} FROM {table}"
    cursor = connection.connection.cursor()
    cursor.execute(query, (block.rows.start, block.rows.stop))
    return list(cursor.fetchall())


def _checksum(row: tuple[Any, ...]) -> int:
    return crc32(_text(row).encode())


def _text(rows: object) -> str:
    return json.dumps(rows, default=bytes.hex)
