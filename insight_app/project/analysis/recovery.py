"""Damaged results are set aside and made anew: the photos are the better source.

Knows nothing of how codes are made.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, delete, select, update

from insight_app.disk_errors import disk_errors
from insight_app.project.folder import LOCK
from insight_app.project.results import analysis_database, code_store
from insight_app.project.results.analysis_database import reading, writing
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
    with disk_errors("The damaged results cannot be set aside", where=project):
        aside = _set_aside(project)
    notice(
        "The results of this project were damaged and are made anew from the photos; what people "
        f"judged is unharmed. What was there is kept in {aside}."
    )
    return analysis_database.open_writer(project)


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
    except BaseException:
        engine.dispose()
        raise
    return engine


def set_damaged_aside(project: Path, engine: Engine) -> int:
    """Compare every shard with its checksum; return how many photos must be coded again."""
    codes = project / "codes"
    with reading(engine) as connection:
        shards = list(connection.execute(select(Shard).order_by(Shard.id)))
    lost = 0
    for row in shards:
        if _is_whole(codes, row.id, row.bytes, row.checksum):
            continue
        path = code_store.shard_path(codes, row.id)
        with disk_errors("Damaged codes cannot be set aside", where=path):
            if path.exists():
                path.replace(path.with_suffix(".damaged"))
            for old in (project / "statistics").glob(f"shard-{row.id:06d}.*"):
                old.unlink()
        nowhere = {"shard": None, "offset": None, "bytes": None}
        with writing(engine) as connection:
            of_shard = Image.shard == row.id
            coded = Image.status == int(Status.CODED)
            connection.execute(update(Image).where(of_shard, coded).values(status=int(Status.NEW)))
            connection.execute(update(Image).where(of_shard).values(nowhere))
            connection.execute(delete(Shard).where(Shard.id == row.id))
        lost += row.images
    return lost


def _is_whole(codes: Path, shard: int, size: int, checksum: int) -> bool:
    try:
        return code_store.checksum_of(codes, shard, size) == checksum
    except OSError:
        return False
