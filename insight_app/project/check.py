"""Whether a project is whole: databases, codes, published results and the log, and their agreement.

Reads everything once, changes nothing. Each finding says what is wrong, where, and what to do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from insight_app.disk_errors import disk_error, disk_errors
from insight_app.errors import KnownError, Refusal
from insight_app.project.analysis import dictionary
from insight_app.project.analysis.counting.tally import Tally
from insight_app.project.analysis.places import published_places
from insight_app.project.folder import CODES, STATISTICS, is_project
from insight_app.project.judgements.state import not_understood
from insight_app.project.project import Project
from insight_app.project.results import (
    analysis_database,
    code_store,
    generations,
    postings,
    sources,
)
from insight_app.project.results.code_record import Record
from insight_app.project.results.code_store import Place
from insight_app.project.results.generations import Published
from insight_app.project.results.run_state import FINISHED
from insight_app.project.results.schema import Generation, Image, Run, Shard, Status
from insight_app.project.storage.plain_files import NotPlain, odd_ones

_AGAIN = "Analyze the photos again to make it anew; judgements are in another file."


@dataclass(frozen=True)
class Finding:
    """State something to know: what, with which file ("" = the whole project), and what to do.

    is_damage: False where nothing is wrong, and a person should know of it all the same.
    """

    what: str
    where: str = ""
    do: str = ""
    is_damage: bool = True

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return " ".join(part for part in (head, self.do) if part)


def check(folder: Path) -> list[Finding]:
    """Return all findings, none if everything is in order; Refusal where this is no project."""
    with disk_errors("This folder cannot be read", where=folder):
        is_one = is_project(folder)
    if not is_one:
        raise Refusal("This is not a project of Insight.", where=str(folder))
    if odd := [_of(NotPlain(path, kind)) for path, kind in odd_ones(folder)]:
        return odd
    findings = list(_judgements(folder))
    if (folder / analysis_database.NAME).exists():
        findings.extend(_analysis(folder))
    elif any((folder / CODES).glob("*.codes")):
        lost = str(folder / analysis_database.NAME)
        findings.append(
            Finding("The database of results is gone, its codes are there.", lost, _AGAIN)
        )
    return findings


def _judgements(folder: Path) -> Iterator[Finding]:
    try:
        with Project.open(folder, read_only=True) as project:
            if project.damage is not None:
                yield _of(project.damage)
            else:
                place = str(project.judgements.path)
                yield from (Finding(what, place) for what in project.judgements.problems())
                if newer := not_understood(project.judgements.not_understood):
                    yield Finding(newer, place, is_damage=False)
    except KnownError as error:
        yield _of(error)


def _analysis(folder: Path) -> list[Finding]:
    """Check the results; once more if newer ones took their place while they were checked."""
    while True:
        number, findings = _look(folder)
        if not findings or number == _newest(folder):
            return findings


def _look(folder: Path) -> tuple[int | None, list[Finding]]:
    """Check the newest generation; return its number too, None if there is none."""
    path = folder / analysis_database.NAME
    number: int | None = None
    try:
        with _opened(folder) as connection:  # one view, though a worker may go on
            number = connection.execute(_NEWEST).scalar()
            damage = list(_database(connection, path))
            return number, damage or list(_results(folder, connection, number))
    except KnownError as error:
        return number, [_of(error)]
    except OSError as error:
        return number, [_of(disk_error(error, "The results cannot be read", do=_AGAIN))]


def _newest(folder: Path) -> int | None:
    """Return the number of the newest generation; None if there is none that can be asked for."""
    try:
        with _opened(folder) as connection:
            return connection.execute(_NEWEST).scalar()
    except KnownError:
        return None


_NEWEST = select(func.max(Generation.id))


@contextmanager
def _opened(folder: Path) -> Iterator[Connection]:
    with (
        analysis_database.reader(folder) as engine,
        analysis_database.reading(engine) as connection,
    ):
        yield connection


def _database(connection: Connection, path: Path) -> Iterator[Finding]:
    answer = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if answer != "ok":
        yield Finding(f"The database of results is damaged ({answer}).", str(path), _AGAIN)
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        what = f"The database of results refers to a row that is not there ({broken[0]})."
        yield Finding(what, str(path), _AGAIN)


def _results(folder: Path, connection: Connection, number: int | None) -> Iterator[Finding]:
    shards = list(connection.execute(select(Shard).order_by(Shard.id)))
    published = _published(folder, number)
    if isinstance(published, Finding):
        yield published
    if isinstance(published, Published) and (used := published.header.dictionary_fingerprint):
        yield from _dictionary(folder, used)
    if isinstance(published, Published):
        yield from _photos(folder, connection, published)
    recount = _Recount(published) if isinstance(published, Published) else None
    are_whole = True
    for row in shards:
        for finding in _shard(folder / CODES, row, connection, recount):
            are_whole = False
            yield finding
    if recount is not None and are_whole:
        yield from recount.findings(folder / STATISTICS)


def _photos(folder: Path, connection: Connection, published: Published) -> Iterator[Finding]:
    """Check that all that is known of photos is published, after work that came to its end, and
    that none is counted twice.
    """
    ended = connection.execute(select(Run.state).order_by(Run.id.desc()).limit(1)).scalar()
    known = published_places(connection)
    if ended == FINISHED and any(
        not np.array_equal(published.places[name], known[name]) for name in known
    ):
        place = generations.folder_of(folder / STATISTICS, published.header.number)
        yield Finding("The published list of photos is not the newest one.", str(place), _AGAIN)
    at: dict[Path, list[int]] = {}
    for row in sources.read_places(connection, folder).folders.values():
        at.setdefault(row.path, []).append(row.id)
    for path, ids in at.items():
        twice = (
            select(Image.name)
            .where(Image.folder_id.in_(ids), Image.status != int(Status.CHANGED))
            .group_by(Image.name)
            .having(func.count() > 1)
            .limit(1)
        )
        if len(ids) > 1 and (name := connection.execute(twice).scalar()) is not None:
            yield Finding("This photo is listed twice.", str(path / name), _AGAIN)


def _dictionary(folder: Path, used: str) -> Iterator[Finding]:
    """Check that the project's own dictionary is the one that its codes were made with."""
    place = folder / dictionary.FOLDER
    do = "Copy this folder from a backup of the project."
    try:
        own = dictionary.installed(folder)
    except KnownError as error:
        yield Finding(error.what, error.where, do)
        return
    if own is None:
        yield Finding("The dictionary of this project is missing.", str(place), do)
    elif own.fingerprint != used:
        yield Finding("This is not the dictionary that the codes are of.", str(place), do)


