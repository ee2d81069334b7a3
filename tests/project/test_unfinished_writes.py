"""A program was killed while it wrote: whoever only reads sees what was committed before.

Real kills, in folders that may be written to and as a person who may only read.
"""

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from insight_app.project import judgements as j
from insight_app.project.check import check
from insight_app.project.folder import ANALYSIS, JUDGEMENTS
from insight_app.project.judgements import Person
from insight_app.project.project import Project
from insight_app.project.summary import summarise
from tests.children import in_a_child
from tests.synthetic import make_project

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no SIGKILL")
ADA = Person("ada", "Ada")
Seen = tuple[object, ...]


def write_and_be_killed(folder: Path, name: str, mode: str) -> None:
    writer = sqlite3.connect(folder / name, isolation_level=None)
    writer.execute(f"PRAGMA journal_mode = {mode}")
    writer.execute("PRAGMA cache_size = 1")  # so that the file is written before the commit
    if mode == "WAL":
        writer.execute("CREATE TABLE other (x)")
        writer.execute("DROP TABLE other")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("CREATE TABLE other AS SELECT randomblob(200000) AS x")
    os.kill(os.getpid(), signal.SIGKILL)


def look(folder: Path) -> Seen:
    found = summarise(folder)
    with Project.open(folder, read_only=True) as project:
        assert project.damage is None, project.damage
        names = {
            concept: state.name for concept, state in project.judgements.state.concepts.items()
        }
        wrong = project.judgements.problems()
    return names, found["judgements"], found["concepts"], wrong, list(map(str, check(folder)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unfinished") / "P.insight"
    make_project(folder, images=12, concepts=40, photo_size=(48, 48))
    with Project.open(folder, ADA) as project:
        project.judgements.judge([j.rename("f:1", "dog")], "Renamed")
    return folder


def keep_all(folder: Path) -> None:
    """Nothing more is taken away."""


def without_shm(folder: Path) -> None:
    (folder / (ANALYSIS + "-shm")).unlink()


def protected(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_file():
            path.chmod(0o444)


@pytest.mark.parametrize("who", ["owner", "nobody"])
@pytest.mark.parametrize("harm", [keep_all, without_shm, protected])
def test_who_only_reads_sees_what_was_committed(
    made: Path, tmp_path: Path, who: str, harm: Callable[[Path], None]
) -> None:
    if who == "nobody" and os.getuid() != 0:
        pytest.skip("only root can become another user; a user's own reading is tried beside it")
    folder = Path(shutil.copytree(made, tmp_path / made.name))
    whole = look(folder)
    for name, mode, beside in ((JUDGEMENTS, "DELETE", "-journal"), (ANALYSIS, "WAL", "-wal")):
        ended, _ = in_a_child(partial(write_and_be_killed, folder, name, mode))
        assert ended == -signal.SIGKILL and (folder / (name + beside)).stat().st_size
    harm(folder)
    for path in folder.rglob("*"):
        path.chmod(path.stat().st_mode | 0o444)
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(path.stat().st_mode | 0o055)  # one may be everybody's: nothing is taken away
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    _, seen = in_a_child(partial(look, folder), as_nobody=who == "nobody")
    assert seen == repr(whole), seen
    if who == "nobody":
        assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    with Project.open(folder, ADA) as project:
        assert not project.read_only and project.judgements.problems() == []


def test_a_reader_goes_on_when_its_writer_is_killed(made: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made, tmp_path / made.name))
    with Project.open(folder, ADA, read_only=True) as project:
        before = project.judgements.entries()
        ended, _ = in_a_child(partial(write_and_be_killed, folder, JUDGEMENTS, "DELETE"))
        assert ended == -signal.SIGKILL
        assert project.judgements.entries() == before
