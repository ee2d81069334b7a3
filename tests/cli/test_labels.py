"""`insight-app labels`: sets of labels taken over from tables and written as tables."""

import csv
import json
from pathlib import Path

import pytest

from insight_app.exchange import json_format
from insight_app.project.project import Project
from tests.cli.conftest import Shell
from tests.cli.test_judging import entries
from tests.cli.test_structure import photos, state


def named(project: Path) -> dict[str, str]:
    """Return the class of each photo in the set "mine", by the name of its file."""
    with Project.open(project, read_only=True) as opened:
        results = opened.results()
        assert results is not None
        with results:
            found = {}
            for one in results.image_ids(status="coded"):
                image = results.image(one)
                assert image.content_hash is not None
                name = opened.judgements.state.labels["mine"].get(image.content_hash.hex())
                found |= {image.path.name: name} if name else {}
            return found


def take_over(project: Path, shell: Shell, table: bytes, *options: str) -> dict:
    path = project.parent / "mine.csv"
    path.write_bytes(table)
    return shell.json("labels", project, "--import", path, *options)


def test_labels_of_a_table_are_one_judgement_and_are_written_as_they_came(
    project: Path, shell: Shell, tmp_path: Path
) -> None:
    lines = ("path,label", "harbour/harbour_000.jpg,boat", 'mixed_003.jpg,"a, b"')
    table = "\r\n".join((*lines, "mixed_007.jpg,boat"))
    told = take_over(project, shell, table.encode())
    assert (told["judgements"], told["held_already"], told["is_written"]) == (3, 0, True)
    assert told["text"] == "Labelled 3 photos in the set “mine” from mine.csv"
    expected = {"harbour_000.jpg": "boat", "mixed_003.jpg": "a, b", "mixed_007.jpg": "boat"}
    assert named(project) == expected
    assert len({one.group for one in entries(project)}) == 1

    file = tmp_path / "out.csv"
    shell.do("labels", project, "--set", "mine", "--export", file)
    assert "something here already" in shell.refused("labels", project, "--export", file)
    rows = list(csv.DictReader(file.open(encoding="utf-8", newline="")))
    assert [row["label"] for row in rows] == ["boat", "a, b", "boat"]
    shell.do("undo", project)
    assert not state(project).labels
    # by the path or, where it is gone, by the content
    text = file.read_text("utf-8").replace("mixed_003.jpg", "renamed.jpg")
    told = take_over(project, shell, text.encode())
    assert told["judgements"] == 3 and named(project) == expected
    assert take_over(project, shell, text.encode())["held_already"] == 3


@pytest.mark.parametrize(
    "table",
    [
        "harbour_000.jpg,boat",
        "Photo;Class;x\nharbour\\harbour_000.jpg;boat;3",
        "label\tfile\nboat\t./harbour//harbour_000.jpg",
        "\ufeffpath,species\nPHOTOS/harbour/harbour_000.jpg,  boat ",
        "x,class,filename\n1,boat,ABSOLUTE",
    ],
)
def test_tables_may_be_spelled_in_many_ways(table: str, project: Path, shell: Shell) -> None:
    photo = next(one for one in photos(project) if one.name == "harbour_000.jpg")
    table = table.replace("PHOTOS", photo.parent.parent.name).replace("ABSOLUTE", str(photo))
    take_over(project, shell, table.encode())
    assert named(project) == {"harbour_000.jpg": "boat"}


