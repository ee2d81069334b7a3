"""Mending results that a check found damaged: made again from the codes, never from judgements.

Works alone on the results, as an analysis does, and may be stopped or killed at any moment: every
step leaves either what was there or what is right, and the same call goes on. What only the photos
can bring back is said, with the command that does it.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from insight_app.concepts.hsae.description import files_of
from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError
from insight_app.figures import counted
from insight_app.project.analysis import dictionary, publishing, runs
from insight_app.project.analysis import encoder as encoder_of
from insight_app.project.analysis.coding import pending_images
from insight_app.project.analysis.counting import running_counts
from insight_app.project.analysis.folders.sources import Sources
from insight_app.project.analysis.naming.due import Naming
from insight_app.project.analysis.recording import Recorder
from insight_app.project.analysis.recovery import begin_anew, open_or_begin_anew, set_damaged_aside
from insight_app.project.check import check, rows
from insight_app.project.check.findings import Concern, Finding
from insight_app.project.folder import STATISTICS
from insight_app.project.results import analysis_database
from insight_app.project.results.schema import Shard
from insight_app.project.storage.plain_files import odd_ones


@dataclass(frozen=True)
class Repaired:
    """What a repair did, in sentences, and what is still to be known of the project."""

    done: Sequence[str]
    left: Sequence[Finding]

    @property
    def is_whole(self) -> bool:
        return not any(finding.is_damage for finding in self.left)


def repair(
    project: Path, progress: Progress = silent, cancel: CancelToken | None = None
) -> Repaired:
    """Make damaged results again; does nothing to a project whose results are whole.

    KnownError where the project cannot be written to; Cancelled when cancelled.
    """
    stop = cancel or CancelToken()
    found = check(project, progress, stop)
    if not any(one.is_ours for one in found) or any(odd_ones(project)):
        return Repaired([], found)  # what is no file at all, a person must look at
    with runs.alone(project):
        done = _mend(project, found, progress, stop)
    return Repaired(done, check(project, progress, stop))


def _mend(
    project: Path, found: Sequence[Finding], progress: Progress, cancel: CancelToken
) -> list[str]:
    done: list[str] = []
    engine = open_or_begin_anew(project, done.append)
    is_anew = bool(done)
    try:
        if not is_anew and not _mend_pages(engine, done.append):
            analysis_database.close_writer(engine)
            engine = begin_anew(project, done.append)
            is_anew = True
        if not is_anew:
            with runs.recorded(engine, work="repair"):
                _mend_parts(project, engine, found, progress, cancel, done.append)
        if photos := _photos_to_code(project, engine, is_anew):
            done.append(photos)
    finally:
        analysis_database.close_writer(engine)
    return done


def _mend_pages(engine: Engine, tell: Callable[[str], None]) -> bool:
    """Make the indexes again if they are damaged; return whether the database is whole."""
    check_pages = "PRAGMA integrity_check(1)"
    with analysis_database.reading(engine) as connection:
        if connection.exec_driver_sql(check_pages).scalar_one() == "ok":
            return connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None
    try:
        with analysis_database.writing(engine) as connection:
            connection.exec_driver_sql("REINDEX")
        with analysis_database.reading(engine) as connection:
            is_whole = bool(connection.exec_driver_sql(check_pages).scalar_one() == "ok")
    except (KnownError, IntegrityError):  # pages of rows are damaged, or two photos are one
        return False
    if is_whole:
        tell("The indexes of the database of results were made again.")
    return is_whole


def _mend_parts(
    project: Path,
    engine: Engine,
    found: Sequence[Finding],
    progress: Progress,
    cancel: CancelToken,
    tell: Callable[[str], None],
) -> None:
    with analysis_database.reading(engine) as connection:
        manifest = publishing.newest_manifest(connection, project / STATISTICS)
    rows.mend(project, engine, manifest.tables if manifest is not None else {}, tell)
    lost = set_damaged_aside(project, engine)
    if lost:
        tell(f"The codes of {counted(lost, 'photo')} were damaged and were set aside.")
    encoder = encoder_of.chosen(engine) or encoder_of.EncoderChoice()
    renewed = []
    if any(finding.part is Concern.DICTIONARY for finding in found):
        renewed = _bring_dictionary_back(project, engine, encoder.fingerprint, tell)
    try:
        described = dictionary.installed(project)
        setup = None if described is None else dictionary.setup(project, described, encoder)
    except KnownError:
        setup = None
    if setup is None:
        tell("Without its dictionary nothing else of the project can be made again.")
        return
    with analysis_database.reading(engine) as connection:
        sealed = [row.id for row in connection.execute(select(Shard)) if row.is_sealed]
    with disk_errors("Damaged counts cannot be removed", where=project):
        for path in running_counts.damaged_files(project / STATISTICS, sealed):
            path.rename(path.with_name(f"{path.name}.damaged"))
    with closing(Recorder(project, engine, setup, progress, cancel)) as recorder:
        recorder.cover_anew(renewed)
        cancel.check()
        recorder.publish()
        if recorder.measure_relations(progress, cancel):
            recorder.publish()
    tell("All counts, lists and relations were made again from the codes and published.")
    naming = Naming(engine)
    if naming.is_lost(setup.words):
        naming.ask()
        tell("The machine's names were lost; the next analysis names the concepts again.")


def _bring_dictionary_back(
    project: Path, engine: Engine, encoder: str, tell: Callable[[str], None]
) -> list[str]:
    """Bring the dictionary back, if that is possible; return its files, as manifests name them."""
    try:
        source = dictionary.restore(project, dictionary.chosen(engine), encoder)
    except KnownError as error:
        tell(f"The dictionary could not be brought back: {error}")
        return []
    tell(f"The dictionary was made again from {source}.")
    return [f"{dictionary.FOLDER}/{path.name}" for path in files_of(project / dictionary.FOLDER)]


def _photos_to_code(project: Path, engine: Engine, are_all: bool) -> str:
    """Say which command codes photos that have no codes; '' if none need it."""
    new = pending_images.count_new(engine, pending_images.Locations(project, engine))
    places = " ".join(f'"{source.path}"' for source in Sources(project, engine).all)
    if not places or not (new or are_all):
        return ""
    photos = "All photos" if are_all else counted(new, "photo")
    return (
        f"{photos} must be analyzed again: Resume in the window, or "
        f'`insight-app analyze {places} -o "{project}"`.'
    )