def _published(folder: Path, number: int | None) -> Published | Finding | None:
    """Return the newest generation, or what is wrong with it; None if nothing was published."""
    if number is None:
        return None
    place = generations.folder_of(folder / STATISTICS, number)
    try:
        return generations.read(folder / STATISTICS, number)
    except FileNotFoundError as error:
        return Finding("A file of the published results is missing.", str(error.filename), _AGAIN)
    except KnownError as error:
        return Finding(error.what, error.where or str(place), _AGAIN)


def _shard(
    codes: Path, row: Any, connection: Connection, recount: "_Recount | None"
) -> Iterator[Finding]:
    """Check a shard against its manifest and the image table; count its codes again."""
    path = str(code_store.shard_path(codes, row.id))
    try:
        if code_store.checksum_of(codes, row.id, row.bytes) != row.checksum:
            yield Finding("The codes are not as they were written.", path, _AGAIN)
            return
        query = select(Image.id, Image.offset, Image.bytes).where(Image.shard == row.id)
        named = {Place(row.id, r.offset, r.bytes): r.id for r in connection.execute(query)}
        found = 0
        for place, record in code_store.read_shard(codes, row.id, row.bytes):
            found += 1
            if named.pop(place, None) != record.image:
                yield Finding(f"No photo owns the codes of image {record.image}.", path, _AGAIN)
                return
            if recount is not None:
                recount.add(record)
        if named or found != row.images:
            yield Finding("There are photos whose codes are missing.", path, _AGAIN)
    except OSError as error:
        yield _of(disk_error(error, "The codes cannot be read", where=path, do=_AGAIN))
    except KnownError as error:
        yield Finding(error.what, error.where, _AGAIN)


class _Recount:
    """The images that a generation counts, counted again."""

    def __init__(self, published: Published) -> None:
        self.published = published
        self.tally = Tally(published.header.concepts)
        self.counted = published.places["status"] == int(Status.CODED)

    def add(self, record: Record) -> None:
        """Count a record, unless its image is left out or not published yet."""
        if record.image < self.counted.size and self.counted[record.image]:
            folder = int(self.published.places["folder"][record.image])
            self.tally.add([record.image], [folder], [record.codes()])

    def findings(self, statistics: Path) -> Iterator[Finding]:
        """Find where the published numbers are not these."""
        header, tally = self.published.header, self.tally
        place = str(generations.folder_of(statistics, header.number))
        counts, sums = tally.counts.to_arrays(), tally.folders.to_arrays()
        if (
            (header.coded, header.tokens) != (tally.images, tally.tokens)
            or any(not np.array_equal(self.published.concepts[n], a) for n, a in counts.items())
            or any(not np.array_equal(self.published.folders[n], a) for n, a in sums.items())
        ):
            yield Finding("The published counts are not those of the codes.", place, _AGAIN)
        segments = [postings.open_segment(statistics / n, header.concepts) for n in header.postings]
        for concept, images in enumerate(counts["images"]):
            listed, _, value = postings.of_concept(segments, concept, self.counted)
            strongest = value[:1].max(initial=np.float16(0))
            if listed.size != images or strongest != counts["maximum"][concept]:
                yield Finding("The lists of strongest images are wrong.", place, _AGAIN)
                return


def _of(error: KnownError) -> Finding:
    return Finding(error.what, error.where, " ".join(filter(None, (error.kept, error.do))))
