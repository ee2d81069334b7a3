"""The reading rule of a project: settled with its first codes, changed only by coding all again.

So is what is kept beside the codes: an Insight of before did not keep what later figures rest on.

A change is one transaction, after which no photo has codes: those of two rules never stand side by
side, whenever the program is killed. Knows nothing of how photos are read.
"""

from pathlib import Path

from sqlalchemy import Engine, delete, func, select, update

from insight_app.errors import KnownError, WorldError
from insight_app.project.analysis.coding.crashes import CRASHES_ALLOWED
from insight_app.project.analysis.counting.running_counts import remove_counts_of_others
from insight_app.project.analysis.folders.sources import Sources
from insight_app.project.folder import CODES, STATISTICS
from insight_app.project.photos.decoding import NEWEST_RULE
from insight_app.project.results import code_store, generations, reading_rule, settings
from insight_app.project.results.analysis_database import reading, writing
from insight_app.project.results.run_state import RUNNING
from insight_app.project.results.schema import (
    IS_IN,
    Folder,
    Generation,
    Image,
    Run,
    Setting,
    Shard,
    Status,
)


def settle(project: Path, engine: Engine) -> int:
    """Return the reading rule, kept from now on; Refusal if it is a newer Insight's."""
    with reading(engine) as connection:
        rule = reading_rule.must_be_known(reading_rule.of(connection), project)
    settings.write(engine, reading_rule.SETTING, rule)
    return rule


def is_due(project: Path, engine: Engine, rule: int) -> bool:
    """Return whether coding all photos again would bring anything: another rule, or more notes."""
    if rule != NEWEST_RULE:
        return True
    with reading(engine) as connection:
        newest = connection.execute(select(func.max(Generation.id))).scalar()
        has_codes = connection.execute(select(Shard.id).limit(1)).first() is not None
    if not (newest and has_codes):
        return False
    statistics = project / STATISTICS
    try:
        read = generations.reader_of(statistics, newest)
        _, header, _ = generations.header_of(generations.folder_of(statistics, newest), read)
    except (OSError, KnownError):
        return False
    return header.near_images < header.coded


def must_be_possible(project: Path, engine: Engine) -> None:
    """Raise WorldError if a source has analyzed photos and none of them is there.

    So it is with a drive that is not connected: their codes would be given up for nothing.
    """
    is_there = func.max(Image.status == int(Status.CODED))
    with_codes = (
        select(Folder.source_id, is_there)
        .join(Image, Image.folder_id == Folder.id)
        .where(Image.shard.is_not(None), IS_IN)
        .where(Image.status.in_([int(Status.CODED), int(Status.MISSING)]))
        .group_by(Folder.source_id)
    )
    with reading(engine) as connection:
        rows = connection.execute(with_codes)
        are_there = {int(source): bool(any_is_there) for source, any_is_there in rows}
    for source in Sources(project, engine).all:
        if source.id in are_there and not (are_there[source.id] and source.is_here):
            raise WorldError(
                "No photo of this folder is there, so that they cannot be read again.",
                where=str(source.path),
                kept="All photos keep their codes.",
                do="Connect its drive or bring the folder back, then try again.",
            )


def begin(engine: Engine) -> int:
    """Make all photos new again, to be read by the newest rule; return that.

    Asked for where it is due (`is_due`), so that the same call goes on with what it began. The old
    codes' files stay until `remove_old_files`: whoever shows the results published last still reads
    them.
    """
    with writing(engine) as connection:
        rule = {"value": str(NEWEST_RULE)}
        connection.execute(update(Setting).where(Setting.name == reading_rule.SETTING).values(rule))
        running = Run.state == RUNNING
        connection.execute(update(Run).where(running).values(reading_rule=NEWEST_RULE))
        coded, unreadable = int(Status.CODED), int(Status.UNREADABLE)
        connection.execute(
            update(Image)
            .where(Image.status.in_([coded, unreadable]), Image.crashes <= CRASHES_ALLOWED)
            .values(status=int(Status.NEW), message="", do="")
        )
        nowhere = {"shard": None, "offset": None, "bytes": None}
        connection.execute(update(Image).where(Image.shard.is_not(None)).values(nowhere))
        connection.execute(delete(Shard))
    return NEWEST_RULE


def remove_old_files(project: Path, engine: Engine) -> None:
    """Remove codes and counts of shards that the project no longer has."""
    with reading(engine) as connection:
        shards = set(connection.execute(select(Shard.id)).scalars())
    code_store.remove_others(project / CODES, shards)
    remove_counts_of_others(project / STATISTICS, shards)
