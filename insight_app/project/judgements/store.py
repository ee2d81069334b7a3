"""The one door through which a person changes a project: judge, undo, redo.

Every change is one transaction: the entries of the log and their projection, or nothing. It holds
the state in memory and replaces in it only what changed, after the commit. Any thread may call;
one at a time is served. Knows nothing of the machine's results.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Engine

from insight_app.errors import KnownError, Refusal
from insight_app.project.judgements import acts as said
from insight_app.project.judgements import log, merge, tables
from insight_app.project.judgements.acts import Act, Value
from insight_app.project.judgements.edits import Edit
from insight_app.project.judgements.projection import Fields, Standing, fold
from insight_app.project.judgements.schema import SCHEMA
from insight_app.project.judgements.state import (
    Changes,
    CurationState,
    Judgement,
    Person,
    changes,
)
from insight_app.project.storage import sqlite, versions

_KEPT = "Everything judged before is safe; this was not saved."


class Judgements:
    """A project's log of judgements and what it adds up to. Made by `open`; to be closed."""

    def __init__(self, engine: Engine | None, path: Path, person: Person, read_only: bool) -> None:
        self.path = path
        self.person = person
        self.read_only = read_only
        self.state = CurationState()
        self.undo_text: str | None = None
        self.redo_text: str | None = None
        self._engine = engine
        self._turn = threading.Lock()
        self._info = tables.Info(0, 0, 0)

    @classmethod
    def open(
        cls,
        path: Path,
        person: Person,
        *,
        read_only: bool = False,
        backup_folder: Path | None = None,
    ) -> "Judgements":
        """Open `path` for `person`; made where it is missing, its projection mended if need be."""
        engine = versions.open_database(
            path, SCHEMA, read_only=read_only, backup_folder=backup_folder
        )
        opened = cls(engine, path, person, read_only)
        try:
            opened._load()
        except BaseException:
            engine.dispose()
            raise
        return opened

    @classmethod
    def none(cls, path: Path, person: Person) -> "Judgements":
        """The read-only, empty judgements of a project whose own cannot be read."""
        return cls(None, path, person, read_only=True)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()

    @property
    def count(self) -> int:
        """How many entries the log has."""
        return self._info.entries

    def judge(self, acts: Sequence[Act], text: str) -> Changes:
        """Say something of one target or many; one undo takes all of it back.

        What this person has said already and still stands is left out; when nothing is left,
        nothing is written and the Changes are empty. KnownError where it cannot be saved.
        """
        return self._change(lambda edit: edit.judge(acts, text))

    def undo(self) -> Changes:
        """Take back this person's newest act. KnownError where it no longer stands as it was."""
        return self._change(Edit.undo)

    def redo(self) -> Changes:
        """Do again what was undone last. KnownError where something else was said since."""
        return self._change(Edit.redo)

    def history(self, target: str) -> list[Judgement]:
        """What was ever said of a concept or relation, oldest first."""
        if self._engine is None:
            return []
        with sqlite.reading(self._engine, self.path) as connection:
            return log.of_target(connection, target)

    def entries(self) -> list[Judgement]:
        """The whole log, in the order that all copies agree on."""
        if self._engine is None:
            return []
        with sqlite.reading(self._engine, self.path) as connection:
            return list(log.everything(connection))

    def export_log(self, path: Path) -> int:
        """Write the log as JSON lines; how many entries there were."""
        if self._engine is None:
            raise Refusal("There are no judgements to export.", where=str(self.path))
        with sqlite.reading(self._engine, self.path) as connection:
            return log.write_lines(connection, path)

    def import_log(self, path: Path) -> Changes:
        """Take over what another copy of this project knows: the union of both logs.

        KnownError, and nothing taken over, where the file has a gap.
        """
        new = self._take_over(merge.complete(log.read_lines(path), self.entries(), path))
        text = f"Took over {len(new):,} judgements from {path.name}"
        return changes((entry.target for entry in new), text, (entry.uuid for entry in new))

    def salvage(self, path: Path) -> int:
        """Take over what can still be read from a damaged file; how many entries were new."""
        found = log.readable(path)
        return len(self._take_over(merge.without_gaps(found, self.entries())))

    def conflicts(self) -> list[merge.Conflict]:
        """Fields of which two people said different things without having seen each other's."""
        return merge.conflicts(self.entries())

    def problems(self) -> list[str]:
        """What is wrong with the log or its projection, in words; empty when all is well."""
        if self._engine is None:
            return ["The judgements cannot be read."]
        try:
            with sqlite.reading(self._engine, self.path) as connection:
                damage = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
                if damage != "ok":
                    return [f"The database of judgements is damaged ({damage})."]
                if tables.stored(connection) != fold(log.everything(connection)):
                    return ["The state of the judgements is not what their log adds up to."]
        except KnownError as error:
            return [str(error)]
        except (KeyError, ValueError) as error:
            return [f"The log of judgements has a gap or a broken entry ({error})."]
        return []

    def _writable(self) -> Engine:
        if self._engine is None or self.read_only:
            raise Refusal(
                "This project is open for reading only.",
                where=str(self.path),
                kept="Nothing was changed.",
            )
        return self._engine

    def _take_over(self, theirs: Sequence[Judgement]) -> list[Judgement]:
        engine = self._writable()
        with self._turn:
            with sqlite.writing(engine, self.path, _KEPT) as connection:
                known = log.uuids(connection)
                new = [entry for entry in theirs if entry.uuid not in known]
                log.append(connection, new)
                tables.rebuild(connection)
            self._load()
        return new

    def _change(self, what: Callable[[Edit], None]) -> Changes:
        engine = self._writable()
        with self._turn:
            with sqlite.writing(engine, self.path, _KEPT) as connection:
                info = tables.read_info(connection)
                if info is None or log.size(connection) != (info.entries, info.lamport):
                    info, _ = tables.rebuild(connection)
                edit = Edit(connection, self.person, info)
                what(edit)
                made = edit.write()
            if info != self._info:  # another program has written since this one read
                self._load()
                return changes(self._all_targets(), made.text, made.judgements)
            self._info = edit.info
            for target, fields in edit.targets.read.items():
                self.state.set(target, _values(fields))
            self._look_ahead(engine)
        return made

    def _all_targets(self) -> list[str]:
        state = self.state
        return [*state.concepts, *(said.relation(*pair) for pair in state.relations)]

    def _load(self) -> None:
        assert self._engine is not None
        try:
            self._info, targets = self._read(self._engine)
        except (KeyError, ValueError, TypeError) as error:
            raise sqlite.Damaged(
                f"The log of judgements has a gap or a broken entry ({error}).",
                where=str(self.path),
                do="Restore one of the project's backups.",
            ) from error
        state = CurationState()
        for target, fields in targets.items():
            state.set(target, _values(fields))
        self.state = state
        if not self.read_only:
            self._look_ahead(self._engine)

    def _read(self, engine: Engine) -> tuple[tables.Info, dict[str, Fields]]:
        with sqlite.reading(engine, self.path) as connection:
            damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if damage != "ok":
                raise sqlite.Damaged(f"The file is damaged ({damage}).", where=str(self.path))
            found = tables.load(connection)
            if found is None and self.read_only:
                made = fold(log.everything(connection))
                found = tables.Info(made.entries, made.lamport, 0), made.targets
        if found is None:
            with sqlite.writing(engine, self.path, _KEPT) as connection:
                found = tables.rebuild(connection)
        return found

    def _look_ahead(self, engine: Engine) -> None:
        """Learn what undo and redo would do next."""
        with sqlite.reading(engine, self.path) as connection:
            undo = tables.next_group(connection, self.person.uuid, Standing.DONE)
            redo = tables.next_group(connection, self.person.uuid, Standing.UNDONE)
        self.undo_text = undo[1] if undo else None
        self.redo_text = redo[1] if redo else None


def _values(fields: Fields) -> dict[str, Value]:
    return {name: found.value for name, found in fields.items()}
