"""What judging, undoing and redoing write, inside one open transaction.

`before` is read in that transaction, of all targets at once. Knows nothing of threads, files or the
state in memory.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
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
_UNCHANGED = "Nothing was changed."
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
        self._known: dict[str, Judgement] = {}
        self._group = str(uuid4())

    def judge(self, acts: Sequence[Act], text: str) -> None:
        """Say something, less what this person has said already and still stands."""
        self.text = unicode(text)
        self.targets.look_up(act.target for act in acts)
        self._look_up(uuid for act in acts for uuid in self._in_force(act)[:1])
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

    def undo(self, without: Collection[str]) -> None:
        """Take back the person's newest act; Refusal where it no longer stands as it was.

        without: acts that are passed over.
        """
        step = tables.next_step(self.connection, self.person.uuid, Standing.DONE, without)
        if step is None:
            raise Refusal("There is nothing to undo.")
        self._undo(step, "undone")

    def take_back(self, group: str) -> None:
        """Take back one act of the person's own, however old, and nothing that was said since."""
        step = tables.step(self.connection, group)
        if step is None:
            what = "There is no such act: what was said can be taken back, and no undo."
            raise Refusal(what, kept=_UNCHANGED)
        if step.person != self.person.uuid:
            why = "Another person said it; what is your own can be taken back."
            raise self._refused("taken back", step.text, why, "Say what you think instead.")
        if step.standing != Standing.DONE:
            raise self._refused("taken back", step.text, "It was taken back already.", "")
        self._undo(step, "taken back")

    def redo(self) -> None:
        """Do again what was taken back last; Refusal where something else was said since."""
        step = tables.next_step(self.connection, self.person.uuid, Standing.UNDONE)
        if step is None:
            raise Refusal("There is nothing to redo.")
        acts = self._begin(step, "redone")
        undos = database.newest_undos(self.connection, [act.uuid for act in acts])
        self._look_up(u for act in undos.values() for seen in act.follows.values() for u in seen)
        for act in acts:
            undone = undos.get(act.uuid)
            if undone is None:  # part of the log was lost
                why = "The log does not say how it was undone."
                raise self._refused("redone", act.text, why)

            def again(
                name: str, found: Field, act: Judgement = act, undone: Judgement = undone
            ) -> tuple[Value, Seen]:
                follows = self._understood(act.follows[name])
                below = self._understood(undone.follows[name])
                if found.entries != without(below, act.uuid, follows):
                    raise self._refusal("redone", act.text, found)
                return act.after[name], applied(found.entries, act.uuid, follows)

            self._reverse(REDO, act, undone.uuid, again)
        self._end(step, Standing.DONE)

    def write(self) -> Written:
        """Append the entries and store the projection; return what was touched."""
        if not self._entries:
            return Written((), self.text, ())
        database.append(self.connection, map(entries.write, self._entries))
        newest = self._entries[-1].lamport
        self.info = self.targets.write(self.info, len(self._entries), newest)
        uuids = tuple(entry.uuid for entry in self._entries)
        return Written(tuple(entry.target for entry in self._entries), self.text, uuids)

    def _undo(self, step: tables.Step, done: str) -> None:
        for act in reversed(self._begin(step, done)):

            def back(name: str, found: Field, act: Judgement = act) -> tuple[Value, Seen]:
                if found.entries[:1] != (act.uuid,):
                    raise self._refusal(done, act.text, found)
                left = without(found.entries, act.uuid, self._understood(act.follows[name]))
                return self._value(left, name), left

            self._reverse(UNDO, act, act.uuid, back)
        self._end(step, Standing.UNDONE)

    def _begin(self, step: tables.Step, done: str) -> list[Judgement]:
        """Return the entries of an act, oldest first; read all at once that they touch."""
        if not step.is_understood:
            why = "A newer version of Insight made it, and this one does not understand it."
            raise self._refused(done, step.text, why, "Use that version for it.")
        self.text = f"{done.capitalize()}: {step.text}"
        acts = database.of_group(self.connection, step.group)
        self._known |= {act.uuid: act for act in acts}
        self.targets.look_up(act.target for act in acts)
        self._look_up(uuid for act in acts for uuid in self._in_force(act))
        self._look_up(uuid for act in acts for seen in act.follows.values() for uuid in seen)
        return acts

    def _end(self, step: tables.Step, standing: Standing) -> None:
        position = self._entries[-1].lamport
        tables.set_standing(self.connection, step.group, standing, position)

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
        self._known[entry.uuid] = entry
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

    def _in_force(self, act: Act | Judgement) -> list[str]:
        """Return the entries in force of the fields that an act sets, the first ones first."""
        fields = self.targets.fields(act.target)
        found = [fields[name].entries for name in act.after if name in fields]
        return [*(one[0] for one in found), *(uuid for one in found for uuid in one[1:])]

    def _look_up(self, uuids: Iterable[str]) -> None:
        """Read entries of the log at once, less those that are known."""
        if wanted := [uuid for uuid in dict.fromkeys(uuids) if uuid not in self._known]:
            self._known |= database.some(self.connection, wanted)

    def _entry(self, uuid: str) -> Judgement:
        if uuid not in self._known:
            self._known[uuid] = database.one(self.connection, uuid)
        return self._known[uuid]

    def _value(self, in_force: Seen, name: str) -> Value:
        return self._entry(in_force[0]).after[name] if in_force else None

    def _understood(self, uuids: Seen) -> Seen:
        return tuple(u for u in uuids if u not in self._lost and self._entry(u).is_understood)

    @cached_property
    def _lost(self) -> set[str]:
        return database.lost(self.connection)

    def _refusal(self, done: str, act_text: str, found: Field) -> Refusal:
        if found.entries:
            newer = self._entry(found.entries[0])
            when = newer.utc.astimezone().strftime("%d %b %Y, %H:%M")
            since = f"{newer.person.name} said since ({when}): {newer.text}."
        else:
            since = "It was taken back since."
        return self._refused(done, act_text, since)

    @staticmethod
    def _refused(
        done: str, act_text: str, why: str, do: str = "Change it by hand if you still want to."
    ) -> Refusal:
        return Refusal(f"“{act_text}” cannot be {done}. {why}", kept=_UNCHANGED, do=do)
