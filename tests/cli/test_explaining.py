"""What `explain` prints of a small project."""

import shutil
from pathlib import Path

import pytest

from insight_app.cli.explaining import opening, whatif
from insight_app.cli.terminal import Exit
from insight_app.project.explaining import classifying, store
from insight_app.project.results.snapshot import Results
from tests.cli.conftest import Shell
from tests.synthetic import make_project, publish_again

OF_CONCEPT = ("id", "number", "called", "is_doubtful", "named_by", "status", "is_hidden")


def photos_of(project: Path) -> list[Path]:
    with Results.open(project) as results:
        return [results.image(image).path for image in results.image_ids(status="coded").tolist()]


def test_classes_are_told_beside_raw_features_as_text_and_json(shell: Shell, project: Path) -> None:
    out = shell.do("explain", "classify", project)
    assert "4 classes of “folders”, 23 photos" in out
    assert "by concepts" in out and "by raw features" in out and "points (" in out
    found = shell.json("explain", "classify", project)
    steps = [step for one in found["concepts"]["choices"] for step in one["path"]]
    unsettled = sum(not one["is_settled"] for one in steps)
    assert unsettled and f"{unsettled} of {len(steps)} fits ended after their steps" in out
    assert found["held_back"] == 23
    right = sum(one["right"] for one in found["concepts"]["by_class"])
    assert right == found["concepts"]["accuracy"]["right"]
    assert sum(map(sum, found["concepts"]["confusion"])) == 23
    told = shell.refused("explain", "classify", project, "--labels", "nobody's")
    assert "no set of labels" in told


