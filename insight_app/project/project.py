"""A project folder, opened: its lock, its judgements, its backups, and the way to its results.

Owns the order in which things are opened and what happens where they cannot be. Knows nothing of
how results or judgements are stored.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.figures import counted
from insight_app.project import creating, manifest
from insight_app.project.folder import BACKUPS, JUDGEMENTS, is_project
from insight_app.project.judgements import Person
from insight_app.project.judgements.log import links
from insight_app.project.judgements.schema import SCHEMA
from insight_app.project.judgements.state import not_understood
from insight_app.project.judgements.store import Judgements
from insight_app.project.manifest import ProjectManifest
from insight_app.project.person import this_person
from insight_app.project.rescue import copies, restoring
from insight_app.project.rescue.keeping import Keeper
from insight_app.project.rescue.restoring import Restored
from insight_app.project.storage import backups, lock, network_folders, sqlite
from insight_app.project.storage.backups import Backup
from insight_app.project.storage.plain_files import is_shared, must_be_plain, shared

if TYPE_CHECKING:
    from insight_app.project.judgements.catalogue import Catalogue
    from insight_app.project.results.snapshot import Results


class Project:
    """An open project; `close` it to let others write.

    read_only, why_read_only: nothing can be judged, and the reason in words ('' otherwise).
    holder: who has it open for writing instead; `holder.is_own` if it is this very process.
    damage: what is broken, None if all is well; `backups` then says what can be restored.
    """

    def __init__(
        self,
        path: Path,
        judgements: Judgements,
        held: lock.Lock | None,
        keeper: Keeper | None = None,
        *,
        why_read_only: str = "",
        damage: KnownError | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self.path = path
        self.judgements = judgements
        self.why_read_only = why_read_only
        self.damage = damage
        self._warnings = warnings
        self.holder: lock.Holder | None = None
        self._lock = held
        self._keeper = keeper
        if keeper is not None:
            judgements.committed = keeper.look

    @classmethod
    def create(cls, folder: Path, person: Person | None = None) -> "Project":
        """Make a project in `folder`, which must be new, empty or half-made, and open it."""
        who = person or this_person()
        creating.create(folder, who.name, lambda path: Judgements.open(path, who).close())
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
        if not read_only and is_shared(folder / JUDGEMENTS):
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
        known = _manifest(folder)
        project = known.project if known else ""
        try:
            _must_be_there(path, place, known)
            if held is None and not path.exists():
                judgements = Judgements.none(path, who)
            else:
                judgements = Judgements.open(
                    path, who, read_only=held is None, backup_folder=place, project=project
                )
                try:
                    _must_be_this_projects(judgements, known)
                except BaseException:
                    judgements.close()
                    raise
        except sqlite.Damaged as damage:
            if held is not None:
                held.release()
            judgements, shown = _from_fullest_backup(place, path, who, project)
            why = f"The judgements of this project are damaged. {damage.what} {shown}"
            return cls(
                folder, judgements, None, why_read_only=why, damage=damage, warnings=(*warnings,)
            )
        if newer := not_understood(judgements.not_understood):
            warnings.append(newer)
        keeper = None
        if held is not None:
            keeper = Keeper(folder, judgements)
            keeper.begin()
        return cls(folder, judgements, held, keeper, why_read_only=why, warnings=(*warnings,))

    @property
    def read_only(self) -> bool:
        return self.judgements.read_only

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know now without anything being broken."""
        error = self._keeper.error if self._keeper is not None else None
        return self._warnings if error is None else (*self._warnings, str(error))

    @property
    def name(self) -> str:
        return self.path.name.removesuffix(".insight")

    @property
    def backups(self) -> list[Backup]:
        """The backups of the judgements, the one that holds most first."""
        known = _manifest(self.path)
        there = copies.all_of(self.path / BACKUPS, known.project if known else "")
        return [copy.backup for copy in there]

    def results(self) -> "Results | None":
        """Open the machine's results as published last; None before the first ones."""
        from insight_app.project.results.snapshot import Results

        return Results.open(self.path)

    def catalogue(self) -> "Catalogue | None":
        """Return all concepts as shown now; None before there are results."""
        from insight_app.project.judgements.catalogue import Catalogue

        results = self.results()
        return None if results is None else Catalogue(results, self.judgements.state)

    def when_backed_up(self, call: Callable[[], object]) -> None:
        """Let `call` be called, on another thread, whenever a backup was made or failed."""
        if self._keeper is not None:
            self._keeper.ended = call

    def wait_for_backup(self) -> None:
        """Wait until a backup that was begun is there."""
        if self._keeper is not None:
            self._keeper.wait()

    def close(self) -> None:
        """Close the files, back up what is new, and release the lock."""
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None
        self.judgements.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> "Project":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _manifest(folder: Path) -> ProjectManifest | None:
    """Return the manifest; None also for one that cannot be read: the databases then rule."""
    try:
        return manifest.read(folder)
    except (OSError, manifest.NotAManifest):
        return None


def restore(
    folder: Path,
    person: Person | None = None,
    *,
    beside: Path | None = None,
    dry_run: bool = False,
) -> Restored:
    """Bring the judgements of a project back from all that is left of them, in files and backups.

    See `rescue.restoring`. The project must not be open for writing.
    """
    must_be_plain(folder)
    return restoring.restore(folder, person or this_person(), beside=beside, dry_run=dry_run)


def _must_be_there(path: Path, place: Path, known: ProjectManifest | None) -> None:
    """Raise Damaged for a log that is gone, though its backups or the manifest tell of it."""
    is_empty = not path.exists() or path.stat().st_size == 0
    if not is_empty:
        return
    if known is not None and known.judgements:
        what = f"The file is missing or empty; it held {counted(known.judgements, 'judgement')}."
        raise sqlite.damaged(what, path, SCHEMA.remedy)
    if backups.list_backups(place, path.stem):
        raise sqlite.damaged("The file is missing or empty.", path, SCHEMA.remedy)


def _must_be_this_projects(judgements: Judgements, known: ProjectManifest | None) -> None:
    """Raise Damaged for the log of another project, an older one, or one that was rewritten."""
    if known is None:
        return
    what = ""
    if judgements.project and judgements.project != known.project:
        what = "These are the judgements of another project."
    elif judgements.count < known.judgements:
        what = (
            f"The file holds {judgements.count:,} of at least "
            f"{counted(known.judgements, 'judgement')}: it is an older one."
        )
    elif (head := links.parse_head(known.head)) is not None and not judgements.holds(head):
        had = counted(head.entries, "judgement")
        what = (
            f"The file does not hold any more what it held with {had}: some were changed, "
            "exchanged or taken out."
        )
    if what:
        raise sqlite.damaged(what, judgements.path, SCHEMA.remedy)


def _from_fullest_backup(
    place: Path, path: Path, who: Person, project: str
) -> tuple[Judgements, str]:
    """Open the best backup that can be read to be looked at; return what it is in words too."""
    for copy in copies.all_of(place, project):
        try:
            shown = Judgements.open(copy.backup.path, who, read_only=True)
        except KnownError:
            continue
        when = copy.backup.when
        return shown, f"You see the backup of {when}; what was judged later is not in it."
    return Judgements.none(path, who), "There is no backup that can be read."
