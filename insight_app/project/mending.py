"""Damaged codes are set aside and their photos coded again: the photos are the better source.

Knows nothing of how codes are made.
"""

from pathlib import Path

from sqlalchemy import Engine, delete, select, update

from insight_app.project import codestore
from insight_app.project.database import reading, writing
from insight_app.project.schema import Image, Shard, Status


def set_damaged_aside(project: Path, engine: Engine) -> int:
    """Compare every shard with its checksum; how many photos must be coded again."""
    codes = project / "codes"
    with reading(engine) as connection:
        shards = list(connection.execute(select(Shard).order_by(Shard.id)))
    lost = 0
    for row in shards:
        if _is_whole(codes, row.id, row.bytes, row.checksum):
            continue
        path = codestore.shard_path(codes, row.id)
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
        return codestore.checksum_of(codes, shard, size) == checksum
    except OSError:
        return False