@pytest.fixture(scope="module")
def classified(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was classified once; nothing is changed in it."""
    copy = tmp_path_factory.mktemp("classified") / made.name
    shutil.copytree(made, copy)
    store.store(copy, classifying.classify(copy))
    return copy


def test_a_photo_is_explained_by_rows_that_sum_to_its_score(shell: Shell, classified: Path) -> None:
    photo = next(iter(photos_of(classified)))
    found = shell.json("explain", "photo", classified, photo)
    given = sum(one["contribution"] for one in found["concepts"]) + found["bias"]
    assert given == pytest.approx(found["score"], abs=1e-9)
    assert sum(one["total"] for one in found["rows"]) == pytest.approx(given, abs=1e-9)
    assert found["scores"][0] == {"class": found["decision"], "score": found["score"]}
    assert found["is_held_back"]
    other = next(one["class"] for one in found["scores"] if one["class"] != found["class"])
    lead = shell.json(
        "explain", "photo", classified, photo, "--class", found["class"], "--against", other
    )
    scores = {one["class"]: one["score"] for one in found["scores"]}
    assert lead["score"] == pytest.approx(scores[found["class"]] - scores[other])
    out = shell.do("explain", "photo", classified, photo)
    assert "together: the score" in out and "Judged by what was learned without" in out
    told = shell.refused("explain", "photo", classified, photo, "--class", "nobody")
    assert "There is no class" in told and all(one["class"] in told for one in found["scores"])
    near = found["class"][1:].upper()
    told = shell.refused("explain", "photo", classified, photo, "--class", near)
    assert f"The nearest is {found['class']}. There are: " in told
    assert (opening.signed(1e-9), opening.signed(-0.5), opening.signed(0)) == ("≈ 0", "−0.500", "0")
    told = shell.refused("explain", "photo", classified, photo.stem[-4:].upper() + photo.suffix)
    assert "no photo" in told and str(photo) in told
    assert str(photo) in shell.refused("explain", "photo", classified, f"x{photo.stem[1:]}.png")


def test_what_if_says_what_changes_as_if_the_concept_had_never_been(
    shell: Shell, classified: Path
) -> None:
    photo = next(iter(photos_of(classified)))
    before = shell.json("explain", "photo", classified, photo)
    most = before["concepts"][0]
    found = shell.json("explain", "whatif", classified, "--off", str(most["number"]))
    assert found["factors"] == [{k: most[k] for k in OF_CONCEPT} | {"factor": 0.0}]
    assert found["photos"] == found["labelled"] == 23
    assert next(whatif.table(found)) == f"What if {most['called']} off"
    found["factors"][0]["is_doubtful"] = True  # the machine's name is probably wrong
    assert next(whatif.table(found)) == f"What if {most['called']}? off"
    accuracy = found["accuracy"]
    moved = found["now_right"] - found["now_wrong"]
    assert 23 * accuracy["change"]["value"] == pytest.approx(moved)
    assert sum(one["right_after"] for one in found["by_class"]) == pytest.approx(
        23 * accuracy["after"]["value"]
    )
    assert len(found["changed"]) == found["decisions_changed"]
    alone = shell.json(
        "explain", "whatif", classified, "--scale", f"{most['number']}=0.5", "--images", photo
    )
    assert (alone["photos"], alone["touched"]) == (1, 1)
    assert "decisions changed" in shell.do("explain", "whatif", classified, "--off", "0,1")
    assert "is named twice" in shell.refused("explain", "whatif", classified, "--off", "1,1")
    assert "from 0 (off) to 2" in shell.refused("explain", "whatif", classified, "--scale", "1=2.5")
    assert "is no factor" in shell.refused("explain", "whatif", classified, "--scale", "1=x")


def test_cues_are_listed_with_intervals(shell: Shell, classified: Path) -> None:
    found = shell.json("explain", "cues", classified)
    assert found["by"] == "classes" and found["cues"]
    for one in found["cues"]:
        assert one["low"] <= one["difference"] <= one["high"]
        assert 0 <= one["p"] <= one["p_corrected"] <= 1
    out, first = shell.do("explain", "cues", classified), found["cues"][0]
    assert "switched off one by one" in out
    changes = [first[name] for name in ("change", "change_elsewhere", "difference")]
    inside, elsewhere, apart = (f"{abs(100 * one):.1f}" for one in changes)
    shown = first["called"] + "?" * first["is_doubtful"]
    line = next(one for one in out.splitlines() if f"{shown} in {first['subset']}" in one)
    assert inside in line and f"rest {'−' * (changes[1] < 0)}" in line and apart in line
    assert elsewhere in line
    code, _out, told = shell("explain", "cues", classified, "--by", "folders")
    assert code == Exit.ERROR and "compared with others of their class" in told


def test_nothing_is_explained_before_it_was_classified(shell: Shell, project: Path) -> None:
    for command in (
        ["photo", project, "x.jpg"],
        ["whatif", project, "--off", "1"],
        ["cues", project],
    ):
        assert "insight-app explain classify" in shell.refused("explain", *command)


def test_where_folders_have_no_class_other_labels_are_named(
    shell: Shell, project: Path, tmp_path: Path
) -> None:
    photos = photos_of(project)
    table = tmp_path / "mine.csv"
    rows = [f"{photo.name},{'ab'[at % 2]}" for at, photo in enumerate(photos)]
    table.write_text("\n".join(["path,label", *rows]), "utf-8")
    shell.do("labels", project, "--import", table, "--set", "my own")
    alike = tmp_path / "alike.csv"
    alike.write_text("\n".join(["path,label", *(f"{one.name},a" for one in photos)]), "utf-8")
    shell.do("labels", project, "--import", alike, "--set", "folders")
    told = shell.refused("explain", "classify", project)
    assert "only the class “a”" in told and "“my own” (23 photos, 2 classes)" in told
    assert told.rstrip().endswith(f"insight-app explain classify {project} --labels 'my own'")
    told = shell.refused("explain", "cues", project, "--labels", "my own")
    assert told.rstrip().endswith(f"insight-app explain classify {project} --labels 'my own'")
    shell.do("explain", "classify", project, "--labels", "my own")
    told = shell.refused("explain", "cues", project)
    assert told.rstrip().endswith("--labels 'my own'")
    assert "no set of labels" in shell.refused("explain", "cues", project, "--labels", "other")


def test_labels_of_a_file_are_learned_and_not_kept(
    shell: Shell, project: Path, tmp_path: Path
) -> None:
    table = tmp_path / "mine.csv"
    lines = [f"{photo.name},{'ab'[at % 2]}" for at, photo in enumerate(photos_of(project))]
    table.write_text("\n".join(["path,label", *lines, "nowhere.jpg,a"]), "utf-8")
    found = shell.json("explain", "classify", project, "--labels", table)
    assert (found["classes"], found["label_set"]) == (["a", "b"], "mine")
    assert any("nowhere.jpg" in note for note in found["notes"])
    assert store.files(project) == []


def test_what_was_learned_is_judged_on_another_project_of_the_same_dictionary(
    shell: Shell, project: Path, tmp_path: Path
) -> None:
    other = make_project(tmp_path / "other.insight", images=16, concepts=32, seed=5)
    found = shell.json("explain", "classify", project, "--test", other)["test"]
    assert found["held_back"] == found["photos"] == 15
    assert found["concepts"]["accuracy"]["value"] > 0.6
    assert found["gap"]["photos"] == 15
    # The photos that were learned from say nothing, wherever they lie.
    twin = tmp_path / "twin.insight"
    shutil.copytree(project, twin)
    code, out, told = shell("explain", "classify", project, "--test", twin)
    assert (code, out) == (Exit.ERROR, "") and "learned from" in told.splitlines()[-1]
    publish_again(other, 32, "5e17be71c0000002")
    assert "another dictionary" in shell.refused("explain", "classify", project, "--test", other)


def test_what_is_kept_and_cannot_be_read_is_told_by_check(
    shell: Shell, classified: Path, tmp_path: Path
) -> None:
    project = tmp_path / classified.name
    shutil.copytree(classified, project)
    assert "in order" in shell.do("check", project)
    kept = sorted((project / "explain").glob("*.npz"))
    assert {path.name.split("-")[0] for path in kept} >= {"classes", "values"}
    for path in kept:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 16
        path.write_bytes(data)
    _code, *told = shell("check", project)
    assert all(str(path) in " ".join(told) for path in kept)
    shutil.copytree(classified / "explain", project / "explain", dirs_exist_ok=True)
    assert "in order" in shell.do("check", project)
