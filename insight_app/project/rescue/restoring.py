"""Putting back the judgements of a project: the sum of its database and of all its backups.

What was there is kept beside the backups. What is whole is only added to. Knows no window.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from insight_app.disk_errors import disk_errors
from insight_app.errors import KnownError, Refusal
from insight_app.figures import agreeing, counted
from insight_app.files import aside, open_regular
from insight_app.project import manifest
from insight_app.project.folder import BACKUPS, JUDGEMENTS, MANIFEST
from insight_app.project.judgements import Person
from insight_app.project.judgements.store import Judgements
from insight_app.project.manifest import ProjectManifest
from insight_app.project.rescue import copies, verifying
from insight_app.project.rescue.collecting import Collected, collect
from insight_app.project.rescue.keeping import Keeper, said_of
from insight_app.project.storage import lock

_UNCHANGED = "The project itself was not changed."


@dataclass(frozen=True)
class Restored:
    """What was restored, or would be.

    judgements: how many there are now.  new: of these, what the database alone did not give.  lost:
    how many are gone.  numbers: of these, as far as they can be told.  spoiled: numbers of those
    that can be read and are not as they were written.  mended: numbers of those that were damaged
    and were found again.  doubted: numbers of those that may have been changed since they were
    written, and of which there is no copy.  times: Lamport times that nobody has.
    replaced: where the old database is kept.  sources: how many judgements come from which file.
    left_out: files that were not used, with the reason.  is_rebuilt: the database is a new one.
    """

    judgements: int
    new: int
    lost: int
    numbers: tuple[int, ...] = ()
    spoiled: tuple[int, ...] = ()
    mended: tuple[int, ...] = ()
    doubted: tuple[int, ...] = ()
    times: tuple[int, ...] = ()
    replaced: Path | None = None
    sources: tuple[tuple[Path, int], ...] = ()
    left_out: tuple[str, ...] = ()
    is_rebuilt: bool = False

    def describe(self) -> str:
        """Say what was done, in words."""
        return " ".join(self._sentences())

    def _sentences(self) -> Iterable[str]:
        have, added = counted(self.judgements, "judgement"), counted(self.new, "judgement")
        if not self.is_rebuilt and not self.new:
            yield f"Nothing had to be restored: no backup has more than the {have} that are there."
        elif not self.is_rebuilt:
            were = agreeing(self.new, "was", "were")
            yield f"{added} from backups {were} added to {self.judgements - self.new:,} others."
        else:
            parts = [f"{number:,} from {path.name}" for path, number in self.sources]
            whence = f": {', '.join(parts)}" if parts else ""
            yield f"{have} {agreeing(self.judgements, 'is', 'are')} back{whence}."
        if self.mended:
            damaged = counted(len(self.mended), "damaged judgement")
            verb = agreeing(len(self.mended), "is", "are")
            yield f"{damaged} (number {spans(self.mended)}) {verb} mended: as written again."
        if self.doubted:
            yield (
                f"Number {spans(self.doubted)} may not be as written: the log was changed, and no "
                "copy tells."
            )
        if self.lost:
            which = f" (number {spans(self.numbers)})" if self.numbers else ""
            lost = counted(self.lost, "judgement")
            yield f"{lost} {agreeing(self.lost, 'is', 'are')} lost{which}."
            if self.spoiled:
                yield f"Of these, number {spans(self.spoiled)} can be read, but not as written."
            if self.times:
                yield f"The log has no entry of time {spans(self.times)}."
        elif self.is_rebuilt:
            yield "None is lost."
        yield from self.left_out
        if self.replaced is not None:
            yield f"What was there before is kept as {self.replaced.name}."


def spans(numbers: Iterable[int]) -> str:
    """Return numbers as a person writes them: 3, 58 to 60."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [f"{a:,}" if a == b else f"{a:,} to {b:,}" for a, b in runs[:_MOST_RUNS]]
    more = ["..."] if len(runs) > _MOST_RUNS else []
    return ", ".join([*shown, *more])


_MOST_RUNS = 20


def restore(
    folder: Path, person: Person, *, beside: Path | None = None, dry_run: bool = False
) -> Restored:
    """Bring back the judgements of a project from all that is left of them.

    beside: one more file to take judgements from.  dry_run: only say what would be done. Refusal
    where nothing at all can be read. The project must not be open for writing.
    """
    if beside is not None:
        with disk_errors("This backup cannot be read", where=beside, kept=_UNCHANGED):
            open_regular(beside, follow_links=True).close()
    held = lock.acquire(folder, person.name)
    try:
        with disk_errors("The judgements cannot be restored", where=folder, kept=_UNCHANGED):
            return _restore(folder, person, beside, dry_run)
    finally:
        held.release()


