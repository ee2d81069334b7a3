"""Whether the backups of a project's judgements are as they were written.

A backup vouches for its own entries where a version of Insight wrote it that does so; all are
compared with the log that the project has now, which must hold the same of every entry.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError
from insight_app.files import open_regular
from insight_app.project.judgements import Person
from insight_app.project.judgements.log import database, digests, lines, links
from insight_app.project.judgements.log.entries import Malformed, Written
from insight_app.project.judgements.store import Judgements
from insight_app.project.rescue import copies
from insight_app.project.storage import backups, sqlite
from insight_app.project.storage.connecting import connect

NOT_AS_WRITTEN = "This backup is not as it was written."
_NOBODY = Person("", "")
Known = Mapping[str, bytes]
"""The digests of entries that are known to be sound, by uuid."""


def lacking(place: Path, known: Known, project: str) -> Iterator[tuple[Path, int]]:
    """Yield the backups of a project that hold entries which its log lacks, and how many.

    A log only grows: somebody, or a program that synchronises folders, put an older one back.
    """
    for backup in backups.list_backups(place, copies.STEM):
        with suppress(KnownError), Judgements.open(backup.path, _NOBODY, read_only=True) as held:
            if held.project == project:
                more = sum(str(entry["uuid"]) not in known for entry in held.written())
                if more:
                    yield backup.path, more


@dataclass(frozen=True)
class ChangedSince:
    """Tell that a log and what was noted of it differ, from which entry on (None: unknown).

    backup: the copy that differs, None for the project's manifest.  is_log: it was the log that was
    changed, and not the copy.
    """

    backup: Path | None
    number: int | None
    is_log: bool


def changed_since(place: Path, own: Judgements, noted: str) -> Iterator[ChangedSince]:
    """Yield where a log, sound in itself, contradicts what was noted of it or its own backups.

    noted: the head that the project's manifest tells. What it confirms was not changed in the log,
    so that it was in the backup.
    """
    head, now = links.parse_head(noted), own.head
    if now is None:
        return  # of an older Insight
    is_held = head is None or own.holds(head)
    confirmed = head.entries if head is not None and head.log == now.log and is_held else 0
    ours, found = own.linked(), False
    for backup in backups.list_backups(place, copies.STEM):
        with suppress(KnownError), Judgements.open(backup.path, _NOBODY, read_only=True) as held:
            if held.head is None or held.head.log != now.log:
                continue
            number = links.first_other(ours, held.linked())
            if number is not None and not held.problems():
                found = True
                yield ChangedSince(backup.path, number, number > confirmed)
    if not is_held and not found:
        yield ChangedSince(None, None, is_log=True)


def problems(place: Path, known: Known) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with the backups in a folder: the file, and why in a sentence."""
    with disk_errors("The backups cannot be read", where=place):
        there = sorted(place.iterdir()) if place.is_dir() else []
    logs = {backup.path for backup in backups.list_backups(place, copies.STEM)}
    for path in there:
        if path in logs:
            what = _of_log(path, known)
        elif path.suffix == ".sqlite" and not path.name.startswith("replaced-"):
            what = _of_database(path)
        elif path.suffix == ".jsonl":
            what = _of_lines(path, known)
        else:
            continue
        if what:
            yield path, what


def sound_digests(judgements: Judgements) -> dict[str, bytes]:
    """Return the digests of a log that has no problems."""
    return {entry["uuid"]: digests.of(entry) for entry in judgements.written()}


def _of_log(path: Path, known: Known) -> str:
    try:
        held = Judgements.open(path, _NOBODY, read_only=True)
    except KnownError as error:
        return f"{NOT_AS_WRITTEN} {error.what}"
    with held:
        if wrong := held.problems():
            return f"{NOT_AS_WRITTEN} {wrong[0]}"
        for entry in held.written():
            if _differs(entry, known):
                return f"{NOT_AS_WRITTEN} Entry {entry['uuid']} is another one in the log."
    return ""


def _of_database(path: Path) -> str:
    try:
        with (
            sqlite.known_errors(path, "", sqlite.NO_REMEDY),
            closing(connect(path)) as connection,
        ):
            answer = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except KnownError as error:
        return f"{NOT_AS_WRITTEN} {error.what}"
    return "" if answer == "ok" else f"{NOT_AS_WRITTEN} {answer}"


def _of_lines(path: Path, known: Known) -> str:
    """Compare lines with the database that they were written from, or with the log of now."""
    with suppress(KnownError, sqlite3.Error, Malformed):
        return "" if _is_written_from(path, path.with_suffix(".sqlite")) else NOT_AS_WRITTEN
    try:
        for number, line in lines.raw(path):
            entry = lines.parsed(line.decode(), number)
            if _differs(entry.written, known):
                return f"{NOT_AS_WRITTEN} Line {number:,} is another entry in the log."
    except (Malformed, UnicodeDecodeError) as error:
        return f"{NOT_AS_WRITTEN} ({error})"
    except OSError as error:
        return f"This backup cannot be read ({error})."
    return ""


def _is_written_from(path: Path, source: Path) -> bool:
    made = sqlite.engine(source, read_only=True)
    try:
        with (
            disk_errors("A backup cannot be read", where=path),
            open_regular(path) as file,
            sqlite.reading(made, source) as connection,
        ):
            for entry in database.written(connection):
                wanted = lines.line(entry).encode()
                if file.read(len(wanted)) != wanted:
                    return False
            return not file.read(1)
    finally:
        made.dispose()


def _differs(entry: Written, known: Known) -> bool:
    digest = known.get(str(entry["uuid"]))
    return digest is not None and digests.of(entry) != digest
