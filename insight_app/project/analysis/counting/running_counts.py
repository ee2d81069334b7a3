"""Running counts over everything committed: kept shard by shard, made again where they are stale.

Counts of a sealed shard are saved once; those of pairs, which are bigger, in parts of PART_SHARDS
shards. A saved file carries a fingerprint of the images that were counted: if photos went missing,
moved or were taken out since, exactly the touched shards are counted again from their codes. Knows
nothing of how codes are made or results published.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from insight_app.concepts.codes import Codes
from insight_app.concepts.near_misses import NearMisses
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.concepts.statistics import CoOccurrence, Maxima, maxima
from insight_app.files import aside
from insight_app.project.analysis.counting import saved
from insight_app.project.analysis.counting.pair_tally import PairTally, knows_near
from insight_app.project.analysis.counting.tally import Tally, flatten, knows_strongest
from insight_app.project.results import digests, postings
from insight_app.project.results.analysis_database import reader, reading
from insight_app.project.results.code_record import Notes, Record
from insight_app.project.results.code_store import CodeReader, Place, read_shard
from insight_app.project.results.digests import FileDigest
from insight_app.project.results.schema import IS_IN, Folder, Image, Shard, Status

PART_SHARDS = 6
"""With shards of 8,192 images, parts of about 50,000."""
_BATCH = 256
_NOT_KNOWN = np.zeros(0, np.uint8)
"""Stands for what an older Insight did not save."""
_SAVED = re.compile(r"(?P<of>shard|cooccurrence)-(?P<number>\d+)\.(npz|postings)")


class Counting:
    """Counts of one project. `load` once, then `add` what is committed and `seal` full shards.

    saves: whether what had to be counted is kept for the next time.
    """

    def __init__(self, project: Path, engine: Engine, concepts: int, saves: bool = True) -> None:
        self.codes = project / "codes"
        self.statistics = project / "statistics"
        self.engine = engine
        self.concepts = concepts
        self.saves = saves
        self.segments: list[str] = []
        self.digests: dict[str, FileDigest] = {}
        """Of the segments, as far as they are known from when these were written."""
        self._sealed = Tally(concepts)
        self._open = Tally(concepts)
        self._maxima: list[Maxima] = []
        self._done = PairTally(concepts)
        self._part = PairTally(concepts)
        self._in_part: list[int] = []
        self._waiting: list[tuple[int, Codes, NearMisses]] = []
        self._progress: Progress = silent
        self._cancel = CancelToken()
        self._total = self._counted = 0

    # ---- reading what there is

    def load(
        self,
        shards: Sequence[Any],
        open_shard: int,
        progress: Progress = silent,
        cancel: CancelToken | None = None,
    ) -> None:
        """Count the committed shards (rows of the table, by id), from files where these fit.

        open_shard: the number of the shard that will be appended to.
        """
        self._progress, self._cancel = progress, cancel or CancelToken()
        self._total = sum(row.images for row in shards)
        sealed = [row for row in shards if row.is_sealed]
        for number, group in groupby(sealed, lambda row: _part_of(row.id)):
            part = self._load_part(number, list(group))
            (self._part if number == _part_of(open_shard) else self._done).merge(part)
        self._in_part = [row.id for row in sealed if _part_of(row.id) == _part_of(open_shard)]
        for row in shards:
            if not row.is_sealed:
                self._recount(row, self._open, self._part, self._maxima)

    def _load_part(self, number: int, shards: Sequence[Any]) -> PairTally:
        states = [self._state(row.id) for row in shards]
        part, counted = self._stored_part(number, states)
        for row, state in zip(shards, states, strict=True):
            self._load_shard(row, state, None if row.id in counted else part)
        if len(counted) < len(shards):
            self._save_part(number, part, [row.id for row in shards])
        return part

    def _stored_part(
        self, number: int, states: Sequence["_State"]
    ) -> tuple[PairTally, frozenset[int]]:
        """Return the saved pairs of a part and its shards; empty if they do not fit."""
        stored = saved.read(self._part_path(number))
        if stored is not None:
            ids = [int(id) for id in stored.pop("shards")]
            known = {state.shard: state for state in states}
            if all(id in known for id in ids):
                wanted = b"".join(known[id].counted for id in ids)
                of = b"".join(known[id].codes for id in ids)
                fits = stored.pop("codes", _NOT_KNOWN).tobytes() in (b"", of)
                knows_all = knows_near(stored) or not any(map(self._has_notes, ids))
                if stored.pop("state").tobytes() == wanted and fits and knows_all:
                    return PairTally.from_arrays(stored, self.concepts), frozenset(ids)
        return PairTally(self.concepts), frozenset()

    def _load_shard(self, row: Any, state: "_State", part: PairTally | None) -> None:
        """Take in one sealed shard; part: where its pairs are still to be counted."""
        name = segment_name(row.id)
        stored = saved.read(self.statistics / f"shard-{row.id:06d}.npz")
        fits = stored is not None and state.fits(stored)
        if stored is not None and not knows_strongest(stored):
            fits = fits and not self._has_notes(row.id)
        if stored is not None and fits and part is None and (self.statistics / name).exists():
            if (digest := digest_of_segment(stored)) is not None:
                self.digests[name] = digest
            self._sealed.merge(Tally.from_arrays(stored))
            self._count_on(row.images)
        else:
            tally, found = Tally(self.concepts), list[Maxima]()
            self._recount(row, tally, part, found)
            self._save_shard(row.id, tally, found, state)
            self._sealed.merge(tally)
        self.segments.append(name)

    def _has_notes(self, shard: int) -> bool:
        """Return whether the last record of a shard tells what saved counts of before do not."""
        place = select(Image.id, Image.offset, Image.bytes).where(Image.shard == shard)
        with reading(self.engine) as connection:
            last = connection.execute(place.order_by(Image.offset.desc()).limit(1)).first()
        if last is None:
            return False
        reader = CodeReader(self.codes, self.concepts)
        notes = reader.read(Place(shard, last.offset, last.bytes), last.id).notes()
        return notes.near.are_known or bool(notes.features.size)

    def _state(self, shard: int) -> "_State":
        query = (
            select(Image.id, Image.folder_id)
            .join(Folder, Image.folder_id == Folder.id)
            .where(
                Image.shard == shard,
                Image.status == int(Status.CODED),
                IS_IN,
            )
            .order_by(Image.offset)
        )
        of_shard = select(Shard.bytes, Shard.images, Shard.checksum).where(Shard.id == shard)
        with reading(self.engine) as connection:
            rows = np.array(connection.execute(query).all(), np.int64).reshape(-1, 2)
            codes = connection.execute(of_shard).one()
        return _State(shard, rows, tuple(codes))

    def _recount(self, row: Any, tally: Tally, part: PairTally | None, found: list[Maxima]) -> None:
        """Count a shard's codes: into `tally` and `part` those of images that count, into `found`
        the maxima of all, for an image that is missing now may come back.
        """
        state = self._state(row.id)
        for records in _batches(read_shard(self.codes, row.id, row.bytes)):
            self._count_on(len(records))
            images, codes = [r.image for r in records], [r.codes() for r in records]
            found.append(_maxima(images, codes))
            live = [at for at, image in enumerate(images) if image in state.folder_of]
            if live:
                ids, kept = [images[at] for at in live], [codes[at] for at in live]
                notes = [records[at].notes() for at in live]
                tally.add(ids, [state.folder_of[id] for id in ids], kept, notes)
                if part is not None:
                    part.add(ids, kept, [one.near for one in notes])

    def _count_on(self, images: int) -> None:
        self._cancel.check()
        self._counted += images
        self._progress(self._counted, self._total, "Counting")

    # ---- counting on

    def add(
        self,
        images: Sequence[int],
        folders: Sequence[int],
        codes: Sequence[Codes],
        notes: Sequence[Notes],
    ) -> None:
        """Count images that were just committed to the open shard."""
        if not images:
            return
        self._open.add(images, folders, codes, notes)
        self._maxima.append(_maxima(images, codes))
        self._waiting.extend(zip(images, codes, [one.near for one in notes], strict=True))
        if len(self._waiting) >= _BATCH:
            self._count_waiting()

    def _count_waiting(self) -> None:
        if self._waiting:
            self._part.add(*zip(*self._waiting, strict=True))
            self._waiting = []

    def seal(self, shard: int) -> None:
        """Save the counts of the open shard, which is full, and begin anew."""
        self._count_waiting()
        self._save_shard(shard, self._open, self._maxima, self._state(shard))
        self._in_part.append(shard)
        self._save_part(_part_of(shard), self._part, self._in_part)
        if _part_of(shard + 1) != _part_of(shard):
            self._done.merge(self._part)
            self._part, self._in_part = PairTally(self.concepts), []
        self._sealed.merge(self._open)
        self._open, self._maxima = Tally(self.concepts), []
        self.segments.append(segment_name(shard))

    # ---- what it amounts to

    def whole(self) -> Tally:
        """Return the counts of all committed images."""
        whole = Tally(self.concepts)
        whole.merge(self._sealed)
        whole.merge(self._open)
        return whole

    def pairs(self) -> PairTally:
        """Return co-occurrence and near pairs over all committed images."""
        self._count_waiting()
        whole = PairTally(self.concepts)
        whole.merge(self._done)
        whole.merge(self._part)
        return whole

    def cooccurrence(self) -> CoOccurrence:
        """Return the co-occurrence over all committed images."""
        return self.pairs().cooccurrence

    def write_open_segment(self, path: Path) -> FileDigest | None:
        """Write the postings of the open shard; return their digest, None where it is empty."""
        if not self._maxima:
            return None
        self._maxima = [_join(self._maxima)]
        maxima, concepts = self._maxima[0], self.concepts
        return digests.write_digested(path, lambda file: postings.write(file, maxima, concepts))

    # ---- files

    def _save_shard(
        self, shard: int, tally: Tally, found: Sequence[Maxima], state: "_State"
    ) -> None:
        if not self.saves:
            return
        name = segment_name(shard)
        write = partial(postings.write, maxima=_join(found), concepts=self.concepts)
        with aside(self.statistics / name) as path:
            digest = self.digests[name] = digests.write_digested(path, write)
        arrays = tally.to_arrays() | {
            "state": np.frombuffer(state.placed, np.uint8),
            "codes": np.frombuffer(state.codes, np.uint8),
            "segment": np.frombuffer(f"{digest.size} {digest.blake2b}".encode(), np.uint8),
        }
        saved.write(self.statistics / f"shard-{shard:06d}.npz", arrays)

    def _save_part(self, number: int, part: PairTally, shards: Sequence[int]) -> None:
        if not self.saves:
            return
        states = [self._state(shard) for shard in shards]
        arrays = part.to_arrays() | {
            "shards": np.array(shards, np.int64),
            "state": np.frombuffer(b"".join(state.counted for state in states), np.uint8),
            "codes": np.frombuffer(b"".join(state.codes for state in states), np.uint8),
        }
        saved.write(self._part_path(number), arrays)

    def _part_path(self, number: int) -> Path:
        return self.statistics / f"cooccurrence-{number + 1:06d}.npz"


def cooccurrence_of(project: Path, concepts: int) -> CoOccurrence:
    """Count the co-occurrence over all committed images, without writing anything."""
    with reader(project) as engine:
        with reading(engine) as connection:
            shards = list(connection.execute(select(Shard).order_by(Shard.id)))
        counting = Counting(project, engine, concepts, saves=False)
        counting.load(shards, shards[-1].id if shards else 1)
    return counting.cooccurrence()


def damaged_files(statistics: Path, sealed: Collection[int]) -> list[Path]:
    """Return the files of saved counts of some shards that are there and cannot be used."""
    parts = {_part_of(shard) + 1 for shard in sealed}
    paths = [statistics / f"shard-{shard:06d}.npz" for shard in sealed]
    paths += [statistics / f"cooccurrence-{part:06d}.npz" for part in sorted(parts)]
    return [path for path in paths if saved.is_damaged(path)]


def remove_counts_of_others(statistics: Path, shards: Collection[int]) -> None:
    """Remove what was saved for all shards but these, except files that are held open."""
    parts = {_part_of(shard) + 1 for shard in shards}
    for path in statistics.iterdir():
        match = _SAVED.fullmatch(path.name)
        if match and int(match["number"]) not in (shards if match["of"] == "shard" else parts):
            with suppress(OSError):
                path.unlink()


class _State:
    """Which images of a shard count, in which folders they lie, and its codes: fingerprints."""

    def __init__(self, shard: int, rows: NDArray[np.int64], codes: tuple[int, ...]) -> None:
        self.shard = shard
        self.codes = blake2b(repr(codes).encode(), digest_size=16).digest()
        self.folder_of = dict(rows.tolist())
        self.placed = blake2b(rows.tobytes(), digest_size=16).digest()
        self.counted = blake2b(rows[:, 0].tobytes(), digest_size=16).digest()

    def fits(self, stored: saved.Arrays) -> bool:
        """Return whether saved counts are of these images and codes; takes its arrays out."""
        is_known = stored.pop("codes", _NOT_KNOWN).tobytes() in (b"", self.codes)
        return bool(stored.pop("state").tobytes() == self.placed and is_known)


def digest_of_segment(stored: saved.Arrays) -> FileDigest | None:
    """Return the digest of the segment that was written with saved counts, None if not known."""
    known = stored.pop("segment", _NOT_KNOWN).tobytes().decode()
    if not known:
        return None
    size, blake2b = known.split()
    return FileDigest(int(size), blake2b)


def _maxima(images: Sequence[int], codes: Sequence[Codes]) -> Maxima:
    return maxima(*flatten(images, codes))


def _batches(records: Iterable[tuple[Place, Record]]) -> Iterator[list[Record]]:
    """Yield the records of a shard, several at a time."""
    rest = iter(records)
    while batch := [record for _, record in islice(rest, _BATCH)]:
        yield batch


def _join(found: Sequence[Maxima]) -> Maxima:
    if len(found) == 1:
        return found[0]
    return Maxima(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _part_of(shard: int) -> int:
    return (shard - 1) // PART_SHARDS


def segment_name(shard: int) -> str:
    """Return the name of the file of a shard's strongest images."""
    return f"shard-{shard:06d}.postings"
