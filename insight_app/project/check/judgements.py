"""Whether the log of judgements, the project's manifest and its backups are as written."""

import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from insight_app.errors import KnownError, Refusal
from insight_app.figures import counted
from insight_app.project import manifest
from insight_app.project.check.findings import Concern, Finding
from insight_app.project.folder import BACKUPS, JUDGEMENTS, MANIFEST
from insight_app.project.judgements import Person
from insight_app.project.judgements.log import links
from insight_app.project.judgements.schema import SCHEMA
from insight_app.project.judgements.state import not_understood
from insight_app.project.judgements.store import Judgements
from insight_app.project.project import Project
from insight_app.project.rescue import verifying

_REWRITTEN = "It is written anew when the project is opened where it can be written."
_STAYS = (
    "The judgements themselves are not touched. A newer backup is made when the project is opened "
    "and much was judged; move this one away."
)


def findings(folder: Path) -> Iterator[Finding]:
    """Yield what is wrong with what people judged, and with what is kept of it."""
    known: dict[str, bytes] = {}
    with Project.open(folder, read_only=True) as project:
        if project.damage is not None:
            damage = project.damage
            do = " ".join(filter(None, (damage.kept, _of(folder, damage.do))))
            yield Finding(damage.what, damage.where, do, part=Concern.JUDGEMENTS)
            with suppress(KnownError), _own(folder) as judgements:
                yield from _changed(folder, judgements)
        else:
            place = str(project.judgements.path)
            problems = project.judgements.problems()
            for what in problems:
                do = _of(folder, SCHEMA.remedy.do)
                yield Finding(what, place, do, part=Concern.JUDGEMENTS)
            if newer := not_understood(project.judgements.not_understood):
                yield Finding(newer, place, is_damage=False, part=Concern.JUDGEMENTS)
            if not problems:
                known = verifying.sound_digests(project.judgements)
                yield from _lacking(folder, project, known)
                changed = list(_changed(folder, project.judgements))
                yield from changed
                known = {} if changed else known  # each is checked for itself then
            yield from _manifest(folder, project)
    try:
        for path, what in verifying.problems(folder / BACKUPS, known):
            yield Finding(what, str(path), _STAYS, part=Concern.BACKUPS)
    except KnownError as error:
        yield Finding(error.what, error.where, error.do, part=Concern.BACKUPS)


def since(folder: Path, noted: str) -> list[Finding]:
    """Return what of the log was changed since its head was written down as `noted`.

    Refusal for what is no head.
    """
    head = links.parse_head(noted)
    if head is None:
        raise Refusal(
            f"{noted!r} is not the head of a log.",
            do="Use what insight-app info PROJECT says after “log head”.",
        )
    with Project.open(folder, read_only=True) as project:
        own, place = project.judgements.head, str(project.judgements.path)
        if own is None or own.log != head.log:
            what = (
                "This is not the log that the head was noted of: it was put together anew since, "
                "or is another project's."
            )
        elif not project.judgements.holds(head):
            had = counted(head.entries, "judgement")
            what = (
                f"The log does not hold any more what it held when its head was noted ({had}): "
                "some were changed, exchanged or taken out."
            )
        else:
            return []
    return [Finding(what, place, part=Concern.JUDGEMENTS)]


def _lacking(folder: Path, project: Project, known: dict[str, bytes]) -> Iterator[Finding]:
    """Find the backup that holds most of what the log has lost without a trace."""
    of = project.judgements.project
    most = max(
        verifying.lacking(folder / BACKUPS, known, of), key=lambda found: found[1], default=None
    )
    if most is not None:
        path, number = most
        what = (
            f"The log lacks {counted(number, 'judgement')} that the backup {path.name} holds: an "
            "older log was put in its place."
        )
        do = f"Bring them back: insight-app restore {shlex.quote(str(folder))}"
        yield Finding(what, str(project.judgements.path), do, part=Concern.JUDGEMENTS)


def _own(folder: Path) -> Judgements:
    """Open the project's own log where a backup is shown in its place."""
    return Judgements.open(folder / JUDGEMENTS, Person("", ""), read_only=True)


def _changed(folder: Path, judgements: Judgements) -> Iterator[Finding]:
    """Find where the log contradicts backups that were made of it, though both are sound."""
    head = ""
    with suppress(manifest.NotAManifest, OSError):
        head = said.head if (said := manifest.read(folder)) is not None else ""
    is_told = False
    for one in verifying.changed_since(folder / BACKUPS, judgements, head):
        if one.backup is None or one.number is None or (one.is_log and is_told):
            continue  # told when the project is opened, or by a newer backup
        number, place = f"{one.number:,}", str(judgements.path)
        if one.is_log:
            is_told = True
            what = (
                f"Entry {number} of the log is not the one that the backup {one.backup.name} "
                "holds: the log was changed after it was written."
            )
            do = f"Bring the backup's back: insight-app restore {shlex.quote(str(folder))}"
            yield Finding(what, place, do, part=Concern.JUDGEMENTS)
        else:
            what = f"This backup was changed: its entry {number} is not the one of the log."
            yield Finding(what, str(one.backup), _STAYS, part=Concern.BACKUPS)


def _of(folder: Path, advice: str) -> str:
    """Return an advice with the project's own path, to be copied into a terminal."""
    return advice.replace("PROJECT", shlex.quote(str(folder)))


def _manifest(folder: Path, project: Project) -> Iterator[Finding]:
    place = str(folder / MANIFEST)
    try:
        said = manifest.read(folder)
    except manifest.NotAManifest as error:
        what = f"The project's manifest is damaged: {error}."
        yield Finding(what, place, _REWRITTEN, part=Concern.JUDGEMENTS)
        return
    if said is None and project.judgements.project and project.judgements.count:
        what = "The project's manifest, which tells whether judgements are lost, is missing."
        yield Finding(what, place, _REWRITTEN, is_damage=False, part=Concern.JUDGEMENTS)
