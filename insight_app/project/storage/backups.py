"""Copies of a project's databases in `backups/`, made through SQLite so that they are whole.

Knows nothing of what the tables mean, and deletes nothing. Never a file copy: that could catch a
write halfway.
"""

import re
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from insight_app.disk_errors import disk_errors
from insight_app.errors import WorldError
from insight_app.files import aside
from insight_app.project.storage import sqlite
from insight_app.project.storage.connecting import connect

_NAME = re.compile(
    r"(?P<stem>.+)-(?P<time>[0-9]{8}T[0-9]{6})(?:-(?P<reason>[a-z-]+))?\.sqlite", re.ASCII
)
_TIME = "%Y%m%dT%H%M%S"
_PAGES = 64
"""Copied at a time; a writer waits no longer than that takes."""


@dataclass(frozen=True)
class Backup:
    """A backup of one database: when it was made, as its name says, and where it lies.

    made: None for a name with a time that there is not.
    """

    path: Path
    made: datetime | None
    reason: str

    @property
    def log(self) -> Path:
        """The judgement log as JSON lines beside it (judgements only)."""
        return self.path.with_suffix(".jsonl")

    @property
    def when(self) -> str:
        """When it was made, for people."""
        if self.made is None:
            return "an unknown day"
        return self.made.astimezone().strftime("%d %b %Y, %H:%M")


def list_backups(folder: Path, stem: str) -> list[Backup]:
    """Return the backups of the database `stem`.sqlite, newest first as their names have it."""
    found = []
    for path in folder.glob("*.sqlite") if folder.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        if match and match["stem"] == stem and not path.is_symlink() and path.is_file():
            made = None
            with suppress(ValueError, OverflowError):
                made = datetime.strptime(match["time"], _TIME).replace(tzinfo=UTC)
                made.astimezone()  # the last hours of the year 9999 are in no calendar further east
            found.append(Backup(path, made, match["reason"] or ""))
    return sorted(found, key=lambda backup: backup.path.name, reverse=True)


def back_up(path: Path, folder: Path, reason: str = "") -> Backup:
    """Copy the database `path`, which may be in use, into `folder`."""
    made = datetime.now(UTC).replace(microsecond=0)
    end = f"-{reason}" if reason else ""
    while (target := folder / f"{path.stem}-{made.strftime(_TIME)}{end}.sqlite").exists():
        made += timedelta(seconds=1)  # two in one second, or a clock that was set back
    copy_database(path, target)
    return Backup(target, made, reason)


def copy_database(source: Path, target: Path) -> None:
    """Make a whole copy of `source` at `target`, there completely or not at all."""
    kept = "The project itself was not changed."
    with disk_errors("No backup could be written", where=target, kept=kept):
        target.parent.mkdir(exist_ok=True)
        with (
            aside(target) as part,
            sqlite.known_errors(source, kept, sqlite.NO_REMEDY),
            closing(connect(source)) as original,
            closing(connect(part, "rwc")) as copy,
        ):
            original.backup(copy, pages=_PAGES, sleep=0.01)
            if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise WorldError(
                    "The file is damaged and cannot be copied.", where=str(source), kept=kept
                )
