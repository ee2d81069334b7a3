"""Whether a project is whole: databases, codes, published results and the log, and their agreement.

`check` reads everything once and changes nothing; each finding says what is wrong, where, what it
means and what to do. `repair` makes again what can be made again. The files of this folder own one
part each.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from insight_app.concepts.progress import Cancelled, CancelToken, Progress, silent
from insight_app.disk_errors import disk_error, disk_errors
from insight_app.errors import KnownError, Refusal
from insight_app.project.check import database, explained, files, judgements, recount, results
from insight_app.project.check.findings import KEPT, REPAIR, Concern, Finding
from insight_app.project.check.meter import Meter
from insight_app.project.folder import CODES, DICTIONARY, STATISTICS, is_project
from insight_app.project.quality import store
from insight_app.project.results import analysis_database
from insight_app.project.storage.plain_files import NotPlain, odd_ones

__all__ = ["Concern", "Finding", "check"]


def check(
    folder: Path, progress: Progress = silent, cancel: CancelToken | None = None
) -> list[Finding]:
    """Return all findings, none if everything is in order.

    Refusal where this is no project; Cancelled when cancelled.
    """
    with disk_errors("This folder cannot be read", where=folder):
        is_one = is_project(folder)
    if not is_one:
        raise Refusal("This is not a project of Insight.", where=str(folder))
    with disk_errors("This folder cannot be read", where=folder):
        if odd := [_of_odd(folder, path, kind) for path, kind in odd_ones(folder)]:
            return odd
    found = list(_told(lambda: judgements.findings(folder), folder, Concern.JUDGEMENTS))
    if (folder / analysis_database.NAME).exists():
        found += _analysis(folder, progress, cancel)
    elif any((folder / CODES).glob("*.codes")):
        found.append(database.lost(folder))
    found += _told(lambda: _quality(folder), folder, Concern.RESULTS)
    return found + list(_told(lambda: explained.findings(folder), folder, Concern.RESULTS))


def _quality(folder: Path) -> Iterator[Finding]:
    """Yield the quality reports that cannot be read: measuring again replaces them."""
    for error in store.reports(folder)[1]:
        yield replace(_of(error, Concern.RESULTS), is_damage=False)


def _analysis(folder: Path, progress: Progress, cancel: CancelToken | None) -> list[Finding]:
    """Check the results; once more if newer ones took their place while they were checked."""
    while True:
        seen: list[int | None] = []
        meter = Meter(progress, cancel)
        found = list(_told(lambda: _look(folder, meter, seen), folder, Concern.DATABASE))  # noqa: B023
        if not found or seen[-1:] in ([], [database.newest_number(folder)]):
            return found


def _look(folder: Path, meter: Meter, seen: list[int | None]) -> Iterator[Finding]:
    """Check the newest generation; note its number, None if there is none, in `seen`."""
    with database.opened(folder) as connection:  # one view, though a worker may go on
        newest = database.newest(connection)
        seen.append(newest[0] if newest else None)
        damage = list(database.findings(folder, connection))
        yield from damage
        if not any(finding.part is Concern.DATABASE and finding.is_damage for finding in damage):
            yield from _told(
                lambda: _results(folder, connection, newest, meter), folder, Concern.RESULTS
            )


def _results(
    folder: Path, connection: Connection, newest: tuple[int, str] | None, meter: Meter
) -> Iterator[Finding]:
    shards = recount.shards(connection)
    meter.expect(2 * sum(row.bytes for row in shards))
    yield from files.are_folders(folder)
    published = None
    if newest is not None:
        damaged = list(_files(folder, connection, newest, meter))
        damaged += results.behind(folder, connection, newest[0])
        opened = results.published(folder, *newest)
        if not isinstance(opened, Finding):
            published = opened
            of_dictionary = list(results.dictionary_of(folder, published))
            if of_dictionary:  # says more than its single files do
                damaged = [found for found in damaged if found.part is not Concern.DICTIONARY]
                damaged += of_dictionary
            damaged += results.photos(folder, connection, published)
        elif not any(finding.is_damage for finding in damaged):
            damaged.append(opened)
        yield from damaged
    counted = recount.Recount(published) if published is not None else None
    are_whole = True
    for row in shards:
        for finding in recount.shard(folder, row, connection, counted, meter):
            are_whole = False
            yield finding
    yield from results.saved_counts(folder, shards)
    if counted is not None and are_whole:
        yield from counted.findings(folder / STATISTICS)


def _files(
    folder: Path, connection: Connection, newest: tuple[int, str], meter: Meter
) -> Iterator[Finding]:
    """Check the files of the newest generation against its manifest."""
    manifest = files.manifest_of(folder, *newest)
    if isinstance(manifest, Finding):
        yield manifest
    elif manifest is None:
        yield files.NOT_COVERED
    else:
        meter.expect(sum(digest.size for digest in manifest.files.values()))
        yield from files.against(folder, manifest, meter)
        yield from results.owner(folder, connection, manifest)


def _told(look: Callable[[], Iterator[Finding]], folder: Path, part: Concern) -> Iterator[Finding]:
    """Yield what a look finds; whatever damage stops it on the way is a finding too."""
    try:
        yield from look()
    except Cancelled:
        raise
    except KnownError as error:
        yield _of(error, part)
    except OSError as error:
        yield _of(disk_error(error, "The project cannot be read", where=folder), part)
    except Exception as error:  # damaged bytes make libraries fail in every way there is
        what = f"This part of the project is damaged ({type(error).__name__}: {error})."
        yield Finding(what, str(folder), f"{KEPT} {REPAIR}", part=part)


def _of_odd(folder: Path, path: Path, kind: str) -> Finding:
    """Return the finding of what is no file and no folder: nothing is opened beside it."""
    is_result = path.relative_to(folder).parts[0] in (STATISTICS, CODES, DICTIONARY)
    return _of(NotPlain(path, kind), Concern.RESULTS if is_result else Concern.JUDGEMENTS)


def _of(error: KnownError, part: Concern) -> Finding:
    return Finding(
        error.what, error.where, " ".join(filter(None, (error.kept, error.do))), part=part
    )
