"""What `explain classify` prints where nothing is learned: typed classes, released probes."""

from pathlib import Path

import pytest
import torch

from insight_app.concepts import encoders
from insight_app.concepts.explain.captioning import captioner
from insight_app.project.results.snapshot import Results
from tests.cli.conftest import Shell
from tests.concepts import test_captioner
from tests.project.test_typed_classes import made


@pytest.fixture
def tiny_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose encoder reads words: two photos of a dog, three of boats."""
    monkeypatch.setitem(encoders.REGISTRY, "tiny", ("tests.tiny", encoders.info("builtin")))
    return made(tmp_path)


def test_classes_are_typed_or_read_from_a_file(
    shell: Shell, tiny_project: Path, tmp_path: Path
) -> None:
    out = shell.do("explain", "classify", tiny_project, "--words", "a dog, rowing boat/ship, hut")
    assert "3 classes of “folders”, 5 photos" in out and "the gap" in out
    assert "All analyzed photos" in out and "1 photo has a label that is none of these" in out
    (tmp_path / "words.txt").write_text("a dog\n\nrowing boat, ship\nhut\n")
    found = shell.json("explain", "classify", tiny_project, "--words", tmp_path / "words.txt")
    assert found["classes"] == ["a dog", "rowing boat", "hut"] and found["kind"] == "zero-shot"
    assert sum(found["taken_for"].values()) == 7
    assert "told apart" in shell.refused("explain", "classify", tiny_project, "--words", "one")


def test_a_released_probe_is_opened(shell: Shell, project: Path, tmp_path: Path) -> None:
    path = tmp_path / "probe.pt"
    torch.save({"model": {"weight": torch.eye(4, 32)}}, path)
    (tmp_path / "names.txt").write_text("harbour\nmixed\npark\nstreet\n")
    told = shell.do("explain", "classify", project, "--probe", path)
    assert "class 1" in told and "numbers: no names are known" in told
    named = ("explain", "classify", project, "--probe", path, "--names", tmp_path / "names.txt")
    assert shell.json(*named)["held_back"] == 23
    torch.save({"model": {"weight": torch.eye(4, 31)}}, path)
    assert "reads 31 concepts" in shell.refused(*named)
    told = shell.refused(*named[:-1], tmp_path / "no names.txt")
    assert "list cannot be read" in told


def test_the_ways_to_classify_exclude_each_other(shell: Shell, project: Path) -> None:
    for wrong in (["--words", "a, b", "--probe", "x.pt"], ["--names", "x"], ["--all-activations"]):
        assert shell("explain", "classify", project, *wrong)[0] == 2


def test_a_photo_is_captioned_and_the_caption_changes_with_concepts_off(
    shell: Shell, project: Path
) -> None:
    with Results.open(project) as results:  # type: ignore[union-attr]
        photo = results.image(int(results.image_ids(status="coded")[0])).path
    found = shell.json("explain", "caption", project, photo)
    first = found["phrases"][0]
    assert found["caption"].lower().startswith(first["text"].lower())
    assert first["share"] == max(one["share"] for one in found["phrases"])
    gone = ",".join(str(one["number"]) for one in first["concepts"])
    steered = shell.json("explain", "caption", project, photo, "--off", gone)
    assert steered["before"] == found["caption"] != steered["caption"]
    assert first["name"] not in [one["name"] for one in steered["phrases"]]
    names = [one["name"] for one in found["phrases"]]
    assert len(names) == len(set(names))
    out = shell.do("explain", "caption", project, photo, "--off", gone)
    assert f"Before: {found['caption']}" in out
    shell.do("judge", project, str(first["concepts"][0]["number"]), "hide")
    hidden = shell.json("explain", "caption", project, photo)
    assert first["concepts"][0]["called"] not in [one["name"] for one in hidden["phrases"]]


def test_a_captioner_writes_on_what_concepts_stand_for(
    shell: Shell, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random weights: whatever it writes, it is theirs, and concepts change it."""
    from insight_app.concepts.hsae import directions

    monkeypatch.setattr(test_captioner, "D", 32)
    folder = test_captioner.write(tmp_path / "model", test_captioner.mlp_weights())
    with Results.open(project) as results:  # type: ignore[union-attr]
        image = int(results.image_ids(status="coded")[0])
        photo, codes = results.image(image).path, results.codes(image)
    rows = directions.read(project / "dictionary")
    expected = captioner.read(folder, 32).write(codes.to_dense().mean(0) @ rows)
    found = shell.json("explain", "caption", project, photo, "--model", folder)
    assert found["caption"] == expected.text and expected.text
    assert [one["text"] for one in found["phrases"]] == [one.text for one in expected.phrases]
    every = [one for phrase in found["phrases"] for one in phrase["evidence"]]
    assert every and all(one["nats"] > 0 for one in every) and found["tried"] > 5
    assert any(one["under"] for one in every) and all(one["place"] for one in every)
    out = shell.do("explain", "caption", project, photo, "--model", folder, "--off", "0,1,2,12")
    assert "off:" in out and ("Before:" in out or "As before." in out)
    told = shell.refused("explain", "caption", project, photo, "--model", tmp_path)
    assert "vocabulary cannot be read" in told
