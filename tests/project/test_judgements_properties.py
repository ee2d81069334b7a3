"""Any sequence of judgements, undo, redo, taking back and restarts: three ways to the same state.

The judge of the fast one is a model of a few lines: a pile of sayings for every field.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from insight_app.errors import KnownError, Refusal
from insight_app.project.judgements import Act, CurationState, Person
from insight_app.project.judgements.log.kinds import KINDS
from insight_app.project.judgements.projection import Standing
from insight_app.project.judgements.store import Judgements
from tests.project.every_act import BY_KIND, by, groups

PEOPLE = (Person("ada", "Ada"), Person("ben", "Ben"))


class Model:
    """The slow, plain way: every field has a pile of sayings, undo takes from the top."""

    def __init__(self) -> None:
        self.piles: dict[tuple[str, str], list[tuple[int, str, object]]] = {}
        self.done: dict[str, list[list[tuple[int, Act]]]] = {}
        self.undone: dict[str, list[list[tuple[int, Act]]]] = {}
        self.below: dict[int, dict[str, int]] = {}
        self.number = 0

    def pile(self, act: Act, name: str) -> list[tuple[int, str, object]]:
        return self.piles.setdefault((act.target, name), [])

    def judge(self, person: str, said: Sequence[Act]) -> list[tuple[int, Act]]:
        group: list[tuple[int, Act]] = []
        for act in said:
            tops = [(self.pile(act, name) or [(0, "", None)])[-1] for name in act.after]
            if all(
                top[2] == value and (value is None or top[1] == person)
                for top, value in zip(tops, act.after.values(), strict=True)
            ):
                continue
            self.number += 1
            for name, value in act.after.items():
                self.pile(act, name).append((self.number, person, value))
            group.append((self.number, act))
        if group:
            self.done.setdefault(person, []).append(group)
            self.undone[person] = []
        return group

    def undo(self, person: str, at: int = -1) -> bool:
        """Take back an act that stands, by default the newest one."""
        if not self.done.get(person):
            return False
        group = self.done[person][at]
        mine = {number for number, _ in group}
        for _, act in group:
            if any(self.pile(act, name)[-1:][0][0] not in mine for name in act.after):
                return False
        for number, act in reversed(group):
            self.below[number] = {}
            for name in act.after:
                pile = self.pile(act, name)
                pile.pop()
                self.below[number][name] = pile[-1][0] if pile else 0
        self.undone.setdefault(person, []).append(self.done[person].pop(at))
        return True

    def redo(self, person: str) -> bool:
        if not self.undone.get(person):
            return False
        group = self.undone[person][-1]
        mine = {number for number, _ in group}
        for number, act in group:
            for name in act.after:
                pile = self.pile(act, name)
                below = self.below[number][name]
                if below not in mine and (pile[-1][0] if pile else 0) != below:
                    return False
        for number, act in group:
            for name, value in act.after.items():
                self.pile(act, name).append((number, person, value))
        self.done[person].append(self.undone[person].pop())
        return True

    def state(self) -> CurationState:
        values: dict[str, dict[str, object]] = {}
        for (target, name), pile in self.piles.items():
            if pile:
                values.setdefault(target, {})[name] = pile[-1][2]
        state = CurationState()
        for target, fields in values.items():
            state.set(target, fields)  # type: ignore[arg-type]
        return state


class JudgingMachine(RuleBasedStateMachine):
    """Two people, each in a program of their own, on one file."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "judgements.sqlite"
        self.programs = [Judgements.open(self.path, person) for person in PEOPLE]
        self.model = Model()
        self.groups: dict[int, str] = {}
        self.last = 0

    @rule(who=st.sampled_from([0, 1]), said=groups)
    def judge(self, who: int, said: list[Act]) -> None:
        said = by(PEOPLE[who].uuid, said)
        changes = self.programs[who].judge(said, "said")
        # Changes may also tell of what another program wrote since; judgements are one's own.
        group = self.model.judge(PEOPLE[who].uuid, said)
        assert bool(changes.judgements) == bool(group)
        if group:
            number, act = group[-1]
            self.groups[number] = self.programs[who].history(act.target)[-1].group
        self.last = who

    @rule(who=st.sampled_from([0, 1]), is_redo=st.booleans())
    def step(self, who: int, is_redo: bool) -> None:
        program = self.programs[who]
        try:
            _ = program.redo() if is_redo else program.undo()
            worked = True
        except KnownError:
            worked = False
        person = PEOPLE[who].uuid
        assert worked == (self.model.redo(person) if is_redo else self.model.undo(person))
        if worked:
            self.last = who

    @rule(who=st.sampled_from([0, 1]), data=st.data())
    def take_back(self, who: int, data: st.DataObject) -> None:
        person, program = PEOPLE[who].uuid, self.programs[who]
        done = self.model.done.get(person, [])
        if not done:
            return
        at = data.draw(st.integers(0, len(done) - 1))
        group = self.groups[done[at][-1][0]]
        assert program.standing([group]) == {group: Standing.DONE}
        with pytest.raises(Refusal, match="Another person said it"):
            self.programs[1 - who].take_back(group)
        try:
            program.take_back(group)
            worked = True
        except KnownError:
            worked = False
        assert worked == self.model.undo(person, at)
        assert (program.standing([group])[group] == Standing.UNDONE) == worked
        self.last = who if worked else self.last

    @rule(who=st.sampled_from([0, 1]))
    def restart(self, who: int) -> None:
        self.programs[who].close()
        self.programs[who] = Judgements.open(self.path, PEOPLE[who])
        self.last = who

    @precondition(lambda self: self.programs[0].count > 3)
    @rule(table=st.sampled_from(["target", "group", "info"]))
    def lose_the_projection(self, table: str) -> None:
        for program in self.programs:
            program.close()
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute(f"DROP TABLE projection_{table}")
        self.programs = [Judgements.open(self.path, person) for person in PEOPLE]

    @invariant()
    def is_what_the_log_and_the_model_say(self) -> None:
        program = self.programs[self.last]
        assert program.state == self.model.state()
        assert program.problems() == []
        person = PEOPLE[self.last].uuid
        assert (program.undo_text is not None) == bool(self.model.done.get(person))
        assert (program.redo_text is not None) == bool(self.model.undone.get(person))

    def teardown(self) -> None:
        for program in getattr(self, "programs", ()):
            program.close()
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


