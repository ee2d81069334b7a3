"""Damaged results are set aside and made anew: the photos are the better source.

Knows nothing of how codes are made.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError
from insight_app.project.analysis import dictionary, publishing, set_up
from insight_app.project.analysis.counting import running_counts
from insight_app.project.folder import CODES, LOCK, STATISTICS
from insight_app.project.results import (
    analysis_database,
    code_store,
    digests,
    row_kinds,
    salvage,
)
from insight_app.project.results.analysis_database import reading, writing
from insight_app.project.results.code_store import Place
from insight_app.project.results.digests import FileDigest
from insight_app.project.results.salvage import Owned
from insight_app.project.results.schema import Image, Shard, Status
from insight_app.project.storage import sqlite


def open_or_begin_anew(project: Path, notice: Callable[[str], None]) -> Engine:
    """Return the writer's engine; begin anew if the database is damaged or lost.

    It is then set aside with all that it alone explains (`backups/results-...`), and notice(text)
    is told so.
    """
    is_lost = not (project / analysis_database.NAME).exists() and any(
        (project / "codes").glob("*.codes")
    )
    if not is_lost:
        try:
            return _checked(analysis_database.open_writer(project))
        except sqlite.Damaged:
            pass
    return begin_anew(project, notice)


def begin_anew(project: Path, notice: Callable[[str], None]) -> Engine:
    """Set the results aside with all that they alone explain, tell it, and begin with none."""
    tables = set_up.published_last(project)
    with disk_errors("The damaged results cannot be set aside", where=project):
        aside = _set_aside(project)
    notice(
        "The results of this project were damaged and are made anew from the photos; what people "
        f"judged is unharmed. What was there is kept in {aside}."
    )
    engine = analysis_database.open_writer(project)
    with writing(engine) as connection:
        for name in set_up.TABLES:
            set_up.put_back(connection, name, tables.get(name, []))
    return engine


def _set_aside(project: Path) -> Path:
    """Move the results to the backups; return where they are."""
    aside = project / "backups" / f"results-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    aside.mkdir(parents=True)
    for path in sorted(
        [*project.glob(analysis_database.NAME + "*"), *project.glob("codes/*.codes")]
    ):
        path.replace(aside / path.name)
    for path in (project / "statistics").iterdir():
        if path.name != LOCK:
            path.replace(aside / path.name)
    return aside


def _checked(engine: Engine) -> Engine:
    """Return the same engine; Damaged if the pages of its file do not fit each other."""
    try:
        with reading(engine) as connection:
            answer = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if answer != "ok":
                raise sqlite.Damaged(f"The database of results is damaged ({answer}).")
            if table := row_kinds.first_wrong(connection):
                raise sqlite.Damaged(f"The table {table} of results holds what it cannot hold.")
    except BaseException:
        engine.dispose()
        raise
    return engine


def set_damaged_aside(project: Path, engine: Engine) -> int:
    """Compare every shard with its checksum; return how many photos must be coded again.

    Records of a damaged shard that are whole are copied into a new one. Lists of strongest images
    that are not as they were written are removed: they are made again from the codes when these are
    counted.
    """
    codes, statistics = project / CODES, project / STATISTICS
    with reading(engine) as connection:
        shards = list(connection.execute(select(Shard).order_by(Shard.id)))
        manifest = publishing.newest_manifest(connection, statistics)
    lost = 0
    for row in shards:
        segment = statistics / running_counts.segment_name(row.id)
        known = manifest and manifest.files.get(f"{STATISTICS}/{segment.name}")
        is_whole = _is_whole(codes, row.id, row.bytes, row.checksum)
        if not is_whole or (known and not _is_as_written(segment, known)):
            with disk_errors("Damaged results cannot be set aside", where=project):
                _remove_counts(statistics, row.id)
                if not is_whole:
                    code_store.set_aside(codes, row.id)
        if not is_whole:
            lost += _replace(project, engine, row.id, row.is_sealed)
    return lost


def _replace(project: Path, engine: Engine, shard: int, is_sealed: bool) -> int:
    """Let another shard with all whole records take the place of one that was set aside.

    Return how many photos lost their codes. Stopped on the way, the same call begins again.
    """
    codes = project / CODES
    with reading(engine) as connection:
        owned = owned_by(connection, shard)
        numbers = connection.execute(select(Shard.id)).scalars()
        into = max(*numbers, code_store.last_shard(codes)) + 1
    concepts = _concepts(project, shard)
    with disk_errors("Codes that are whole cannot be copied", where=project):
        saved = salvage.save(codes, owned, into, concepts) if concepts else None
    nowhere = {"shard": None, "offset": None, "bytes": None}
    with writing(engine) as connection:
        if saved is not None:
            if is_sealed:  # only the last shard is written on
                connection.execute(update(Shard).values(is_sealed=True))
            values = {"bytes": saved.size, "images": len(saved.owned), "checksum": saved.checksum}
            connection.execute(insert(Shard).values(id=into, is_sealed=is_sealed, **values))
            connection.execute(
                update(Image).where(Image.id == bindparam("key")).values(_PLACE),
                [
                    {"key": image, "shard": into, "offset": place.offset, "bytes": place.size}
                    for image, place in saved.owned
                ],
            )
        of_shard = Image.shard == shard
        counts = of_shard, Image.status.in_((int(Status.CODED), int(Status.MISSING)))
        lost = connection.execute(select(func.count()).select_from(Image).where(*counts))
        coded = of_shard, Image.status == int(Status.CODED)
        number = int(lost.scalar_one())
        connection.execute(update(Image).where(*coded).values(status=int(Status.NEW)))
        connection.execute(update(Image).where(of_shard).values(nowhere))
        connection.execute(delete(Shard).where(Shard.id == shard))
    return number


_PLACE: dict[str, Any] = {name: bindparam(name) for name in ("shard", "offset", "bytes")}


def owned_by(connection: Connection, shard: int) -> list[Owned]:
    """Return all photos that have records in a shard."""
    query = select(Image.id, Image.offset, Image.bytes).where(Image.shard == shard)
    return [Owned(r.id, Place(shard, r.offset, r.bytes)) for r in connection.execute(query)]


def _concepts(project: Path, shard: int) -> int:
    """Return of how many concepts the codes are; 0 if nobody can tell for sure."""
    told = {code_store.concepts_of(project / CODES, shard)}
    with suppress(KnownError):
        described = dictionary.installed(project)
        told.add(described.concepts if described is not None else 0)
    return max(told) if len(told - {0}) == 1 else 0


def _remove_counts(statistics: Path, shard: int) -> None:
    for old in statistics.glob(f"shard-{shard:06d}.*"):
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink()


def _is_as_written(path: Path, known: FileDigest) -> bool:
    try:
        return digests.of_file(path) == known
    except OSError:
        return False


def _is_whole(codes: Path, shard: int, size: int, checksum: int) -> bool:
    try:
        return code_store.checksum_of(codes, shard, size) == checksum
    except OSError:
        return False
