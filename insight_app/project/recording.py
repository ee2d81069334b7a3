"""The one writer of an analysis: appends codes, keeps the running counts, publishes generations.

A commit = the shard's bytes made durable, then one transaction that names them; counts are a
function of what is committed, so a writer that starts again loads or recounts them and goes on.
Knows nothing of encoders and of how photos are read.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from insight_app.concepts.codes import Codes
from insight_app.concepts.geometry import Geometry
from insight_app.concepts.statistics import CoOccurrence, Maxima
from insight_app.project import generations, postings
from insight_app.project.codestore import Notes, Place, Record, ShardWriter, read_shard
from insight_app.project.database import reading, writing
from insight_app.project.generations import Candidate, EdgeTable, Header, Published, Shares
from insight_app.project.schema import Folder, Generation, Image, Setting, Shard, Status
from insight_app.project.tally import Tally, flatten

SHARD_IMAGES = 8192
CODES, STATISTICS = "codes", "statistics"


@dataclass(frozen=True, eq=False)
class Coded:
    """An image with its codes, ready to be written."""

    image: int
    folder: int
    content_hash: bytes
    geometry: Geometry
    window: tuple[float, float]
    codes: Codes
    notes: Notes


@dataclass(frozen=True, eq=False)
class Setup:
    """What a project was set up with: encoder, dictionary and the names it brings or was given."""

    encoder: str
    encoder_fingerprint: str
    grid: tuple[int, int]
    dictionary_fingerprint: str
    levels: NDArray[np.uint8]
    names: list[str] = field(default_factory=list)
    candidates: list[list[Candidate]] = field(default_factory=list)

    @property
    def concepts(self) -> int:
        return int(self.levels.size)


class Recorder:
    """Writes the results of one project; there is never more than one at a time."""

    def __init__(self, project: Path, engine: Engine, setup: Setup) -> None:
        self.project = project
        self.engine = engine
        self.setup = setup
        self.statistics = project / STATISTICS
        self.statistics.mkdir(parents=True, exist_ok=True)
        self._sealed = Tally(setup.concepts)
        self._cooccurrence = CoOccurrence(setup.concepts)
        self._pending: list[tuple[Coded, Place]] = []
        self._start()

    def _start(self) -> None:
        """Load or recount what the committed codes amount to, and open the shard to append to."""
        F = self.setup.concepts
        with reading(self.engine) as connection:
            shards = list(connection.execute(select(Shard).order_by(Shard.id)))
        self._segments: list[str] = []
        self._open = Tally(F)
        self._maxima: list[Maxima] = []
        self._images_in_shard = 0
        number, size, checksum = len(shards) + 1, 0, 0
        for row in shards:
            if row.is_sealed:
                self._sealed.merge(self._load_sealed(row.id, row.bytes))
                self._segments.append(_segment_name(row.id))
            else:
                number, size, checksum = row.id, row.bytes, row.checksum
                self._images_in_shard = row.images
                for records, folders in self._live(row.id, row.bytes):
                    self._count(records, folders, self._open)
        self._writer = ShardWriter(self.project / CODES, number, F, size, checksum)

    def _live(self, shard: int, size: int) -> "Any":
        """Batches of the shard's records that count, with their folders."""
        with reading(self.engine) as connection:
            query = select(Image.id, Image.folder_id).where(
                Image.shard == shard, Image.status == int(Status.CODED)
            )
            folder_of = {row.id: row.folder_id for row in connection.execute(query)}
        batch: list[Record] = []
        for _, record in read_shard(self.project / CODES, shard, size):
            if record.image in folder_of:
                batch.append(record)
            if len(batch) == 256:
                yield batch, [folder_of[r.image] for r in batch]
                batch = []
        if batch:
            yield batch, [folder_of[r.image] for r in batch]

    def _count(self, records: Sequence[Record], folders: Sequence[int], tally: Tally) -> None:
        images, codes = [r.image for r in records], [r.codes() for r in records]
        self._maxima.append(tally.add(images, folders, codes))
        joined, image, _ = flatten(images, codes)
        self._cooccurrence.add(joined, image)

    def _load_sealed(self, shard: int, size: int) -> Tally:
        tally = Tally(self.setup.concepts)
        for records, folders in self._live(shard, size):
            self._count(records, folders, tally)
        self._maxima = []
        return tally

    def add(self, coded: Coded) -> None:
        """Append an image to the open shard; nothing is kept before `commit`."""
        place = self._writer.append(coded.image, coded.codes, coded.notes)
        self._pending.append((coded, place))

    def commit(self) -> None:
        """Make all added images durable, and count them."""
        if not self._pending:
            return
        self._writer.commit()
        self._images_in_shard += len(self._pending)
        manifest = {
            "id": self._writer.shard,
            "bytes": self._writer.size,
            "images": self._images_in_shard,
            "checksum": self._writer.checksum,
            "is_sealed": False,
        }
        rows = [_row(coded, place) for coded, place in self._pending]
        with writing(self.engine) as connection:
            connection.execute(
                upsert(Shard)
                .values(manifest)
                .on_conflict_do_update(index_elements=[Shard.id], set_=manifest)
            )
            statement = update(Image).where(Image.id == bindparam("key"))
            connection.execute(
                statement.values({name: bindparam(name) for name in rows[0] if name != "key"}), rows
            )
        images = [coded.image for coded, _ in self._pending]
        codes = [coded.codes for coded, _ in self._pending]
        folders = [coded.folder for coded, _ in self._pending]
        self._maxima.append(self._open.add(images, folders, codes))
        joined, image, _ = flatten(images, codes)
        self._cooccurrence.add(joined, image)
        self._pending = []

    def publish(self) -> int:
        """Publish what is committed as the next generation; its number."""
        with reading(self.engine) as connection:
            number = int(connection.execute(select(func.max(Generation.id))).scalar() or 0) + 1
            places = _places(connection)
        whole = Tally(self.setup.concepts)
        whole.merge(self._sealed)
        whole.merge(self._open)
        folder = generations.folder_of(self.statistics, number)
        open_segment = f"{folder.name}/open.postings"
        shares = _shares(self._cooccurrence)
        header = Header(
            number,
            self.setup.encoder,
            self.setup.encoder_fingerprint,
            self.setup.grid,
            self.setup.dictionary_fingerprint,
            self.setup.concepts,
            int(places["order"].size),
            whole.images,
            whole.tokens,
            (*self._segments, *([open_segment] if self._maxima else [])),
        )
        counts = whole.counts.to_arrays() | {"levels": self.setup.levels}
        published = Published(
            header,
            self.setup.names,
            self.setup.candidates,
            counts,
            _edges(self._cooccurrence),
            shares,
            places,
            whole.folders.to_arrays(),
        )
        generations.write(self.statistics, published)
        if self._maxima:
            joined = Maxima(*(np.concatenate(column) for column in zip(*self._maxima, strict=True)))
            self._maxima = [joined]
            postings.write_segment(self.statistics / open_segment, joined, self.setup.concepts)
        _sync_folder(folder)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with writing(self.engine) as connection:
            connection.execute(
                insert(Generation).values(id=number, published=now, coded=whole.images)
            )
        generations.remove_old(self.statistics, number)
        return number

    def close(self) -> None:
        self._writer.close()


