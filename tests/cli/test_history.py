"""`history`, `undo`, `redo`, `take-back` and `conflicts` of the command line."""

import shutil
from pathlib import Path

import pytest

from insight_app.cli.terminal import Exit
from tests.cli.conftest import Shell
from tests.cli.test_judging import bytes_of, entries


@pytest.fixture
def judged(project: Path, shell: Shell) -> Path:
    """Ada renamed and noted, Bo hid; each said one more thing since."""
    for person, *act in (
        ("Ada", "dog", "rename", "hound"),
        ("Bo", "sky", "hide"),
        ("Ada", "hound", "note", "barks\nloudly"),
        ("Ada", "hound", "move", "plant"),
    ):
        shell.do("judge", project, *act, "--person", person)
    return project


def test_the_history_tells_who_said_what_and_what_was_taken_back(
    judged: Path, shell: Shell
) -> None:
    assert shell.do("undo", judged, "--person", "Bo") == "Undone: Hidden: sky\n"
    lines = shell.do("history", judged).splitlines()
    assert [line.split("  ", 2)[2] for line in lines] == [
        "Ada: Renamed dog to hound",
        "Bo: Hidden: sky - taken back",
        "Ada: Noted on hound",
        "Ada: hound is now under plant, no longer under animal (2 entries)",
        "Bo: Undone: Hidden: sky",
    ]
    ids = [line.split("  ")[0] for line in lines]
    assert shell.do("history", judged, "--concept", "hound").splitlines() == [
        lines[0],
        *lines[2:4],
    ]
    assert shell.do("history", judged, "--person", "bo").splitlines() == [lines[1], lines[4]]
    assert shell.do("history", judged, "--since", "2001-01-01").splitlines() == lines
    assert shell.do("history", judged, "--since", "2999-01-01") == ""
    told = shell.json("history", judged, "--concept", "hound", "--person", "Ada")["judgements"]
    assert [one["group"][:8] for one in told] == [ids[0], *ids[2:4]]
    assert {one["standing"] for one in told} == {"done"}
    assert told[0]["entries"][0]["after"]["name"] == "hound"
    assert [one["about"] for one in told[2]["entries"]] == [
        "hound under animal",
        "hound under plant",
    ]


def test_undo_and_redo_are_each_persons_own(judged: Path, shell: Shell) -> None:
    before = bytes_of(judged)
    dry = shell.do("undo", judged, "--person", "Ada", "--dry-run")
    assert dry == "Undone: hound is now under plant, no longer under animal\n"
    assert bytes_of(judged) == before
    assert shell.do("undo", judged, "--person", "Ada") == dry
    assert shell.json("redo", judged, "--person", "Ada")["judgements"] == 2
    assert "nothing to redo" in shell.refused("redo", judged, "--person", "Ada")
    told = shell.refused("undo", judged)  # by somebody who said nothing
    assert "nothing to undo" in told and "Nothing was changed." in told
    assert len(entries(judged)) == 5 + 2 + 2


def test_an_old_judgement_is_taken_back_alone(judged: Path, shell: Shell) -> None:
    shell.do("judge", judged, "sky", "unhide", "--person", "Ada")
    renamed, hidden, noted, *_ = [
        one["group"] for one in shell.json("history", judged)["judgements"]
    ]
    before = bytes_of(judged)
    refusals = {
        (renamed, "--person", "Bo"): "Another person said it",
        (hidden[:8], "--person", "Bo"): "Ada said since",
        ("0000000000",): "No judgement has the id",
        ("",): "4 letters at least",
    }
    for typed, why in refusals.items():
        told = shell.refused("take-back", judged, *typed)
        assert why in told and "Nothing was changed." in told
    dry = shell.do("take-back", judged, noted[:8], "--person", "Ada", "--dry-run")
    assert bytes_of(judged) == before
    assert shell.do("take-back", judged, noted[:8], "--person", "Ada") == dry
    assert dry == "Taken back: Noted on hound\n"
    standing = [one["standing"] for one in shell.json("history", judged)["judgements"]]
    assert standing == ["done", "done", "undone", "done", "done", ""]
    assert "taken back already" in shell.refused("take-back", judged, noted, "--person", "Ada")
    assert shell.do("redo", judged, "--person", "Ada") == "Redone: Noted on hound\n"


def test_the_history_goes_to_another_copy_and_conflicts_are_told(
    project: Path, shell: Shell, tmp_path: Path
) -> None:
    other = tmp_path / "other.insight"
    shutil.copytree(project, other)
    shell.do("judge", project, "dog", "rename", "hound", "--person", "Ada")
    shell.do("judge", other, "dog", "rename", "wolf", "--person", "Bo")
    log = tmp_path / "bo.jsonl"
    assert shell.do("history", other, "--export", log) == f"{log}\n"
    assert "already" in shell.refused("history", other, "--export", log)
    nowhere = tmp_path / "none" / "bo.jsonl"
    assert "no such folder" in shell.refused("history", other, "--export", nowhere)
    assert shell.json("history", other, "--export", log, "--force")["entries"] == 1
    before = bytes_of(project)
    dry = shell.json("history", project, "--replay", log, "--dry-run")
    assert dry == {"new": 1, "conflicts": 2, "is_written": False} and bytes_of(project) == before
    _, out, told = shell("history", project, "--replay", log)
    assert out == "Took over 1 judgement from bo.jsonl.\n" and "2 conflicts" in told
    assert shell.json("history", project, "--replay", log)["new"] == 0
    found = shell.json("conflicts", project)["conflicts"]
    assert {one["field"] for one in found} == {"name", "status_name"}
    assert {each["value"] for each in found[0]["said"]} == {"hound", "wolf"}
    _, out, told = shell("conflicts", project)
    assert out.startswith("name of ") and "Ada said “hound”" in out and "2 conflicts" in told
    shell.do("judge", project, 7, "rename", "hound", "--person", "Ada")
    assert shell.json("conflicts", project) == {"conflicts": []}


def test_what_is_no_history_is_refused_and_changes_nothing(
    judged: Path, shell: Shell, tmp_path: Path
) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"not": "a judgement"}\n')
    before = bytes_of(judged)
    for options in ((), ("--dry-run",)):
        told = shell.refused("history", judged, "--replay", log, *options)
        assert "Line 1" in told and "Nothing was taken over" in told
    assert "not there" in shell.refused("history", judged, "--replay", tmp_path / "none.jsonl")
    assert "No concept" in shell.refused("history", judged, "--concept", "unicorn")
    assert "Nobody" in shell.refused("history", judged, "--person", "Eve")
    assert bytes_of(judged) == before
    for wrong in (
        ("--since", "yesterday"),
        ("--export", tmp_path / "a", "--replay", log),
        ("--export", tmp_path / "a", "--person", "Ada"),
        ("--dry-run",),
        ("--force",),
    ):
        assert shell("history", judged, *wrong)[0] == Exit.USAGE
