"""A project folder, opened: its lock, its judgements, its backups, and the way to its results.

Owns the order in which things are opened and what happens where they cannot be. Knows nothing of
how results or judgements are stored.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.figures import counted
from insight_app.files import aside
from insight_app.project.folder import BACKUPS, FOLDERS, JUDGEMENTS, is_project
from insight_app.project.judgements import Person
from insight_app.project.judgements.schema import SCHEMA
from insight_app.project.judgements.state import not_understood
from insight_app.project.judgements.store import Judgements
from insight_app.project.person import this_person
from insight_app.project.storage import backups, lock, network_folders, sqlite
from insight_app.project.storage.backups import Backup
from insight_app.project.storage.plain_files import has_other_names, must_be_plain, shared

if TYPE_CHECKING:
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.results.snapshot import Results


class Project:
    """An open project; `close` it to let others write.

    read_only, why_read_only: nothing can be judged, and the reason in words ('' otherwise).
    holder: who has it open for writing instead; `holder.is_own` if it is this very process.
    damage: what is broken, None if all is well; `backups` then says what can be restored.
    warnings: what a person should know without anything being broken.
    """

    def __init__(
        self,
        path: Path,
        judgements: Judgements,
        held: lock.Lock | None,
        *,
        why_read_only: str = "",
        damage: KnownError | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self.path = path
        self.judgements = judgements
        self.why_read_only = why_read_only
        self.damage = damage
        self.warnings = warnings
        self.holder: lock.Holder | None = None
        self._lock = held

    @classmethod
    def create(cls, folder: Path, person: Person | None = None) -> "Project":
        """Make a project in `folder`, which must be new or empty, and open it."""
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Refusal(
                "There is something here already.",
                where=str(folder),
                kept="Nothing was changed.",
                do="Open it, or choose another name.",
            )
        with disk_errors(
            "The project cannot be made here",
            where=folder,
            do="Choose a folder that you may write to.",
        ):
            for name in FOLDERS:
                (folder / name).mkdir(parents=True, exist_ok=True)
        Judgements.open(folder / JUDGEMENTS, person or this_person()).close()
        return cls.open(folder, person)

    @classmethod
    def open(
        cls,
        folder: Path,
        person: Person | None = None,
        *,
        read_only: bool = False,
        take_over: bool = False,
    ) -> "Project":
        """Open a project; read-only if that is asked for, if another holds it, or if it is damaged.

        take_over: take the lock even from a process that cannot be asked (on another computer).
        Raises Refusal for what is no project, or one of a newer Insight.
        """
        with disk_errors("This folder cannot be read", where=folder):
            is_one = is_project(folder)
        if not is_one:
            raise Refusal(
                "This is not a project of Insight.",
                where=str(folder),
                do="Choose a folder whose name ends in .insight.",
            )
        must_be_plain(folder)
        who = person or this_person()
        held, why, holder = None, "It was opened for reading only.", None
        if not read_only and has_other_names(folder / JUDGEMENTS):
            why = str(shared(folder / JUDGEMENTS))
        elif not read_only:
            try:
                held, why = lock.acquire(folder, who.name, take_over=take_over), ""
            except lock.Held as error:
                why, holder = error.what, error.holder
            except WorldError as error:
                why = error.what
        try:
            opened = cls._open(folder, who, held, why)
        except BaseException:
            if held is not None:
                held.release()
            raise
        opened.holder = holder
        return opened

    @classmethod
    def _open(cls, folder: Path, who: Person, held: lock.Lock | None, why: str) -> "Project":
        path, place = folder / JUDGEMENTS, folder / BACKUPS
        warnings = [text] if (text := network_folders.warning(folder)) else []
        try:
            _must_be_there(path, place)
            if held is None and not path.exists():
                judgements = Judgements.none(path, who)
            else:
                judgements = Judgements.open(path, who, read_only=held is None, backup_folder=place)
        except sqlite.Damaged as damage:
            if held is not None:
                held.release()
            judgements, shown = _from_newest_backup(place, path, who)
            why = f"The judgements of this project are damaged. {damage.what} {shown}"
            return cls(
                folder, judgements, None, why_read_only=why, damage=damage, warnings=(*warnings,)
            )
        if newer := not_understood(judgements.not_understood):
            warnings.append(newer)
        if held is not None:
            try:
                back_up_if_due(judgements, place)
            except KnownError as error:
                warnings.append(str(error))
        return cls(folder, judgements, held, why_read_only=why, warnings=(*warnings,))

    @property
    def read_only(self) -> bool:
        return self.judgements.read_only

    @property
    def name(self) -> str:
        return self.path.name.removesuffix(".insight")

    @property
    def backups(self) -> list[Backup]:
        """The backups of the judgements, newest first."""
        return backups.list_backups(self.path / BACKUPS, "judgements")

    def results(self) -> "Results | None":
        """Open the machine's results as published last; None before the first ones."""
        from insight_app.project.results.snapshot import Results

        return Results.open(self.path)

    def catalogue(self) -> "Catalogue | None":
        """Return all concepts as shown now; None before there are results."""
        from insight_app.project.judgements.catalogue import Catalogue

        results = self.results()
        return None if results is None else Catalogue(results, self.judgements.state)

    def close(self) -> None:
        """Let go of the files and of the lock."""
        self.judgements.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> "Project":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def restore(folder: Path, backup: Backup, person: Person | None = None) -> str:
    """Put a copy of `backup` in the place of the judgements; what was done, in words.

    The judgements that were there are kept beside the backups, and their entries that can still be
    read and that the backup lacks are taken over. The project must not be
    open for writing.
    """
    must_be_plain(folder)
    who = person or this_person()
    path, place = folder / JUDGEMENTS, folder / BACKUPS
    held = lock.acquire(folder, who.name)
    try:
        return _restore(path, place, backup, who)
    finally:
        held.release()


