"""What `explain` prints of a small project."""

from pathlib import Path

from tests.cli.conftest import Shell


def test_classes_are_told_beside_raw_features_as_text_and_json(shell: Shell, project: Path) -> None:
    out = shell.do("explain", "classify", project)
    assert "4 classes of “folders”, 23 photos" in out
    assert "by concepts" in out and "by raw features" in out and "points (" in out
    found = shell.json("explain", "classify", project)
    assert found["held_back"] == 23
    right = sum(one["right"] for one in found["concepts"]["by_class"])
    assert right == found["concepts"]["accuracy"]["right"]
    assert sum(map(sum, found["concepts"]["confusion"])) == 23
    told = shell.refused("explain", "classify", project, "--labels", "nobody's")
    assert "no set of labels" in told
