"""The demo is made once and used again; what a person did in it stays."""

import shutil
from pathlib import Path

import pytest

from insight_app import demo, resources
from insight_app.project import judgements as j
from insight_app.project.project import Project
from insight_app.project.results import Results

PHOTOS = ("animals/cat.jpg", "food/coffee.jpg", "vehicles/bus.jpg")


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Three of the shipped photos."""
    folder = tmp_path / "few"
    for name in PHOTOS:
        (folder / name).parent.mkdir(parents=True)
        shutil.copyfile(resources.path("photos") / name, folder / name)
    return folder


def test_setting_up_again_completes_and_overwrites_nothing(tmp_path: Path, few: Path) -> None:
    home = tmp_path / "home"
    project, photos = demo.set_up(home, few)
    with Project.open(project) as opened:
        opened.judgements.judge([j.note("d:1", "mine")], "Note")
    (photos / PHOTOS[0]).unlink()
    (photos / PHOTOS[1]).write_bytes(b"painted over")
    (photos / f"{PHOTOS[2]}.partial").write_bytes(b"half")
    assert demo.set_up(home, few) == (project, photos)
    assert (photos / PHOTOS[0]).read_bytes() == (few / PHOTOS[0]).read_bytes()
    assert (photos / PHOTOS[1]).read_bytes() == b"painted over"
    with Project.open(project) as opened:
        assert opened.judgements.state.concepts["d:1"].note == "mine"


def test_the_demo_is_analysed_to_the_end_and_then_left_alone(tmp_path: Path, few: Path) -> None:
    project = demo.prepare(tmp_path / "home", few)
    results = Results.open(project)
    assert results is not None and demo.is_finished(project)
    assert results.coded_images == len(PHOTOS)
    assert any(results.machine_names)
    assert demo.prepare(tmp_path / "home", few) == project
    again = Results.open(project)
    assert again is not None and again.generation == results.generation
