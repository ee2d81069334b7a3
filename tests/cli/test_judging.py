"""`insight-app judge`: every act, many at once, and what is refused changes nothing."""

from pathlib import Path

import pytest

from insight_app.cli.judging.words import WORDS
from insight_app.cli.terminal import Exit
from insight_app.project.judgements import Judgement, own_concept
from insight_app.project.project import Project
from tests.cli.conftest import Shell
from tests.synthetic import DICTIONARY, NAMES


def entries(project: Path) -> list[Judgement]:
    with Project.open(project, read_only=True) as opened:
        return opened.judgements.entries()


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All files but the one in which SQLite notes who reads."""
    files = (one for one in folder.rglob("*") if one.is_file() and not one.name.endswith("-shm"))
    return {str(one): one.read_bytes() for one in files}


def number(name: str) -> int:
    return NAMES.index(name)


def test_a_concept_is_renamed_by_a_person(project: Path, shell: Shell) -> None:
    said = shell.do(
        "judge", project, number("dog"), "rename", "  hunting   dog ", "--person", "Ada"
    )
    assert said == "Renamed dog to hunting dog\n"
    (entry,) = entries(project)
    assert entry.kind == "rename" and entry.after["name"] == "hunting dog"
    assert entry.target == f"{DICTIONARY}:{number('dog')}" and entry.person.name == "Ada"
    assert entry.text == said.strip()
    _, out, told = shell(
        "judge", project, "hunting dog", "rename", "hunting dog", "--person", "ada"
    )
    assert out == "" and "Nothing to change" in told and len(entries(project)) == 1


@pytest.mark.parametrize(
    "typed", ("7", "#7", "Dog", "dog #7", f"{DICTIONARY}:7", " dog ", "concept 7")
)
def test_a_concept_is_called_by_number_name_or_id(project: Path, shell: Shell, typed: str) -> None:
    assert number("dog") == 7
    shell.do("judge", project, typed, "hide")
    assert entries(project)[0].target == f"{DICTIONARY}:7"


def test_names_that_several_have_are_not_guessed(project: Path, shell: Shell) -> None:
    shell.do("judge", project, 3, "rename", "dog")
    told = shell.refused("judge", project, "dog", "hide")
    assert "2 concepts are called “dog”" in told and "#3 (" in told and "#7 (" in told
    assert "dog #3" in shell.do("judge", project, "dog #3", "hide")
    assert "Hidden: dog" in shell.do("judge", project, "dog", "hide")  # the other is hidden


def test_a_name_may_look_like_a_relation(project: Path, shell: Shell) -> None:
    shell.do("judge", project, "dog", "rename", "cats > dogs")
    shell.do("judge", project, "cats > dogs", "note", "x")
    assert shell.do("judge", project, "cats > dogs > animal", "accept") == (
        "Accepted cats > dogs under animal\n"
    )


def test_a_concept_of_ones_own_is_called_by_name_or_id(project: Path, shell: Shell) -> None:
    made = shell.json("judge", project, "night", "create")["acts"][0]["made"]["night"]
    assert made in shell.refused("judge", project, 32, "note", "x")
    shell.do("judge", project, made.removeprefix("own:"), "note", "dark")
    shell.do("judge", project, "dog", "move", "night")
    with Project.open(project, read_only=True) as opened:
        catalogue = opened.catalogue()
        assert catalogue is not None
        row = catalogue.row_of(made)
        assert row is not None and catalogue.notes[row] == "dark"
        assert [edge.parent for edge in catalogue.parents(number("dog"))] == [row]


REFUSED = {
    "no such act": (("dog", "frob"), "There is no act 'frob'"),
    "nothing follows": (("dog", "rename"), "CONCEPT rename NAME"),
    "too much follows": (("dog", "hide", "now"), "CONCEPT hide"),
    "no such number": ((999, "hide"), "There is no concept 999"),
    "no such name": (("doog", "hide"), "There is dog"),
    "no such id": ((own_concept(), "hide"), "This project has no concept"),
    "no concept": (("", "hide"), "No concept is named"),
    "a circle": (("animal", "add-parent", "dog"), "circle"),
    "itself": (("dog", "add-parent", "dog"), "below itself"),
    "there already": (("dog", "add-parent", "animal"), "already below"),
    "not there": (("dog", "remove-parent", "sky"), "is not below"),
    "no relation": (("dog > sky", "accept"), "Nothing says"),
    "not of a relation": (("dog > animal", "hide"), "not said of a relation"),
    "no language": (("project", "language", "d"), "no code of a language"),
    "not of a concept": (("dog", "language", "de"), "said of the project"),
    "no person": (("dog", "hide", "--person", " "), "needs a name"),
    "no name to accept": ((31, "accept"), "has no name"),
    "no name to create": (("", "create"), "needs a name"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    project: Path, shell: Shell, why: str
) -> None:
    typed, said = REFUSED[why]
    before = entries(project)
    for options in ((), ("--dry-run",)):
        told = shell.refused("judge", project, *typed, *options)
        assert said in told and "Nothing was changed." in told
    assert entries(project) == before == []


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(project: Path, shell: Shell) -> None:
    shell.do("judge", project, "dog", "accept")  # the project has all its files
    before = bytes_of(project)
    code, out, told = shell("judge", project, "dog", "rename", "hound", "--dry-run")
    assert (code, out) == (Exit.OK, "Renamed dog to hound\n") and "Nothing is changed yet" in told
    assert bytes_of(project) == before


TABLE = """\
concept,act,value
7,rename,"big, ""brown"" dog"

