"""Damaged files: what a person is told to do is what helps, and never more than is lost."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from insight_app.errors import KnownError, WorldError
from insight_app.project import judgements as j
from insight_app.project.analysis import runs
from insight_app.project.analysis.recovery import open_or_begin_anew
from insight_app.project.check import check
from insight_app.project.folder import ANALYSIS, JUDGEMENTS
from insight_app.project.judgements import Person
from insight_app.project.project import Project, restore
from insight_app.project.results.snapshot import Results
from insight_app.project.storage import versions
from tests.project.test_project import HARMS, harm_empty, harm_gone, harm_half
from tests.synthetic import make_project

ADA = Person("ada", "Ada")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "P.insight"
    make_project(folder, images=12, concepts=40, photo_size=(48, 48))
    with Project.open(folder, ADA) as project:
        project.judgements.judge([j.rename("f:1", "dog")], "Renamed")
    Project.open(folder, ADA).close()  # makes the day's backup
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / made.name))


@pytest.mark.parametrize("harm", HARMS)
def test_damaged_results_never_ask_for_a_backup_of_the_judgements(
    folder: Path, harm: Callable[[Path], None]
) -> None:
    for end in ("-wal", "-shm"):
        (folder / (ANALYSIS + end)).unlink(missing_ok=True)
    harm(folder / ANALYSIS)
    told: list[str] = []
    try:
        results = Results.open(folder)
        assert results is None or harm not in (harm_half, harm_empty)
        if results is not None:
            results.close()
    except KnownError as error:
        assert isinstance(error, WorldError)
        told.append(str(error))
    told += map(str, check(folder))
    assert told
    assert not [text for text in told if "backup" in text.lower() or "restore" in text.lower()]
    if harm not in (harm_empty, harm_gone):
        assert all("nalyze" in text and "judge" in text for text in told), told
    with Project.open(folder, ADA) as project:
        assert project.damage is None and not project.read_only
        assert project.judgements.state.concepts["f:1"].name == "dog"
    notices: list[str] = []
    open_or_begin_anew(folder, notices.append).dispose()
    assert check(folder) == []
    if harm is not harm_empty:
        assert len(notices) == 1 and "made anew from the photos" in notices[0]


@pytest.mark.parametrize("harm", HARMS)
def test_damaged_judgements_say_that_a_backup_can_be_restored(
    folder: Path, harm: Callable[[Path], None]
) -> None:
    harm(folder / JUDGEMENTS)
    with Project.open(folder, ADA) as project:
        assert project.damage is not None and "backups" in project.damage.do
        with project.results() as results:
            assert results.problems()
    [finding] = [one for one in check(folder) if one.where.endswith(JUDGEMENTS)]
    assert "insight-app restore" in finding.do


def test_a_file_that_was_cut_short_is_said_to_be(folder: Path) -> None:
    path = folder / JUDGEMENTS
    harm_half(path)
    with pytest.raises(WorldError, match=rf"cut short: only {path.stat().st_size:,} bytes"):
        versions.read_header(path)


def test_what_a_killed_program_left_half_written_is_taken_back_by_who_only_reads(
    folder: Path, tmp_path: Path
) -> None:
    path, journal = folder / JUDGEMENTS, folder / (JUDGEMENTS + "-journal")
    whole = path.read_bytes()
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA cache_size = 1")  # so that the file is written before the commit
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("CREATE TABLE other AS SELECT randomblob(100000) AS x")
        for name in (path, journal):
            shutil.copyfile(name, tmp_path / name.name)
        writer.execute("ROLLBACK")
    for name in (path, journal):
        shutil.copyfile(tmp_path / name.name, name)
    assert path.read_bytes() != whole
    with Project.open(folder, ADA, read_only=True) as project:
        assert project.damage is None
        assert project.judgements.state.concepts["f:1"].name == "dog"
    assert check(folder) == [] and not journal.exists()


def test_judgements_that_were_cut_short_give_back_what_is_left_of_them(folder: Path) -> None:
    with Project.open(folder, ADA) as project:
        for number in range(60):
            project.judgements.judge([j.note(f"f:{number}", "n" * 500)], "Noted")
    shutil.rmtree(folder / "backups")
    path = folder / JUDGEMENTS
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    told = restore(folder, ADA)
    assert told.judgements + told.lost == 61
    with Project.open(folder, ADA) as project:
        assert project.judgements.problems() == []
        noted = [number for number in range(60) if project.judgements.history(f"f:{number}")]
        assert 20 < len(noted) < 60


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="needs to be root")
def test_a_project_that_may_not_be_read_is_said_to_be(folder: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path\n"
        "from insight_app.errors import WorldError\n"
        "from insight_app.project.check import check\n"
        "from insight_app.project.project import Project\n"
        "from insight_app.project.results.snapshot import Results\n"
        "os.setuid(65534)\n"
        "for ask in (Project.open, check, Results.open):\n"
        "    try:\n        ask(Path(sys.argv[1]))\n"
        "    except WorldError as error:\n        print(error.what)\n"
    )
    folder.chmod(0o700)
    ran = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    told = ran.stdout.splitlines()
    assert len(told) == 3 and all("you may not use it (Permission denied)" in line for line in told)


def test_a_project_that_cannot_be_written_to_is_not_analyzed_and_says_why(folder: Path) -> None:
    shutil.rmtree(folder / "statistics")
    (folder / "statistics").write_text("a file where the folder should be", "utf-8")
    with pytest.raises(WorldError, match="cannot be written to"), runs.alone(folder):
        pass
