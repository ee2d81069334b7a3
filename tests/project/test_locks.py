"""A process that reads results keeps its locks on their database, whatever else it does with it."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from insight_app.cli.program import app
from insight_app.errors import KnownError
from insight_app.exchange import registry
from insight_app.project import judgements as j
from insight_app.project import project as projects
from insight_app.project.analysis import encoder as encoder_of
from insight_app.project.analysis import last_run, recovery
from insight_app.project.check import check
from insight_app.project.folder import ANALYSIS, BACKUPS, JUDGEMENTS, is_project
from insight_app.project.judgements import Person
from insight_app.project.project import Project
from insight_app.project.results import analysis_database, run_state
from insight_app.project.results.snapshot import Results
from insight_app.project.storage import backups, versions
from insight_app.project.summary import summarise
from tests import locks
from tests.synthetic import make_project, publish_again

ADA = Person("ada", "Ada")
CONCEPTS = 40

pytestmark = locks.needs_kernel


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locks") / "P.insight"
    make_project(folder, images=12, concepts=CONCEPTS, photo_size=(48, 48))
    with Project.open(folder, ADA) as project:
        project.judgements.judge([j.rename("f:1", "dog")], "Renamed")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / made.name))


@pytest.fixture
def reader(folder: Path) -> Iterator[Results]:
    """Results as a window holds them, which have been asked something."""
    results = Results.open(folder)
    assert results is not None and results.run_state
    yield results
    results.close()


def judge(folder: Path) -> None:
    with Project.open(folder, ADA) as project:
        project.judgements.judge([j.hide("f:2")], "Hidden")
        project.judgements.undo()
        project.judgements.export_log(folder / "log.jsonl")
        project.judgements.import_log(folder / "log.jsonl")
        assert project.judgements.problems() == []


def restore(folder: Path) -> None:
    (folder / JUDGEMENTS).unlink()
    projects.restore(folder, ADA)


def export(folder: Path) -> None:
    with Project.open(folder, ADA, read_only=True) as project:
        for kind in registry.FORMATS[:-1]:  # a release needs weights, which this project lacks
            registry.export(project, kind, folder.parent / f"export {kind.name}", overwrite=True)


def take_a_database_for_a_log(folder: Path) -> None:
    with Project.open(folder, ADA) as project:
        for name in (ANALYSIS, JUDGEMENTS):
            with pytest.raises(KnownError, match="database"):
                project.judgements.import_log(folder / name)


def ask_the_command_line(folder: Path) -> None:
    for command in (["info"], ["info", "--json"], ["check"]):
        answer = CliRunner().invoke(app, [command[0], str(folder), *command[1:]])
        assert answer.exit_code == 0, answer.output


def picture(folder: Path) -> None:
    pictures = pytest.importorskip("insight_app.gui.state.pictures")
    assert pictures.first_thumbnail(folder, 32) is not None


def refuse_a_newer_one(folder: Path) -> None:
    """The header is asked of files that are then not opened too."""
    newer = versions.Schema(
        **{**vars(analysis_database.SCHEMA), "application_id": 1, "pragmas": {}}
    )
    with suppress(KnownError):
        versions.open_database(folder / ANALYSIS, newer, read_only=True)


OPERATIONS: dict[str, Callable[[Path], object]] = {
    "open and close the project": lambda folder: Project.open(folder, ADA).close(),
    "open it to read": lambda folder: Project.open(folder, ADA, read_only=True).close(),
    "open its results again": lambda folder: Results.open(folder).close(),
    "ask what the file is": lambda folder: versions.read_header(folder / ANALYSIS),
    "refuse a file": refuse_a_newer_one,
    "tell a project from a folder": is_project,
    "check": check,
    "summarise": summarise,
    "ask how the last run ended": last_run.is_finished,
    "ask who is at work": run_state.is_at_work,
    "ask for the encoder": lambda folder: encoder_of.chosen(analysis_database.open_reader(folder)),
    "judge, undo, export and import the log": judge,
    "take a database for a log": take_a_database_for_a_log,
    "restore a backup": restore,
    "back the results up": lambda folder: backups.back_up(folder / ANALYSIS, folder / BACKUPS),
    "export": export,
    "ask the command line": ask_the_command_line,
    "draw the start page's picture": picture,
    "publish in the same process": lambda folder: publish_again(folder, CONCEPTS),
    "look for damage": lambda folder: recovery.open_or_begin_anew(folder, print).dispose(),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_locks_stay_through(operation: str, folder: Path, reader: Results) -> None:
    assert locks.held(folder / ANALYSIS) == {"", "-shm"}
    OPERATIONS[operation](folder)
    assert locks.held(folder / ANALYSIS) == {"", "-shm"}
    assert reader.run_state == "finished" and len(reader.problems()) == 1


def test_a_judgement_under_way_keeps_its_locks(folder: Path) -> None:
    with Project.open(folder, ADA) as project:
        path = project.judgements.path
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            before = locks.held(path)
            assert before
            versions.read_header(path)
            Project.open(folder, ADA, read_only=True).close()
            summarise(folder)
            backups.copy_database(path, folder / "copy.sqlite")
            assert locks.held(path) == before
            writer.execute("ROLLBACK")


def test_opening_the_file_beside_sqlite_is_what_loses_them(folder: Path, reader: Results) -> None:
    (folder / ANALYSIS).read_bytes()
    assert locks.held(folder / ANALYSIS) != {"", "-shm"}
