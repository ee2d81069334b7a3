"""The one writer of an analysis: appends codes, keeps the counts, publishes generations.

A commit = the shard's bytes made durable, then one transaction that names them; counts are a
function of what is committed, so a writer that starts again goes on exactly there. Knows nothing of
encoders and of how photos are read.
"""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from insight_app.concepts.codes import Codes
from insight_app.concepts.geometry import Geometry
from insight_app.concepts.hsae.description import files_of
from insight_app.concepts.naming.prior import Prior
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.concepts.relations import Edges
from insight_app.disk_errors import disk_errors
from insight_app.project import identity
from insight_app.project.analysis import publishing, set_up
from insight_app.project.analysis.counting import certainty
from insight_app.project.analysis.counting.edges import edges, own_edges, shares
from insight_app.project.analysis.counting.running_counts import Counting
from insight_app.project.analysis.places import published_places
from insight_app.project.folder import CODES, DICTIONARY, STATISTICS
from insight_app.project.results import (
    analysis_database,
    code_store,
    digests,
    edge_table,
    generations,
    settings,
)
from insight_app.project.results.analysis_database import project_id, reading, writing
from insight_app.project.results.code_record import Notes, Record
from insight_app.project.results.code_store import CodeReader, Place, ShardWriter
from insight_app.project.results.digests import FileDigest
from insight_app.project.results.edge_table import EdgeTable
from insight_app.project.results.generations import GenerationHeader, Published
from insight_app.project.results.near_counts import NearMissCounts
from insight_app.project.results.schema import Image, Shard, Status
from insight_app.project.results.words import Words

SHARD_IMAGES = 8192


@dataclass(frozen=True, eq=False)
class Coded:
    """An image with its codes, ready to be written; message: what of it was not used, or ''."""

    image: int
    folder: int
    content_hash: bytes
    geometry: Geometry
    window: tuple[float, float]
    codes: Codes
    notes: Notes
    message: str = ""


@dataclass(frozen=True, eq=False)
class Setup:
    """What a project was set up with: encoder, dictionary, its concepts' names.

    levels: (F,) of each concept; dictionary_edges: the relations that the dictionary was published
    with, None if without any; prior: the names that it came with, None if without any.
    """

    encoder: str
    encoder_fingerprint: str
    grid: tuple[int, int]
    dictionary_fingerprint: str
    levels: NDArray[np.uint8]
    words: Words = field(default_factory=Words)
    dictionary_edges: Edges | None = None
    prior: Prior | None = None

    @property
    def concepts(self) -> int:
        return int(self.levels.size)