def back_up_if_due(judgements: Judgements, place: Path) -> Backup | None:
    """Copy the judgements and their log to the backups if the last one is older than a day."""
    newest = next(iter(backups.list_backups(place, "judgements")), None)
    if newest is not None and not newest.log.exists():
        judgements.export_log(newest.log)  # made before an update, which leaves the log as it is
    if not judgements.count or not backups.is_due(place, "judgements", datetime.now(UTC)):
        return None
    made = backups.back_up(judgements.path, place)
    judgements.export_log(made.log)
    return made


def _must_be_there(path: Path, place: Path) -> None:
    """Raise Damaged for a database that is gone while its backups are there: it was lost."""
    is_empty = not path.exists() or path.stat().st_size == 0
    if is_empty and backups.list_backups(place, path.stem):
        raise sqlite.damaged("The file is missing or empty.", path, SCHEMA.remedy)


def _from_newest_backup(place: Path, path: Path, who: Person) -> tuple[Judgements, str]:
    """Open the newest backup that can be read to be looked at; return what it is in words too."""
    for backup in backups.list_backups(place, path.stem):
        try:
            shown = Judgements.open(backup.path, who, read_only=True)
        except KnownError:
            continue
        when = backup.made.astimezone().strftime("%d %b %Y, %H:%M")
        return shown, f"You see the backup of {when}; what was judged later is not in it."
    return Judgements.none(path, who), "There is no backup that can be read."


def _restore(path: Path, place: Path, backup: Backup, who: Person) -> str:
    when = backup.made.astimezone().strftime("%d %b %Y, %H:%M")
    said = [f"The judgements of {when} are back."]
    kept = "The project itself was not changed."
    with disk_errors("The backup cannot be put back", where=path, kept=kept), aside(path) as ready:
        backups.copy_database(backup.path, ready)
        replaced = _set_aside(path, place) if path.exists() else None
    if replaced is not None:
        said.append(f"What was there before is kept as {replaced.name}.")
    judgements = Judgements.open(path, who, backup_folder=place)
    try:
        if replaced is not None and (found := judgements.salvage(replaced)):
            said.append(f"{counted(found, 'later judgement')} could be read from it too.")
    finally:
        judgements.close()
    return " ".join(said)


def _set_aside(path: Path, place: Path) -> Path:
    """Move the judgements that are replaced to the backups; return where they are."""
    replaced = place / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.sqlite"
    # An unfinished write belongs to the file it was for; beside another it would destroy it.
    for end in ("-journal", ""):
        part = path.with_name(path.name + end)
        if part.exists():
            part.replace(replaced.with_name(replaced.name + end))
    return replaced