def _segment_name(shard: int) -> str:
    return f"shard-{shard:06d}.postings"


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def _row(coded: Coded, place: Place) -> dict[str, Any]:
    geometry = coded.geometry
    x, y, w, h = geometry.crop
    return {
        "key": coded.image,
        "status": int(Status.CODED),
        "message": "",
        "content_hash": coded.content_hash,
        "width": geometry.width,
        "height": geometry.height,
        "crop_x": x,
        "crop_y": y,
        "crop_w": w,
        "crop_h": h,
        "rows": geometry.rows,
        "cols": geometry.cols,
        "window_low": coded.window[0],
        "window_high": coded.window[1],
        "shard": place.shard,
        "offset": place.offset,
        "bytes": place.size,
    }


def _places(connection: Any) -> dict[str, NDArray[Any]]:
    """Arrays by image_id (row 0 is nobody) and the ids in path order."""
    size = int(connection.execute(select(func.max(Image.id))).scalar() or 0) + 1
    places: dict[str, NDArray[Any]] = {
        "shard": np.zeros(size, np.uint32),
        "offset": np.zeros(size, np.int64),
        "bytes": np.zeros(size, np.uint32),
        "folder": np.zeros(size, np.uint32),
        "status": np.full(size, int(Status.CHANGED), np.uint8),
    }
    columns = (Image.id, Image.folder_id, Image.status, Image.shard, Image.offset, Image.bytes)
    result = connection.execute(select(*columns)).yield_per(10_000)
    for rows in result.partitions():
        ids = [row[0] for row in rows]
        for at, name in enumerate(("folder", "status", "shard", "offset", "bytes"), 1):
            places[name][ids] = [row[at] or 0 for row in rows]
    in_order = select(Image.id).where(Image.status != 4).order_by(Image.folder_id, Image.name)
    ids = np.fromiter(connection.execute(in_order).scalars(), np.int64)
    folders = connection.execute(select(Folder.id).order_by(Folder.source_id, Folder.path))
    rank = np.zeros(int(places["folder"].max(initial=0)) + 1, np.int64)
    for position, folder in enumerate(folders.scalars()):
        if folder < rank.size:
            rank[folder] = position
    places["order"] = ids[np.argsort(rank[places["folder"][ids]], kind="stable")].astype(np.int32)
    return places


def _shares(cooccurrence: CoOccurrence) -> Shares:
    arrays = cooccurrence.to_arrays()
    indptr, indices, steps = arrays["indptr"], arrays["indices"], arrays["steps"]
    rows = np.repeat(np.arange(indptr.size - 1), np.diff(indptr))
    mass = cooccurrence.diagonal * 2.0**24
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(mass[rows] > 0, steps / mass[rows], 0.0)
    keep = values > 0
    counts = np.bincount(rows[keep], minlength=indptr.size - 1)
    return Shares(
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        indices[keep],
        values[keep].astype(np.float32),
    )


def _edges(cooccurrence: CoOccurrence) -> EdgeTable:
    from insight_app.concepts.relations import relations

    own = relations(cooccurrence)
    return EdgeTable(
        own.child,
        own.parent,
        own.strength,
        own.back,
        own.cells,
        own.images,
        np.zeros(own.child.size, np.uint8),
    )


def write_setting(engine: Engine, name: str, value: Any) -> None:
    row = {"name": name, "value": json.dumps(value)}
    with writing(engine) as connection:
        connection.execute(
            upsert(Setting)
            .values(row)
            .on_conflict_do_update(index_elements=[Setting.name], set_={"value": row["value"]})
        )


def read_setting(engine: Engine, name: str) -> Any:
    with reading(engine) as connection:
        value = connection.execute(select(Setting.value).where(Setting.name == name)).scalar()
    return None if value is None else json.loads(value)
