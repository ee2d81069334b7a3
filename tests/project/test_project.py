"""The project folder: one writer, backups, damage that is said and mended, other people's locks."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from insight_app.errors import KnownError
from insight_app.project import judgements as j
from insight_app.project.folder import BACKUPS, JUDGEMENTS, LOCK, is_project
from insight_app.project.judgements import Person
from insight_app.project.judgements.log import lines as log_lines
from insight_app.project.judgements.store import Judgements
from insight_app.project.person import remember, this_person
from insight_app.project.project import Project, restore
from insight_app.project.rescue import copies, keeping
from insight_app.project.storage import backups, lock, network_folders

ADA, BEN = Person("uuid-ada", "Ada"), Person("uuid-ben", "Ben")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in which Ada has judged a little."""
    folder = tmp_path / "birds.insight"
    with Project.create(folder, ADA) as project:
        project.judgements.judge([j.rename("f:1", "dog")], "Renamed to dog")
    return folder


def test_a_new_project_has_its_folders_and_can_be_judged(tmp_path: Path) -> None:
    with Project.create(tmp_path / "Vögel im Zoo.insight", ADA) as project:
        assert project.name == "Vögel im Zoo"
        names = {path.name for path in project.path.iterdir()}
        assert names >= {JUDGEMENTS, "codes", "statistics", "dictionary", BACKUPS, "lock"}
        assert not project.read_only and project.damage is None and project.warnings == ()


def test_a_project_is_not_made_over_something_else(folder: Path) -> None:
    with pytest.raises(KnownError, match="something here already"):
        Project.create(folder, ADA)


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path) -> None:
    assert not is_project(tmp_path)
    with pytest.raises(KnownError, match="not a project"):
        Project.open(tmp_path, ADA)
    assert list(tmp_path.iterdir()) == []


# ---- one writer


def test_a_second_window_opens_read_only_and_says_who_has_it(folder: Path) -> None:
    with Project.open(folder, ADA) as first:
        with Project.open(folder, BEN) as second:
            assert second.read_only
            assert "Ada" in second.why_read_only and "another window" in second.why_read_only
            assert second.holder is not None and second.holder.is_own
            assert second.judgements.state.concepts["f:1"].name == "dog"
        first.judgements.judge([j.hide("f:1")], "Hidden")
    with Project.open(folder, BEN) as third:
        assert not third.read_only and third.why_read_only == "" and third.holder is None
    with pytest.raises(lock.Held) as held, Project.open(folder, ADA):
        lock.acquire(folder, "Ben")
    assert held.value.holder.person == "Ada" and lock.holder(folder) is None


def test_the_lock_of_a_living_program_holds_and_of_a_dead_one_is_taken_over(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from insight_app.project.project import Project, Person\n"
        "project = Project.open(Path(sys.argv[1]), Person('u', 'Cleo'))\n"
        "print('open', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "open\n"
        with Project.open(folder, ADA) as project:
            assert project.read_only
            assert "Cleo" in project.why_read_only and str(other.pid) in project.why_read_only
            assert project.holder is not None and not project.holder.is_own
        other.kill()
    with Project.open(folder, ADA) as project:
        assert not project.read_only


@pytest.mark.parametrize(
    ("change", "is_held"),
    [
        ({}, True),
        ({"started": "another process had this number"}, False),
        ({"pid": 2**22 + 1}, False),
        ({"host": "a computer elsewhere", "pid": 1}, True),
    ],
)
def test_a_lock_names_a_process_by_number_start_and_computer(
    folder: Path, change: dict[str, object], is_held: bool
) -> None:
    held = lock.acquire(folder, "Ada")
    file = folder / LOCK
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | change), "utf-8")
    with Project.open(folder, BEN) as project:
        assert project.read_only == is_held
        assert ("elsewhere" in project.why_read_only) == ("host" in change)
    with Project.open(folder, BEN, take_over=True) as project:
        assert not project.read_only
    held.release()


def test_a_lock_that_was_cut_short_holds_nobody(folder: Path) -> None:
    (folder / LOCK).write_text('{"pid": 12', "utf-8")
    with Project.open(folder, ADA) as project:
        assert not project.read_only