JudgingMachine.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
test_any_sequence_gives_the_state_of_the_log_and_of_the_model = JudgingMachine.TestCase


def test_every_kind_is_tried() -> None:
    assert set(BY_KIND) == set(KINDS)


Step = list[Act] | str | int
"""Acts, "undo", "redo", or the place in the log of an entry whose act is taken back."""
steps = st.lists(
    st.one_of(groups, st.sampled_from(["undo", "redo"]), st.integers(0, 4)), max_size=6
)


def carry_out(judgements: Judgements, what: list[Step]) -> None:
    for step in what:
        try:
            if isinstance(step, list):
                judgements.judge(by(judgements.person.uuid, step), "said")
            elif isinstance(step, str):
                _ = judgements.undo() if step == "undo" else judgements.redo()
            elif log := judgements.entries():
                judgements.take_back(log[step % len(log)].group)
        except KnownError:
            continue


@settings(max_examples=15, deadline=None)
@given(shared=steps, by_ada=steps, by_ben=steps)
def test_two_copies_that_take_over_each_others_logs_agree(
    shared: list[Step], by_ada: list[Step], by_ben: list[Step]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = Judgements.open(folder / "a.sqlite", PEOPLE[0])
        carry_out(first, shared)
        first.export_log(folder / "start.jsonl")
        second = Judgements.open(folder / "b.sqlite", PEOPLE[1])
        second.import_log(folder / "start.jsonl")
        assert second.state == first.state
        carry_out(first, by_ada)
        carry_out(second, by_ben)
        first.export_log(folder / "a.jsonl")
        second.export_log(folder / "b.jsonl")
        new = second.import_log(folder / "a.jsonl")
        first.import_log(folder / "b.jsonl")
        assert first.entries() == second.entries()
        assert first.state == second.state
        assert first.conflicts() == second.conflicts()
        assert first.problems() == second.problems() == []
        if first.count:  # a third one, from nothing but a file of the log
            first.export_log(folder / "whole.jsonl")
            third = Judgements.open(folder / "c.sqlite", PEOPLE[0])
            third.import_log(folder / "whole.jsonl")
            assert third.entries() == first.entries() and third.state == first.state
            assert (third.undo_text, third.redo_text) == (first.undo_text, first.redo_text)
            third.close()
        assert second.import_log(folder / "a.jsonl").judgements == ()
        assert set(new.judgements) <= {entry.uuid for entry in first.entries()}
        for conflict in first.conflicts():
            assert len({entry.after[conflict.field] for entry in conflict.in_force}) > 1
        first.close()
        second.close()
