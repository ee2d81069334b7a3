"""The demo is made once and used again; what a person did in it stays."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert

from insight_app import demo, resources
from insight_app.errors import KnownError
from insight_app.project import judgements as j
from insight_app.project.analysis.last_run import is_finished
from insight_app.project.project import Project
from insight_app.project.results import analysis_database
from insight_app.project.results.schema import Run
from insight_app.project.results.snapshot import Results
from tests.synthetic import make_project

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


def test_an_attempt_that_was_cut_off_early_is_completed(tmp_path: Path, few: Path) -> None:
    (tmp_path / demo.PROJECT / "codes").mkdir(parents=True)
    project, _ = demo.set_up(tmp_path, few)
    Project.open(project).close()


def test_what_else_is_in_its_place_is_left_alone(tmp_path: Path, few: Path) -> None:
    (tmp_path / demo.PROJECT).mkdir()
    (tmp_path / demo.PROJECT / "letter.txt").write_text("mine")
    with pytest.raises(KnownError, match="already"):
        demo.set_up(tmp_path, few)
    assert (tmp_path / demo.PROJECT / "letter.txt").read_text() == "mine"


def test_a_second_start_needs_nothing_large_before_its_window(tmp_path: Path, few: Path) -> None:
    demo.set_up(tmp_path, few)
    program = (
        "import sys; from pathlib import Path; from insight_app import demo;"
        "from insight_app.project.analysis.last_run import is_finished;"
        f"project, _ = demo.set_up(Path({str(tmp_path)!r}), Path({str(few)!r}));"
        "assert not is_finished(project);"
        "sys.exit(bool({'torch', 'scipy', 'sqlalchemy', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_whether_an_analysis_was_finished_is_read_from_any_project(tmp_path: Path) -> None:
    made = make_project(tmp_path / "made.insight", images=3, concepts=48)
    engine = analysis_database.open_writer(made)
    for state in ("finished", "running", "cancelled"):
        with analysis_database.writing(engine) as connection:
            connection.execute(insert(Run).values(started="", state=state))
        assert is_finished(made) == (state == "finished")
    engine.dispose()
    (made / analysis_database.NAME).write_bytes(b"no database at all" * 100)
    assert not is_finished(made)
    assert not is_finished(tmp_path / "nowhere")


def test_the_demo_is_analyzed_to_the_end_and_then_left_alone(tmp_path: Path, few: Path) -> None:
    project = demo.prepare(tmp_path / "home", few)
    results = Results.open(project)
    assert results is not None and is_finished(project)
    assert results.coded_images == len(PHOTOS)
    assert any(results.machine_names)
    assert demo.prepare(tmp_path / "home", few) == project
    again = Results.open(project)
    assert again is not None and again.generation == results.generation
