"""The published numbers counted again from the stored codes. Changes nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, select

from insight_app.concepts.codes import Codes
from insight_app.disk_errors import disk_error
from insight_app.errors import KnownError
from insight_app.figures import counted
from insight_app.project.analysis import recovery
from insight_app.project.analysis.counting.tally import Tally
from insight_app.project.check.findings import KEPT, REPAIR, Concern, Finding
from insight_app.project.check.meter import Meter
from insight_app.project.folder import CODES
from insight_app.project.results import code_store, generations, postings, salvage
from insight_app.project.results.code_record import Notes, Record
from insight_app.project.results.code_store import Place
from insight_app.project.results.generations import Published
from insight_app.project.results.schema import Image, Shard, Status

_DO = f"{KEPT} {REPAIR}"
_LOST = "Its photos must be analyzed again."
_AT_ONCE = 256
_ROUNDING = 1e-4
"""Of cosines, between one machine and another."""


class Recount:
    """The images that a generation counts, counted again."""

    def __init__(self, published: Published) -> None:
        self.published = published
        self.tally = Tally(published.header.concepts)
        self.counted = published.places["status"] == int(Status.CODED)
        self._waiting: list[tuple[int, int, Codes, Notes]] = []

    def add(self, record: Record) -> None:
        """Count a record, unless its image is left out or not published yet."""
        if record.image < self.counted.size and self.counted[record.image]:
            folder = int(self.published.places["folder"][record.image])
            self._waiting.append((record.image, folder, record.codes(), record.notes()))
            if len(self._waiting) >= _AT_ONCE:
                self._count()

    def _count(self) -> None:
        if self._waiting:
            self.tally.add(*zip(*self._waiting, strict=True))
            self._waiting = []

    def findings(self, statistics: Path) -> Iterator[Finding]:
        """Find where the published numbers are not these."""
        self._count()
        header, tally = self.published.header, self.tally
        place = str(generations.folder_of(statistics, header.number))
        counts, sums = tally.counts.to_arrays(), tally.folders.to_arrays()
        if (
            (header.coded, header.tokens) != (tally.images, tally.tokens)
            or any(not np.array_equal(self.published.concepts[n], a) for n, a in counts.items())
            or any(not np.array_equal(self.published.folders[n], a) for n, a in sums.items())
        ):
            yield Finding("The published counts are not those of the codes.", place, _DO)
        if header.clarity_images and not self._is_as_clear():
            what = "What concepts show in common is not what their strongest images do."
            yield Finding(what, place, _DO)
        segments = [postings.open_segment(statistics / n, header.concepts) for n in header.postings]
        for concept, images in enumerate(counts["images"]):
            listed, _, value = postings.of_concept(segments, concept, self.counted)
            strongest = value[:1].max(initial=np.float16(0))
            if listed.size != images or strongest != counts["maximum"][concept]:
                yield Finding("The lists of strongest images are wrong.", place, _DO)
                return

    def _is_as_clear(self) -> bool:
        clarity, bound = self.tally.strongest.clarity()
        known = self.published.header.clarity_bound
        told = np.append(self.published.concepts["clarity"], np.nan if known is None else known)
        found = np.append(clarity, bound)
        return bool(np.allclose(told, found, rtol=0, atol=_ROUNDING, equal_nan=True))


def shards(connection: Connection) -> Sequence[Row[Any]]:
    """Return the rows of all shards."""
    return connection.execute(select(Shard).order_by(Shard.id)).all()


def shard(
    folder: Path, row: Row[Any], connection: Connection, recount: Recount | None, meter: Meter
) -> Iterator[Finding]:
    """Check a shard against its row and the image table; count its codes again."""
    codes = folder / CODES
    path = str(code_store.shard_path(codes, row.id))
    try:
        if code_store.checksum_of(codes, row.id, row.bytes, meter) != row.checksum:
            yield _not_as_written(codes, row, connection, path)
            return
        query = select(Image.id, Image.offset, Image.bytes).where(Image.shard == row.id)
        named = {Place(row.id, r.offset, r.bytes): r.id for r in connection.execute(query)}
        found = 0
        for place, record in code_store.read_shard(codes, row.id, row.bytes):
            found += 1
            meter(place.size)
            if named.pop(place, None) != record.image:
                yield _damaged(f"No photo owns the codes of image {record.image}.", path)
                return
            if recount is not None:
                recount.add(record)
        if named or found != row.images:
            yield _damaged("There are photos whose codes are missing.", path)
    except OSError as error:
        yield _damaged(disk_error(error, "The codes cannot be read", where=path).what, path)
    except KnownError as error:
        yield _damaged(error.what, error.where or path)
    except (ValueError, TypeError, IndexError) as error:  # sums that fit and nonsense all the same
        yield _damaged(f"The codes are damaged ({error}).", path)


def _not_as_written(codes: Path, row: Row[Any], connection: Connection, path: str) -> Finding:
    """Return the finding of a shard whose checksum is another: which of its codes are harmed."""
    owned = recovery.owned_by(connection, row.id)
    harmed = len(owned) - sum(1 for _ in salvage.whole(codes, owned))
    if not harmed:
        what = "This file of codes is not as it was written, but all codes in it are."
        return Finding(what, path, _DO, part=Concern.CODES)
    what = f"The codes of {counted(harmed, 'photo')} are not as they were written."
    means = f"{'It' if harmed == 1 else 'They'} must be analyzed again."
    return Finding(what, path, _DO, part=Concern.CODES, means=means)


def _damaged(what: str, path: str) -> Finding:
    return Finding(what, path, _DO, part=Concern.CODES, means=_LOST)
