"""Mending rows of the database of results that are not what was written.

What a person set up (folders, settings) is taken from the newest manifest; what is known of photos
and codes is looked at anew. Knows nothing of pages and files.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, literal, select, update

from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError
from insight_app.figures import counted
from insight_app.project.analysis import set_up
from insight_app.project.folder import CODES
from insight_app.project.results import code_store, row_digests
from insight_app.project.results.analysis_database import reading, writing
from insight_app.project.results.manifest import Tables
from insight_app.project.results.row_digests import Block
from insight_app.project.results.run_state import CANCELLED, FAILED, FINISHED, INTERRUPTED, RUNNING
from insight_app.project.results.schema import Image, Run, Shard, Skipped, Status

_STATES = (RUNNING, FINISHED, CANCELLED, FAILED, INTERRUPTED)

_NEVER_SEEN = (literal(-1).label("size"), literal(0).label("mtime_ns"))
"""No file has this size: the next look at it finds that it was changed."""


def mend(project: Path, engine: Engine, known: Tables, tell: Callable[[str], None]) -> None:
    """Make wrong blocks right again; known: rows of tables as the newest manifest has them."""
    with reading(engine) as connection:
        found = list(row_digests.wrong(connection))
    for block in found:
        with writing(engine) as connection:
            _mend(project, connection, block, known, tell)
            row_digests.accept(connection, block)


def _mend(
    project: Path,
    connection: Connection,
    block: Block,
    known: Tables,
    tell: Callable[[str], None],
) -> None:
    if block.table == "image":
        photos = _look_again(project / CODES, connection, block)
        tell(f"What was known of {counted(photos, 'photo')} was damaged and is found out anew.")
    elif block.table == "shard":
        _read_shards(project / CODES, connection, block)
        tell("The list of files of codes was made again from these.")
    elif block.table == "skipped":
        connection.execute(delete(Skipped).where(_in(Skipped.id, block)))
        tell("The list of files that were left out is made again by the next analysis.")
    elif block.table == "run":
        wrong = _in(Run.id, block), Run.state.not_in(_STATES)
        connection.execute(update(Run).where(*wrong).values(state=INTERRUPTED))
        tell("The history of analyses may be wrong in one place; nothing else depends on it.")
    elif block.table in set_up.TABLES and known.get(block.table):
        set_up.put_back(connection, block.table, known[block.table])
        tell("Folders and settings are those of when results were last published.")


def _in(column: Any, block: Block) -> Any:
    return column.between(block.rows.start, block.rows.stop - 1)


def _look_again(codes: Path, connection: Connection, block: Block) -> int:
    """Let the next analysis look at the photos of a block as if it had never seen them.

    Their rows become tombstones that own the codes, as those of photos that were changed do. Photos
    with codes whose own rows are whole stay as they are.
    """
    whole = row_digests.whole_photos(connection, block.number)
    harmed = set(block.rows) - whole
    are_harmed = Image.id.in_(harmed)
    no_name = func.typeof(Image.name) != "text"
    nobody = {"name": "?", "status": int(Status.CHANGED)}
    connection.execute(update(Image).where(are_harmed, no_name).values(nobody))
    anew = select(Image.folder_id, Image.name, *_NEVER_SEEN).where(
        are_harmed, Image.status != int(Status.CHANGED)
    )
    photos = connection.execute(anew).all()
    nowhere = {"shard": None, "offset": None, "bytes": None}
    gone = update(Image).where(are_harmed)
    connection.execute(gone.values(nowhere | {"status": int(Status.CHANGED)}))
    for row in photos:
        connection.execute(insert(Image).prefix_with("OR IGNORE").values(row._asdict()))
    for shard in connection.execute(select(Shard.id, Shard.bytes)).all():
        with suppress(KnownError, OSError):  # damaged codes are set aside afterwards
            for place, record in code_store.read_shard(codes, shard.id, shard.bytes):
                if record.image in harmed:
                    owner = update(Image).where(Image.id == record.image)
                    at = {"shard": place.shard, "offset": place.offset, "bytes": place.size}
                    connection.execute(owner.values(at))
    return len(photos)


def _read_shards(codes: Path, connection: Connection, block: Block) -> None:
    """Make the rows of shards again from their files, as far as image rows own their records."""
    connection.execute(delete(Shard).where(_in(Shard.id, block)))
    query = select(Image.shard).where(_in(Image.shard, block)).distinct()
    numbers = sorted(number for number in connection.execute(query).scalars() if number is not None)
    last = code_store.last_shard(codes)
    for number in numbers:
        rows = select(Image.offset, Image.bytes).where(Image.shard == number)
        places = connection.execute(rows).all()
        size = max(row.offset + row.bytes for row in places)
        try:
            with disk_errors("The codes cannot be read"):
                checksum = code_store.checksum_of(codes, number, size)
                images = sum(1 for _ in code_store.read_shard(codes, number, size))
        except KnownError:
            checksum, images = -1, len(places)  # set aside with all damaged codes
        values = {"id": number, "bytes": size, "images": images, "checksum": checksum}
        connection.execute(insert(Shard).values(values | {"is_sealed": number < last}))
