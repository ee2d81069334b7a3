"""What a log may hold: judgements, what a newer Insight wrote, and nothing else.

Every way in is tried: a file of another copy, a database as it lies on the disk, a damaged one.
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight_app.errors import KnownError, Refusal
from insight_app.project import judgements as j
from insight_app.project.check import check
from insight_app.project.judgements import Act, CurationState, Person, acts, union
from insight_app.project.judgements.log.entries import Incoming
from insight_app.project.judgements.store import Judgements
from insight_app.project.project import Project
from insight_app.project.rescue.reading import read_database
from insight_app.project.storage import sqlite
from insight_app.project.summary import summarise
from tests.project.test_judgements_properties import PEOPLE, carry_out, steps

ADA, BEN = Person("uuid-ada", "Ada"), Person("uuid-ben", "Ben")
Line = dict[str, Any]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Judgements]:
    made = Judgements.open(tmp_path / "judgements.sqlite", ADA)
    yield made
    made.close()


def lines_of(log: Judgements, folder: Path) -> list[Line]:
    path = folder / "exported.jsonl"
    log.export_log(path)
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def write(folder: Path, lines: list[Line]) -> Path:
    path = folder / "from a colleague.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def entry(uuid: str, kind: str, target: str, **after: object) -> Line:
    """A line of Ben's log that sets fields which nobody had spoken of."""
    return {
        "uuid": uuid,
        "person": {"uuid": BEN.uuid, "name": BEN.name},
        "lamport": 1,
        "utc": "2026-01-02T03:04:05+00:00",
        "kind": kind,
        "version": 1,
        "target": target,
        "before": dict.fromkeys(after),
        "after": after,
        "follows": {field: [] for field in after},
        "undoes": None,
        "group": f"group of {uuid}",
        "text": f"Did {uuid}",
    }


def named(uuid: str = "u1", target: str = "f:1", name: str = "dog") -> Line:
    return entry(uuid, "rename", target, name=name, status="accepted", status_name=name)


def undo_of(line: Line, uuid: str) -> Line:
    return line | {
        "uuid": uuid,
        "kind": "undo",
        "lamport": line["lamport"] + 1,
        "before": line["after"],
        "after": dict.fromkeys(line["after"]),
        "follows": {field: [line["uuid"]] for field in line["after"]},
        "undoes": line["uuid"],
        "group": f"group of {uuid}",
    }


HIDDEN = entry("u2", "hide", "f:2", hidden=True)
FINDING, EDIT = (f"{word}:0a1b2c3d-0000-4000-8000-00000000000f" for word in ("finding", "edit"))
SHA = "5" * 64


def kept(intervention: str) -> Line:
    return entry(
        "u1", "keep-edit", EDIT, name="no snow", intervention=intervention, note=None, kept=True
    )


def pinned(view: str) -> Line:
    return entry("u1", "pin", FINDING, view=view, comment=None, critical=True, status="open")


def signed(person: str = BEN.uuid, report: str = '{"report":"r"}') -> Line:
    target = f"signature:{SHA} + {person}"
    return entry("u1", "sign", target, signed=True, report=report, statement=None)


# ---- what is no judgement


