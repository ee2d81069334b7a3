"""The one door through which a person changes a project: judge, undo, redo.

Every change is one transaction: the entries of the log and their projection, or nothing. It holds
the state in memory and replaces in it only what changed, after the commit. Any thread may call;
one at a time is served. Knows nothing of the machine's results.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection, Engine

from insight_app.errors import KnownError, Refusal
from insight_app.figures import counted
from insight_app.project.judgements import soundness, tables, union
from insight_app.project.judgements.acts import Act
from insight_app.project.judgements.changes import Changes, before, changes, spoken_of
from insight_app.project.judgements.edits import Edit
from insight_app.project.judgements.log import database, identity, lines, telling, vouching
from insight_app.project.judgements.log.entries import Incoming, Malformed, Written
from insight_app.project.judgements.log.links import Head, Linked
from insight_app.project.judgements.projection import Standing, fold, values
from insight_app.project.judgements.schema import SCHEMA
from insight_app.project.judgements.state import (
    CurationState,
    Judgement,
    Person,
    not_understood,
)
from insight_app.project.judgements.targets import ConceptId
from insight_app.project.storage import sqlite, versions

T = TypeVar("T")
_KEPT = "Everything judged before is safe; this was not saved."


class Judgements:
    """Hold a project's log of judgements and what it adds up to. Made by `open`; to be closed.

    project: which one it is of, '' for one of an older Insight that is only read.  committed: what
    to call after each write, on the writer's thread.  undo_text, redo_text: what undo and redo
    would do next, None for nothing.
    """

    def __init__(self, engine: Engine | None, path: Path, person: Person, read_only: bool) -> None:
        self.path = path
        self.person = person
        self.read_only = read_only
        self.state = CurationState()
        self.project = ""
        self.committed: Callable[[], object] = lambda: None
        self.undo_text: str | None = None
        self.redo_text: str | None = None
        self._next_undo: str | None = None
        self._passed_over: set[str] = set()
        self._engine = engine
        self._turn = threading.Lock()
        self._info = tables.Info(0, 0, 0, 0)

    @classmethod
    def open(
        cls,
        path: Path,
        person: Person,
        *,
        read_only: bool = False,
        backup_folder: Path | None = None,
        project: str = "",
    ) -> "Judgements":
        """Open `path` for `person`; make it if it is missing, rebuild its projection if need be.

        project: which one a log belongs to that does not say so yet; by default a new one. Damaged
        where the file, or an entry of its log, is broken.
        """
        engine = versions.open_database(
            path, SCHEMA, read_only=read_only, backup_folder=backup_folder
        )
        opened = cls(engine, path, person, read_only)
        try:
            opened._complete(project)
            opened._load()
        except BaseException:
            engine.dispose()
            raise
        return opened

    @classmethod
    def none(cls, path: Path, person: Person) -> "Judgements":
        """Return the read-only, empty judgements of a project whose own cannot be read."""
        return cls(None, path, person, read_only=True)

    def close(self) -> None:
        """Close the database; nothing can be asked any more."""
        if self._engine is not None:
            self._engine.dispose()

    def __enter__(self) -> "Judgements":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def count(self) -> int:
        """How many entries the log has."""
        return self._info.entries

    @property
    def lamport(self) -> int:
        """The highest Lamport time of the log."""
        return self._info.lamport

    @property
    def head(self) -> Head | None:
        """Where the log ends, to be noted elsewhere; None for a log of an older Insight."""
        return self._ask(vouching.head, None)

    def holds(self, head: Head) -> bool:
        """Return whether the log went on from where it ended once, as was noted then.

        True too of a log that was put together anew since: its links are others.
        """
        return self._ask(lambda connection: vouching.holds(connection, head), True)

    def linked(self) -> list[Linked]:
        """Return the entries as each is linked to those before it, to be compared with a copy."""
        return self._ask(vouching.linked, [])

    @property
    def not_understood(self) -> int:
        """How many entries were written by a newer Insight: kept, and not applied."""
        return self._info.not_understood

    def judge_as(self, person: Person) -> None:
        """Let somebody judge from now on; undo and redo are this person's."""
        self.person = person
        if self._engine is not None and not self.read_only:
            self._look_ahead(self._engine)

    def persons(self) -> list[Person]:
        """Return everybody who is in the log, each under the newest name."""
        return self._ask(database.persons, [])

    def judge(self, acts: Sequence[Act], text: str) -> Changes:
        """Say something of one target or many; one undo takes all of it back.

        What this person has said already and still stands is left out; when nothing is left,
        nothing is written and the Changes are empty. KnownError where it cannot be saved.
        """
        return self._change(lambda edit: edit.judge(acts, text))

    def undo(self, *, passes_over: bool = False) -> Changes:
        """Take back this person's newest act. Refusal where it no longer stands as it was.

        passes_over: leave that one as it is, now and whenever something is undone until this is
        closed, and take back the one before it.
        """
        if passes_over and self._next_undo is not None:
            self._passed_over.add(self._next_undo)
        try:
            return self._change(lambda edit: edit.undo(self._passed_over))
        except Refusal:
            if passes_over and self._engine is not None:
                self._look_ahead(self._engine)
            raise

    def take_back(self, group: str) -> Changes:
        """Take back one act of this person's own alone, however old: `group` of its entries.

        Refusal where it no longer stands as it was, or is another person's.
        """
        return self._change(lambda edit: edit.take_back(group))

    def standing(self, groups: Iterable[str]) -> dict[str, Standing]:
        """Return of acts, by the `group` of their entries, whether they stand."""
        nothing: dict[str, tables.Step] = {}
        found = self._ask(lambda connection: tables.steps(connection, list(groups)), nothing)
        return {group: step.standing for group, step in found.items()}

    def redo(self) -> Changes:
        """Do again what was taken back last. Refusal where something else was said since."""
        return self._change(Edit.redo)

    def history(self, target: str) -> list[Judgement]:
        """Return what was ever said of a concept or relation, oldest first."""
        return self._ask(lambda connection: database.of_target(connection, target), [])

    def history_of(self, concept: ConceptId) -> list[Judgement]:
        """Return all that was ever said with a concept in it, oldest first.

        Of its relations, aliases, members, parts and marks too.
        """
        return self._ask(lambda connection: telling.concerning(connection, concept), [])

    def came_with_merge(self, target: str) -> bool:
        """Return whether an alias stands because a merge made it one, and nobody else did."""
        return self._ask(lambda connection: telling.came_with(connection, target, "merge"), False)

    def sizes(self, groups: Iterable[str]) -> dict[str, int]:
        """Return of acts, by the `group` of their entries, how many entries they have."""
        return self._ask(lambda connection: telling.sizes(connection, list(groups)), {})

    def acts(
        self, most: int, *, earlier_than: int | None = None, person: str = "", words: str = ""
    ) -> list[telling.ToldAct]:
        """Return the newest acts; `telling.acts` says which."""
        chosen = partial(
            telling.acts, most=most, earlier_than=earlier_than, person=person, words=words
        )
        return self._ask(chosen, [])

    def entries(self) -> list[Judgement]:
        """Return the whole log, in the order that all copies agree on."""
        return self._ask(lambda connection: list(database.everything(connection)), [])

    def written(self) -> Iterator[Written]:
        """Yield the whole log as it is written, in the same order."""
        if self._engine is not None:
            with self._reading(self._engine) as connection:
                yield from database.written(connection)

    def export_log(self, path: Path) -> int:
        """Write the log as JSON lines; return how many entries there were."""
        if self._engine is None:
            raise Refusal("There are no judgements to export.", where=str(self.path))
        with self._reading(self._engine) as connection:
            return lines.save(database.written(connection), path)

    def import_log(self, path: Path) -> Changes:
        """Take over what another copy of this project knows: the union of both logs.

        Refusal with the line, and nothing taken over, where the file has a gap, an entry that is
        none, or one that contradicts ours. What a newer Insight wrote is kept and not applied; the
        text says so.
        """
        newer_before, was = self.not_understood, self.state
        new = self._take_over(union.complete(lines.load(path), self.entries(), path))
        text = f"Took over {counted(len(new), 'judgement')} from {path.name}"
        if newer := not_understood(self.not_understood - newer_before):
            text = f"{text}; {newer.removesuffix('.')}"
        said = [entry.judgement for entry in new]
        touched = before(was, (entry.target for entry in said))
        return changes(touched, self.state, text, (entry.uuid for entry in said))

    def add_rescued(self, entries: Sequence[Incoming], lost: Iterable[str]) -> int:
        """Take over entries that were rescued; return how many are new.

        lost: what they build on and nobody has any more.
        """
        return len(self._take_over(entries, lost))

    def conflicts(self) -> list[union.Conflict]:
        """Return the fields of which two people said different things, neither knowing of it."""
        return union.conflicts(self.entries())

    def problems(self) -> list[str]:
        """Return what is wrong with the log or its projection, in words; nothing if all is well."""
        try:
            return self._ask(soundness.problems, ["The judgements cannot be read."])
        except KnownError as error:
            return [error.what]

    def _ask(self, question: Callable[[Connection], T], nothing: T) -> T:
        """Return what the database answers, or `nothing` where there is none."""
        if self._engine is None:
            return nothing
        with self._reading(self._engine) as connection:
            return question(connection)

    @contextmanager
    def _reading(self, engine: Engine) -> Iterator[Connection]:
        with self._sound(), sqlite.reading(engine, self.path) as connection:
            yield connection

    @contextmanager
    def _writing(self, engine: Engine) -> Iterator[Connection]:
        with self._sound(), sqlite.writing(engine, self.path, _KEPT) as connection:
            yield connection

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """Say of an entry in the database that is none that the file is damaged."""
        try:
            yield
        except Malformed as error:
            broken = f"The log of judgements is broken ({error})."
            what = " ".join(filter(None, (self._first_fault(), broken)))
            raise sqlite.damaged(what, self.path, SCHEMA.remedy) from error

    def _first_fault(self) -> str:
        """Return which entry is not as it was written, '' if that cannot be told.

        Where one was changed, another that builds on it may be the one that cannot be read.
        """
        assert self._engine is not None
        with suppress(KnownError), sqlite.reading(self._engine, self.path) as connection:
            return next(vouching.faults(connection), "")
        return ""

    def _writable(self) -> Engine:
        if self._engine is None or self.read_only:
            raise Refusal(
                "This project is open for reading only.",
                where=str(self.path),
                kept="Nothing was changed.",
            )
        return self._engine

    def _take_over(self, theirs: Sequence[Incoming], lost: Iterable[str] = ()) -> list[Incoming]:
        engine = self._writable()
        with self._turn:
            with self._writing(engine) as connection:
                known = database.uuids(connection)
                new = [entry for entry in theirs if entry.judgement.uuid not in known]
                database.append(connection, (entry.written for entry in new))
                database.lose(connection, lost)
                tables.rebuild(connection)
            self._load()
        self.committed()
        return new

    def _change(self, what: Callable[[Edit], None]) -> Changes:
        engine = self._writable()
        with self._turn:
            with self._writing(engine) as connection:
                info = tables.read_info(connection)
                if info is None or database.size(connection) != (info.entries, info.lamport):
                    info, _ = tables.rebuild(connection)
                edit = Edit(connection, self.person, info)
                what(edit)
                made = edit.write()
            if info != self._info:  # another program has written since this one read
                old = self.state
                self._load()
                self.committed()
                touched = before(old, {*spoken_of(old), *spoken_of(self.state)})
                return changes(touched, self.state, made.text, made.judgements)
            self._info = edit.info
            touched = before(self.state, made.targets)
            for target, fields in edit.targets.read.items():
                self.state.set(target, values(fields))
            self._look_ahead(engine)
        self.committed()
        return changes(touched, self.state, made.text, made.judgements)

    def _complete(self, project: str) -> None:
        """Read which project this is; add what a log of an older Insight lacks.

        Damaged where the log does not end as it was written.
        """
        assert self._engine is not None
        with self._reading(self._engine) as connection:
            if wrong := identity.wrong(connection) or vouching.wrong_with_end(connection):
                raise sqlite.damaged(wrong, self.path, SCHEMA.remedy)
            self.project = identity.project_of(connection)
            is_complete = vouching.is_complete(connection)
        if not self.read_only and not is_complete:
            self.project = self.project or project or str(uuid4())
            with self._writing(self._engine) as connection:
                vouching.complete(connection, self.project)

    def _load(self) -> None:
        assert self._engine is not None
        self._info, found = self._read(self._engine)
        state = CurationState()
        for target, said in found:
            state.set(target, said)
        self.state = state
        if not self.read_only:
            self._look_ahead(self._engine)

    def _read(self, engine: Engine) -> tuple[tables.Info, tables.Values]:
        with self._reading(engine) as connection:
            damage = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if damage != "ok":
                raise sqlite.damaged(f"The file is damaged ({damage}).", self.path, SCHEMA.remedy)
            found = tables.load(connection)
            if found is None and self.read_only:
                made = fold(database.everything(connection))
                found = tables.info_of(made), tables.values_of(made)
        if found is None:
            with self._writing(engine) as connection:
                found = tables.rebuild(connection)
        return found

    def _look_ahead(self, engine: Engine) -> None:
        """Learn what undo and redo would do next."""
        with self._reading(engine) as connection:
            undo = tables.next_step(connection, self.person.uuid, Standing.DONE, self._passed_over)
            redo = tables.next_step(connection, self.person.uuid, Standing.UNDONE)
        self._next_undo = undo.group if undo else None
        self.undo_text = undo.text if undo else None
        self.redo_text = redo.text if redo else None
