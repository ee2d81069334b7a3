"""What there is to judge is listed, and many names are changed at once."""

from pathlib import Path

from insight_app.cli.terminal import Exit
from tests.cli.conftest import Shell
from tests.cli.test_judging import bytes_of, entries
from tests.cli.test_structure import state
from tests.synthetic import DICTIONARY, NAMES


def test_concepts_are_found_as_in_the_window(project: Path, shell: Shell) -> None:
    shell.do("judge", project, "dog", "merge", "bird")
    shell.do("judge", project, "dog", "alias", "Hund", "de")
    found = shell.json("concepts", project, "hund")["concepts"]
    assert [(one["name"], one["found_by"]) for one in found] == [("dog", "via alias Hund")]
    assert found[0]["members"] == [f"{DICTIONARY}:{NAMES.index('bird')}"]
    everything = shell.json("concepts", project)["concepts"]
    images = [one["images"] for one in everything]
    assert images == sorted(images, reverse=True) and min(images) > 0
    assert "bird" not in {one["name"] for one in everything}
    _, out, told = shell("concepts", project, "--limit", 2)
    assert len(out.splitlines()) == 2 and f"{len(everything)} concepts" in told
    assert shell.do("concepts", project, "status:accepted") == ""


def test_relations_are_listed_until_they_are_judged(project: Path, shell: Shell) -> None:
    before = shell.json("relations", project)["relations"]
    worth = [one["worth"] for one in before]
    assert worth == sorted(worth, reverse=True) and {one["kind"] for one in before} >= {"is-a"}
    child, parent = before[0]["numbers"]
    shell.do("judge", project, f"{child} > {parent}", "accept")
    after = [one["numbers"] for one in shell.json("relations", project)["relations"]]
    assert len(after) == len(before) - 1 and [child, parent] not in after
    told = shell.json("relations", project, "dog", "sky")  # of any two
    assert told["cells_of_child_only"]["examples"] and 0 <= told["strength"] <= 1
    assert shell("relations", project, "dog")[0] == Exit.USAGE
    assert "No concept" in shell.refused("relations", project, "dog", "unicorn")


def test_duplicates_are_offered_until_they_are_merged_or_kept_apart(
    project: Path, shell: Shell
) -> None:
    shell.do("judge", project, "flower", "rename", "tree")
    (one,) = [c for c in shell.json("duplicates", project)["clusters"] if c["why"] == "same name"]
    numbers = [one["holder"]["number"], *(member["number"] for member in one["members"])]
    assert sorted(numbers) == [10, 11]
    shell.do("judge", project, numbers[0], "keep-apart", numbers[1])
    after = shell.json("duplicates", project)["clusters"]
    assert "same name" not in {each["why"] for each in after}


def test_names_are_replaced_and_normalized_with_a_preview(
    project: Path, shell: Shell, tmp_path: Path
) -> None:
    before = bytes_of(project)
    dry = shell.do("names", project, "--replace", "TEXTURE", "pattern", "--dry-run")
    assert "texture 16 -> pattern 16\n" in dry and bytes_of(project) == before
    assert shell.do("names", project, "--replace", "TEXTURE", "pattern") == dry
    assert len({one.group for one in entries(project)}) == 1
    assert shell.do("names", project, "--replace", "TEXTURE", "x", "--match-case") == ""
    file = tmp_path / "names.txt"
    file.write_text("hound: dog, puppy\n")
    assert shell.do("names", project, "--normalize", file, "--person", "Ada") == "dog -> hound\n"
    (aliases,) = state(project).aliases.values()
    assert [one.text for one in aliases] == ["dog"]
    assert "hound: #7\n" in shell.do("names", project)
    target = tmp_path / "written.txt"
    shell.do("names", project, "--write", target)
    assert "hound: dog\n" in target.read_text()
    assert "already" in shell.refused("names", project, "--write", target)
    file.write_text("hound dog\n")
    assert "line 1" in shell.refused("names", project, "--normalize", file)
    assert shell("names", project, "--dry-run")[0] == Exit.USAGE
    assert shell("names", project, "--replace", "", "x")[0] == Exit.USAGE