def test_who_lost_the_lock_does_not_release_anothers(folder: Path) -> None:
    first = Project.open(folder, ADA)
    second = Project.open(folder, BEN, take_over=True)
    first.close()
    with Project.open(folder, ADA) as third:
        assert "Ben" in third.why_read_only
    second.close()


def test_a_project_opened_only_to_be_read_is_not_touched(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    with Project.open(folder, BEN, read_only=True) as project:
        assert project.judgements.state.concepts["f:1"].name == "dog"
    after = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert {path: time for path, time in after.items() if path in before} == before


# ---- backups


def test_opening_backs_up_once_a_day_with_the_log_as_lines(folder: Path) -> None:
    with Project.open(folder, ADA) as project:
        [backup] = project.backups  # of the first judgement
        assert [one.judgement.after["name"] for one in log_lines.load(backup.log)] == ["dog"]
        project.judgements.judge([j.hide("f:1")], "Hidden")
    with Project.open(folder, ADA) as project:
        assert project.backups == [backup]
    yesterday = datetime.now(UTC) - timedelta(days=1, seconds=5)
    aged = backup.path.with_name(f"judgements-{yesterday:%Y%m%dT%H%M%S}.sqlite")
    backup.log.rename(aged.with_suffix(".jsonl"))
    backup.path.rename(aged)
    with Project.open(folder, ADA) as project:
        assert len(project.backups) == 2
        assert len(log_lines.load(project.backups[0].log)) == 2


def test_a_backup_goes_only_if_it_is_old_and_others_hold_all_of_it(folder: Path) -> None:
    """What is old is told by what backups hold, whatever clock they were made by."""
    place, path = folder / BACKUPS, folder / JUDGEMENTS
    times = [
        "20260105T120000", "20991231T235959", "20260106T080000", "20260106T090000",
        "19990101T000000", "20260107T080000", "20269999T999999", "20260107T090000",
        "20260107T100000", "20260107T110000", "20260108T080000", "20260108T090000",
        "20260108T100000", "20260108T110000", "00000000T000000",
    ]  # fmt: skip
    shutil.rmtree(place)
    with Judgements.open(path, ADA) as log:
        for number, time in enumerate(times):
            log.judge([j.note(f"f:{number}", "seen")], "Noted")
            backups.copy_database(path, place / f"judgements-{time}.sqlite")
            keeping.export_log(backups.Backup(place / f"judgements-{time}.sqlite", None, ""))
        ours = log.project
    (place / "judgements-20260101T120000.sqlite").write_bytes(b"damaged")
    (place / "judgements-20260105T130000.sqlite").write_bytes(
        (place / "judgements-20260106T080000.sqlite").read_bytes()
    )
    shutil.copy(
        place / "judgements-20260106T080000.sqlite", place / "analysis-20000101T120000.sqlite"
    )
    with Judgements.open(folder / "other.sqlite", BEN) as other:
        other.judge([j.note("f:1", "theirs")], "Noted")
        backups.copy_database(other.path, place / "judgements-20260102T120000.sqlite")
    gone = {path.name for path in copies.thin(place, ours)}
    assert gone == {"judgements-20260105T120000.sqlite", "judgements-20260106T080000.sqlite"}
    there = [copy.entries for copy in copies.all_of(place, ours)]
    assert there == sorted(there, reverse=True) and there[0] == len(times) + 1
    assert len(list(place.glob("*.jsonl"))) == len(times) - 2
    with Project.open(folder, ADA) as project:
        assert project.warnings == () and not project.read_only


def test_a_backup_that_cannot_be_written_does_not_keep_one_from_working(folder: Path) -> None:
    place = folder / BACKUPS
    shutil.rmtree(place)
    place.write_text("a file where the folder should be", "utf-8")
    with Project.open(folder, ADA) as project:
        assert not project.read_only
        assert any("backup" in warning for warning in project.warnings)


# ---- damage


def harm_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def harm_odd(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def harm_head(path: Path) -> None:
    path.write_bytes(b"this is not a database" + path.read_bytes()[22:])


def harm_inside(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + os.urandom(len(content) - 100))


def harm_pages(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa7" * (len(content) - 4096))


def harm_empty(path: Path) -> None:
    path.write_bytes(b"")


def harm_gone(path: Path) -> None:
    path.unlink()


HARMS = [harm_half, harm_odd, harm_head, harm_inside, harm_pages, harm_empty, harm_gone]


@pytest.mark.parametrize("harm", HARMS)
def test_damaged_judgements_open_read_only_and_a_backup_brings_them_back(
    folder: Path, harm: object
) -> None:
    assert callable(harm)
    with Project.open(folder, ADA) as project:
        [backup] = project.backups
        project.judgements.judge([j.rename("f:2", "cat")], "Renamed to cat")
    path = folder / JUDGEMENTS
    harm(path)
    damaged = path.read_bytes() if path.exists() else None
    with Project.open(folder, ADA) as project:
        assert project.damage is not None and project.read_only
        assert "damaged" in project.why_read_only and "backup of" in project.why_read_only
        assert project.backups == [backup]
        assert project.judgements.state.concepts["f:1"].name == "dog"
        assert (path.read_bytes() if path.exists() else None) == damaged
    said = restore(folder, ADA)
    assert said.is_rebuilt and said.judgements >= 1 and said.lost == 2 - said.judgements
    with Project.open(folder, ADA) as project:
        assert project.damage is None and not project.read_only
        assert project.judgements.state.concepts["f:1"].name == "dog"
        assert project.judgements.problems() == []
        project.judgements.undo()
    if damaged is not None:
        [aside] = (folder / BACKUPS).glob("replaced-*.sqlite")
        assert aside.read_bytes() == damaged


def test_damage_without_any_backup_opens_empty_and_read_only(folder: Path) -> None:
    shutil.rmtree(folder / BACKUPS)
    harm_half(folder / JUDGEMENTS)
    with Project.open(folder, ADA) as project:
        assert project.damage is not None and project.read_only and project.backups == []
        assert "no backup" in project.why_read_only
        assert project.judgements.state == j.CurationState()
        assert project.judgements.history("f:1") == []
        assert project.judgements.problems() == ["The judgements cannot be read."]


def test_restoring_brings_back_what_can_still_be_read_of_the_damaged_file(folder: Path) -> None:
    with Project.open(folder, ADA) as project:
        for index in range(60):
            project.judgements.judge([j.note(f"f:{index}", "n" * 300)], "Noted")
        project.judgements.undo()
        expected = project.judgements.state
    path = folder / JUDGEMENTS
    harm_tail = path.read_bytes()
    # The last pages are overwritten: part of an index, or of the log's newest entries.
    path.write_bytes(harm_tail[:-8192] + b"\xa7" * 8192)
    with Project.open(folder, ADA) as project:
        assert project.damage is not None
    said = restore(folder, ADA)
    assert said.is_rebuilt and said.lost < 20 and "lost" in said.describe()
    with Project.open(folder, ADA) as project:
        found = project.judgements.state.concepts
        assert project.judgements.problems() == []
        assert len(found) > 40
        same = [target for target in found if found[target] == expected.concepts.get(target)]
        assert len(same) >= len(found) - 1


def test_what_is_whole_is_only_added_to(folder: Path) -> None:
    with Project.open(folder, ADA) as project:
        project.judgements.judge([j.rename("f:2", "cat")], "Renamed to cat")
        with pytest.raises(KnownError, match="Ada has had this project open"):
            restore(folder, ADA)
    before = (folder / JUDGEMENTS).read_bytes()
    assert "Nothing had to be restored" in restore(folder, ADA).describe()
    assert (folder / JUDGEMENTS).read_bytes() == before
    with Project.open(folder, ADA) as project:
        assert project.judgements.state.concepts["f:2"].name == "cat"


# ---- people and places


def test_a_person_is_made_once_and_may_change_the_name(tmp_path: Path) -> None:
    first = this_person(tmp_path)
    assert first.name and this_person(tmp_path) == first
    remember(Person(first.uuid, "Ada Lovelace"), tmp_path)
    assert this_person(tmp_path) == Person(first.uuid, "Ada Lovelace")


def test_synced_folders_and_network_drives_are_told(tmp_path: Path) -> None:
    synced = tmp_path / "OneDrive - Institute" / "birds.insight"
    synced.mkdir(parents=True)
    assert "OneDrive - Institute" in network_folders.warning(synced)
    assert network_folders.warning(tmp_path) == ""


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("/Users/ada/Library/CloudStorage/Box-Box/birds.insight", "CloudStorage"),
        ("/Users/ada/Library/Mobile Documents/com~apple~CloudDocs/birds", "Mobile Documents"),
        ("/home/ada/Nextcloud/birds.insight", "Nextcloud"),
        ("/home/ada/cloudstorage/birds.insight", ""),
        ("/home/ada/Library/birds.insight", ""),
        ("/", ""),
    ],
)
def test_folders_that_a_service_keeps_in_step_are_known_by_name(place: str, name: str) -> None:
    assert network_folders.synced_folder(PurePosixPath(place)) == name


@pytest.mark.parametrize(
    ("place", "is_remote"),
    [
        ("/home/my data/birds", True),
        ("/home/my data", True),
        ("/home/my data/local/birds", False),
        ("/home/my", False),
        ("/Volumes/share/birds", True),
        ("/Volumes/shared", False),
        ("/run/user/1000/gvfs/smb-share/birds", True),
        ("/", False),
    ],
)
def test_the_innermost_mount_tells_whether_a_folder_is_on_another_computer(
    place: str, is_remote: bool
) -> None:
    mounts = [
        ("/", "apfs"),
        ("/home/my data", "nfs4"),
        ("/home/my data/local", "ext4"),
        ("/Volumes/share", "smbfs"),
        ("/run/user/1000/gvfs", "fuse.gvfsd-fuse"),
    ]
    for order in (mounts, mounts[::-1]):
        assert network_folders.is_on_network(PurePosixPath(place), order) == is_remote


def test_drives_of_windows_that_are_another_computers_are_known() -> None:
    mounts = [("C:\\", "NTFS"), ("Z:\\", "remote")]
    for place, is_remote in (("C:\\birds", False), ("Z:\\birds", True), (r"\\host\x\y", True)):
        assert network_folders.is_on_network(PureWindowsPath(place), mounts) == is_remote


def test_lines_that_are_no_judgements_are_refused_with_their_number(
    folder: Path, tmp_path: Path
) -> None:
    good = tmp_path / "log.jsonl"
    with Project.open(folder, ADA) as project:
        project.judgements.judge([j.rename("f:1", "wolf")], "Renamed to wolf")
        project.judgements.export_log(good)
    lines = good.read_text("utf-8").splitlines()
    other = Judgements.open(tmp_path / "other.sqlite", BEN)
    bad = tmp_path / "bad.jsonl"
    bad.write_text(lines[0] + "\nnot a judgement\n", "utf-8")
    with pytest.raises(KnownError, match="Line 2"):
        other.import_log(bad)
    bad.write_text(lines[1] + "\n", "utf-8")
    with pytest.raises(KnownError, match=r"Line 1 .* follows an entry that is not there"):
        other.import_log(bad)
    assert other.count == 0
    other.close()


def test_two_people_who_had_not_seen_each_other_are_shown_their_conflict(tmp_path: Path) -> None:
    ada = Judgements.open(tmp_path / "ada.sqlite", ADA)
    ben = Judgements.open(tmp_path / "ben.sqlite", BEN)
    ada.judge([j.accept("f:1", "dog"), j.hide("f:2")], "Accepted dog")
    ben.judge([j.rename("f:1", "wolf"), j.hide("f:2")], "Renamed to wolf")
    ben.export_log(tmp_path / "ben.jsonl")
    ada.import_log(tmp_path / "ben.jsonl")
    conflicts = {conflict.field: conflict for conflict in ada.conflicts()}
    assert set(conflicts) == {"name", "status_name"}
    assert {entry.person for entry in conflicts["name"].in_force} == {ADA, BEN}
    with pytest.raises(KnownError, match="Ben"):
        ada.undo()
    ada.judge([j.rename("f:1", "dog")], "Settled: dog")
    assert ada.conflicts() == [] and ada.state.concepts["f:1"].name == "dog"
    ada.undo()
    assert {conflict.field for conflict in ada.conflicts()} == {"name", "status_name"}
    ada.close()
    ben.close()