@pytest.mark.parametrize(
    ("lines", "note"),
    [
        ("gone.jpg,a\nx/harbour_000.jpg,b",
         "2 lines name no photo of this project: gone.jpg (line 3), x/harbour_000.jpg (line 4)"),
        ("harbour_000.jpg,", "1 line has no class: harbour_000.jpg (line 3)."),
        ("harbour_000.jpg,a\nharbour/harbour_000.jpg,b\nharbour_000.jpg,a",
         "1 photo has two classes and gets none: harbour_000.jpg is a (line 3), "
         "harbour/harbour_000.jpg b (line 4)."),
        ("street_005.jpg,a",
         "1 line names a photo that was not analyzed: street_005.jpg (line 3)."),
        ("harbour_000.jpg,bo\0at",
         "1 line has a class with signs that no text has: harbour_000.jpg (line 3)."),
        ("", "All have one class, boat: nothing can be told apart by it."),
        ("mixed_007.jpg,sea", "2 classes have one photo only"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_and_all_else_is_taken_over(
    lines: str, note: str, project: Path, shell: Shell
) -> None:
    told = take_over(project, shell, f"path,label\nmixed_003.jpg,boat\n{lines}\n".encode())
    assert any(one.startswith(note) for one in told["notes"]), told["notes"]
    assert named(project)["mixed_003.jpg"] == "boat" and "harbour_000.jpg" not in named(project)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (b"", "no label in this file"),
        (b"path,label\n", "no label in this file"),
        (b"path,label\nmixed_003.jpg,caf\xe9\n", "Line 2 is not UTF-8"),
        (b'path,label\n"mixed_003.jpg,a\n', "Line 2 is no line of a table"),
        (b"path,species,country\nmixed_003.jpg,a,b\n", "No column is that of the class"),
        (b"path,label\ngone.jpg,a\n", "none labels a photo of this project"),
        (b"gone.jpg,a\nmixed_003.jpg,\nmixed_007.jpg,a\nmixed_007.jpg,b\n",
         "gone.jpg (line 1). 1 line has no class: mixed_003.jpg (line 2). "
         "1 photo has two classes and gets none: mixed_007.jpg is a (line 3)"),
    ],
)  # fmt: skip
def test_a_table_that_says_nothing_is_refused_and_changes_nothing(
    table: bytes, why: str, project: Path, shell: Shell
) -> None:
    path = project.parent / "mine.csv"
    path.write_bytes(table)
    said = shell.refused("labels", project, "--import", path)
    assert why in said and "Nothing was changed" in said
    assert not entries(project)


def test_a_dry_run_says_the_same_and_changes_nothing(project: Path, shell: Shell) -> None:
    told = take_over(project, shell, b"mixed_003.jpg,a\n", "--dry-run", "--set", "other")
    assert (told["judgements"], told["is_written"]) == (1, False)
    assert not entries(project)


def test_photos_are_labelled_one_by_one_and_sets_are_listed(
    project: Path, shell: Shell, tmp_path: Path
) -> None:
    shell.do("judge", project, "mixed_003.jpg", "label", "boat", "mine")
    shell.do("judge", project, "mixed_003.jpg", "label", "sea", "folders")
    table = tmp_path / "acts.csv"
    table.write_text("mixed_007.jpg,label,boat\nmixed_003.jpg,unlabel,mine\n", "utf-8")
    shell.do("judge", project, "--file", table)
    found = shell.json("labels", project)["sets"]
    assert [(one["name"], one["kind"], one["photos"], one["classes"]) for one in found] == [
        ("folders", "folders", 23, 5),
        ("labels", "given", 1, 1),
    ]
    classes = shell.json("labels", project, "--set", "folders")["classes"]
    assert classes == {"harbour": 6, "mixed": 5, "park": 6, "sea": 1, "street": 5}
    shell.do("judge", project, "mixed_003.jpg", "unlabel", "folders")
    assert shell.json("labels", project, "--set", "folders")["classes"]["mixed"] == 6
    assert "no set of labels" in shell.refused("labels", project, "--set", "mine")
    history = json.loads(shell.do("history", project, "--json"))["judgements"]
    assert "in the set labels" in history[2]["entries"][0]["about"]

    shell.do("export", project, "-o", tmp_path / "all.json")
    content = json_format.parse((tmp_path / "all.json").read_text("utf-8"))
    [label] = content.labels
    assert (label.label_set, label.class_name) == ("labels", "boat")
    assert Path(label.image).name == "mixed_007.jpg" and label.said_by is not None