def _restore(folder: Path, person: Person, beside: Path | None, dry_run: bool) -> Restored:
    known = None
    with suppress(manifest.NotAManifest):
        known = manifest.read(folder)
    project = known.project if known else _told_by_backups(folder / BACKUPS)
    is_doubted = _is_doubted(folder, person, known)
    found = collect(folder, project, beside, is_doubted=is_doubted)
    if beside is not None and beside in found.foreign:
        raise Refusal("This is a backup of another project.", where=str(beside), kept=_UNCHANGED)
    if beside is not None and beside in found.empty:
        what = "This is no backup: there is no judgement in it."
        raise Refusal(what, where=str(beside), kept=_UNCHANGED)
    if not is_doubted and _is_sound(folder, person, found):
        return _add(folder, person, found, dry_run)
    path = folder / JUDGEMENTS
    was_something = known is not None and known.judgements > 0
    if not found.entries and (was_something or (path.exists() and path.stat().st_size)):
        raise Refusal(
            "Nothing can be read of this project's judgements, and there is no backup of them.",
            where=str(path),
            kept="What is left of them was not touched.",
            do=f"To begin anew without them, move {JUDGEMENTS} and {MANIFEST} out of the "
            "project's folder.",
        )
    told = _told(found, known)
    if dry_run:
        return told
    return _rebuild(folder, person, found, told)


def _told_by_backups(place: Path) -> str:
    """Return the project that most backups are of, '' if none says so."""
    told = Counter(copy.project for copy in copies.all_of(place) if copy.project)
    return told.most_common(1)[0][0] if told else ""


def _is_doubted(folder: Path, person: Person, known: ProjectManifest | None) -> bool:
    """Return whether the log was changed since it was noted, or since a backup was made of it."""
    noted = known.head if known else ""
    try:
        with Judgements.open(folder / JUDGEMENTS, person, read_only=True) as own:
            found = verifying.changed_since(folder / BACKUPS, own, noted)
            return any(one.is_log for one in found)
    except KnownError:
        return False  # damage, which is looked for elsewhere


def _is_sound(folder: Path, person: Person, found: Collected) -> bool:
    """Return whether the project's own database is whole and its own."""
    if found.own is None or not found.own.is_whole or found.own.spoiled:
        return False
    try:
        opened = Judgements.open(folder / JUDGEMENTS, person, read_only=True)
    except KnownError:
        return False
    try:
        return not opened.problems()
    finally:
        opened.close()


def _add(folder: Path, person: Person, found: Collected, dry_run: bool) -> Restored:
    path = folder / JUDGEMENTS
    opened = Judgements.open(
        path, person, read_only=dry_run, backup_folder=folder / BACKUPS, project=found.project
    )
    try:
        there = {entry.uuid for entry in opened.entries()}
        new = [one for one in found.entries if one.judgement.uuid not in there]
        if not dry_run:
            if new:
                opened.add_rescued(new, found.lost)
            _note(folder, opened)
        return Restored(
            len(there) + len(new), len(new), 0, left_out=_left_out(found), sources=_sources(found)
        )
    finally:
        opened.close()


def _rebuild(folder: Path, person: Person, found: Collected, told: Restored) -> Restored:
    path, place = folder / JUDGEMENTS, folder / BACKUPS
    place.mkdir(exist_ok=True)
    replaced = None
    with aside(path) as ready:
        made = Judgements.open(ready, person, project=found.project)
        try:
            made.add_rescued(found.entries, found.lost)
            if wrong := made.problems():
                raise RuntimeError(f"the restored log is not sound: {wrong[0]}")
        finally:
            made.close()
        if path.exists():
            replaced = _set_aside(path, place)
    opened = Judgements.open(path, person)
    try:
        _note(folder, opened)
        Keeper(folder, opened).begin()  # what fails is said when the project is opened
    finally:
        opened.close()
    return Restored(**{**vars(told), "replaced": replaced})


def _note(folder: Path, opened: Judgements) -> None:
    manifest.write(folder, said_of(opened))


def _set_aside(path: Path, place: Path) -> Path:
    """Move the judgements that are replaced to the backups; return where they are."""
    replaced = place / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.sqlite"
    # An unfinished write belongs to the file it was for; beside another it would destroy it.
    for end in ("-journal", ""):
        part = path.with_name(path.name + end)
        if part.exists():
            part.replace(replaced.with_name(replaced.name + end))
    return replaced


def _told(found: Collected, known: ProjectManifest | None) -> Restored:
    """Return what a rebuilt log has and lacks."""
    have = len(found.entries)
    last = max(found.last, known.judgements if known else 0, have)
    numbers = _gaps(found.numbers, last)
    lost = max(last - have, len(found.lost))
    are_numbered = len(numbers) == lost
    times = _gaps({one.judgement.lamport for one in found.entries}, known.lamport if known else 0)
    own = found.own.path if found.own else None
    return Restored(
        judgements=have,
        new=have - (found.taken.get(own, 0) if own else 0),
        lost=lost,
        numbers=numbers if are_numbered else (),
        spoiled=tuple(sorted(found.spoiled)) if lost else (),
        mended=tuple(sorted(found.mended)),
        doubted=tuple(sorted(found.doubted)),
        times=times if lost else (),
        sources=_sources(found),
        left_out=_left_out(found),
        is_rebuilt=True,
    )


def _gaps(there: Collection[int], last: int) -> tuple[int, ...]:
    last = min(max(last, max(there, default=0)), len(there) + _MOST_GAPS)
    return tuple(sorted(set(range(1, last + 1)) - set(there)))


_MOST_GAPS = 1_000_000


def _sources(found: Collected) -> tuple[tuple[Path, int], ...]:
    return tuple(sorted(found.taken.items(), key=lambda item: -item[1]))


def _left_out(found: Collected) -> tuple[str, ...]:
    foreign = (f"{path.name} is another project's and was not used." for path in found.foreign)
    return (*foreign, *found.unread)
