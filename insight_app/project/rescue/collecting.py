"""Bringing together all that is left of a project's log: its database, every backup and leftover.

Each entry is taken from where it can be trusted most. Writes nothing.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from insight_app.disk_errors import disk_error
from insight_app.errors import KnownError
from insight_app.project.folder import BACKUPS, JUDGEMENTS
from insight_app.project.judgements import union
from insight_app.project.judgements.log import digests
from insight_app.project.judgements.log.entries import Incoming
from insight_app.project.rescue import copies
from insight_app.project.rescue.mending import mended
from insight_app.project.rescue.reading import LogRemains, Rescued, Worth, read_database, read_lines

_REPLACED = re.compile(r"replaced-[0-9T]+\.sqlite")


@dataclass
class Collected:
    """All that is left. project: which one it is, '' if nothing says so.

    own: what the project's own database holds, None if there is none of this project.  taken: how
    many entries are best in which file.  foreign: files that are another project's.  unread: files
    that could not be read, and why.  lost: uuids of entries that others build on.  last: the
    highest number of an entry that any file speaks of.  numbers: of the entries, where known.
    doubted: numbers of those that may have been changed after they were written, as no copy tells.
    empty: files without a single judgement.  harmed: databases that are not whole.  spoiled:
    numbers of entries that are only left as they were not written.  mended: numbers of entries that
    are as they were written again.
    """

    project: str
    own: LogRemains | None = None
    entries: list[Incoming] = field(default_factory=list)
    taken: dict[Path, int] = field(default_factory=dict)
    foreign: list[Path] = field(default_factory=list)
    empty: list[Path] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    spoiled: set[int] = field(default_factory=set)
    numbers: set[int] = field(default_factory=set)
    mended: set[int] = field(default_factory=set)
    doubted: set[int] = field(default_factory=set)
    harmed: list[Path] = field(default_factory=list)
    last: int = 0


def collect(
    folder: Path, project: str, beside: Path | None = None, *, is_doubted: bool = False
) -> Collected:
    """Return what is left of the log of `folder`.

    project: which one it is, '' if that is not known.  beside: one more file to look into.
    is_doubted: the project's own log was rewritten, so that any copy is to be trusted more.
    """
    result = Collected(project)
    best: dict[str, tuple[Rescued, Path]] = {}
    for path in _places(folder, beside):
        is_own = path == folder / JUDGEMENTS
        _take(path, is_own, result, best, is_doubted=is_own and is_doubted)
    _mend(result, best)
    result.entries, result.lost = union.rescued([one.entry for one, _ in best.values()])
    for one in result.entries:
        _, path = best[one.judgement.uuid]
        result.taken[path] = result.taken.get(path, 0) + 1
        if path.suffix != ".jsonl":  # lines are in another order
            result.numbers.add(one.number)
        own = result.own if result.own is not None and path == result.own.path else None
        if own is not None and (is_doubted or one.number in own.doubted):
            result.doubted.add(one.number)
    result.spoiled -= result.numbers
    return result


def _take(
    path: Path,
    is_own: bool,
    result: Collected,
    best: dict[str, tuple[Rescued, Path]],
    *,
    is_doubted: bool,
) -> None:
    shared = 0

    def wanted(uuid: str) -> bool:
        nonlocal shared
        known = best.get(uuid)
        shared += known is not None
        return known is None or known[0].worth < Worth.PLAIN

    try:
        found = (read_lines if path.suffix == ".jsonl" else read_database)(path, wanted)
    except OSError as error:
        result.unread.append(str(disk_error(error, "A file cannot be read", where=path)))
        return
    except KnownError as error:
        result.unread.append(str(error))
        return
    is_known = bool(result.project and found.project)
    is_foreign = (
        found.project != result.project
        if is_known
        else not is_own and bool(best and found.entries) and not shared
    )
    if is_foreign:
        result.foreign.append(path)
        return
    if not found.entries and not shared:
        result.empty.append(path)
    result.project = result.project or found.project
    if is_own:
        result.own = found
    if path.suffix != ".jsonl":
        result.last = max(result.last, found.last)
        result.spoiled |= found.spoiled
        if found.spoiled or not found.is_whole:
            result.harmed.append(path)
    for one in found.entries:
        if is_doubted:
            one = Rescued(one.entry, min(one.worth, Worth.LOOSE))
        uuid = one.entry.judgement.uuid
        if uuid not in best or best[uuid][0].worth < one.worth:
            best[uuid] = one, path


def _mend(result: Collected, best: dict[str, tuple[Rescued, Path]]) -> None:
    """Look for what is only left damaged, where its digest says what it was."""
    for path in result.harmed:
        sound = {digests.of(one.entry.written) for one, _ in best.values()}
        with suppress(OSError):
            for entry in mended(path, sound):
                if entry.judgement.uuid not in best:
                    best[entry.judgement.uuid] = Rescued(entry, Worth.VOUCHED), path
                    result.mended.add(entry.number)


def _places(folder: Path, beside: Path | None) -> Iterator[Path]:
    """Yield the files that may hold entries, the most telling first."""
    place = folder / BACKUPS
    found = [folder / JUDGEMENTS, *([beside] if beside else [])]
    there = sorted(place.iterdir(), reverse=True) if place.is_dir() else []
    databases = [path for path in there if path.suffix == ".sqlite"]
    found += [path for path in databases if path.name.startswith(f"{copies.STEM}-")]
    found += [path for path in databases if _REPLACED.fullmatch(path.name)]
    found += [path for path in there if path.suffix == ".jsonl"]
    met: set[Path] = set()
    for path in found:
        if path.resolve() not in met and not path.is_symlink() and path.is_file():
            met.add(path.resolve())
            if path.stat().st_size:
                yield path
