"""Whether published results agree with the database and the dictionary. Changes nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, func, select

from insight_app.errors import KnownError
from insight_app.project import identity
from insight_app.project.analysis import dictionary
from insight_app.project.analysis.counting import running_counts
from insight_app.project.analysis.places import published_places
from insight_app.project.check.findings import KEPT, REPAIR, Concern, Finding
from insight_app.project.folder import CODES, DICTIONARY, STATISTICS
from insight_app.project.results import analysis_database, generations, manifest, sources
from insight_app.project.results.generations import Published
from insight_app.project.results.manifest import Manifest
from insight_app.project.results.run_state import FINISHED
from insight_app.project.results.schema import Image, Run, Status

_DO = f"{KEPT} {REPAIR}"


def published(folder: Path, number: int, digest: str) -> Published | Finding:
    """Return a generation, or what is wrong with it."""
    place = generations.folder_of(folder / STATISTICS, number)
    try:
        return generations.read(folder / STATISTICS, number, digest)
    except FileNotFoundError as error:
        return Finding("A file of the published results is missing.", str(error.filename), _DO)
    except KnownError as error:
        return Finding(error.what, error.where or str(place), _DO)


def owner(folder: Path, connection: Connection, of: Manifest) -> Iterator[Finding]:
    """Check that results are of this project and not of another one."""
    own, log = analysis_database.project_id(connection), identity.of(folder)
    if own and log and own != log:
        yield Finding(
            "These results are those of another project.",
            str(folder / analysis_database.NAME),
            f"{KEPT} Put the right files back: {analysis_database.NAME}, {CODES}, {STATISTICS} "
            f"and {DICTIONARY}.",
            part=Concern.JUDGEMENTS,
            means="Judgements and results do not belong together.",
        )
    elif of.project and own and of.project != own:
        place = generations.folder_of(folder / STATISTICS, of.generation)
        yield Finding("These results are those of another project.", str(place), _DO)


def behind(folder: Path, connection: Connection, number: int) -> Iterator[Finding]:
    """Check that no newer results lie there than the database knows of.

    Work that was stopped may leave them; after work that came to its end the database lost them.
    """
    last = connection.execute(select(Run.state).order_by(Run.id.desc()).limit(1)).scalar()
    place = generations.folder_of(folder / STATISTICS, number + 1)
    if last in (None, FINISHED) and (place / manifest.NAME).exists():
        what = "The database lost what was written last: newer results lie there."
        yield Finding(what, str(place), _DO, means="What is shown is not the newest.")


def photos(folder: Path, connection: Connection, published: Published) -> Iterator[Finding]:
    """Check that all that is known of photos is published, after work that came to its end, and
    that none is counted twice.
    """
    ended = connection.execute(select(Run.state).order_by(Run.id.desc()).limit(1)).scalar()
    known = published_places(connection)
    if ended == FINISHED and any(
        not np.array_equal(published.places[name], known[name]) for name in known
    ):
        place = generations.folder_of(folder / STATISTICS, published.header.number)
        yield Finding("The published list of photos is not the newest one.", str(place), _DO)
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
            yield Finding("This photo is listed twice.", str(path / name), _DO)


def dictionary_of(folder: Path, published: Published) -> Iterator[Finding]:
    """Check that the project's own dictionary is the one that its codes were made with."""
    used, place = published.header.dictionary_fingerprint, folder / DICTIONARY
    if not used:
        return

    def finding(what: str, where: str) -> Finding:
        means = "No more photos can be analyzed with it."
        return Finding(what, where, _DO, part=Concern.DICTIONARY, means=means)

    try:
        own = dictionary.installed(folder)
    except KnownError as error:
        yield finding(error.what, error.where)
        return
    if own is None:
        yield finding("The dictionary of this project is missing.", str(place))
    elif own.fingerprint != used:
        yield finding("This is not the dictionary that the codes are of.", str(place))


def saved_counts(folder: Path, shards: Sequence[Row[Any]]) -> Iterator[Finding]:
    """Check the counts that the next analysis would begin with."""
    sealed = [row.id for row in shards if row.is_sealed]
    for path in running_counts.damaged_files(folder / STATISTICS, sealed):
        means = "They are counted again by the next analysis."
        yield Finding("Saved counts are not as they were written.", str(path), _DO, means=means)
