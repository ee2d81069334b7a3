"""What the log tells: the history of a concept, and the acts of a project page by page."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from insight_app.project.judgements import (
    ConceptId,
    Mark,
    Person,
    accept,
    add_parent,
    alias,
    keep_apart,
    machine_concept,
    mark,
    merge,
    note,
    rename,
    tag,
)
from insight_app.project.judgements.store import Judgements

ADA, BEN = Person("a", "Ada"), Person("b", "Ben")
HASH = "0123456789abcdef"


def concept(index: int) -> ConceptId:
    return machine_concept("f0", index)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "judgements.sqlite"


def test_all_that_concerns_a_concept_is_told_and_nothing_else(path: Path) -> None:
    one, other, like_it = concept(4), concept(5), concept(44)
    with Judgements.open(path, ADA) as judgements:
        said = [
            [rename(one, "bird")], [alias(one, f"looks like {other}", "de")],
            [add_parent(one, other)], [add_parent(other, one)], merge(one, [like_it]),
            merge(other, [one]), [mark(one, Mark(HASH, 3), False)], [keep_apart(like_it, one)],
        ]  # fmt: skip
        not_said = [
            [rename(like_it, "bird")], [add_parent(like_it, other)], [tag(HASH, f"a {one}")],
            [note(other, str(one))], [mark(like_it, Mark(HASH, 4), True)],
        ]  # fmt: skip
        for number, acts in enumerate([*said, *not_said]):
            judgements.judge(acts, str(number))
        judgements.undo()
        judgements.take_back(judgements.history_of(one)[0].group)
        told = judgements.history_of(one)
    assert [entry.text for entry in told] == [*map(str, range(len(said))), "Taken back: 0"]


def test_acts_come_page_by_page_the_newest_first(path: Path) -> None:
    with Judgements.open(path, ADA) as judgements:
        for number in range(5):
            acts = [accept(concept(index), "bird") for index in range(number, number + 3)]
            judgements.judge([*acts, note(concept(9), str(number))], f"act {number}")
    with Judgements.open(path, BEN) as judgements:
        judgements.judge([rename(concept(1), "100 % bird")], "Renamed to 100 % bird")
        judgements.undo()
        first = judgements.acts(3)
        rest = judgements.acts(9, earlier_than=first[-1].first.lamport)
        assert [one.first.text for one in (*first, *rest)] == [
            "Undone: Renamed to 100 % bird", "Renamed to 100 % bird",
            "act 4", "act 3", "act 2", "act 1", "act 0",
        ]  # fmt: skip
        assert [one.entries for one in rest] == [2, 2, 2, 4]
        assert len(judgements.acts(9, person="a")) == 5
        assert len(judgements.acts(9, words="100 %")) == 2
        assert judgements.acts(9, words="1 %") == []


def test_what_is_told_is_found_by_index(path: Path) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def keep(*call: object) -> None:
        _connection, _cursor, statement, values, *_rest = call
        if "seq" in str(statement):
            asked.append((str(statement), values))  # type: ignore[arg-type]

    with Judgements.open(path, ADA) as judgements:
        judgements.judge([rename(concept(1), "bird")], "Renamed")
        event.listen(Engine, "before_cursor_execute", keep)
        try:
            judgements.history_of(concept(1))
            judgements.acts(5, earlier_than=9, words="bird")
        finally:
            event.remove(Engine, "before_cursor_execute", keep)
    with closing(sqlite3.connect(path)) as connection:
        steps = [
            row[3]
            for statement, values in asked
            for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert len(steps) > 5
    for step in steps:
        assert "TEMP B-TREE" not in step
        assert "SCAN" not in step or "INDEX" in step or "VIRTUAL TABLE" in step, step