class Recorder:
    """Writes the results of one project; there is never more than one at a time.

    To begin with, what changed since it was counted last is counted again.
    """

    def __init__(
        self,
        project: Path,
        engine: Engine,
        setup: Setup,
        progress: Progress = silent,
        cancel: CancelToken | None = None,
    ) -> None:
        self.project = project
        self.engine = engine
        self.setup = setup
        self.statistics = project / STATISTICS
        self.statistics.mkdir(parents=True, exist_ok=True)
        self._pending: list[tuple[Coded, Place]] = []
        self._unreadable: list[dict[str, Any]] = []
        with reading(engine) as connection:
            shards = list(connection.execute(select(Shard).order_by(Shard.id)))
            before = publishing.newest_manifest(connection, self.statistics)
            self._project_id = project_id(connection)
        if not self._project_id and (found := identity.of(project)):
            self._project_id = found
            settings.write(engine, analysis_database.PROJECT_ID, found)
        self._covered = dict(before.files) if before is not None else {}
        self._edges = publishing.newest_edges(self.statistics, before)
        """Of the newest generation: what was measured of them holds on."""
        last = shards[-1] if shards else None
        # A number is used once: results published before may still be read from the file it had.
        number, size, checksum = code_store.last_shard(project / CODES) + 1, 0, 0
        self._in_shard = 0
        if last is not None and last.is_sealed:
            number = last.id + 1
        elif last is not None:
            number, size, checksum, self._in_shard = last.id, last.bytes, last.checksum, last.images
        self.counting = Counting(project, engine, setup.concepts)
        self.counting.load(shards, number, progress, cancel or CancelToken())
        self._open_shard(number, size, checksum)

    def _open_shard(self, shard: int, size: int, checksum: int) -> None:
        codes = self.project / CODES
        with self._on_disk():
            self._writer = ShardWriter(codes, shard, self.setup.concepts, size, checksum)

    def _on_disk(self) -> AbstractContextManager[None]:
        kept = "What was committed before is kept."
        return disk_errors("The results cannot be written", where=self.project, kept=kept)

    @property
    def waiting(self) -> int:
        """Images added since the last commit."""
        return len(self._pending) + len(self._unreadable)

    def add(self, coded: Coded) -> None:
        """Append an image to the open shard; nothing is kept before `commit`."""
        with self._on_disk():
            place = self._writer.append(coded.image, coded.codes, coded.notes)
        self._pending.append((coded, place))

    def add_unreadable(self, image: int, message: str, do: str = "") -> None:
        """Note why an image cannot be read and what would help; kept by `commit`."""
        self._unreadable.append({"key": image, "message": message, "do": do})

    def commit(self) -> None:
        """Make all that was added durable, and count it."""
        if self.waiting:
            with self._on_disk():
                self._commit()

    def _commit(self) -> None:
        self._writer.commit()
        self._in_shard += len(self._pending)
        is_full = self._in_shard >= SHARD_IMAGES
        with writing(self.engine) as connection:
            if self._pending:
                self._name_records(connection, is_full)
            if self._unreadable:
                why: dict[str, Any] = {name: bindparam(name) for name in ("message", "do")}
                connection.execute(
                    update(Image)
                    .where(Image.id == bindparam("key"))
                    .values(status=int(Status.UNREADABLE), **why),
                    self._unreadable,
                )
        done = [coded for coded, _ in self._pending]
        self.counting.add(
            [coded.image for coded in done],
            [coded.folder for coded in done],
            [coded.codes for coded in done],
            [coded.notes for coded in done],
        )
        self._pending, self._unreadable = [], []
        if is_full:
            self.counting.seal(self._writer.shard)
            self._writer.close()
            self._in_shard = 0
            self._open_shard(self._writer.shard + 1, 0, 0)

    def _name_records(self, connection: Connection, is_full: bool) -> None:
        manifest = {
            "id": self._writer.shard,
            "bytes": self._writer.size,
            "images": self._in_shard,
            "checksum": self._writer.checksum,
            "is_sealed": is_full,
        }
        connection.execute(
            upsert(Shard)
            .values(manifest)
            .on_conflict_do_update(index_elements=[Shard.id], set_=manifest)
        )
        rows = [_row(coded, place) for coded, place in self._pending]
        columns: dict[str, Any] = {n: bindparam(n) for n in rows[0] if n != "key"}
        connection.execute(update(Image).where(Image.id == bindparam("key")).values(columns), rows)

    def record_reader(self) -> Callable[[int], Record]:
        """Return how to read the record of any image that is committed now."""
        with reading(self.engine) as connection:
            places = published_places(connection)
        reader = CodeReader(self.project / CODES, self.setup.concepts)

        def record_of(image: int) -> Record:
            place = Place(*(int(places[name][image]) for name in ("shard", "offset", "bytes")))
            return reader.read(place, image)

        return record_of

    def cover_anew(self, names: Collection[str]) -> None:
        """Take some files as they are now, whatever was known of them: they were made again."""
        for name in names:
            self._covered.pop(name, None)

    def rename(self, words: Words) -> None:
        """Give the concepts the names that the next generation will carry."""
        self.setup = replace(self.setup, words=words)

    def measure_relations(self, progress: Progress, cancel: CancelToken) -> bool:
        """Measure how sure the relations published last are; return whether there was need to.

        The next generation will carry it. Reads the codes of all images.
        """
        if self._edges is None or not certainty.is_unmeasured(self._edges).any():
            return False
        self._edges = certainty.measured(
            self._edges, self.project, self.engine, self.setup.concepts, progress, cancel
        )
        return True

    def publish(self) -> int:
        """Publish what is committed as the next generation; return its number."""
        with self._on_disk():
            return self._publish()

    def _publish(self) -> int:
        with reading(self.engine) as connection:
            number = publishing.newest(connection) + 1
            places, tables = published_places(connection), set_up.of(connection)
        setup, whole, pairs = self.setup, self.counting.whole(), self.counting.pairs()
        cooccurrence = pairs.cooccurrence
        found, brought = own_edges(cooccurrence), setup.dictionary_edges
        table = edges(cooccurrence, found, brought)
        table = certainty.with_near(table, pairs.near, whole.images)
        if self._edges is not None:
            table = certainty.carried(table, self._edges)
        self._edges = table
        clarity, bound = whole.strongest.clarity()
        folder = generations.begin(self.statistics, number)
        segments = list(self.counting.segments)
        others = self._others()
        if (digest := self.counting.write_open_segment(folder / "open.postings")) is not None:
            segments.append(f"{folder.name}/open.postings")
            others[generations.name_of(folder, "open.postings")] = digest
        header = GenerationHeader(
            number=number,
            encoder=setup.encoder,
            encoder_fingerprint=setup.encoder_fingerprint,
            grid=setup.grid,
            dictionary_fingerprint=setup.dictionary_fingerprint,
            concepts=setup.concepts,
            images=int(places["order"].size),
            coded=whole.images,
            tokens=whole.tokens,
            postings=tuple(segments),
            names_run=setup.words.run,
            names_rule=setup.words.rule,
            names_unit=setup.words.unit,
            names_photos=setup.words.photos,
            relations_above=_above(found, table, edge_table.DATA),
            dictionary_relations_above=_above(brought, table, edge_table.DICTIONARY),
            near_images=pairs.near.images,
            clarity_images=whole.strongest.images,
            clarity_bound=None if np.isnan(bound) else bound,
        )
        published = Published(
            header=header,
            names=setup.words.names or [""] * setup.concepts,
            candidates=setup.words.candidates or [[] for _ in range(setup.concepts)],
            concepts=whole.counts.to_arrays()
            | {"levels": setup.levels, "clarity": clarity, "near_known": pairs.near.active}
            | setup.words.arrays(setup.concepts),
            edges=table,
            shares=shares(cooccurrence),
            places=places,
            folders=whole.folders.to_arrays(),
            near=NearMissCounts.of_pairs(pairs.near),
            names_before=setup.words.was or [""] * setup.concepts,
        )
        manifest = generations.write(folder, published, self._project_id, others, tables)
        publishing.name(self.engine, self.statistics, number, whole.images, manifest)
        return number

    def _others(self) -> dict[str, FileDigest]:
        """Return the digests of the files that the next generation shares with others.

        They are those of when the files were written; of a file from before there were digests,
        that of when it was first covered.
        """
        for name, digest in self.counting.digests.items():
            self._covered[f"{STATISTICS}/{name}"] = digest
        folder = self.project / DICTIONARY
        found = {}
        for path in [*(self.statistics / n for n in self.counting.segments), *files_of(folder)]:
            name = path.relative_to(self.project).as_posix()
            found[name] = self._covered.get(name) or digests.of_file(path)
        self._covered |= found
        return found

    def close(self) -> None:
        """Close the shard; what was added and not committed is forgotten."""
        self._writer.close()


def _above(edges: Edges | None, table: EdgeTable, source: int) -> float:
    """Return the threshold of some edges, 0 where none of them is published."""
    return edges.threshold if edges is not None and (table.source == source).any() else 0.0


def _row(coded: Coded, place: Place) -> dict[str, Any]:
    geometry = coded.geometry
    x, y, w, h = geometry.crop
    return {
        "key": coded.image,
        "status": int(Status.CODED),
        "message": "",
        "do": "",
        "note": coded.message,
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
