"""How sure relations are: intervals over images, from one pass over the codes at an analysis's end.

An interval holds as long as nothing that is counted of its edge changes; so what was measured is
carried from one generation to the next, and a pass is made for the rest alone. Knows nothing of how
generations are written.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from insight_app.concepts import near_misses
from insight_app.concepts.codes import concatenate
from insight_app.concepts.progress import CancelToken, Progress
from insight_app.concepts.statistics import NearPairs
from insight_app.concepts.statistics.edge_sums import EdgeSums
from insight_app.project.folder import CODES
from insight_app.project.results.analysis_database import reading
from insight_app.project.results.code_record import Record
from insight_app.project.results.code_store import read_shard
from insight_app.project.results.edge_table import DATA, FEWEST_IMAGES, UNKNOWN, EdgeTable
from insight_app.project.results.schema import IS_IN, Folder, Image, Shard, Status

_BATCH = 128
_COUNTED = ("strength", "cells", "images", "child_cells", "child_images", "source")
"""What is equal as long as no image with the child came or went."""
_MEASURED = ("low", "high", "near_low", "near_high")


def with_near(edges: EdgeTable, near: NearPairs, images: int) -> EdgeTable:
    """Return the edges of these photos with N, if the near misses of all `images` were counted."""
    if near.images < images:
        return edges
    counts = near.counts()
    own = np.flatnonzero(edges.source == DATA)
    key = edges.child[own].astype(np.int64) * near.concepts + edges.parent[own]
    found = edges.near.copy()
    found[own] = 0
    if counts.key.size:
        at = np.minimum(np.searchsorted(counts.key, key), counts.key.size - 1)
        found[own] = np.where(counts.key[at] == key, counts.cells[at], 0)
    return replace(edges, near=found)


def carried(now: EdgeTable, before: EdgeTable) -> EdgeTable:
    """Return the edges `now` with what was measured of them before, where that still holds."""
    place = {pair: n for n, pair in enumerate(_pairs(before))}
    found = np.array([place.get(pair, -1) for pair in _pairs(now)], np.int64)
    holds = found >= 0
    for name in _COUNTED:
        column = getattr(before, name)
        holds[holds] &= column[found[holds]] == getattr(now, name)[holds]
    measured = {name: getattr(now, name).copy() for name in _MEASURED}
    for name, column in measured.items():
        column[holds] = getattr(before, name)[found[holds]]
    return replace(now, **measured)


def is_unmeasured(edges: EdgeTable) -> NDArray[np.bool_]:
    """Return (n,) bool: edges of which a pass over the codes would tell more."""
    can_be = (edges.source == DATA) & (edges.child_images >= FEWEST_IMAGES)
    has_near = (edges.near >= 0) & (edges.near_low == UNKNOWN)
    lacks: NDArray[np.bool_] = can_be & ((edges.low == UNKNOWN) | has_near)
    return lacks


def measured(
    edges: EdgeTable,
    project: Path,
    engine: Engine,
    concepts: int,
    progress: Progress,
    cancel: CancelToken,
) -> EdgeTable:
    """Return the edges with intervals, for those that lack one and can have one.

    Reads the codes of all images that count. Raises Cancelled when cancelled.
    """
    chosen = np.flatnonzero(is_unmeasured(edges))
    sums = EdgeSums(edges.child[chosen], edges.parent[chosen], concepts)
    with reading(engine) as connection:
        shards = connection.execute(select(Shard).order_by(Shard.id)).all()
    total, done = sum(row.images for row in shards), 0
    for row in shards:
        hash_of = _hashes(engine, row.id)
        for records in _batches(project / CODES, row.id, row.bytes):
            cancel.check()
            live = [record for record in records if record.image in hash_of]
            if live:
                _add(sums, live, [hash_of[record.image] for record in live])
            done += len(records)
            progress(done, total, "Measuring how sure relations are")
    found = sums.intervals()
    columns = {}
    for name in _MEASURED:
        column = getattr(edges, name).copy()
        values = getattr(found, name)
        column[chosen] = np.where(np.isnan(values), UNKNOWN, values)
        columns[name] = column
    return replace(edges, **columns)


def _add(sums: EdgeSums, records: list[Record], hashes: list[bytes]) -> None:
    codes = [record.codes() for record in records]
    near = [record.notes().near for record in records]
    image = np.repeat(np.arange(len(codes)), [one.cells for one in codes])
    are_known = all(one.are_known for one in near)
    joined = near_misses.concatenate(near) if are_known else near_misses.unknown()
    sums.add(concatenate(codes), joined, image, hashes)


def _hashes(engine: Engine, shard: int) -> dict[int, bytes]:
    """Return the content hash of every image of a shard that counts."""
    query = (
        select(Image.id, Image.content_hash)
        .join(Folder, Image.folder_id == Folder.id)
        .where(Image.shard == shard, Image.status == int(Status.CODED), IS_IN)
    )
    with reading(engine) as connection:
        return {row.id: row.content_hash for row in connection.execute(query)}


def _batches(codes: Path, shard: int, size: int) -> Iterator[list[Record]]:
    records: list[Record] = []
    for _, record in read_shard(codes, shard, size):
        records.append(record)
        if len(records) == _BATCH:
            yield records
            records = []
    if records:
        yield records


def _pairs(edges: EdgeTable) -> list[tuple[int, int]]:
    return list(zip(edges.child.tolist(), edges.parent.tolist(), strict=True))
