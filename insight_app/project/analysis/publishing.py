"""Naming generations: a folder that is written becomes results by a row of table `generation`.

Also publishes the newest one again when nothing that is counted changed, which is much cheaper.
Knows nothing of how numbers are counted.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, func, insert, select

from insight_app.errors import KnownError
from insight_app.project.analysis import set_up
from insight_app.project.analysis.counting import certainty
from insight_app.project.analysis.places import published_places
from insight_app.project.folder import STATISTICS
from insight_app.project.results import generations
from insight_app.project.results.analysis_database import reading, writing
from insight_app.project.results.edge_table import EdgeTable
from insight_app.project.results.manifest import Manifest
from insight_app.project.results.schema import Generation, Status


def newest(connection: Connection) -> int:
    """Return the number of the newest generation, 0 before the first."""
    return int(connection.execute(select(func.max(Generation.id))).scalar() or 0)


def newest_manifest(connection: Connection, statistics: Path) -> Manifest | None:
    """Return the manifest of the newest generation; None if it has none, or a damaged one."""
    rows = select(Generation.id, Generation.manifest).order_by(Generation.id.desc()).limit(1)
    row = connection.execute(rows).first()
    try:
        return row and generations.manifest_of(statistics, row.id, row.manifest)
    except (OSError, KnownError):
        return None


def newest_edges(statistics: Path, known: Manifest | None) -> EdgeTable | None:
    """Return the relations of the newest generation; None if there are none that can be read.

    known: its manifest.
    """
    if known is None:
        return None
    try:
        return generations.read_edges(statistics, known.generation, known)
    except (OSError, KnownError):
        return None


def has_unmeasured_edges(project: Path, engine: Engine) -> bool:
    """Return whether a pass over the codes would tell more of the relations published last."""
    statistics = project / STATISTICS
    with reading(engine) as connection:
        known = newest_manifest(connection, statistics)
    edges = newest_edges(statistics, known)
    return edges is not None and bool(certainty.is_unmeasured(edges).any())


def name(engine: Engine, statistics: Path, number: int, coded: int, manifest: str) -> None:
    """Publish a generation whose folder is written, and remove those that nobody opens now.

    manifest: the digest of its manifest.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with writing(engine) as connection:
        values = {"id": number, "published": now, "coded": coded, "manifest": manifest}
        connection.execute(insert(Generation).values(values))
    generations.remove_old(statistics, number)


def publish_again(project: Path, engine: Engine) -> int | None:
    """Publish the newest generation with images where they are now; return its number.

    None if other images count than in it, or if it cannot be read: then all must be counted.
    """
    statistics = project / STATISTICS
    with reading(engine) as connection:
        last, places = newest(connection), published_places(connection)
        manifest, tables = newest_manifest(connection, statistics), set_up.of(connection)
    if manifest is None:
        return None
    try:
        known = generations.read(statistics, last).places
        if not _count_the_same(known, places):
            return None
        written = generations.write_again(statistics, last, last + 1, places, manifest, tables)
    except (FileNotFoundError, KnownError):
        return None
    if written is None:
        return None
    name(engine, statistics, last + 1, *written)
    return last + 1


def _count_the_same(known: Mapping[str, NDArray[Any]], places: Mapping[str, NDArray[Any]]) -> bool:
    """Return whether the same images count, in the same folders and with the same codes."""
    before, now = (np.flatnonzero(p["status"] == int(Status.CODED)) for p in (known, places))
    return np.array_equal(before, now) and all(
        np.array_equal(known[column][now], places[column][now])
        for column in ("folder", "shard", "offset", "bytes")
    )
