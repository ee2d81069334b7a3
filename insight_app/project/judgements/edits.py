"""What judging, undoing and redoing write, inside one open transaction.

`before` is read in that transaction. Knows nothing of threads, files or the state in memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection

from insight_app.errors import Refusal
from insight_app.project.judgements import tables
from insight_app.project.judgements.acts import Act, Value, unicode
from insight_app.project.judgements.log import database, entries
from insight_app.project.judgements.log.kinds import REDO, UNDO, VERSIONS
from insight_app.project.judgements.projection import (
    Field,
    Fields,
    Group,
    Seen,
    Standing,
    applied,
    put,
    without,
)
from insight_app.project.judgements.state import Judgement, Person

_NOBODY = Field(None, ())
Follows = Mapping[str, Seen]


@dataclass(frozen=True)
class Written:
    """State what one change wrote: the targets of its entries, its text, their uuids."""

    targets: tuple[str, ...]
    text: str
    judgements: tuple[str, ...]


class Edit:
    """Hold one change by one person: the entries it adds and the targets it touches."""

    def __init__(self, connection: Connection, person: Person, info: tables.Info) -> None:
        self.connection = connection
        self.person = person
        self.info = info
        self.text = ""
        self.targets = tables.Targets(connection)
        self._entries: list[Judgement] = []
        self._group = str(uuid4())

    def judge(self, acts: Sequence[Act], text: str) -> None:
        """Say something, less what this person has said already and still stands."""
        self.text = unicode(text)
        for act in acts:
            fields = self.targets.fields(act.target)
            if self._stands_already(fields, act.after):
                continue
            was = {name: fields.get(name, _NOBODY) for name in act.after}
            follows = {name: found.entries for name, found in was.items()}
            entry = self._add(act.kind, act.target, was, act.after, follows, None)
            for name, value in act.after.items():
                put(fields, name, value, applied(follows[name], entry.uuid, follows[name]))
        if self._entries:
            group = Group(self.person.uuid, self._entries[0].lamport, self.text)
            tables.add_group(self.connection, self._group, group)

    def undo(self) -> None:
        """Take back the person's newest act; Refusal where it no longer stands as it was."""
        group = self._next(Standing.DONE, "undo")
        for act in reversed(database.of_group(self.connection, group)):

            def reverse(name: str, found: Field, act: Judgement = act) -> tuple[Value, Seen]:
                if found.entries[:1] != (act.uuid,):
                    raise self._refusal("undone", act.text, found)
                left = without(found.entries, act.uuid, self._understood(act.follows[name]))
                return self._value(left, name), left

            self._reverse(UNDO, act, act.uuid, reverse)
        tables.set_standing(self.connection, group, Standing.UNDONE)

    def redo(self) -> None:
        """Do again what was undone last; Refusal where something else was said since."""
        group = self._next(Standing.UNDONE, "redo")
        for act in database.of_group(self.connection, group):
            undone = database.newest_undo(self.connection, act.uuid)
            if undone is None:  # part of the log was lost
                raise self._refused("redone", act.text, "The log does not say how it was undone.")

            def reverse(
                name: str, found: Field, act: Judgement = act, undone: Judgement = undone
            ) -> tuple[Value, Seen]:
                follows = self._understood(act.follows[name])
                below = self._understood(undone.follows[name])
                if found.entries != without(below, act.uuid, follows):
                    raise self._refusal("redone", act.text, found)
                return act.after[name], applied(found.entries, act.uuid, follows)

            self._reverse(REDO, act, undone.uuid, reverse)
        tables.set_standing(self.connection, group, Standing.DONE)

    def write(self) -> Written:
        """Append the entries and store the projection; return what was touched."""
        if not self._entries:
            return Written((), self.text, ())
        database.append(self.connection, map(entries.write, self._entries))
        newest = self._entries[-1].lamport
        self.info = self.targets.write(self.info, len(self._entries), newest)
        uuids = tuple(entry.uuid for entry in self._entries)
        return Written(tuple(entry.target for entry in self._entries), self.text, uuids)

    def _next(self, standing: Standing, verb: str) -> str:
        """Return the group that is next, and take its text."""
        step = tables.next_step(self.connection, self.person.uuid, standing)
        if step is None:
            raise Refusal(f"There is nothing to {verb}.")
        done = {"undo": "undone", "redo": "redone"}[verb]
        if not step.is_understood:
            why = "A newer version of Insight made it, and this one does not understand it."
            do = "Use that version for it."
            raise self._refused(done, step.text, why, do)
        self.text = f"{done.capitalize()}: {step.text}"
        return step.group

    def _reverse(
        self,
        kind: str,
        act: Judgement,
        undoes: str,
        reverse: Callable[[str, Field], tuple[Value, Seen]],
    ) -> None:
        fields = self.targets.fields(act.target)
        was = {name: fields.get(name, _NOBODY) for name in act.after}
        now = {name: reverse(name, found) for name, found in was.items()}
        follows = {name: found.entries for name, found in was.items()}
        after = {name: value for name, (value, _) in now.items()}
        self._add(kind, act.target, was, after, follows, undoes)
        for name, (value, in_force) in now.items():
            put(fields, name, value, in_force)

    def _add(
        self,
        kind: str,
        target: str,
        was: Mapping[str, Field],
        after: Mapping[str, Value],
        follows: Follows,
        undoes: str | None,
    ) -> Judgement:
        entry = Judgement(
            uuid=str(uuid4()),
            person=self.person,
            lamport=self.info.lamport + len(self._entries) + 1,
            utc=datetime.now(UTC),
            kind=kind,
            version=VERSIONS[kind],
            target=target,
            before={name: found.value for name, found in was.items()},
            after=dict(after),
            follows=follows,
            undoes=undoes,
            group=self._group,
            text=self.text,
        )
        self._entries.append(entry)
        return entry

    def _stands_already(self, fields: Fields, after: Mapping[str, Value]) -> bool:
        found = [fields.get(name, _NOBODY) for name in after]
        if any(
            field.value != value or len(field.entries) > 1
            for field, value in zip(found, after.values(), strict=True)
        ):
            return False
        return all(
            field.value is None or self._entry(field.entries[0]).person.uuid == self.person.uuid
            for field in found
        )

    def _entry(self, uuid: str) -> Judgement:
        new = (entry for entry in self._entries if entry.uuid == uuid)
        return next(new, None) or database.one(self.connection, uuid)

    def _value(self, in_force: Seen, name: str) -> Value:
        return self._entry(in_force[0]).after[name] if in_force else None

    def _understood(self, uuids: Seen) -> Seen:
        lost = database.lost(self.connection) if uuids else set()
        return tuple(u for u in uuids if u not in lost and self._entry(u).is_understood)

    def _refusal(self, verb: str, act_text: str, found: Field) -> Refusal:
        if found.entries:
            newer = self._entry(found.entries[0])
            when = newer.utc.astimezone().strftime("%d %b %Y, %H:%M")
            since = f"{newer.person.name} said since ({when}): {newer.text}."
        else:
            since = "It was taken back since."
        return self._refused(verb, act_text, since)

    @staticmethod
    def _refused(
        verb: str, act_text: str, why: str, do: str = "Change it by hand if you still want to."
    ) -> Refusal:
        return Refusal(f"“{act_text}” cannot be {verb}. {why}", kept="Nothing was changed.", do=do)
