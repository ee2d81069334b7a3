"""One judgement after another: what is written, what it adds up to, how it is taken back."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from copy import deepcopy
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.project import judgements as j
from insight_app.project.judgements import Person
from insight_app.project.judgements.projection import Standing
from insight_app.project.judgements.store import Judgements
from insight_app.project.storage import connecting

ADA, BEN = Person("uuid-ada", "Ada"), Person("uuid-ben", "Ben")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "judgements.sqlite"


@contextmanager
def opened(path: Path, person: Person = ADA, read_only: bool = False) -> Iterator[Judgements]:
    judgements = Judgements.open(path, person, read_only=read_only)
    try:
        yield judgements
    finally:
        judgements.close()


def test_accepting_a_machines_name_makes_it_the_persons(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.accept("f:1", "dog")], "Accepted dog")
        assert judgements.state.concepts["f:1"] == j.ConceptState("dog", "accepted", "dog")


def test_rejecting_a_name_leaves_the_name_to_the_machine(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.reject("f:1", "dog")], "Rejected dog")
        assert judgements.state.concepts["f:1"] == j.ConceptState(None, "rejected", "dog")


def test_names_lose_stray_blanks_and_an_empty_one_goes_back_to_the_machines(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "  hot \n dog ")], "Renamed")
        assert judgements.state.concepts["f:1"].name == "hot dog"
        judgements.judge([j.rename("f:1", " ")], "Renamed back")
        assert "f:1" not in judgements.state.concepts
    with pytest.raises(KnownError, match="needs a name"):
        j.rename(j.own_concept(), "")


def test_an_entry_of_the_log_says_who_when_what_before_and_after(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog")], "Renamed to dog")
    with opened(path, BEN) as judgements:
        changes = judgements.judge([j.rename("f:1", "wolf")], "Renamed to wolf")
        first, second = judgements.history("f:1")
    assert changes.judgements == (second.uuid,)
    assert (second.person, second.kind, second.text) == (BEN, "rename", "Renamed to wolf")
    assert second.before["name"] == "dog" and second.after["name"] == "wolf"
    assert second.follows["name"] == (first.uuid,)
    assert second.lamport == first.lamport + 1 and second.utc >= first.utc
    assert second.utc.utcoffset() is not None


def test_one_act_on_many_is_one_undo(path: Path) -> None:
    acts = [j.hide(f"f:{index}") for index in range(40)] + j.move("f:1", "f:2", "f:3")
    with opened(path) as judgements:
        changes = judgements.judge(acts, "Cleaned up")
        assert len(changes.concepts) == 40
        assert changes.relations == {("f:1", "f:2"), ("f:1", "f:3")}
        assert judgements.state.relations["f:1", "f:2"].status == "removed"
        undone = judgements.undo()
        assert (undone.concepts, undone.relations) == (changes.concepts, changes.relations)
        assert judgements.state == j.CurationState()
        assert judgements.undo_text is None and judgements.redo_text == "Cleaned up"
        judgements.redo()
        assert len(judgements.state.concepts) == 40


def test_undo_and_redo_survive_a_restart(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog")], "first")
        judgements.judge([j.rename("f:1", "wolf")], "second")
        judgements.undo()
    with opened(path) as judgements:
        assert (judgements.undo_text, judgements.redo_text) == ("first", "second")
        judgements.redo()
        assert judgements.state.concepts["f:1"].name == "wolf"
        judgements.undo()
        judgements.undo()
        assert judgements.state.concepts == {}
        assert judgements.count == len(judgements.entries()) == 6


def test_a_new_judgement_ends_what_could_be_redone(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog")], "first")
        judgements.undo()
        judgements.judge([j.note("f:2", "blurred")], "Noted")
        assert judgements.redo_text is None
        with pytest.raises(KnownError, match="nothing to redo"):
            judgements.redo()


def test_saying_again_what_stands_writes_nothing(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.accept("f:1", "dog")], "Accepted dog")
        again = judgements.judge([j.accept("f:1", "dog"), j.unhide("f:1")], "Accepted dog")
        assert again.is_empty and judgements.count == 1


def test_undo_is_refused_with_the_reason_once_another_has_changed_it(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.hide("f:9")], "Hidden: blur")
        judgements.judge([j.rename("f:1", "dog")], "Renamed tail to dog")
    with opened(path, BEN) as judgements:
        assert judgements.undo_text is None
        judgements.judge([j.rename("f:1", "wolf")], "Renamed dog to wolf")
    with opened(path) as judgements:
        count, state = judgements.count, dict(judgements.state.concepts)
        with pytest.raises(Refusal) as refused:
            judgements.undo()
        assert "Renamed tail to dog" in refused.value.what
        assert "Ben" in refused.value.what and "Renamed dog to wolf" in refused.value.what
        assert (judgements.count, judgements.state.concepts) == (count, state)
    with opened(path, BEN) as judgements:
        judgements.undo()
    with opened(path) as judgements:
        judgements.undo()
        assert "f:1" not in judgements.state.concepts


def test_undo_does_not_take_away_what_another_has_confirmed(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.accept("f:1", "dog")], "Accepted dog")
    with opened(path, BEN) as judgements:
        judgements.judge([j.accept("f:1", "dog")], "Accepted dog too")
    with opened(path) as judgements, pytest.raises(KnownError, match="Accepted dog too"):
        judgements.undo()


def test_redo_is_refused_once_another_has_said_something_else(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog")], "Renamed to dog")
        judgements.undo()
    with opened(path, BEN) as judgements:
        judgements.judge([j.rename("f:1", "wolf")], "Renamed to wolf")
    with opened(path) as judgements, pytest.raises(KnownError, match=r"cannot be redone.*wolf"):
        judgements.redo()


def test_an_old_act_is_taken_back_alone_and_done_again_before_older_undos(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog")], "Named dog")
        judgements.judge([j.hide("f:2")], "Hidden")
        judgements.judge([j.note("f:1", "big")], "Noted")
        [named] = judgements.history("f:1")[:1]
        judgements.undo()
        made = judgements.take_back(named.group)
        assert made.text == "Taken back: Named dog" and made.changed == {"f:1"}
        assert judgements.standing([named.group, "none"]) == {named.group: Standing.UNDONE}
        assert list(judgements.state.concepts) == ["f:2"]
        with pytest.raises(Refusal, match=r"“Named dog” cannot be taken back\. It was taken back"):
            judgements.take_back(named.group)
        with pytest.raises(Refusal, match="no such act"):
            judgements.take_back("none")
    with opened(path) as judgements:
        assert (judgements.undo_text, judgements.redo_text) == ("Hidden", "Named dog")
        judgements.redo()
        assert (judgements.undo_text, judgements.redo_text) == ("Named dog", "Noted")
        judgements.redo()
        assert judgements.state.concepts["f:1"] == j.ConceptState(
            "dog", "accepted", "dog", note="big"
        )
        assert judgements.problems() == []


def test_what_something_else_was_said_of_since_is_not_taken_back(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog"), j.hide("f:2")], "Named dog")
        group = judgements.history("f:1")[0].group
        judgements.judge([j.rename("f:1", "wolf")], "Named wolf")
        before = judgements.entries()
        with pytest.raises(Refusal, match=r"“Named dog” cannot be taken back\. Ada .*Named wolf"):
            judgements.take_back(group)
        assert judgements.entries() == before and judgements.state.concepts["f:2"].hidden
    with (
        opened(path, BEN) as judgements,
        pytest.raises(Refusal, match=r"cannot be taken back\. Another person said it"),
    ):
        judgements.take_back(group)


def test_undo_and_redo_leave_to_the_byte_what_was_there(path: Path) -> None:
    def projected() -> list[object]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute("SELECT * FROM projection_target ORDER BY target").fetchall()

    with opened(path, BEN) as judgements:
        judgements.judge([j.rename("f:1", "dog"), j.note("f:2", "big")], "Begun")
    with opened(path) as judgements:
        acts = [
            *j.merge("f:1", ["f:2", "f:3"], [j.Alias("hound", "en")]),
            *j.group("own:x", "pack", ["f:1", "f:4"]),
            j.rename("f:1", "wolf"),
            j.rename("f:1", "fox"),
            j.note("f:2", ""),
        ]
        before = projected()
        judgements.judge(acts, "Much at once")
        after, now = projected(), deepcopy(judgements.state)
        judgements.undo()
        assert projected() == before
        judgements.redo()
        assert projected() == after and judgements.state == now and before != after
        judgements.take_back(judgements.history("own:x")[0].group)
        assert projected() == before


def test_many_are_judged_and_taken_back_with_as_many_questions_as_few(path: Path) -> None:
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    def statements(count: int) -> int:
        asked.clear()
        every = [j.machine_concept("f", number) for number in range(count)]
        for name in ("dog", "wolf"):
            judgements.judge([j.rename(one, f"{name} {count}") for one in every], "Named")
        judgements.undo()
        judgements.redo()
        judgements.take_back(judgements.history("f:0")[-3].group)
        return len(asked)

    with opened(path) as judgements:
        statements(2)
        event.listen(Engine, "before_cursor_execute", note)
        try:
            assert statements(3) == statements(300)
        finally:
            event.remove(Engine, "before_cursor_execute", note)


def test_two_programs_on_one_file_see_each_others_judgements(path: Path) -> None:
    with opened(path) as first, opened(path, BEN) as second:
        first.judge([j.rename("f:1", "dog")], "Renamed to dog")
        changes = second.judge([j.note("f:2", "blurred")], "Noted")
        assert second.state.concepts["f:1"].name == "dog"
        assert changes.concepts == {"f:1", "f:2"}
        assert second.problems() == []


def test_a_projection_that_is_not_its_logs_is_made_anew(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog"), j.hide("f:2")], "Two")
        state = judgements.state
    for harm in (
        "UPDATE projection_target SET fields = replace(fields, 'dog', 'cat')",
        "DELETE FROM projection_target",
        "UPDATE projection_info SET version = 99",
        "UPDATE projection_info SET entries = 1",
        "DROP TABLE projection_group",
        "CREATE TABLE projection_of_a_later_version (id INTEGER)",
    ):
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(harm)
        with opened(path, read_only=True) as judgements:
            assert judgements.state == state, harm
        with opened(path) as judgements:
            assert judgements.state == state and judgements.undo_text == "Two", harm
            assert judgements.problems() == [], harm


def test_any_thread_may_judge(path: Path) -> None:
    with opened(path) as judgements:
        threads = [
            threading.Thread(target=judgements.judge, args=([j.hide(f"f:{index}")], "Hidden"))
            for index in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(judgements.state.concepts) == judgements.count == 8
        assert judgements.problems() == []


def test_opened_for_reading_nothing_can_be_changed(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog")], "Renamed")
    content = path.read_bytes()
    with opened(path, read_only=True) as judgements:
        assert judgements.state.concepts["f:1"].name == "dog"
        for change in (judgements.undo, judgements.redo, lambda: judgements.judge([], "")):
            with pytest.raises(KnownError, match="reading only"):
                change()
    assert path.read_bytes() == content


def test_a_file_that_another_program_holds_is_said_and_nothing_is_half_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "WAIT_SECONDS", 0.01)
    with (
        opened(path) as judgements,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        judgements.judge([j.rename("f:1", "dog")], "Renamed")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(KnownError) as failure:
            judgements.judge([j.rename("f:1", "cat")], "Renamed")
        assert "in use" in failure.value.what and "safe" in failure.value.kept
        other.execute("ROLLBACK")
        assert judgements.state.concepts["f:1"].name == "dog" and judgements.count == 1
        judgements.judge([j.rename("f:1", "cat")], "Renamed")
        assert judgements.state.concepts["f:1"].name == "cat" and judgements.problems() == []


def test_a_full_disk_is_said_and_nothing_is_half_written(path: Path) -> None:
    # A limit on the size of files stands for the disk; Windows knows none.
    resource = pytest.importorskip("resource")
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog")], "Renamed")
        state, count = dict(judgements.state.concepts), judgements.count
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, limits[1]))
        try:
            with pytest.raises(WorldError) as failure:
                judgements.judge([j.note(f"f:{i}", "x" * 500) for i in range(200)], "Noted")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert "not saved" in failure.value.kept
        assert "larger than a file may be" in failure.value.what
        assert "still connected" not in failure.value.do and failure.value.where == str(path)
        assert [one.name for one in path.parent.iterdir() if one.name.endswith(".part")] == []
        assert (judgements.state.concepts, judgements.count) == (state, count)
        judgements.judge([j.note("f:2", "works again")], "Noted")
    with opened(path) as judgements:
        assert judgements.count == count + 1 and judgements.problems() == []


def test_an_undo_that_finds_the_disk_full_may_be_asked_again(path: Path) -> None:
    resource = pytest.importorskip("resource")
    with opened(path) as judgements:
        judgements.judge([j.note(f"f:{i}", "x" * 500) for i in range(50)], "Noted")
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, limits[1]))
        try:
            with pytest.raises(WorldError):
                judgements.undo()
            assert len(judgements.state.concepts) == 50 and judgements.undo_text == "Noted"
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        judgements.undo()
        assert not judgements.state.concepts and judgements.problems() == []
        with pytest.raises(Refusal, match="nothing to undo"):
            judgements.undo()


def test_what_a_panel_asks_for_uses_indexes(path: Path) -> None:
    asked: list[tuple[str, object]] = []

    def note(
        connection: object, cursor: object, statement: str, values: object, *rest: object
    ) -> None:
        # Looking for the names of tables walks SQLite's own short list of them.
        if statement.startswith(("SELECT", "UPDATE", "DELETE")) and "_master" not in statement:
            asked.append((statement, values))

    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog")], "Renamed")
        event.listen(Engine, "before_cursor_execute", note)
        try:
            judgements.judge([j.rename("f:1", "cat"), j.hide("f:2")], "Renamed")
            judgements.undo()
            judgements.redo()
            [*_, newest] = judgements.history("f:1")
            judgements.standing([newest.group])
            judgements.judge([j.note("f:1", "blurred")], "Noted")
            judgements.take_back(judgements.history("f:1")[-1].group)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
    assert len({statement for statement, _ in asked}) >= 10
    with closing(sqlite3.connect(path)) as connection:
        for statement, values in asked:
            one = values[0] if isinstance(values, list) else values
            for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", one):
                plan = row[3]
                # ("VIRTUAL TABLE": the list of what is asked for, as JSON)
                whole = plan.startswith("SCAN") and not (
                    plan.endswith(("projection_info", "log_lost", "log_head"))
                    or "VIRTUAL TABLE" in plan
                )
                assert not whole and "TEMP B-TREE" not in plan, (plan, statement)


@pytest.mark.parametrize("text", ["f:0", "sha:1:12", "own:x"])
def test_a_concepts_id_is_read_back(text: str) -> None:
    assert j.parse_concept(text) == text


def test_ids_that_are_made_can_be_read() -> None:
    for made in (j.machine_concept("f", 7), j.own_concept()):
        assert j.parse_concept(made) == made


@pytest.mark.parametrize(
    "text",
    ["", "f", ":1", "own:", "f:", "f:x", "f:01", "f:-1", "f:٣", "a:1 > b:1", f"f:{'7' * 5000}"],
)
def test_what_is_no_concepts_id_is_not_taken_for_one(text: str) -> None:
    assert j.parse_concept(text) is None


@pytest.mark.parametrize(
    "spoiled",
    [
        "ALTER TABLE projection_info DROP COLUMN digest",
        "ALTER TABLE projection_group DROP COLUMN is_understood",
        "DROP TABLE projection_target",
    ],
)
def test_a_projection_of_another_version_is_no_damage_and_is_made_anew(
    path: Path, spoiled: str
) -> None:
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog")], "Renamed to dog")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(spoiled)
        if spoiled.startswith("ALTER"):  # as a version without that column left it
            with suppress(sqlite3.OperationalError):
                connection.execute("ALTER TABLE projection_info DROP COLUMN digest")
            connection.execute("UPDATE projection_info SET version = 2")
        connection.commit()
    with opened(path, read_only=True) as judgements:
        assert judgements.problems() == []
        assert judgements.state.concepts["f:1"].name == "dog"
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "hound")], "Renamed to hound")
        assert judgements.problems() == []


def test_an_entry_far_ahead_of_all_others_is_refused(path: Path, tmp_path: Path) -> None:
    exported, ahead = tmp_path / "log.jsonl", tmp_path / "ahead.jsonl"
    with opened(tmp_path / "other.sqlite", BEN) as other:
        other.judge([j.rename("f:1", "dog")], "Renamed to dog")
        other.export_log(exported)
    ahead.write_text(exported.read_text().replace('"lamport":1,', f'"lamport":{2**53},'))
    with opened(path) as judgements:
        with pytest.raises(Refusal, match=r"Line 1 .*far ahead"):
            judgements.import_log(ahead)
        assert judgements.entries() == []
        judgements.import_log(exported)
        assert len(judgements.entries()) == 1


def test_an_act_that_another_person_built_on_can_be_passed_over(path: Path) -> None:
    with opened(path) as judgements:
        judgements.judge([j.rename("f:1", "dog")], "first")
        judgements.judge([j.rename("f:2", "cat")], "second")
        judgements.judge([j.rename("f:3", "cow")], "third")
    with opened(path, BEN) as judgements:
        judgements.judge([j.rename("f:3", "ox")], "Ben's")
    with opened(path) as judgements:
        with pytest.raises(Refusal, match="Ben said since"):
            judgements.undo()
        assert judgements.undo(passes_over=True).text == "Undone: second"
        assert judgements.undo().text == "Undone: first", "it stays passed over"
        with pytest.raises(Refusal, match="nothing to undo"):
            judgements.undo()
        assert judgements.undo_text is None
        assert set(judgements.state.concepts) == {"f:3"}
        judgements.redo()
        judgements.redo()
        assert set(judgements.state.concepts) == {"f:1", "f:2", "f:3"}
