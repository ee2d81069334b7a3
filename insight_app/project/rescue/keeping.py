"""Making backups of an open project while somebody judges, and noting what there is.

The first judgement is backed up at once, later ones by number and time, on a thread of its own: who
judges never waits for it. What goes wrong there is kept until a backup succeeds.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError
from insight_app.project import manifest
from insight_app.project.folder import BACKUPS
from insight_app.project.judgements.log import database, lines
from insight_app.project.judgements.log.entries import Malformed
from insight_app.project.judgements.store import Judgements
from insight_app.project.manifest import ProjectManifest
from insight_app.project.rescue import copies
from insight_app.project.storage import backups, sqlite
from insight_app.project.storage.backups import Backup

T = TypeVar("T")
EACH = 100
"""So many new judgements are worth a backup."""
AFTER_SECONDS = 3600.0
"""And so much time of a session, if anything was judged in it."""
AT_CLOSE = 10
"""So many are worth one when the project is closed."""
DUE_AFTER = timedelta(days=1)
"""A backup that is older gets a newer one beside it when the project is opened."""
_PAUSE, _LINES = 0.001, 100
"""Seconds of rest after so many lines: Python's threads take time from each other."""


class Keeper:
    """Hold what is backed up of a project's log; close it with the project.

    error: why the last backup failed, None if it did not.  ended: what to call after each that was
    begun by a judgement, on a thread of its own.
    """

    def __init__(self, folder: Path, judgements: Judgements) -> None:
        self._folder, self._judgements = folder, judgements
        self.error: KnownError | None = None
        self.ended: Callable[[], object] = lambda: None
        self._thread: threading.Thread | None = None
        self._noted = 0
        self._backed_up = 0
        self._time = time.monotonic()

    def begin(self) -> None:
        """Make the backup that is due and note that there is a log; see `error`."""
        try:
            self._begin()
        except KnownError as error:
            self.error = error

    def _begin(self) -> None:
        place, judgements = self._folder / BACKUPS, self._judgements
        there = copies.all_of(place, judgements.project)
        newest = there[0] if there else None
        self._backed_up = newest.entries if newest else 0
        if newest is not None and not newest.backup.log.exists():
            export_log(newest.backup)  # made before an update, which leaves the log as it is
        if judgements.count:
            self._note()
        if self._new and (newest is None or self._new >= EACH or _is_old(newest.backup.made)):
            self._back_up()

    def look(self) -> None:
        """Start a backup if one is due; called after every judgement."""
        is_due = self._new and (
            not self._backed_up
            or self._new >= EACH
            or time.monotonic() - self._time >= AFTER_SECONDS
        )
        if is_due and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._try, name="backup", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Wait for a backup that is being made; make one more if much is new."""
        self.wait()
        if self._new >= AT_CLOSE:
            self._try()
        elif self._judgements.count > self._noted:
            with suppress(KnownError):
                self._note()

    def wait(self) -> None:
        """Wait for a backup that is being made."""
        if self._thread is not None:
            self._thread.join()

    @property
    def _new(self) -> int:
        return self._judgements.count - self._backed_up

    def _try(self) -> None:
        self._time = time.monotonic()
        try:
            self._note()
            self._back_up()
            self.error = None
        except KnownError as error:
            self.error = error
        self.ended()

    def _note(self) -> None:
        """Write the manifest; it never says less than it did, unless the project is another one."""
        said = said_of(self._judgements)
        with disk_errors("The project's manifest cannot be written", where=self._folder):
            with suppress(manifest.NotAManifest):
                if manifest.read(self._folder) == said:
                    self._noted = said.judgements
                    return
            manifest.write(self._folder, said)
        self._noted = said.judgements

    def _back_up(self) -> None:
        count, place = self._judgements.count, self._folder / BACKUPS
        made = backups.back_up(self._judgements.path, place)
        export_log(made)
        self._backed_up, self._time = count, time.monotonic()
        with disk_errors("Old backups cannot be removed", where=place):
            copies.thin(place, self._judgements.project)


def said_of(judgements: Judgements) -> ProjectManifest:
    """Return what a manifest says of a log."""
    count, lamport, head = judgements.count, judgements.lamport, judgements.head
    if head is not None and head.entries != count:  # somebody judged meanwhile
        head = None
    return ProjectManifest(judgements.project, count, lamport, head.text if head else "")


def export_log(backup: Backup) -> None:
    """Write the log that a backup holds as JSON lines beside it."""
    made = sqlite.engine(backup.path, read_only=True)
    try:
        with sqlite.reading(made, backup.path) as connection:
            lines.save(_resting(database.written(connection)), backup.log)
    except Malformed as error:
        what = f"The log of judgements is broken ({error})."
        raise sqlite.damaged(what, backup.path, sqlite.NO_REMEDY) from error
    finally:
        made.dispose()


def _resting(found: Iterator[T]) -> Iterator[T]:
    for number, one in enumerate(found, 1):
        yield one
        if number % _LINES == 0:
            time.sleep(_PAUSE)


def _is_old(made: datetime | None) -> bool:
    return made is None or not timedelta(0) <= datetime.now(UTC) - made <= DUE_AFTER