"big, ""brown"" dog",note,barks
beasts,create
beasts,add-parent,thing
animal,move,beasts
7 > animal,accept
sky,hide,,,
"""


@pytest.mark.parametrize("separator", ",;\t")
@pytest.mark.parametrize("has_header", (True, False))
def test_a_table_of_acts_is_one_judgement(
    project: Path, shell: Shell, tmp_path: Path, separator: str, has_header: bool
) -> None:
    lines = TABLE.replace(",", separator).replace("big; ", "big, ").splitlines()
    table = tmp_path / "acts.csv"
    table.write_bytes("\r\n".join(lines[not has_header :]).encode("utf-8-sig"))
    found = shell.json("judge", project, "--file", table)
    assert found["judgements"] == 8 and found["held_already"] == 0
    assert [one["line"] - has_header for one in found["acts"]] == [1, 3, 4, 5, 6, 7, 8]
    made = entries(project)
    assert len({one.group for one in made}) == 1 and {one.text for one in made} == {found["text"]}
    assert found["text"] == "7 acts from acts.csv"
    again = shell.json("judge", project, "--file", table)  # of other beasts
    assert (again["judgements"], again["held_already"]) == (4, 4)


def test_a_table_with_a_mistake_is_refused_whole_and_each_mistake_is_named(
    project: Path, shell: Shell, tmp_path: Path
) -> None:
    table = tmp_path / "acts.csv"
    table.write_text("dog,hide\ncat,hide\nsky,frob\nanimal,move,dog\nsky,note,blue\n")
    for options in ((), ("--dry-run",)):
        code, out, told = shell("judge", project, "--file", table, *options)
        assert (code, out) == (Exit.ERROR, "")
        *lines, last = told.splitlines()
        assert [line.split("(")[0].strip() for line in lines] == ["Line 2", "Line 3", "Line 4"]
        assert last == "Error: acts.csv: 3 of 5 acts cannot be done. Nothing was changed."
    assert entries(project) == []


@pytest.mark.parametrize(
    ("data", "said"),
    (
        (b"", "no act in this file"),
        (b"\n , \n", "no act in this file"),
        (b"concept,act\n", "no act in this file"),
        (b"dog\n", "Line 1 has no act"),
        (b"dog,hide\nsky,\n", "Line 2 has no act"),
        (b"dog,hide\nsky,note,\xff\n", "Line 2 is not UTF-8"),
        (b'dog,hide\nsky,note,"blue\n', "Line 2 is no line of a table"),
        (None, "not there"),
    ),
)
def test_what_is_no_table_of_acts_is_said(
    project: Path, shell: Shell, tmp_path: Path, data: bytes | None, said: str
) -> None:
    table = tmp_path / "acts.csv"
    if data is not None:
        table.write_bytes(data)
    told = shell.refused("judge", project, "--file", table)
    assert said in told and str(table) in told and "Nothing was changed." in told
    assert shell("judge", project, "--file", table, "dog", "hide")[0] == Exit.USAGE
    assert shell("judge", project)[0] == shell("judge", project, "dog")[0] == Exit.USAGE


def test_a_project_that_is_open_elsewhere_is_not_judged(project: Path, shell: Shell) -> None:
    with Project.open(project):
        told = shell.refused("judge", project, "dog", "hide")
        assert "close it first" in told
        assert shell.do("judge", project, "dog", "hide", "--dry-run") == "Hidden: dog\n"
    assert "not a project" in shell.refused("judge", project.parent, "dog", "hide")


def test_a_name_is_one_person_and_a_uuid_too(project: Path, shell: Shell) -> None:
    for name in ("Ada", "Bo", "ada"):
        shell.do("judge", project, "dog", "note", name, "--person", name)
    ada, bo, also_ada = [one.person for one in entries(project)]
    assert ada == also_ada and ada != bo and ada.name == "Ada"
    shell.do("judge", project, "dog", "hide", "--person", bo.uuid)
    assert entries(project)[-1].person == bo
    stranger = own_concept().removeprefix("own:")
    assert "Nobody" in shell.refused("judge", project, "dog", "hide", "--person", stranger)


def test_the_help_lists_every_act(shell: Shell) -> None:
    told = shell.do("judge", "--help")
    assert all(f"{word.about.value} {name}" in told for name, word in WORDS.items())
