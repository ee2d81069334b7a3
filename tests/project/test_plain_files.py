"""A project of a stranger: whatever stands in a file's place, nothing outside is touched, nothing
waits for ever, and one clear sentence says what it is.
"""

import os
import shutil
import signal
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import pytest

from insight_app.errors import KnownError, Refusal
from insight_app.project import judgements as j
from insight_app.project import project as projects
from insight_app.project.analysis import last_run, runs
from insight_app.project.check import check
from insight_app.project.folder import ANALYSIS, BACKUPS, FOLDERS, JUDGEMENTS, LOCK
from insight_app.project.judgements import Person
from insight_app.project.judgements.catalogue import Catalogue
from insight_app.project.project import Project
from insight_app.project.results import analysis_database, code_store
from insight_app.project.results.snapshot import Results
from insight_app.project.storage.connecting import connect
from insight_app.project.storage.plain_files import NotPlain
from insight_app.project.summary import folders, summarise
from tests.synthetic import make_project

pytestmark = pytest.mark.skipif(os.name != "posix", reason="what POSIX systems keep beside files")

ADA = Person("ada", "Ada")
LONG = 60
"""Seconds after which something hangs: it would for ever."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain") / "P.insight"
    make_project(folder, images=6, concepts=24, photo_size=(32, 32))
    with Project.open(folder, ADA) as project:
        project.judgements.judge([j.rename("f:1", "dog")], "Renamed")
    Project.open(folder, ADA).close()  # makes the day's backup
    (folder / "dictionary" / "training").mkdir()
    (folder / "statistics" / LOCK).touch()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / made.name))


def see(folder: Path) -> None:
    """What a window reads when it opens a project."""
    with Project.open(folder, ADA) as project:
        results = project.results()
        assert results is not None
        with results:
            assert Catalogue(results, project.judgements.state).names
            assert results.codes(1).cells and results.strongest_images(1, 3)
            results.co_occurring(1), results.candidates(1), results.problems(), results.by_folder()


def judge(folder: Path) -> None:
    with Project.open(folder, ADA) as project:
        project.judgements.judge([j.rename("f:2", "cat")], "Renamed")


def begin_to_analyze(folder: Path) -> None:
    with runs.alone(folder):
        pass


OPERATIONS = {
    "info": summarise,
    "folders": folders,
    "see": see,
    "judge": judge,
    "analyze": begin_to_analyze,
    "restore": lambda folder: projects.restore(folder, ADA),
    "read": lambda folder: Results.open(folder).close(),
}

STANDING: dict[str, Callable[[Path, Path], object]] = {
    "a link": lambda place, decoy: place.symlink_to(decoy),
    "a pipe": lambda place, decoy: os.mkfifo(place),
    "a socket": lambda place, decoy: bind(place),
}


def bind(place: Path) -> None:
    """Leave a socket; its path may be longer than the system takes for one."""
    before = Path.cwd()
    os.chdir(place.parent)
    with closing(socket.socket(socket.AF_UNIX)) as made:
        made.bind(place.name)
    os.chdir(before)


@contextmanager
def not_for_ever() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONG)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def moved_away(path: Path) -> Iterator[None]:
    """Free a name of a project meanwhile."""
    aside = path.parent.parent / f"aside {path.name}" if path.exists() else None
    if aside is not None:
        path.rename(aside)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        if aside is not None:
            aside.rename(path)


def everything(place: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in place.rglob("*")}


def all_names(folder: Path) -> list[str]:
    """Every file and folder of a project, and what SQLite could keep beside its databases."""
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    return sorted(names | {f"{JUDGEMENTS}-journal", f"{ANALYSIS}-wal", f"{ANALYSIS}-shm"})


@pytest.mark.parametrize("kind", STANDING)
def test_nothing_but_files_and_folders_is_opened(folder: Path, kind: str) -> None:
    outside = folder.parent / "outside"
    for name in (*FOLDERS, "training"):
        (outside / name).mkdir(parents=True)
    decoy = outside / "decoy"
    decoy.write_bytes(b"theirs")
    before = everything(outside)
    for name in all_names(folder):
        place = folder / name
        target = outside / place.name if place.is_dir() else decoy
        targets = [target, outside / "not there"] if kind == "a link" else [target]
        for target in targets:
            with moved_away(place), not_for_ever():
                STANDING[kind](place, target)
                for operation in OPERATIONS.values():
                    with pytest.raises(NotPlain) as caught:
                        operation(folder)
                    assert caught.value.what.startswith(f"This is {kind} where a project")
                    assert caught.value.where == str(place)
                    assert caught.value.kept == "Nothing was changed."
                [finding] = check(folder)
                assert finding.is_damage and finding.where == str(place)
                assert not last_run.is_finished(folder)  # asked before the window is there
                assert everything(outside) == before
    for operation in OPERATIONS.values():
        operation(folder)


def test_a_project_is_reached_through_a_link(folder: Path) -> None:
    link = folder.parent / "link.insight"
    link.symlink_to(folder)
    for operation in OPERATIONS.values():
        operation(link)


# ---- hard links: what is written in place is ours alone


@pytest.mark.parametrize("name", [LOCK, "statistics/lock"])
def test_a_lock_with_two_names_is_left_to_the_other(folder: Path, name: str) -> None:
    other = folder.parent / "other"
    other.write_bytes(b"theirs")
    (folder / name).unlink()
    os.link(other, folder / name)
    judge(folder)
    begin_to_analyze(folder)
    assert other.read_bytes() == b"theirs" and other.stat().st_nlink == 1


def test_a_copy_made_of_hard_links_stays_as_it_is(folder: Path) -> None:
    analysis_database.close_writer(analysis_database.open_writer(folder))  # nobody has it open
    copy = folder.parent / "copy.insight"
    shutil.copytree(folder, copy, copy_function=os.link)
    before = everything(copy)
    summarise(folder)
    with Project.open(folder, ADA) as project:
        assert project.read_only and "second name" in project.why_read_only
        assert project.judgements.state.concepts["f:1"].name == "dog"
        with pytest.raises(Refusal, match="reading only"):
            project.judgements.judge([j.hide("f:2")], "Hidden")
    with pytest.raises(Refusal, match="second name"):
        connect(folder / ANALYSIS, "rw")
    shard = code_store.ShardWriter(folder / "codes", 1, 24, 100, 0)  # cuts it off
    shard.close()
    assert (folder / "codes" / "000001.codes").stat().st_size == 100
    after = everything(copy)
    assert {name for name in before if before[name] != after[name]} == set()


# ---- what SQLite would do by itself


def test_a_journal_that_names_another_file_is_refused(folder: Path) -> None:
    """SQLite deletes the file that a journal names as that of several databases."""
    victim = folder.parent / "notes.txt"
    victim.write_text("mine")
    name = os.fsencode(victim)
    size = 4096
    magic = bytes.fromhex("d9d505f920a163d7")
    head = magic + struct.pack(">5I", 0, 0, (folder / JUDGEMENTS).stat().st_size // size, 512, size)
    tail = name + struct.pack(">2I", len(name), sum(name)) + magic
    journal = folder / f"{JUDGEMENTS}-journal"
    journal.write_bytes(head.ljust(512, b"\0") + tail)
    for operation in (see, judge, summarise):
        with pytest.raises(KnownError, match="names another file"):
            operation(folder)
    assert check(folder) and victim.read_text() == "mine"
    [backup] = (folder / BACKUPS).glob("*.sqlite")
    journal.rename(backup.with_name(f"{backup.name}-journal"))
    with pytest.raises(KnownError, match="names another file"):
        connect(backup)
