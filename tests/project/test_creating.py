"""A project is made whole or not at all, and never over anything but our own empty folders."""

import os
from pathlib import Path

import pytest

from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.project.folder import BACKUPS, FOLDERS, JUDGEMENTS, LOCK, is_free
from insight_app.project.judgements import Person
from insight_app.project.project import Project
from insight_app.project.storage import lock
from tests.children import in_a_child
from tests.project import killing_creation
from tests.test_files import biggest_file

ADA = Person("ada", "Ada")
ATTEMPTS = 12


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_whenever_making_one_is_killed_it_is_whole_or_can_be_made(tmp_path: Path) -> None:
    assert in_a_child(lambda: killing_creation.main(tmp_path, ATTEMPTS)) == (0, "0")


@pytest.mark.parametrize("size", [0, 100, 5_000, 20_000])
def test_a_full_disk_leaves_nothing(tmp_path: Path, size: int) -> None:
    folder = tmp_path / "above" / "birds.insight"
    with biggest_file(size), pytest.raises(WorldError):
        Project.create(folder, ADA)
    assert list(tmp_path.iterdir()) == []
    folder.mkdir(parents=True)
    with biggest_file(size), pytest.raises(WorldError):
        Project.create(folder, ADA)
    assert {path.name for path in folder.iterdir()} <= {LOCK} and is_free(folder)
    Project.create(folder, ADA).close()


def test_what_an_older_insight_left_half_made_is_completed(tmp_path: Path) -> None:
    folder = tmp_path / "birds.insight"
    for made in range(len(FOLDERS) + 1):
        folder.mkdir()
        for name in FOLDERS[:made]:
            (folder / name).mkdir()
        (folder / f".{JUDGEMENTS}-0a1b2c3d.0123456789ab.part").write_bytes(b"half")
        assert is_free(folder)
        with Project.create(folder, ADA) as project:
            assert not project.read_only and project.damage is None
            names = {path.name for path in folder.iterdir()}
            assert names >= {*FOLDERS, JUDGEMENTS} and not any(n.startswith(".") for n in names)
        folder.rename(tmp_path / f"{made}.insight")
    folder.mkdir()
    (folder / JUDGEMENTS).touch()  # killed before its first page was written
    with Project.open(folder, ADA) as project:
        assert not project.read_only and project.damage is None


IN_THE_WAY = {
    "a file": lambda place: place.write_bytes(b"mine"),
    "a link that leads nowhere": lambda place: place.symlink_to(place.with_name("nowhere")),
    "a folder with a file": lambda place: put(place / "notes.txt"),
    "a folder with a hidden file": lambda place: put(place / ".notes"),
    "a file in one of ours": lambda place: put(place / BACKUPS / "old.sqlite"),
    "a file called as one of ours": lambda place: put(place / "codes"),
    "a link called as one of ours": lambda place: (
        place.mkdir(), (place / "codes").symlink_to(place.parent)
    ),
    "a project": lambda place: Project.create(place, ADA).close(),
}  # fmt: skip


def put(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
@pytest.mark.parametrize("what", IN_THE_WAY)
def test_nothing_else_is_in_the_way_or_it_is_left_as_it_is(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "birds.insight"
    IN_THE_WAY[what](folder)
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert not is_free(folder)
    with pytest.raises(Refusal, match="something here already"):
        Project.create(folder, ADA)
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_who_makes_it_at_this_moment_is_not_disturbed(tmp_path: Path) -> None:
    folder = tmp_path / "birds.insight"
    folder.mkdir()
    held = lock.acquire(folder, "Ben")
    with pytest.raises(KnownError, match="Ben has had this project open"):
        Project.create(folder, ADA)
    held.release()
    beside = tmp_path / f".other.insight.0a1b2c3d-{os.getpid()}-0123456789ab.new"  # elsewhere
    (beside / "codes").mkdir(parents=True)
    Project.create(folder, ADA).close()
    assert beside.is_dir()
    theirs = tmp_path / beside.name.replace("other", "theirs")
    put(theirs / "notes.txt")
    for left in (beside, theirs):
        os.utime(left, (0, 0))
    Project.create(tmp_path / "new.insight", ADA).close()
    assert theirs.is_dir() and not beside.exists()


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_an_empty_folder_is_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "birds.insight").symlink_to(tmp_path / "disk")
    with Project.create(tmp_path / "birds.insight", ADA) as project:
        assert not project.read_only
    assert (tmp_path / "disk" / JUDGEMENTS).is_file()
