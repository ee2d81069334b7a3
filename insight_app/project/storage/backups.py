"""Copies of a project's databases in `backups/`, made through SQLite so that they are whole.

Knows nothing of what the tables mean. Never a file copy: that could catch a write halfway.
"""

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from insight_app.disk_errors import disk_errors
from insight_app.errors import WorldError
from insight_app.files import aside
from insight_app.project.storage import sqlite
from insight_app.project.storage.connecting import connect

KEPT = 10
"""The newest ten backups of a database are kept."""
DUE_AFTER = timedelta(days=1)

_NAME = re.compile(r"(?P<stem>.+)-(?P<time>\d{8}T\d{6})(?:-(?P<reason>[a-z-]+))?\.sqlite")
_TIME = "%Y%m%dT%H%M%S"


@dataclass(frozen=True)
class Backup:
    """A backup of one database: when it was made and where it lies."""

    path: Path
    made: datetime
    reason: str

    @property
    def log(self) -> Path:
        """The judgement log as JSON lines beside it (judgements only)."""
        return self.path.with_suffix(".jsonl")


def list_backups(folder: Path, stem: str) -> list[Backup]:
    """Return the backups of the database `stem`.sqlite, newest first."""
    found = []
    for path in folder.glob("*.sqlite") if folder.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        if match and match["stem"] == stem:
            made = datetime.strptime(match["time"], _TIME).replace(tzinfo=UTC)
            found.append(Backup(path, made, match["reason"] or ""))
    return sorted(found, key=lambda backup: (backup.made, backup.path.name), reverse=True)


def is_due(folder: Path, stem: str, now: datetime) -> bool:
    """Return whether the newest backup is older than a day, or there is none."""
    existing = list_backups(folder, stem)
    return not existing or now - existing[0].made > DUE_AFTER


def back_up(path: Path, folder: Path, reason: str = "") -> Backup:
    """Copy the database `path`, which may be in use, into `folder`; remove what is over KEPT."""
    made = datetime.now(UTC)
    end = f"-{reason}" if reason else ""
    target = folder / f"{path.stem}-{made.strftime(_TIME)}{end}.sqlite"
    copy_database(path, target)
    for old in list_backups(folder, path.stem)[KEPT:]:
        old.path.unlink(missing_ok=True)
        old.log.unlink(missing_ok=True)
    return Backup(target, made.replace(microsecond=0), reason)


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
            original.backup(copy)
            if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise WorldError(
                    "The file is damaged and cannot be copied.", where=str(source), kept=kept
                )
