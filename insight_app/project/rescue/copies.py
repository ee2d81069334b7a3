"""The backups of a project's judgements: what each holds, whose it is, and which may go.

Which is newer is told by what they hold, never by a clock alone: clocks are set back, and files
come from computers whose clock is wrong.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from insight_app.errors import KnownError
from insight_app.project.folder import JUDGEMENTS
from insight_app.project.storage import backups
from insight_app.project.storage.backups import Backup
from insight_app.project.storage.connecting import connect

KEPT = 10
"""The last ten backups are kept, and beyond them the last of each day and of each month."""
KEPT_DAYS = 30
STEM = Path(JUDGEMENTS).stem


@dataclass(frozen=True)
class Copy:
    """A backup and what it holds. project: '' for one of an older Insight, which does not say."""

    backup: Backup
    entries: int
    lamport: int
    project: str

    def may_be_of(self, project: str) -> bool:
        """Return whether nothing says that it is another project's."""
        return not project or self.project in ("", project)


def all_of(folder: Path, project: str = "") -> list[Copy]:
    """Return the backups in a folder that can be read and may be of `project`, fullest first."""
    found = (_look(backup) for backup in backups.list_backups(folder, STEM))
    ours = [copy for copy in found if copy is not None and copy.may_be_of(project)]
    return sorted(ours, key=_order, reverse=True)


def thin(folder: Path, project: str) -> list[Path]:
    """Remove backups that are neither among the last nor of a day or month of their own.

    None goes that holds an entry which no other backup holds, none that cannot be read, and none of
    another project. Return what was removed.
    """
    found = [copy for copy in all_of(folder, project) if copy.project == project]
    kept = _ladder(found)
    known: set[str] = set()
    gone = [copy for copy in found if copy not in kept]
    if gone:
        for copy in kept:
            known |= uuids(copy.backup.path)
    removed = []
    for copy in gone:
        held = uuids(copy.backup.path)
        if not held or held - known:
            known |= held
            continue
        for path in (copy.backup.path, copy.backup.log):
            path.unlink(missing_ok=True)
        removed.append(copy.backup.path)
    return removed


def uuids(path: Path) -> set[str]:
    """Return the uuids of the entries of a backup."""
    try:
        with closing(connect(path)) as connection:
            return {row[0] for row in connection.execute("SELECT uuid FROM log")}
    except (OSError, sqlite3.Error, KnownError):
        return set()


def _look(backup: Backup) -> Copy | None:
    try:
        with closing(connect(backup.path)) as connection:
            entries, lamport = connection.execute(
                "SELECT (SELECT max(seq) FROM log), (SELECT max(lamport) FROM log)"
            ).fetchone()
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'identity'")
            row = None
            if known.fetchone():
                row = connection.execute("SELECT project FROM identity").fetchone()
    except (OSError, sqlite3.Error, KnownError):
        return None
    if not all(isinstance(number, int | None) for number in (entries, lamport)):
        return None
    return Copy(backup, entries or 0, lamport or 0, str(row[0]) if row else "")


def _order(copy: Copy) -> tuple[int, int, str]:
    return copy.entries, copy.lamport, copy.backup.path.name


def _ladder(found: Sequence[Copy]) -> list[Copy]:
    """Return those that are kept of backups sorted by what they hold, fullest first."""
    days = _first_of_each((_day(copy), copy) for copy in found)[:KEPT_DAYS]
    months = _first_of_each((_month(copy), copy) for copy in found)
    kept = [*found[:KEPT], *days, *months]
    return [copy for copy in found if copy in kept]


def _first_of_each(found: Iterable[tuple[object, Copy]]) -> list[Copy]:
    first: dict[object, Copy] = {}
    for key, copy in found:
        first.setdefault(key, copy)
    return list(first.values())


def _day(copy: Copy) -> date | None:
    return copy.backup.made.date() if copy.backup.made else None


def _month(copy: Copy) -> tuple[int, int] | None:
    return (copy.backup.made.year, copy.backup.made.month) if copy.backup.made else None