WRONG: dict[str, tuple[Line, str]] = {
    "a kind that sets other fields": (named() | {"kind": "hide"}, "sets hidden, not name"),
    "fields that are not those before": (named() | {"before": {}}, "the same fields"),
    "fields that are not those followed": (named() | {"follows": {"name": []}}, "the same fields"),
    "nothing set": (entry("u1", "hide", "f:1"), "sets hidden, not nothing"),
    "a name that is a number": (named(name=7), "cannot set name to 7"),  # type: ignore[arg-type]
    "a name that is empty": (named(name=""), "cannot set name to ''"),
    "a value of another kind": (entry("u1", "hide", "f:1", hidden=1), "cannot set hidden to 1"),
    "a status of another kind": (
        entry("u1", "add-parent", "f:1 > f:2", status="rejected"),
        "cannot set status to 'rejected'",
    ),
    "a value that nothing can have left": (
        HIDDEN | {"before": {"hidden": "no"}},
        "hidden of 'f:2' cannot be 'no'",
    ),
    "a relation's kind on a concept": (
        entry("u1", "add-parent", "f:1", status="added"),
        "does not fit the target 'f:1'",
    ),
    "a concept's kind on a relation": (named(target="f:1 > f:2"), "does not fit the target"),
    "a target that is no concept": (named(target="dog"), "does not fit the target 'dog'"),
    "a concept of one's own of a dictionary's": (
        named() | {"kind": "create"},
        "does not fit the target 'f:1'",
    ),
    "an act that takes something back": (named() | {"undoes": "u0"}, "has no undoes"),
    "an undo of nothing": (named() | {"kind": "undo"}, "needs undoes"),
    "an undo of what is not there": (undo_of(named("u9"), "u1"), "an entry that is not there"),
    "what it follows is not there": (
        HIDDEN | {"follows": {"hidden": ["u9"]}},
        "follows an entry that is not there",
    ),
    "a finding that shows nothing": (pinned("a dog"), "cannot set view to 'a dog'"),
    "a view in another spelling": (pinned('{"told": "a dog"}'), "cannot set view"),
    "a view with a cell that is none": (pinned('{"cell":-1}'), "cannot set view"),
    "a view with half a character": (pinned('{"told":"\\ud800"}'), "cannot set view"),
    "a view with figures of three": (pinned('{"figures":[["a","b","c"]]}'), "cannot set view"),
    "a view nested deep": (pinned('{"x":' + "[" * 500 + "]" * 500 + "}"), "cannot set view"),
    "an edit of nothing": (kept('{"dictionary":"f","factors":{}}'), "cannot set intervention"),
    "an edit that is none": (kept('{"factors":{"1":0.0}}'), "cannot set intervention"),
    "an edit times three": (
        kept('{"dictionary":"f","factors":{"1":3.0}}'),
        "cannot set intervention",
    ),
    "an edit of no concept": (
        kept('{"dictionary":"f","factors":{"01":0.0}}'),
        "cannot set intervention",
    ),
    "an edit with a factor that is no number": (
        kept('{"dictionary":"f","factors":{"1":true}}'),
        "cannot set intervention",
    ),
    "an edit without end": (
        kept('{"dictionary":"f","factors":{"1":1e999}}'),
        "cannot set intervention",
    ),
    "a signature of nothing": (signed(report="{}"), "cannot set report"),
    "a signature in another's name": (signed(ADA.uuid), "in the name of another person"),
    "the same entry followed twice": (HIDDEN | {"follows": {"hidden": ["a", "a"]}}, "twice"),
    "followed entries that are no list": (HIDDEN | {"follows": {"hidden": 5}}, "no list"),
    "payload that is no object": (named() | {"after": [1]}, "after is not an object"),
    "a time without a zone": (named() | {"utc": "2026-01-02T03:04:05"}, "known zone"),
    "a time before there were computers": (
        named() | {"utc": "0001-01-01T00:00:00+00:00"},
        "known zone",
    ),
    "a time that is none": (named() | {"utc": "yesterday"}, "utc is not a time"),
    "version 0": (named() | {"version": 0}, "version is not a number"),
    "version true": (named() | {"version": True}, "version is not a number"),
    "a Lamport time that no database holds": (named() | {"lamport": 2**70}, "lamport is above"),
    "a Lamport time that ends the counting": (
        named() | {"lamport": 2**63 - 2},
        "lamport is above",
    ),
    "no uuid": (named() | {"uuid": ""}, "uuid is not a text"),
    "half a character": (named(name="\ud800"), "after is not Unicode"),
    "half a character in a newer kind": (
        entry("u1", "finding", "f:1", text="\udfff"),
        "after is not Unicode",
    ),
    "a person without a uuid": (named() | {"person": {"name": "Ben"}}, "person is not a uuid"),
    "a member too few": ({k: v for k, v in named().items() if k != "group"}, "lacks group"),
    "a member too many": (named() | {"signature": "x"}, "has also 'signature'"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_line_that_is_no_judgement_is_refused_with_its_number_and_nothing_is_taken(
    wrong: str, log: Judgements, tmp_path: Path
) -> None:
    line, reason = WRONG[wrong]
    path = write(tmp_path, [HIDDEN | {"uuid": "good", "group": "other"}, line])
    with pytest.raises(Refusal, match=r"Line 2 is not a judgement") as refused:
        log.import_log(path)
    assert reason in refused.value.what and refused.value.where == str(path)
    assert log.count == 0 and log.entries() == [] and log.state == CurationState()


@pytest.mark.parametrize(
    "text",
    [
        "not JSON",
        "[1]",
        '"text"',
        "{",
        '{"uuid"',
        '{"uuid":"a","uuid":"b"}',
        '{"uuid":"a"} {}',
        "[" * 100_000,
        '{"a":' * 100_000,
        json.dumps(named()).replace('"after": {', '"after": {"name": "cat", '),
        json.dumps(named()).replace('"rename"', "NaN"),
        json.dumps(entry("a", "finding", "f:1", x=1)).replace('"x": 1', '"x": Infinity'),
    ],
    ids=lambda text: text[:12],
)
def test_a_line_that_is_no_json_is_refused_with_its_number(
    text: str, log: Judgements, tmp_path: Path
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(f"\n{text}\n", "utf-8")
    with pytest.raises(Refusal, match="Line 2 is not a judgement"):
        log.import_log(path)


FIRST = named("u1") | {"kind": "accept"}
OWN = {"uuid": "other", "group": "other", "lamport": 2}
MISFITS = {
    "an undo by another": undo_of(FIRST, "u2") | {"person": {"uuid": "p", "name": "P"}},
    "an undo on another target": undo_of(FIRST, "u2") | {"target": "f:2"},
    "an undo of other fields": undo_of(HIDDEN, "u3") | {"undoes": "u1"},
    "a redo of what was not undone": undo_of(FIRST, "u2") | {"kind": "redo"},
    "an undo that comes before": undo_of(FIRST, "u2") | {"lamport": 1, "uuid": "a"},
    "another's entry in the group": HIDDEN
    | {"group": FIRST["group"], "lamport": 2}
    | {"person": {"uuid": "p", "name": "P"}},
    "an undo in the act's group": undo_of(FIRST, "u2") | {"group": FIRST["group"]},
    "follows what is on another target": named("u2", "f:2")
    | {"lamport": 2, "follows": {f: ["u1"] for f in FIRST["after"]}},
    "follows what sets another field": HIDDEN
    | {"target": "f:1", "lamport": 2, "follows": {"hidden": ["u1"]}},
    "an undo to what no field holds": undo_of(FIRST, "u2")
    | {"after": {"name": 5, "status": None, "status_name": None}},
}


@pytest.mark.parametrize("wrong", MISFITS)
def test_an_entry_that_does_not_fit_what_it_builds_on_is_refused(
    wrong: str, log: Judgements, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match="Line 2 is not a judgement"):
        log.import_log(write(tmp_path, [FIRST, MISFITS[wrong]]))
    assert log.count == 0
    # it is the same where the log that it builds on is ours
    log.import_log(write(tmp_path, [FIRST]))
    with pytest.raises(Refusal, match="Line 1 is not a judgement"):
        log.import_log(write(tmp_path, [MISFITS[wrong]]))
    assert log.count == 1 and log.problems() == []


def test_one_uuid_with_two_contents_is_refused(log: Judgements, tmp_path: Path) -> None:
    other = named("u1", name="wolf")
    with pytest.raises(Refusal, match=r"Line 2 .*line 1 has the same uuid"):
        log.import_log(write(tmp_path, [named("u1"), other]))
    log.import_log(write(tmp_path, [named("u1"), named("u1")]))
    assert log.count == 1
    with pytest.raises(Refusal, match=r"Line 2 .*this project has an entry of the same uuid"):
        log.import_log(write(tmp_path, [HIDDEN, other]))
    assert log.count == 1 and log.state.concepts["f:1"].name == "dog"


# ---- what a newer Insight wrote


ALIAS = entry("newer-1", "finding", "f:1 ~ hound @en", present=True)
RENAME_9 = named("newer-2", name="wolf") | {"version": 9, "after": {"names": {"en": ["wolf"]}}}
NEWER = [ALIAS, RENAME_9, undo_of(ALIAS, "newer-3")]


def test_what_a_newer_insight_wrote_is_kept_counted_and_said_and_not_applied(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "birds.insight"
    with Project.create(folder, ADA) as project:
        log = project.judgements
        assert project.warnings == () and log.not_understood == 0
        made = log.import_log(write(tmp_path, [FIRST, *NEWER]))
        assert log.count == 4 and log.not_understood == 3
        assert "4 judgements" in made.text and "3 judgements were made with a newer" in made.text
        assert log.state.concepts == {"f:1": j.ConceptState("dog", "accepted", "dog")}
        assert {one.kind: one.is_understood for one in log.history("f:1")} == {
            "rename": False,
            "accept": True,
        }
        assert sum(not one.is_understood for one in log.entries()) == 3
        assert log.problems() == [] and log.conflicts() == []
        assert log.import_log(write(tmp_path, [FIRST, *NEWER])).text.endswith(
            "Took over 0 judgements from from a colleague.jsonl"
        )
    with Project.open(folder, ADA) as project:
        [warning] = project.warnings
        assert "3 judgements were made with a newer version" in warning
        assert project.judgements.not_understood == 3
    [finding] = check(folder)
    assert not finding.is_damage and "3 judgements" in str(finding)
    assert summarise(folder)["judgements_not_understood"] == 3


@pytest.mark.parametrize("word", ["label", "finding", "edit", "signature"])
def test_what_is_said_of_a_reserved_target_is_kept_and_not_applied(
    word: str, log: Judgements, tmp_path: Path
) -> None:
    said = entry("newer-1", "note", f"{word}:0123abcd", note="seen")
    undone = undo_of(said, "newer-2")
    made = log.import_log(write(tmp_path, [said, undone, HIDDEN]))
    assert log.not_understood == 2 and "2 judgements were made with a newer" in made.text
    assert list(log.state.concepts) == ["f:2"] and log.problems() == []
    assert log.undo_text is None  # nothing of one's own
    assert {line["uuid"] for line in lines_of(log, tmp_path)} == {"newer-1", "newer-2", "u2"}
    with pytest.raises(ValueError, match="cannot be judged"):
        log.judge([Act("note", f"{word}:0123abcd", {"note": "x"})], "Said")


def test_a_newer_payload_is_handed_on_byte_for_byte(log: Judgements, tmp_path: Path) -> None:
    # spelled as no version of today would: order, blanks, escapes, floats, a number of 40 digits
    payload = '{"b":1.50,  "a":"\\u00e9\\/", "n":1e2, "i":' + "7" * 40 + "}"
    line = json.dumps(RENAME_9).replace(json.dumps(RENAME_9["after"]), payload)
    assert payload in line
    path = tmp_path / "newer.jsonl"
    path.write_text(line + "\n", "utf-8")
    log.import_log(path)
    log.export_log(tmp_path / "once.jsonl")
    exported = (tmp_path / "once.jsonl").read_bytes()
    assert f'"after":{payload},'.encode() in exported
    other = Judgements.open(tmp_path / "other.sqlite", BEN)
    other.import_log(tmp_path / "once.jsonl")
    other.export_log(tmp_path / "twice.jsonl")
    other.close()
    assert (tmp_path / "twice.jsonl").read_bytes() == exported


def test_what_is_not_understood_cannot_be_undone_here(tmp_path: Path) -> None:
    log = Judgements.open(tmp_path / "judgements.sqlite", BEN)
    log.import_log(write(tmp_path, [FIRST, ALIAS | {"lamport": 2}]))
    assert log.undo_text == "Did newer-1"
    with pytest.raises(Refusal, match=r"“Did newer-1” cannot be undone\. A newer version"):
        log.undo()
    assert log.count == 2 and log.state.concepts["f:1"].name == "dog"
    log.judge([j.hide(j.machine_concept("f", 3))], "Hidden")
    log.undo()
    # taken back by the newer Insight itself, it is out of the way
    log.import_log(write(tmp_path, [undo_of(ALIAS | {"lamport": 2}, "newer-3")]))
    assert log.undo_text == "Did u1"
    log.undo()
    assert log.state == CurationState() and log.problems() == []
    log.close()


def test_an_act_of_which_a_part_is_not_understood_is_not_undone_by_half(tmp_path: Path) -> None:
    log = Judgements.open(tmp_path / "judgements.sqlite", BEN)
    log.import_log(write(tmp_path, [FIRST, ALIAS | {"lamport": 2, "group": FIRST["group"]}]))
    with pytest.raises(Refusal, match="cannot be undone"):
        log.undo()
    assert log.state.concepts["f:1"].name == "dog"
    log.close()


def test_a_judgement_that_follows_a_newer_one_is_undone_to_what_is_understood(
    tmp_path: Path,
) -> None:
    newer = RENAME_9 | {"lamport": 2, "follows": {"names": ["u1"]}}
    seen = {field: ["newer-2"] for field in FIRST["after"]}
    third = named("u3", name="cat") | {"lamport": 3, "follows": seen}
    log = Judgements.open(tmp_path / "judgements.sqlite", BEN)
    log.import_log(write(tmp_path, [FIRST, newer, third]))
    assert log.state.concepts["f:1"].name == "cat"
    log.undo()
    assert log.state.concepts["f:1"].name == "dog" and log.problems() == []
    log.redo()
    assert log.state.concepts["f:1"].name == "cat" and log.problems() == []
    log.close()


def test_what_this_version_has_learnt_to_understand_is_applied_when_it_opens(
    log: Judgements, tmp_path: Path
) -> None:
    log.judge([j.hide(j.machine_concept("f", 1))], "Hidden")
    log.close()
    with closing(sqlite3.connect(log.path)) as older, older:
        # as a version would have left it that did not know "hide"
        older.execute("UPDATE projection_info SET vocabulary = 'rename:1', not_understood = 1")
    again = Judgements.open(log.path, ADA)
    assert again.not_understood == 0 and again.state.concepts["f:1"].hidden
    again.close()


# ---- databases


def left_in(path: Path) -> list[Incoming]:
    return [one.entry for one in read_database(path).entries]


def spoil(path: Path, column: str, value: object) -> None:
    """Overwrite a column of the last entry, and forget the projection."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER log_no_update")
        connection.execute(f"UPDATE log SET {column} = ? WHERE seq = 2", [value])
        connection.execute("DROP TABLE projection_info")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("after", '{"hidden":"no"}'),
        ("after", "{"),
        ("after", b"\x00\x01"),
        ("kind", "rename"),
        ("target", "f:1 > f:2"),
        ("lamport", "soon"),
        ("version", -1),
        ("utc", "2026"),
        ("follows", '{"hidden":["nobody"]}'),
        ("undoes", "nobody"),
        ("person_uuid", ""),
    ],
)
def test_a_broken_entry_of_a_database_is_damage_that_names_it(
    column: str, value: object, tmp_path: Path
) -> None:
    path = tmp_path / "judgements.sqlite"
    log = Judgements.open(path, ADA)
    log.judge([j.rename(j.machine_concept("f", 1), "dog")], "Renamed")
    log.judge([j.hide(j.machine_concept("f", 2))], "Hidden")
    broken = log.entries()[1].uuid
    log.close()
    spoil(path, column, value)
    for read_only in (False, True):
        with pytest.raises(sqlite.Damaged, match=broken) as damage:
            Judgements.open(path, ADA, read_only=read_only)
        assert damage.value.where == str(path) and "backup" in damage.value.do
    # the rest of it can be saved
    rescued = Judgements.open(tmp_path / "rescued.sqlite", ADA)
    assert rescued.add_rescued(left_in(path), []) == 1
    assert rescued.state.concepts["f:1"].name == "dog" and rescued.problems() == []
    rescued.close()


def test_bytes_that_are_no_text_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "judgements.sqlite"
    log = Judgements.open(path, ADA)
    log.judge([j.note(j.machine_concept("f", 1), "blurred"), *[]], "Noted")
    log.judge([j.note(j.machine_concept("f", 2), "blurred")], "Noted")
    log.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER log_no_update")
        connection.execute("UPDATE log SET text = CAST(x'ff' AS TEXT) WHERE seq = 2")
        connection.execute("DROP TABLE projection_info")
    with pytest.raises(sqlite.Damaged):
        Judgements.open(path, ADA)


# ---- any mix


payloads = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
).filter(lambda value: "inf" not in json.dumps(value).lower())
objects = st.dictionaries(st.sampled_from(["name", "status", "finding", "x"]), payloads, max_size=2)


@st.composite
def newer(draw: st.DrawFn, uuids: list[str]) -> Line:
    """An entry that only a newer Insight understands, which may build on any of ours."""
    newer_kinds = [("finding", 1), ("rename", 2), ("undo", 2), ("mark", 7), ("hide", 9)]
    kind, version = draw(st.sampled_from([*newer_kinds, ("note", 1), ("tag", 1)]))
    targets = ["f:0", "f:0 > f:1", "f:0 ~ dog @en", "image x"]
    if (kind, version) not in newer_kinds:
        targets = ["label:x", "signature:f:0"]
    return {
        "uuid": draw(st.uuids()).hex,
        "person": {"uuid": draw(st.sampled_from(["ada", "ben", "cleo"])), "name": ""},
        "lamport": draw(st.integers(1, 30)) + 30 * len(uuids),
        "utc": "2026-01-02T03:04:05.123+02:00",
        "kind": kind,
        "version": version,
        "target": draw(st.sampled_from(targets)),
        "before": draw(objects),
        "after": draw(objects),
        "follows": draw(objects),
        "undoes": draw(st.sampled_from([None, *uuids])),
        "group": draw(st.uuids()).hex,
        "text": "Something new",
    }


def real_log(folder: Path, name: str, what: list[Any], start: Path | None = None) -> list[Line]:
    """The lines of what two people did in turn."""
    path = folder / f"{name}.sqlite"
    for number, person in enumerate(PEOPLE):
        log = Judgements.open(path, person)
        if start is not None:
            log.import_log(start)
        carry_out(log, what[number::2])
        lines = lines_of(log, folder)
        log.close()
    return lines


def opened(folder: Path, name: str, lines: list[Line]) -> Judgements:
    log = Judgements.open(folder / f"{name}.sqlite", PEOPLE[0])
    log.import_log(write(folder, lines))
    return log


@settings(max_examples=15, deadline=None)
@given(what=steps, data=st.data())
def test_known_entries_add_up_as_if_the_unknown_ones_were_not_there(
    what: list[Any], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = real_log(folder, "real", what)
        uuids = [line["uuid"] for line in known]
        unknown: dict[str, Line] = {}
        for _ in range(data.draw(st.integers(1, 4))):
            line = data.draw(newer(uuids))
            unknown[line["uuid"]] = line
        mixed = data.draw(st.permutations([*known, *unknown.values()]))
        plain = opened(folder, "plain", known)
        both = opened(folder, "both", mixed)
        assert both.not_understood == len(unknown) and plain.not_understood == 0
        assert both.state == plain.state
        assert both.conflicts() == plain.conflicts()
        assert both.problems() == []
        kept = {line["uuid"]: line for line in lines_of(both, folder)}
        assert kept == {line["uuid"]: line for line in mixed}
        first = (folder / "exported.jsonl").read_bytes()
        again = Judgements.open(folder / "again.sqlite", PEOPLE[1])
        again.import_log(folder / "exported.jsonl")
        lines_of(again, folder)
        assert (folder / "exported.jsonl").read_bytes() == first
        again.import_log(write(folder, known))
        assert again.state == plain.state
        for log in (plain, both, again):
            log.close()


@settings(max_examples=6, deadline=None)
@given(shared=steps, parts=st.lists(steps, min_size=3, max_size=3), data=st.data())
def test_the_union_of_logs_is_the_same_in_any_order(
    shared: list[Any], parts: list[list[Any]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = write(folder, real_log(folder, "shared", shared))
        begin = start.rename(folder / "start.jsonl")
        logs = [real_log(folder, f"part{n}", part, begin) for n, part in enumerate(parts)]
        logs[0].append(data.draw(newer([line["uuid"] for line in logs[0]])))
        orders = ([0, 1, 2], [2, 1, 0], [1, 0, 2, 1])
        unions = []
        for number, order in enumerate(orders):
            log = Judgements.open(folder / f"union{number}.sqlite", PEOPLE[0])
            for part in order:
                log.import_log(write(folder, logs[part]))
            assert log.problems() == []
            lines_of(log, folder)
            unions.append((log.state, log.conflicts(), (folder / "exported.jsonl").read_bytes()))
            log.close()
        assert unions[0] == unions[1] == unions[2]


anything = payloads | st.sampled_from(["undo", "redo", "hide", "f:0", "f:0 > f:1", 2**62, -1])


@settings(max_examples=40, deadline=None)
@given(what=steps, data=st.data())
def test_whatever_a_file_says_only_known_errors_are_raised(
    what: list[Any], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = real_log(folder, "real", what)
        lines.append(data.draw(newer([line["uuid"] for line in lines])))
        for _ in range(data.draw(st.integers(1, 3))):
            line = data.draw(st.sampled_from(lines))
            member = data.draw(st.sampled_from(sorted(line)))
            inner = line[member]
            donor = data.draw(st.sampled_from(lines))
            if isinstance(inner, dict) and inner and data.draw(st.booleans()):
                inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(anything)
            else:
                line[member] = data.draw(anything | st.just(donor.get(member)))
        log = Judgements.open(folder / "judgements.sqlite", PEOPLE[0])
        with suppress(KnownError):
            log.import_log(write(folder, lines))
        use(log)
        log.close()


@settings(max_examples=40, deadline=None)
@given(what=steps, data=st.data())
def test_whatever_a_database_holds_only_known_errors_are_raised(
    what: list[Any], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "real.sqlite"
        count = len(real_log(folder, "real", what))
        columns = "uuid person_uuid lamport utc kind version target before after follows undoes"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP TRIGGER log_no_update")
            if data.draw(st.booleans()):
                connection.execute("DROP TABLE projection_info")
            column = data.draw(st.sampled_from([*columns.split(), "group_uuid", "text"]))
            value = data.draw(
                st.sampled_from(["undo", "hide", "{}", "f:0", 5, 2**62, -1, b"\xff", '{"a":1}'])
                | st.text(max_size=5)
                | st.integers(-(2**62), 2**62)
            )
            with suppress(sqlite3.IntegrityError):
                where = data.draw(st.integers(1, max(count, 1)))
                connection.execute(f"UPDATE log SET {column} = ? WHERE seq = ?", [value, where])
            connection.commit()
        other = Judgements.open(folder / "other.sqlite", PEOPLE[1])
        other.add_rescued(*union.rescued(left_in(path)))
        assert other.problems() == []
        other.close()
        try:
            log = Judgements.open(path, PEOPLE[0])
        except KnownError:
            return
        use(log, is_sound=False)
        log.close()


def use(log: Judgements, *, is_sound: bool = True) -> None:
    """Do everything that a person can do; nothing but KnownError may come of it."""
    if is_sound:
        assert log.problems() == []
    else:
        log.problems()
    for act in (
        log.undo,
        log.redo,
        log.entries,
        log.conflicts,
        lambda: log.history("f:0"),
        lambda: log.judge([j.hide(j.machine_concept("f", 0))], "Hidden"),
        log.undo,
        log.undo,
        log.redo,
        lambda: log.export_log(log.path.with_suffix(".jsonl")),
    ):
        with suppress(KnownError):
            act()
    if is_sound:
        assert log.problems() == []


def test_a_target_with_a_zero_in_it_is_found_again(log: Judgements) -> None:
    """SQLite's JSON functions end a text at the first zero."""
    odd = j.ConceptId("own:a\0b")
    log.judge([j.create(odd, "first"), j.note("f:1", "beside")], "said")
    log.judge([j.rename(odd, "second")], "said again")
    log.undo()
    assert log.state.concepts[odd].name == "first"
    log.undo()
    assert log.state.concepts == {} and log.problems() == []


def test_the_longest_texts_can_be_handed_on(log: Judgements, tmp_path: Path) -> None:
    longest = "\U0001f600" * (acts.LONGEST_PROSE - 1)
    for last in "ab":
        log.judge([j.note("f:1", longest + last)], "said")
    with pytest.raises(Refusal, match="2,000,000 characters"):
        j.note("f:1", longest + "ab")
    with pytest.raises(Refusal, match="32,767 characters"):
        j.alias(j.ConceptId("f:1"), "a" * 32_768)
    log.export_log(tmp_path / "log.jsonl")
    with Judgements.open(tmp_path / "other.sqlite", BEN) as other:
        other.import_log(tmp_path / "log.jsonl")
        assert other.state == log.state
