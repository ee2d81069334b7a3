"""Bringing the image table up to date with the folders: new, moved, changed and missing photos.

A file is taken for unchanged when size and time of change are the same, else its content decides.
A photo that is gone keeps its codes; one that had none is forgotten. A folder that is not there at
all keeps its photos as they are known. Writes in transactions of a few hundred rows.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from insight_app.concepts.progress import CancelToken, Progress, silent
from insight_app.project.analysis.folders import (
    choosing,
    folder_rows,
    membership,
    row_changes,
)
from insight_app.project.analysis.folders.recognition import File, Lost
from insight_app.project.analysis.folders.sources import Area, Removed, Sources, is_below, walk
from insight_app.project.photos import reasons
from insight_app.project.photos.links import Identity, identity
from insight_app.project.photos.patterns import ALL, Patterns
from insight_app.project.photos.reasons import Reason
from insight_app.project.photos.telling import escaped
from insight_app.project.photos.walking import FoundFolder
from insight_app.project.results import photo_choice, settings
from insight_app.project.results.analysis_database import reading, writing
from insight_app.project.results.schema import Folder, Image, LeftOut, Skipped, Status

BATCH = 400


@dataclass
class Found:
    """What a scan met, in images; left_out: by their names, of files that are there."""

    total: int = 0
    new: int = 0
    moved: int = 0
    changed: int = 0
    missing: int = 0
    left_out: int = 0


def update_images(
    project: Path,
    engine: Engine,
    added: Sequence[Path] = (),
    *,
    patterns: Patterns = ALL,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Found:
    """Compare all sources of the project with the image table.

    added: the folders that a person just named. What was taken out and is found there is wanted;
    elsewhere it stays out, even if its folder has another name now. patterns: which photos are
    taken.
    """
    folder_rows.settle(project, engine)
    choosing.mark(engine, patterns, cancel or CancelToken())
    sources = Sources(project, engine)
    with writing(engine) as connection:
        connection.execute(delete(Skipped))
        is_first = connection.execute(select(Image.id).limit(1)).first() is None
    scan = Scan(
        engine, sources, [Area(source) for source in sources.here], progress, cancel, patterns
    )
    if not is_first:
        scan.compare()
    scan.take_in(Lost(engine, sources), added=added)
    settings.write(engine, photo_choice.LEFT_OUT, scan.found.left_out)
    membership.retire_emptied(engine, sources)
    return scan.found


def look_again(
    engine: Engine,
    sources: Sources,
    areas: Sequence[Area],
    lost: Lost,
    *,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Found:
    """Compare only some folders with the image table; files that are new stay for the next scan,
    and so does which of them are left out.
    """
    scan = Scan(engine, sources, areas, progress, cancel)
    scan.compare(judges_twins=False)
    scan.take_in(lost, adds_new=False)
    return scan.found


class Scan:
    """Two walks through some folders of a project."""

    def __init__(
        self,
        engine: Engine,
        sources: Sources,
        areas: Sequence[Area],
        progress: Progress,
        cancel: CancelToken | None,
        patterns: Patterns = ALL,
    ) -> None:
        self.found = Found()
        self._engine = engine
        self._sources = sources
        self._areas = areas
        self._removed = Removed(engine)
        self._progress = progress
        self._cancel = cancel or CancelToken()
        self._patterns = patterns
        self._compared = 0
        self._met: set[Identity] = set()
        """Files with several names, or behind links, that are images already."""

    def _walk(self) -> Iterator[tuple[int, FoundFolder]]:
        return walk(self._sources, self._removed, self._areas, self._patterns)

    def _is_twin(self, folder: FoundFolder, name: str, found: os.stat_result) -> bool:
        """Return whether a file is an image already by another name; else remember it."""
        if found.st_nlink == 1 and name not in folder.linked:
            return False
        file = identity(found)
        is_known = file in self._met
        self._met.add(file)
        return is_known

    # ---- the first walk: what became of the images that are known

    def compare(self, *, judges_twins: bool = True) -> None:
        """Bring the rows of known images up to date.

        judges_twins: leave those out that are second names of others, and take them in again.
        """
        visited: set[int] = set()
        closed: list[tuple[int, str]] = []
        for source, folder in self._walk():
            if folder.error:
                closed.append((source, folder.path))
            known = self._folder_id(source, folder.path)
            if known is None:
                continue
            visited.add(known)
            if not folder.error:
                names = set(folder.names)
                for rows in folder_rows.images(self._engine, known, self._cancel):
                    self._write(
                        rows, [self._judged(folder, row, names, judges_twins) for row in rows]
                    )
        for known in self._not_met(visited, closed):
            for rows in folder_rows.images(self._engine, known, self._cancel):
                self._write(rows, [row_changes.gone(row) for row in rows])

    def _judged(
        self, folder: FoundFolder, row: Any, names: set[str], judges_twins: bool
    ) -> dict[str, Any]:
        self._compared += 1
        self._step(self._compared, "Comparing with the folders")
        if row.name in folder.left_out:
            return {}
        if row.name in folder.twins:
            return row_changes.left_out(row, LeftOut.TWIN) if judges_twins else {}
        path = folder.source / folder.path / row.name
        try:
            found = path.stat() if row.name in names else None
        except PermissionError:
            return {}  # nobody can say that it is gone
        except OSError:
            found = None
        if found is None:
            return row_changes.gone(row)
        values = row_changes.judged(path, found, row)
        if judges_twins:
            is_twin = self._is_twin(folder, row.name, found)
            values |= row_changes.left_out(row, LeftOut.TWIN if is_twin else LeftOut.NO)
        return values

    def _step(self, done: int, message: str) -> None:
        """Tell how far it is, file by file, since some are read whole; stop if cancelled."""
        self._cancel.check()
        self._progress(done, 0, message)

    def _folder_id(self, source: int, path: str) -> int | None:
        with reading(self._engine) as connection:
            query = select(Folder.id).where(Folder.source_id == source, Folder.path == path)
            return connection.execute(query).scalar()

    def _not_met(self, visited: set[int], closed: Sequence[tuple[int, str]]) -> list[int]:
        """Return the known folders that are not there any more; what lies in a folder that cannot
        be listed is kept as known.
        """
        found = []
        for area in self._areas:
            with reading(self._engine) as connection:
                rows = list(connection.execute(select(Folder).where(area.rows())))
            found += [
                row.id
                for row in rows
                if row.id not in visited
                and not row.is_removed
                and not any(s == area.source.id and is_below(row.path, path) for s, path in closed)
            ]
        return found

    def _write(self, rows: Sequence[Any], changes: Sequence[dict[str, Any]]) -> None:
        with writing(self._engine) as connection:
            for row, values in zip(rows, changes, strict=True):
                if values:
                    connection.execute(update(Image).where(Image.id == row.id).values(values))
                    self.found.missing += values.get("status") == Status.MISSING
                    self.found.changed += values.get("status") == Status.CHANGED

    # ---- the second walk: files without a row

    def take_in(self, lost: Lost, *, adds_new: bool = True, added: Sequence[Path] = ()) -> None:
        """Give files without a row the row of the lost image that they are, or else a new one.

        A folder that is new and has nothing but photos that were taken out is taken out.
        """
        may_be_lost = lost.may_exist()
        if not adds_new and not may_be_lost:
            return
        moved: set[tuple[int, int]] = set()
        for source, folder in self._walk():
            if adds_new:
                self._note_folder(source, folder)
            if folder.error:
                continue
            known_out = sorted(folder.left_out) if may_be_lost else []
            for names, left_out in ((folder.names, LeftOut.NO), (known_out, LeftOut.PATTERN)):
                is_new_wanted = adds_new and left_out == LeftOut.NO
                for batch in _batches(names):
                    self.found.total += len(batch) if left_out == LeftOut.NO else 0
                    self._look()
                    known = self._folder_id(source, folder.path)
                    files = self._unknown(known, source, folder, batch, notes=is_new_wanted)
                    owners = lost.owners(files, self._look) if may_be_lost else {}
                    if not is_new_wanted:
                        files = [file for file in files if file.name in owners]
                    if files:
                        place = folder.source / folder.path
                        stays_out = known is None and _are_removed(files, owners)
                        stays_out &= not any(place.is_relative_to(wanted) for wanted in added)
                        placed = self._place(
                            source, folder.path, files, owners, stays_out, left_out
                        )
                        moved |= {
                            (row.folder_id, placed)
                            for row in owners.values()
                            if lost.is_of_gone_source(row)
                        }
        with writing(self._engine) as connection:
            folder_rows.retire_replaced(connection, moved)

    def _look(self) -> None:
        self._step(self.found.total, "Looking for photos")

    def _note_folder(self, source: int, folder: FoundFolder) -> None:
        """Note what is not taken of a folder."""
        self.found.left_out += len(folder.left_out)
        if folder.error:
            do = "Check the permissions of the folder, or that its drive answers."
            self._note(source, folder.path, Reason(folder.error, do), [""])
        for reason, names in folder.not_taken.items():
            self._note(source, folder.path, reason, sorted(names))

    def _note(self, source: int, path: str, reason: Reason, names: Sequence[str]) -> None:
        """Note why files of a folder, or the folder itself (''), cannot be image rows."""
        values = {
            "source_id": source,
            "message": reason.what,
            "do": reason.do,
            "kind": reason.kind,
            "grade": int(reason.grade),
        }
        for some in _batches(names):
            places = ["/".join(part for part in (path, escaped(name)) if part) for name in some]
            with writing(self._engine) as connection:
                connection.execute(insert(Skipped), [values | {"path": place} for place in places])

    def _unknown(
        self, known: int | None, source: int, folder: FoundFolder, names: list[str], *, notes: bool
    ) -> list[File]:
        """Return the files among `names` (ascending) that have no row; note why others get none."""
        rows: dict[str, int] = {}
        if known is not None:
            query = select(Image.name, Image.left_out).where(
                Image.folder_id == known,
                Image.name >= names[0],
                Image.name <= names[-1],
                Image.status != 4,
            )
            with reading(self._engine) as connection:
                rows = {row.name: row.left_out for row in connection.execute(query)}
        files: list[File] = []
        refused: dict[Reason, list[str]] = {}
        for name in names:
            if name in rows:
                if rows[name] == LeftOut.TWIN:
                    refused.setdefault(reasons.SAME, []).append(name)
                continue
            file = self._file(folder, name)
            if isinstance(file, File):
                files.append(file)
            elif file is not None:
                refused.setdefault(file, []).append(name)
        if len(refused.get(reasons.FORBIDDEN, ())) == len(names):  # the folder is closed, told once
            refused = {reasons.NO_ENTRY: [""] if names[0] == folder.names[0] else []}
        if notes:
            for reason, refused_names in refused.items():
                self._note(source, folder.path, reason, refused_names)
        return files

    def _file(self, folder: FoundFolder, name: str) -> File | Reason | None:
        """Return a file that may become an image, or why it may not; None if it is gone."""
        place = folder.source / folder.path / name
        try:
            found = place.stat()
        except OSError as error:
            return reasons.of_error(error, is_link=name in folder.linked)
        if not stat.S_ISREG(found.st_mode):
            return reasons.no_file(found.st_mode)
        if self._is_twin(folder, name, found):
            return reasons.SAME
        return File(place, folder.path, name, found.st_size, found.st_mtime_ns)

    def _place(
        self,
        source: int,
        path: str,
        files: Sequence[File],
        owners: dict[str, Any],
        is_removed: bool,
        left_out: LeftOut,
    ) -> int:
        """Write the rows of new files, those with an owner take its row along; return the folder's
        id.
        """
        with writing(self._engine) as connection:
            folder = folder_rows.id_of(connection, source, path, is_removed=is_removed)
            places = {
                file.name: {
                    "folder_id": folder,
                    "name": file.name,
                    "size": file.size,
                    "mtime_ns": file.mtime_ns,
                }
                for file in files
            }
            for name, row in owners.items():
                values = places.pop(name) | {
                    "status": row_changes.found_again(row),
                    "left_out": int(left_out),
                }
                connection.execute(update(Image).where(Image.id == row.id).values(values))
            if places:
                connection.execute(insert(Image), list(places.values()))
        self.found.moved += len(owners)
        self.found.new += len(places)
        return folder


def _batches(names: Sequence[str]) -> Iterator[list[str]]:
    left = iter(names)
    while some := list(islice(left, BATCH)):
        yield some


def _are_removed(files: Sequence[File], owners: dict[str, Any]) -> bool:
    return len(owners) == len(files) and all(row.is_removed for row in owners.values())
