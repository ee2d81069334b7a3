"""Walking through folders: which photos are in them, and what is not taken, with the reason.

Holds the names of one folder at a time. What a file is `telling` says, where a link may lead
`links`. Knows no project and no SQL.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from insight_app.disk_errors import disk_error
from insight_app.project.photos import formats, reasons
from insight_app.project.photos.links import Identity, Links, identity
from insight_app.project.photos.patterns import ALL, Patterns
from insight_app.project.photos.reasons import Reason
from insight_app.project.photos.telling import is_like_picture, is_text, may_be_picture, tell

SYSTEM_FOLDERS = frozenset(("@eadir", "__macosx"))
"""What photo servers and macOS keep beside photos: thumbnails and notes. In small letters."""
PROJECT_SUFFIX = ".insight"
_TAKEN = frozenset(
    suffix.removeprefix(".") for suffix in formats.SUFFIXES.difference(formats.DICOM.suffixes)
)
"""Suffixes that tell enough; what is called DICOM may be a report."""


@dataclass(frozen=True)
class FoundFolder:
    """A folder of a scan, with the names of its photos, sorted.

    source: the folder that was scanned; path: this one relative to it ('/' between names, '' = the
    source itself); linked: those of the names that are links, or lie behind one; left_out: names of
    photos that patterns leave out; twins: names of photos that are met by another name; not_taken:
    by reason, names of what else is not taken, as the system gives them; error: why the folder
    cannot be listed, '' if it can.
    """

    source: Path
    path: str
    names: list[str] = field(default_factory=list)
    linked: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    twins: set[str] = field(default_factory=set)
    not_taken: dict[Reason, list[str]] = field(default_factory=dict)
    error: str = ""

    @property
    def is_worth_telling(self) -> bool:
        """Whether there is anything in it that has to do with pictures."""
        return bool(self.names or self.left_out or self.not_taken or self.error)


def scan(folders: Iterable[Path], patterns: Patterns = ALL) -> Iterator[FoundFolder]:
    """Yield every folder with pictures at or under `folders`, each once."""
    sources = outermost([Path(folder).resolve() for folder in folders])
    links = Links(sources, is_plainly_met)
    for source in sources:
        yield from scan_below(source, patterns=patterns, links=links)


def outermost(folders: Iterable[Path]) -> list[Path]:
    """Return each folder once, without those inside of others: each photo counts once."""
    given = dict.fromkeys(folders)
    return [one for one in given if not any(above in given for above in one.parents)]


def scan_below(
    source: Path,
    start: str = "",
    leaves_out: Callable[[str], bool] = lambda path: False,
    *,
    patterns: Patterns = ALL,
    links: Links | None = None,
) -> Iterator[FoundFolder]:
    """Yield every folder with pictures at or under `start`, a path relative to `source`.

    leaves_out(path): whether a folder under `start` is passed over with all below it. links: where
    these may lead, and what was met through them so far.
    """
    links = links or Links([source], is_plainly_met)
    waiting = [_Below(start)]
    while waiting:
        below = waiting.pop()
        listing = _Listing(source, below, patterns, links)
        if listing.found.is_worth_telling:
            yield listing.found
        inside = [one for one in listing.below if not leaves_out(one.path)]
        waiting.extend(sorted(inside, key=lambda one: one.path, reverse=True))


def is_passed_over(name: str) -> bool:
    """Return whether a walk passes over folders of this name: hidden ones, projects, ..."""
    return name.startswith(".") or name.lower() in SYSTEM_FOLDERS or name.endswith(PROJECT_SUFFIX)


def is_plainly_met(source: Path, path: str) -> bool:
    """Return whether a walk through `source` comes to a file or folder without any link."""
    return not any(is_passed_over(name) for name in path.split("/"))


@dataclass(frozen=True)
class _Below:
    """A folder that is still to be listed; real: where it is if it lies behind a link, else ''."""

    path: str
    real: str = ""


class _Listing:
    """What is in one folder (found), and the folders in it (below)."""

    def __init__(self, source: Path, at: _Below, patterns: Patterns, links: Links) -> None:
        self.found = FoundFolder(source, at.path)
        self.below: list[_Below] = []
        self._at = at
        self._inside = f"{at.path}/" if at.path else ""
        self._place = os.path.join(source, at.path)  # noqa: PTH118 - a hot loop
        self._patterns = patterns
        self._links = links
        self._device = 0
        try:
            if self._is_met_first():
                self._list()
        except OSError as error:
            why = disk_error(error, "The folder cannot be listed").what
            self.found, self.below = FoundFolder(source, at.path, error=why), []
        self.found.names.sort()

    def _is_met_first(self) -> bool:
        """Return whether the folder is to be listed: behind links, each is once."""
        if not self._at.real:
            return True
        folder = os.stat(self._place)  # noqa: PTH116
        self._device = folder.st_dev
        if self._links.enter(identity(folder)):
            return True
        self._add(reasons.SAME, "")
        return False

    def _list(self) -> None:
        names, is_plain = self.found.names, not self._at.real and self._patterns.take_all
        links = []
        with os.scandir(self._place) as entries:
            for entry in entries:
                name = entry.name
                if (
                    is_plain
                    and name.rpartition(".")[2].lower() in _TAKEN
                    and entry.is_file(follow_symlinks=False)
                    and name[0] != "."
                    and "." in name
                    and is_text(name)
                ):
                    names.append(name)
                elif entry.is_symlink():
                    links.append(entry)
                elif entry.is_dir(follow_symlinks=False):
                    real = self._at.real and os.path.join(self._at.real, name)  # noqa: PTH118
                    self._take_folder(name, real)
                elif entry.is_file(follow_symlinks=False):
                    file = (self._device, entry.inode()) if self._at.real else None
                    self._take_file(entry, file)
                elif is_like_picture(name):
                    self._add(reasons.no_file(entry.stat(follow_symlinks=False).st_mode), name)
        for entry in sorted(links, key=lambda entry: entry.name):  # the first of several is taken
            self._follow(entry)

    def _take_folder(self, name: str, real: str) -> None:
        if name.lower() in SYSTEM_FOLDERS:
            self._add(reasons.SYSTEM_FOLDER, name)
        elif name.startswith("."):
            self._add(reasons.HIDDEN_FOLDER, name)
        elif name.endswith(PROJECT_SUFFIX):
            self._add(reasons.PROJECT, name)
        elif not is_text(name):
            self._add(reasons.FOLDER_NOT_TEXT, name)
        elif real and self._links.is_source(real):
            self._add(reasons.SAME, name)
        else:
            self.below.append(_Below(self._inside + name, real))

    def _take_file(self, entry: "os.DirEntry[str]", linked: Identity | None) -> None:
        """Take a file for what it is; linked: what it is where a link led to it."""
        name = entry.name
        verdict = tell(entry.path, name)
        if verdict == "no picture":
            return
        if not self._patterns.take(self._inside + name):
            if verdict == "photo":
                self.found.left_out.add(name)
        elif verdict != "photo":
            self._add(verdict, name)
        elif linked is not None and not self._links.take(linked):
            self._add_twin(name)
        else:
            self.found.names.append(name)
            if linked is not None:
                self.found.linked.add(name)

    def _follow(self, entry: "os.DirEntry[str]") -> None:
        name = entry.name
        try:
            found = entry.stat()
        except OSError as error:
            why = reasons.of_error(error, is_link=True)
            if why is not None and may_be_picture(name):
                self._add(why, name)
            return
        if stat.S_ISDIR(found.st_mode):
            self._follow_to_folder(name, os.path.realpath(entry.path))
        elif stat.S_ISREG(found.st_mode):
            if self._is_met_anyway(os.path.realpath(entry.path)):
                if tell(entry.path, name) == "photo":
                    self._add_twin(name)
            else:
                self._take_file(entry, identity(found))
        elif may_be_picture(name):
            self._add(reasons.no_file(found.st_mode), name)

    def _follow_to_folder(self, name: str, real: str) -> None:
        links = self._links
        if links.leads_above(self.found.source, real):
            self._add(reasons.LINK_ABOVE, name)
        elif links.is_no_place(real):
            self._add(reasons.LINK_TO_SYSTEM, name)
        elif any(part.endswith(PROJECT_SUFFIX) for part in Path(real).parts):
            self._add(reasons.PROJECT, name)
        elif links.met_at(real) is not None:
            self._add(reasons.SAME, name)
        else:
            self._take_folder(name, real)

    def _is_met_anyway(self, real: str) -> bool:
        """Return whether the file at `real` is taken where it is, without a link."""
        path = self._links.met_at(real)
        is_taken = path is not None and self._patterns.take(path)
        return is_taken and tell(real, os.path.basename(real)) == "photo"  # noqa: PTH119

    def _add_twin(self, name: str) -> None:
        self.found.twins.add(name)
        self._add(reasons.SAME, name)

    def _add(self, reason: Reason, name: str) -> None:
        self.found.not_taken.setdefault(reason, []).append(name)
